import { compare } from '../../local/comparison';
import { comparable, Reader } from '../../local/reader';
import { REPOSITORY } from '../../local/repository-reader';

describe('compare', () => {
  test('finds equal what differs in the order of its keys only', () => {
    expect(compare({ a: 1, b: { c: ['x', 'y'] } }, { b: { c: ['x', 'y'] }, a: 1 })).toEqual({ values: 3, differences: [] });
  });

  test.each<[string, unknown, unknown, object]>([
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, { path: 'a.b', expected: 1, actual: 2 }],
    ['another type', { a: true }, { a: 'true' }, { path: 'a', expected: true, actual: 'true' }],
    ['what only the first has', { a: 1 }, {}, { path: 'a', expected: 1, actual: undefined }],
    ['what only the second has', {}, { a: 1 }, { path: 'a', expected: undefined, actual: 1 }],
    ['an item less', { a: [1, 2] }, { a: [1] }, { path: 'a[1]', expected: 2, actual: undefined }],
    ['an item more', { a: [1] }, { a: [1, 2] }, { path: 'a[1]', expected: undefined, actual: 2 }],
    ['an object for a list', { a: [] }, { a: {} }, { path: 'a', expected: [], actual: {} }],
    ['a value that is unset', { a: undefined }, { a: null }, { path: 'a', expected: undefined, actual: null }],
  ])('finds %s', (_, expected, actual, difference) => {
    expect(compare(expected, actual).differences).toEqual([difference]);
  });

  test('finds a list in another order', () => {
    expect(compare([1, 2], [2, 1]).differences.map(({ path }) => path)).toEqual(['[0]', '[1]']);
  });
});

describe('comparable', () => {
  const reader: Reader = { ...REPOSITORY, writeOnly: ['EmptyOnDelete'], documents: ['Policy'], unordered: ['Tags', 'Uses'] };

  test('reads documents as data, whether they are text or not', () => {
    const asText = comparable(reader, { Policy: '{"a": [1]}', Inner: { Policy: '{"b":2}' } });
    expect(asText).toEqual({ Policy: { a: [1] }, Inner: { Policy: { b: 2 } } });
    expect(comparable(reader, { Policy: { a: [1] }, Inner: { Policy: { b: 2 } } })).toEqual(asText);
  });

  test('leaves other text alone', () => {
    expect(comparable(reader, { Description: '{"a":1}' })).toEqual({ Description: '{"a":1}' });
  });

  test('orders tags by key and other sets by value', () => {
    expect(comparable(reader, { Tags: [{ Key: 'b', Value: '1' }, { Key: 'a', Value: '2' }], Uses: ['y', 'x'], List: ['y', 'x'] }))
      .toEqual({ Tags: [{ Key: 'a', Value: '2' }, { Key: 'b', Value: '1' }], Uses: ['x', 'y'], List: ['y', 'x'] });
  });

  test('leaves out what is unset and what no call answers', () => {
    expect(comparable(reader, { EmptyOnDelete: true, Absent: undefined, Kept: false })).toEqual({ Kept: false });
  });
});
