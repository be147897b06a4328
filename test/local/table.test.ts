import { COLOURED } from '../../local/style';
import { shorten, table, wrap } from '../../local/table';

describe('table', () => {
  test('aligns its columns on the longest cell', () => {
    expect(table([{ title: 'Who' }, { title: 'Seconds', align: 'right' }], [['a puller', '1.5'], ['nobody', '12.0']])).toBe([
      '┌──────────┬─────────┐',
      '│ Who      │ Seconds │',
      '├──────────┼─────────┤',
      '│ a puller │     1.5 │',
      '│ nobody   │    12.0 │',
      '└──────────┴─────────┘',
    ].join('\n'));
  });

  test('gives a long cell several lines and leaves the others blank beside them', () => {
    expect(table([{ title: 'A', width: 8 }, { title: 'B' }], [['one two three', 'x'], 'rule', ['y', 'first\nsecond']])).toBe([
      '┌─────────┬────────┐',
      '│ A       │ B      │',
      '├─────────┼────────┤',
      '│ one two │ x      │',
      '│ three   │        │',
      '├─────────┼────────┤',
      '│ y       │ first  │',
      '│         │ second │',
      '└─────────┴────────┘',
    ].join('\n'));
  });

  test('leaves blank what a row does not give', () => {
    expect(table([{ title: 'A' }, { title: 'B' }], [['x']])).toContain('│ x │   │');
  });

  test('colours the text and not the space that aligns it', () => {
    const printed = table([{ title: 'Result' }], [[{ text: '403', tone: 'bad' }]], COLOURED);
    expect(printed).toContain('\u001b[1;31m403\u001b[0m    ');
    const widths = printed.replace(/\u001b\[[0-9;]*m/g, '').split('\n').map(line => line.length);
    expect(new Set(widths).size).toBe(1);
  });

  test('counts characters as a person does', () => {
    const [, , , row, end] = table([{ title: 'A' }], [['𝄞𝄞']]).split('\n');
    expect([row, end]).toEqual(['│ 𝄞𝄞 │', '└────┘']);
  });
});

describe('wrap', () => {
  test.each([
    ['fits', 'one two', 7, ['one two']],
    ['breaks between words', 'one two', 6, ['one', 'two']],
    ['cuts a word that is longer than the line', 'a abcdefgh b', 3, ['a', 'abc', 'def', 'gh', 'b']],
    ['keeps an empty text as one line', '', 5, ['']],
  ])('%s', (_, text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});

describe('shorten', () => {
  test.each([
    ['leaves what fits', 'abcdefghij', 10, 'abcdefghij'],
    ['leaves out the middle of what does not', 'abcdefghijk', 10, 'abcdef…ijk'],
  ])('%s', (_, text, width, shortened) => {
    expect(shorten(text, width)).toBe(shortened);
  });
});
