import * as fc from 'fast-check';
import { matchesWildcard } from '../../src/private/wildcard';

describe('matchesWildcard', () => {
  test.each([
    ['prod', 'prod', true],
    ['prod', 'production', false],
    ['prod*', 'prod', true],
    ['prod*', 'production/api', true],
    ['prod*', 'my-prod', false],
    ['*prod', 'my-prod', true],
    ['*prod', 'production', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'a-c', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*bc*c', 'abc', false],
    ['ab*ba', 'aba', false],
    ['a.c', 'abc', false],
    ['a*b*b*', 'a-b', false],
  ])('%s and %s: %s', (pattern, text, matches) => {
    expect(matchesWildcard(pattern, text)).toBe(matches);
  });

  test('agrees with a regular expression for any pattern and text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 8 });
    fc.assert(fc.property(pattern, text, (p, t) =>
      matchesWildcard(p, t) === new RegExp(`^${p.replaceAll('*', '.*')}$`).test(t)), { numRuns: 2000 });
  });
});
