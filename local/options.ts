import { Failure } from './failure';

export const USAGE = `Usage: npm run demo [-- [--all] [--keep]]

Deploys the samples to a local AWS, reads everything back, shows who can do what with an image.

  --all    also what takes longer: a central registry of 2,000 repositories, and one that adopts repositories made by hand
  --keep   leave the local AWS running at the end, with everything deployed, and print how to use and end it
  --help   this text

Needs Node.js 20 or newer and Python 3.10 or newer. Writes below .demo/ only.`;

export interface Options {
  readonly all: boolean;
  readonly keep: boolean;
  readonly help: boolean;
}

/** What the arguments say; throws with the usage when they say something else. */
export function parseOptions(args: readonly string[]): Options {
  const unknown = args.filter(arg => !['--all', '--keep', '--help'].includes(arg));
  if (unknown.length > 0) {
    throw new Failure(`unknown option ${unknown.map(arg => JSON.stringify(arg)).join(', ')}\n\n${USAGE}`);
  }
  return { all: args.includes('--all'), keep: args.includes('--keep'), help: args.includes('--help') };
}
