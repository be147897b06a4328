import { matches } from './events/matches';
import { CASES, isExpected, patternOf, ROWS, SOURCES } from './events/table';

describe.each(SOURCES.map(source => [source.name, source] as const))('the images of %s', (_, source) => {
  test.each(ROWS.map(row => [row.name, row] as const))('%s matches its events and no others', (__, row) => {
    const pattern = patternOf(source, row);
    const expected = CASES.filter(one => isExpected(row, source, one)).map(({ name }) => name);
    expect(expected.length).toBeGreaterThanOrEqual(source.includes.length);
    expect(CASES.filter(({ event }) => matches(pattern, event)).map(({ name }) => name)).toEqual(expected);
  });
});
