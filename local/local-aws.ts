import { ChildProcess } from 'child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { get } from 'http';
import { createServer } from 'net';
import { join } from 'path';
import { setTimeout as sleep } from 'timers/promises';
import { CENTRAL, MEMBER, ORGANIZATION, rootOf } from './accounts';
import { Failure, tail } from './failure';
import { Processes } from './processes';
import { Python } from './python';
import { Workspace } from './workspace';

const READY_SECONDS = 60;

/** The local AWS: one process on a free port of 127.0.0.1, with policies enforced. */
export class LocalAws {
  private child?: ChildProcess;
  private chosenPort?: number;

  constructor(private readonly workspace: Workspace, private readonly processes: Processes, private readonly python: Python) {}

  public get port(): number {
    if (this.chosenPort === undefined) { throw new Error('the local AWS has not been started'); }
    return this.chosenPort;
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Fails while the one that an earlier run kept is running: both would write to the same folder. */
  public async assertNoneRuns(): Promise<void> {
    if (!existsSync(this.workspace.serverFile)) { return; }
    const { pid, port } = JSON.parse(readFileSync(this.workspace.serverFile, 'utf8'));
    if (await health(port)) {
      throw new Failure(`the local AWS of an earlier run with --keep is still running on port ${port}: end it with 'kill ${pid}' and run the demo again`);
    }
    rmSync(this.workspace.serverFile);
  }

  /**
   * @param ends whether it ends by itself when the demo is gone, however that came about
   * @param options further ones of the command line
   */
  public async start(ends: boolean, options: readonly string[] = []): Promise<void> {
    const port = this.chosenPort = await freePort();
    const log = join(this.workspace.logs, 'local-aws.log');
    const child = this.child = this.processes.start({
      file: this.python.executable,
      args: ['-m', 'local_aws', '--port', String(port), '--organization', ORGANIZATION, '--data', this.workspace.data,
        ...options, ...ends ? ['--parent', String(process.pid)] : []],
      cwd: this.python.serverFolder,
      env: this.workspace.localEnvironment({ AUTH: 'true' }),
      log,
    });
    for (let waited = 0; waited < READY_SECONDS; waited += 0.1) {
      if (child.exitCode !== null || child.signalCode !== null) { break; }
      if (await health(port)) { return; }
      await sleep(100);
    }
    throw new Failure(`the local AWS did not answer on port ${port}, its log is .demo/logs/local-aws.log`, tail(readFileSync(log, 'utf8')));
  }

  public async stop(): Promise<void> {
    await this.processes.endAll();
  }

  /** Lets it outlive the demo, and says how to use it and how to end it. */
  public keep(): string {
    if (this.child?.pid === undefined) { throw new Error('the local AWS has not been started'); }
    writeFileSync(this.workspace.serverFile, JSON.stringify({ pid: this.child.pid, port: this.port }));
    this.processes.release(this.child);
    const { accessKeyId, secretAccessKey } = rootOf(CENTRAL);
    return `The local AWS is still running. For any AWS client:

  unset AWS_PROFILE AWS_SESSION_TOKEN
  export AWS_ENDPOINT_URL=${this.endpoint} AWS_ENDPOINT_URL_S3=${this.endpoint}
  export AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
  export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}
  export CDK_HOME='${join(this.workspace.home, '.cdk')}' CDK_DISABLE_CLI_TELEMETRY=true

The access key is the account's number (${MEMBER} is the other account of the organization). A look around:

  aws ecr describe-repositories

It ends with: kill ${this.child.pid}`;
  }
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function health(port: number): Promise<boolean> {
  return new Promise(done => {
    get({ host: '127.0.0.1', port, path: '/_ministack/health', timeout: 2000 }, response => {
      response.resume();
      done(response.statusCode === 200);
    }).on('error', () => done(false)).on('timeout', function (this: { destroy(): void }) { this.destroy(); });
  });
}
