import { parseOptions } from '../../local/options';

describe('parseOptions', () => {
  test.each([
    [[], { keep: false, help: false }],
    [['--keep'], { keep: true, help: false }],
    [['--help'], { keep: false, help: true }],
  ])('reads %j', (args, options) => {
    expect(parseOptions(args)).toEqual(options);
  });

  test.each([[['--all'], '"--all"'], [['--keep', 'x'], '"x"'], [['--keep=true'], '"--keep=true"']])('fails with %j and says what there is', (args, named) => {
    expect(() => parseOptions(args)).toThrow(new RegExp(`unknown option ${named}[^]*Usage: npm run demo`));
  });
});
