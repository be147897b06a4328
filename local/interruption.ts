import { Processes } from './processes';

const CODES: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Ends the demo in order when it is told to, or when whoever started it has gone. */
export class Interruption {
  private begun = false;

  constructor(private readonly processes: Processes, private readonly atOnce: () => void) {
    for (const name of Object.keys(CODES) as NodeJS.Signals[]) {
      process.on(name, () => this.end(name));
    }
    // npm and its shell may be ended without a signal to us.
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && this.end('SIGHUP'), 500).unref();
  }

  /** Whether the demo is being ended: what fails from here on fails because of it. */
  public get isEnding(): boolean {
    return this.begun;
  }

  private end(name: NodeJS.Signals): void {
    const code = CODES[name];
    if (this.begun) { process.exit(code); } // asked twice: what is left is killed on exit
    this.begun = true;
    this.atOnce();
    void this.processes.endAll(3).finally(() => process.exit(code));
  }
}
