import type { IConstruct } from 'constructs';

/** What is wrong with an input: collected, then thrown at once, so that a reader mends all of it in one go. */
export class Findings {
  private readonly messages: string[] = [];

  /** Records `message` unless `holds`. */
  public unless(holds: boolean, message: string): void {
    if (!holds) {
      this.messages.push(message);
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
