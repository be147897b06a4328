import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { SHARED } from './access';
import { CENTRAL, MEMBER, STRANGER } from './accounts';
import { Cdk } from './cdk';
import { Clients } from './clients';
import { readNetwork } from './network';
import { Claim, triesOutcome, Variant, variantsOutcome } from './network-verdicts';
import { Caller, Image, Party } from './pull-calls';
import { Hop, PullPath } from './pull-path';
import type { Outcome } from './steps';
import { Style } from './style';
import { WITHOUT } from './without';

/** Where the sample is. */
const PLACE = { account: MEMBER, region: 'us-east-1' };
const STACK = 'PrivateNetwork';

const OURS = 'o-abcd123456';
const TASK: Party = { account: MEMBER, organization: OURS };
const CENTRAL_REGISTRY: Party = { account: CENTRAL, organization: OURS };
/** In no organization, like the account of AWS. */
const FOREIGN: Party = { account: STRANGER };
const GUARD_DUTY: Party = { account: '593207742271' };

const RELEASE: Image = { registry: CENTRAL_REGISTRY, repository: SHARED, tag: 'v1.4.2' };

const task = new Caller(TASK, PLACE.region);
const stranger = new Caller(FOREIGN, PLACE.region);

/** What is tried, written down from the props of the sample. */
export const CLAIMS: readonly Claim[] = [
  { who: 'a task', does: `pulls ${SHARED} of ${CENTRAL}`, calls: task.pull(RELEASE), why: 'an image of the organization' },
  {
    who: 'a task',
    does: `pulls GuardDuty's agent of ${GUARD_DUTY.account}`,
    calls: task.pull({ registry: GUARD_DUTY, repository: 'aws-guardduty-agent-fargate', tag: 'v1' }),
    why: 'the account of AWS that is named',
  },
  { who: 'a task', does: 'writes its log', calls: [task.log('/tasks')], why: 'the endpoint for logs has no policy of ours' },
  {
    who: 'a task',
    does: `pulls an image of ${STRANGER}`,
    calls: task.pull({ registry: FOREIGN, repository: 'miner', tag: 'latest' }),
    stopsAt: { step: 'manifest', words: 'ecr:BatchGetImage' },
    why: 'not of the organization, and not named',
  },
  {
    who: 'a task',
    does: `pushes to ${SHARED}`,
    calls: task.push(RELEASE),
    stopsAt: { step: 'upload', words: 'ecr:InitiateLayerUpload' },
    why: 'no role is named that pushes',
  },
  {
    who: `with a key of ${STRANGER}`,
    does: `pushes to ${STRANGER}`,
    calls: stranger.push({ registry: FOREIGN, repository: 'loot', tag: 'v1' }),
    stopsAt: { step: 'login', words: 'ecr:GetAuthorizationToken' },
    why: 'a principal of another organization: the way that data would leave by',
  },
];

/** Where calls from a private network go, judged by what the EC2 API answers of it. */
export class NetworkStory {
  constructor(private readonly cdk: Cdk, private readonly clients: Clients, private readonly style: Style) {}

  /** What passes through the endpoints, and what does not. */
  public async followCalls(): Promise<Outcome> {
    const path = await this.pathIn(STACK);
    return triesOutcome(CLAIMS.map(claim => ({ claim, hops: path.follow(claim.calls) })), this.style);
  }

  /** The network without each of its endpoints in turn: deployed, read back, told apart, and taken down again. */
  public async takeAway(): Promise<Outcome> {
    await this.cdk.deployNetworks();
    const variants: Variant[] = [{ fails: [], hops: await this.hopsIn(STACK) }];
    for (const [stack, { endpoint: without, fails }] of Object.entries(WITHOUT)) {
      variants.push({ without, fails, hops: await this.hopsIn(stack) });
    }
    await this.cdk.destroyNetworks();
    return variantsOutcome(variants, this.style);
  }

  /** Every call of a task that starts, also after one that fails. */
  private async hopsIn(stack: string): Promise<Hop[]> {
    const path = await this.pathIn(stack);
    return [...task.pull(RELEASE), task.log('/tasks')].map(call => path.hop(call));
  }

  /** From where the tasks of the sample run, which its outputs say. */
  private async pathIn(stack: string): Promise<PullPath> {
    const { Stacks: [{ Outputs = [] }] = [{}] } = await this.clients.cloudFormation(PLACE).send(new DescribeStacksCommand({ StackName: stack }));
    const output = (key: string) => String(Outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue);
    const subnetIds = output('TaskSubnets').split(',');
    return new PullPath(await readNetwork(this.clients, PLACE, subnetIds[0]), { subnetIds, groupIds: [output('TaskSecurityGroup')] });
  }
}
