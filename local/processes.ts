import { ChildProcess, spawn } from 'child_process';
import { closeSync, openSync, readFileSync } from 'fs';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Everything it prints goes here. */
  readonly log: string;
}

export interface Ended {
  /** What it ended with; -1 when a signal ended it or it could not be started. */
  readonly code: number;
  readonly output: string;
}

/**
 * The child processes of the demo.
 *
 * Each leads a process group of its own: Ctrl-C reaches the demo alone, which then ends its children in order,
 * and ending a child ends what that child has started.
 */
export class Processes {
  private readonly children = new Set<ChildProcess>();

  constructor() {
    // The last resort, whatever ends the demo: an 'exit' listener can't wait, so it does not ask.
    process.on('exit', () => this.children.forEach(child => signal(child, 'SIGKILL')));
  }

  /** Starts a command; it ends with the demo unless it is released. */
  public start(command: Command): ChildProcess {
    const log = openSync(command.log, 'a');
    const child = spawn(command.file, command.args, { cwd: command.cwd, env: command.env, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.children.add(child);
    child.once('error', () => this.children.delete(child));
    child.once('exit', () => {
      signal(child, 'SIGTERM'); // what it left behind in its group
      this.children.delete(child);
    });
    return child;
  }

  /** Runs a command to its end, for at most `seconds`. */
  public async run(command: Command, seconds: number): Promise<Ended> {
    const child = this.start(command);
    const timer = setTimeout(() => signal(child, 'SIGKILL'), seconds * 1000);
    try {
      const code = await new Promise<number>(done => {
        child.once('error', () => done(-1));
        child.once('exit', status => done(status ?? -1));
      });
      return { code, output: readFileSync(command.log, 'utf8') };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets a child outlive the demo. */
  public release(child: ChildProcess): void {
    this.children.delete(child);
    child.unref();
  }

  /** Asks every child to end, and no longer asks after `seconds`. */
  public async endAll(seconds = 5): Promise<void> {
    await Promise.all([...this.children].map(async child => {
      const ended = new Promise(done => child.once('exit', done));
      signal(child, 'SIGTERM');
      const timer = setTimeout(() => signal(child, 'SIGKILL'), seconds * 1000);
      await ended;
      clearTimeout(timer);
    }));
  }
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) { process.kill(-child.pid, name); }
  } catch {
    // The group has ended already.
  }
}
