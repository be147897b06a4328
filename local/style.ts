/** Colours and weights, or nothing where they would be noise. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

const escape = (code: string) => (text: string) => text === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
const plain = (text: string) => text;

export const PLAIN: Style = { bold: plain, dim: plain, good: plain, bad: plain };
export const COLOURED: Style = { bold: escape('1'), dim: escape('2'), good: escape('32'), bad: escape('1;31') };

/** Whether what is printed is seen by a person, in place, as it comes. */
export function isLive(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && !env.CI;
}

/** @see https://no-color.org */
export function styleFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
  return isLive(stream, env) && !env.NO_COLOR ? COLOURED : PLAIN;
}
