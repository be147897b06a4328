import { createHash } from 'crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { Failure, tail } from './failure';
import { Processes } from './processes';
import { Workspace } from './workspace';

const OLDEST = [3, 10]; // what the emulator needs

/** Where the system's own Python is too old, a newer one often stands beside it under its full name. */
const COMMANDS = ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

/** The virtual environment that the local AWS runs in. */
export class Python {
  public readonly serverFolder: string;

  constructor(private readonly workspace: Workspace, private readonly processes: Processes) {
    this.serverFolder = join(workspace.project, 'local', 'aws');
  }

  public get executable(): string {
    return join(this.workspace.venv, 'bin', 'python');
  }

  /** Makes the virtual environment, or keeps the one of an earlier run when nothing has changed since. */
  public async prepare(): Promise<void> {
    const { command, version } = await this.find();
    const requirements = join(this.serverFolder, 'requirements.txt');
    const stamp = join(this.workspace.venv, '.demo-stamp');
    const wanted = createHash('sha256').update(`${version}\n${readFileSync(requirements, 'utf8')}`).digest('hex');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(this.executable)) { return; }

    rmSync(this.workspace.venv, { recursive: true, force: true });
    await this.make(command);
    const install = await this.run('pip', this.executable,
      // Python compiles what the server imports; pip would compile everything, which takes longer than to fetch it.
      ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--no-compile', '--requirement', requirements], 300);
    if (install.code !== 0) {
      throw new Failure("pip could not install what 'local/aws/requirements.txt' names: see below; a proxy or a mirror is set in pip's own configuration",
        tail(install.output));
    }
    writeFileSync(stamp, wanted);
  }

  private async find(): Promise<{ command: string; version: string }> {
    const seen: string[] = [];
    for (const command of COMMANDS) {
      const { code, output } = await this.run(`version-${command}`, command, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], 30);
      if (code !== 0) { continue; }
      const version = output.trim();
      const [major, minor] = version.split('.').map(Number);
      if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) { return { command, version }; }
      seen.push(`${command} is ${version}`);
    }
    throw new Failure(`the local AWS needs Python ${OLDEST.join('.')} or newer, found ${seen.join(', ') || 'none'}: install it `
      + '(Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python3; Windows: use WSL) and run the demo again');
  }

  private async make(command: string): Promise<void> {
    const { code, output } = await this.run('venv', command, ['-m', 'venv', this.workspace.venv], 120);
    if (code === 0) { return; }
    // Debian's Python comes without ensurepip: the module is there, making an environment fails.
    const missing = /ensurepip|No module named '?venv/.test(output);
    throw new Failure(missing
      ? `${command} can't make virtual environments: install the package that can (Debian, Ubuntu: apt install python3-venv) and run the demo again`
      : `${command} could not make a virtual environment in .demo/venv`, tail(output));
  }

  private run(name: string, file: string, args: readonly string[], seconds: number) {
    return this.processes.run({
      file,
      args,
      cwd: this.workspace.root,
      log: join(this.workspace.logs, `python-${name}.log`),
      env: this.workspace.environment(/^AWS_/),
    }, seconds);
  }
}
