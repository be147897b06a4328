import { mkdirSync, rmSync } from 'fs';
import { join, resolve } from 'path';

/**
 * Where the demo writes, all of it below `.demo/` of the project.
 *
 * The virtual environment and pip's cache stay for the next run; everything else is made anew.
 */
export class Workspace {
  public readonly project = resolve(__dirname, '..');
  public readonly root = join(this.project, '.demo');
  public readonly venv = join(this.root, 'venv');
  public readonly pipCache = join(this.root, 'pip-cache');
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

  /** The variables of the demo's own environment for a child: nothing of the user's AWS, no folder outside the project. */
  public childEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|CDK_|(https?|all)_proxy$)/i.test(name));
    return { ...Object.fromEntries(kept), TMPDIR: this.temporary, TMP: this.temporary, TEMP: this.temporary, ...more };
  }
}
