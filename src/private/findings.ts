import type { IConstruct } from 'constructs';

/** What is wrong with an input: collected, then thrown at once, so that a reader mends all of it in one go. */
export class Findings {
  private readonly messages: string[] = [];

  /** Records `message` unless `holds`; what is checked for every repository gives a function, so that it costs nothing while all is well. */
  public unless(holds: boolean, message: string | (() => string)): void {
    if (!holds) {
      this.messages.push(typeof message === 'string' ? message : message());
    }
  }

  /** Everything recorded so far. */
  public get all(): string[] {
    return [...this.messages];
  }

  /** Throws one error with every message, each followed by the path of the construct that was given the input. */
  public throwIfAny(scope?: IConstruct): void {
    if (this.messages.length > 0) {
      throw new Error(this.messages.map(message => scope ? `${message} [${scope.node.path}]` : message).join('\n'));
    }
  }
}
