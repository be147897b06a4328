import { parseOptions } from '../../local/options';

describe('parseOptions', () => {
  test.each([
    [[], { all: false, keep: false, help: false }],
    [['--all'], { all: true, keep: false, help: false }],
    [['--keep'], { all: false, keep: true, help: false }],
    [['--keep', '--all'], { all: true, keep: true, help: false }],
    [['--help'], { all: false, keep: false, help: true }],
  ])('reads %j', (args, options) => {
    expect(parseOptions(args)).toEqual(options);
  });

  test.each([[['--al'], '"--al"'], [['--keep', 'x'], '"x"'], [['--keep=true'], '"--keep=true"']])('fails with %j and says what there is', (args, named) => {
    expect(() => parseOptions(args)).toThrow(new RegExp(`unknown option ${named}[^]*Usage: npm run demo`));
  });
});
