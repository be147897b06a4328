import { join } from 'path';
import { CENTRAL, nameOf, rootOf } from './accounts';
import { Failure, tail } from './failure';
import { Ended, Processes } from './processes';
import { Revision } from './revision';
import { Workspace } from './workspace';

/** Relative to `.demo/`: a path of the user's may need quotes, which the command line takes off. */
const APP = '../node_modules/.bin/ts-node ../local/app.ts';

const MORE = '../node_modules/.bin/ts-node ../local/more-app.ts';

/** The private network, each time without one of its endpoints. */
const NETWORKS = '../node_modules/.bin/ts-node ../local/network-app.ts';

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** The CDK's own command line, used as everyone uses it. */
export class Cdk {
  constructor(private readonly workspace: Workspace, private readonly processes: Processes, private readonly endpoint: string) {}

  /** Prepares an account for deployments by the central one. */
  public async bootstrap(account: string, regions: readonly string[]): Promise<void> {
    const trust = account === CENTRAL ? [] : ['--trust', CENTRAL];
    await this.must(`bootstrap-${account}`, account,
      ['bootstrap', ...regions.map(region => `aws://${nameOf({ account, region })}`), ...trust, '--cloudformation-execution-policies', ADMINISTRATOR]);
  }

  /** Deploys every stack in every account with one call, and returns the folder with the templates. */
  public async deploy(revision: Revision): Promise<string> {
    await this.must(`deploy-${revision}`, CENTRAL, this.deployArgs(revision));
    return this.assembly(revision);
  }

  /** Deploys what must fail, and returns what the command line said. */
  public async deployInVain(revision: Revision): Promise<Ended> {
    return this.run(`deploy-${revision}`, CENTRAL, this.deployArgs(revision));
  }

  public async destroy(revision: Revision): Promise<void> {
    await this.must(`destroy-${revision}`, CENTRAL, ['destroy', '--all', '--force', '--app', this.assembly(revision)]);
  }

  /** Deploys the samples that take longer, and returns the folder with the templates and what the command line said. */
  public async deployMore(
    name: string, stack: string, ...options: readonly string[]
  ): Promise<{ readonly assembly: string; readonly output: string }> {
    const assembly = join(this.workspace.assemblies, name);
    const { output } = await this.must(`deploy-${name}`, CENTRAL,
      ['deploy', stack, '--require-approval', 'never', '--app', MORE, '--output', assembly, ...options]);
    return { assembly, output };
  }

  /** Deploys the networks that lack an endpoint, side by side. */
  public async deployNetworks(): Promise<void> {
    await this.must('deploy-networks', CENTRAL,
      ['deploy', '--all', '--concurrency', '4', '--require-approval', 'never', '--app', NETWORKS, '--output', this.networks]);
  }

  public async destroyNetworks(): Promise<void> {
    await this.must('destroy-networks', CENTRAL, ['destroy', '--all', '--force', '--concurrency', '4', '--app', this.networks]);
  }

  private get networks(): string {
    return join(this.workspace.assemblies, 'networks');
  }

  private assembly(revision: Revision): string {
    return join(this.workspace.assemblies, revision);
  }

  private deployArgs(revision: Revision): string[] {
    return ['deploy', '--all', '--require-approval', 'never', '--app', APP, '--context', `revision=${revision}`, '--output', this.assembly(revision)];
  }

  private async must(name: string, account: string, args: readonly string[]): Promise<Ended> {
    const ended = await this.run(name, account, args);
    if (ended.code !== 0) {
      throw new Failure(`'cdk ${args[0]}' ended with ${ended.code}, its log is .demo/logs/cdk-${name}.log`, tail(ended.output));
    }
    return ended;
  }

  private run(name: string, account: string, args: readonly string[]): Promise<Ended> {
    const { accessKeyId, secretAccessKey } = rootOf(account);
    return this.processes.run({
      file: join(this.workspace.project, 'node_modules', '.bin', 'cdk'),
      args: [...args, '--ci', '--no-notices', '--no-color', '--no-version-reporting', '--progress', 'events'],
      cwd: this.workspace.root,
      log: join(this.workspace.logs, `cdk-${name}.log`),
      env: this.workspace.localEnvironment({
        // The command line remembers there which account an access key belongs to.
        CDK_HOME: join(this.workspace.home, '.cdk'),
        AWS_ENDPOINT_URL: this.endpoint,
        AWS_ENDPOINT_URL_S3: this.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: join(this.workspace.home, 'no-config'),
        AWS_SHARED_CREDENTIALS_FILE: join(this.workspace.home, 'no-credentials'),
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        CDK_DISABLE_VERSION_CHECK: 'true',
        JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: String(process.versions.node.split('.')[0]),
        TS_NODE_TRANSPILE_ONLY: 'true',
        TS_NODE_PROJECT: join(this.workspace.project, 'test', 'tsconfig.json'),
      }),
    }, 240);
  }
}
