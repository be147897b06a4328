import { Style } from './style';

/** Where the steps are printed: a stream, and whether a line on it may be rewritten. */
export interface Output {
  readonly stream: { write(text: string): unknown };
  readonly live: boolean;
  readonly style: Style;
}

/** What came of a step. */
export interface Outcome {
  /** Printed below its line. */
  readonly text?: string;
  /** What is not as expected: the demo goes on, and ends with exit code 1. */
  readonly problems?: readonly string[];
}

export interface Step {
  readonly title: string;
  readonly seconds: number;
  readonly problems: readonly string[];
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const TITLE_WIDTH = 72;

/** The demo's steps: a line each, with how long it took, and below it what came of it. */
export class Steps {
  public readonly done: Step[] = [];
  private line?: Line;

  constructor(private readonly total: number, private readonly output: Output) {}

  /** Leaves the running step as it stands: the demo is being ended, what fails now says nothing. */
  public abandon(): void {
    this.line?.abandon();
  }

  public async run(title: string, work: () => Promise<Outcome | void>): Promise<void> {
    const { style, stream } = this.output;
    const line = this.line = new Line(`${String(this.done.length + 1).padStart(2)}/${this.total}  ${title.padEnd(TITLE_WIDTH)}`, this.output);
    let outcome: Outcome = {};
    try {
      outcome = await work() ?? {};
    } catch (error) {
      line.end(style.bad('✗'));
      throw error;
    }
    const problems = outcome.problems ?? [];
    line.end(problems.length === 0 ? style.good('✓') : style.bad('✗'));
    this.done.push({ title, seconds: line.seconds, problems });
    if (outcome.text) { stream.write(`${outcome.text}\n`); }
    for (const problem of problems) { stream.write(`${style.bad(`✗ ${problem}`)}\n`); }
  }
}

/** The line of a running step: drawn again and again where someone watches, in two halves where nobody does. */
class Line {
  private readonly started = process.hrtime.bigint();
  private readonly timer?: NodeJS.Timeout;
  private frame = 0;
  private abandoned = false;

  constructor(private readonly label: string, private readonly output: Output) {
    if (output.live) {
      this.draw();
      this.timer = setInterval(() => this.draw(), 120);
    } else {
      output.stream.write(label);
    }
  }

  public get seconds(): number {
    return Number(process.hrtime.bigint() - this.started) / 1e9;
  }

  public abandon(): void {
    clearInterval(this.timer);
    this.abandoned = true;
  }

  public end(mark: string): void {
    clearInterval(this.timer);
    if (this.abandoned) { return; }
    const time = this.output.style.dim(`${this.seconds.toFixed(1).padStart(6)} s`);
    this.output.stream.write(this.output.live ? `\r\u001b[2K${this.label}${time} ${mark}\n` : `${time} ${mark}\n`);
  }

  private draw(): void {
    const time = this.output.style.dim(`${this.seconds.toFixed(0).padStart(4)}   s`);
    this.output.stream.write(`\r\u001b[2K${this.label}${time} ${FRAMES[this.frame++ % FRAMES.length]}`);
  }
}
