import { mkdirSync, rmSync } from 'fs';
import { join, resolve } from 'path';

/**
 * Where the demo writes, all of it below `.demo/` of the project.
 *
 * The virtual environment and what Python and pip keep stay for the next run; everything else is made anew.
 */
export class Workspace {
  public readonly project = resolve(__dirname, '..');
  public readonly root = join(this.project, '.demo');
  public readonly venv = join(this.root, 'venv');
  public readonly pipCache = join(this.root, 'pip-cache');
  public readonly bytecode = join(this.root, 'bytecode');
  public readonly logs = join(this.root, 'logs');
  public readonly data = join(this.root, 'data');
  public readonly home = join(this.root, 'home');
  public readonly temporary = join(this.root, 'tmp');
  public readonly assemblies = join(this.root, 'cdk.out');
  public readonly serverFile = join(this.root, 'server.json');

  /** Forgets the last run. */
  public prepare(): void {
    for (const folder of [this.logs, this.data, this.home, this.temporary, this.assemblies]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    }
  }

  /** The environment of a child that talks to the local AWS only: nothing of the user's AWS, no proxy, no folder outside the project. */
  public localEnvironment(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    return this.environment(/^(AWS_|CDK_|(https?|all)_proxy$)/i, { HOME: this.home, ...more });
  }

  /** The user's environment but for what the demo does not want, and for where temporary files go. */
  public environment(unwanted: RegExp, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    // Python's variables would mix another project's packages in, or put compiled code where it does not belong.
    const kept = Object.entries(process.env).filter(([name]) => !unwanted.test(name) && !/^(PYTHON|VIRTUAL_ENV$)/.test(name));
    return {
      ...Object.fromEntries(kept),
      TMPDIR: this.temporary,
      TMP: this.temporary,
      TEMP: this.temporary,
      PIP_CACHE_DIR: this.pipCache,
      PYTHONPYCACHEPREFIX: this.bytecode,
      ...more,
    };
  }
}
