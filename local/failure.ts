/** What went wrong, told to a person: no stack trace is printed for it. */
export class Failure extends Error {
  /**
   * @param message what went wrong, and what to do about it where that is known
   * @param details the end of a log, or the differences found
   */
  constructor(message: string, public readonly details: string = '') {
    super(message);
  }
}

/** The last lines of a log. */
export function tail(text: string, lines = 25): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
