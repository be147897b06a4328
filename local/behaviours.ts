import { CreateRepositoryCommand, DescribeImageReplicationStatusCommand } from '@aws-sdk/client-ecr';
import { CENTRAL, Environment, MEMBER, nameOf } from './accounts';
import { Arrival, arrivalsOutcome, Claim, lookFor, Said, TriedClaim } from './arrivals';
import { PULLS } from './caches';
import { Caller, CallerName } from './callers';
import { Clients } from './clients';
import { buildImage } from './image';
import { Registry } from './oci';
import { Outcome } from './steps';
import { Style } from './style';

/** Where the central registry is, and where the one that is replicated. */
const CENTRAL_REGISTRY = { account: CENTRAL, region: 'us-west-2' };
const SOURCE = { account: MEMBER, region: 'us-west-2' };
const OTHER_REGION = { account: MEMBER, region: 'eu-central-1' };
const OTHER_ACCOUNT = { account: CENTRAL, region: 'eu-central-1' };

const TAG = 'v1';

/** Who makes a repository by pushing to one that is not there. */
export const PUSHES: readonly TriedClaim[] = [
  { ...toCentral('payments/new'), caller: 'team', by: 'pushed by payments-ci', answer: '201', template: 'payments', why: 'its own namespace' },
  {
    ...toCentral('shop/web'),
    caller: 'member',
    by: `pushed by a role of ${MEMBER}`,
    answer: '201',
    template: 'shop',
    why: 'a namespace whose team is in that account',
  },
  {
    ...toCentral('shop/other'),
    caller: 'team',
    by: 'pushed by payments-ci',
    answer: '403',
    words: 'ecr:InitiateLayerUpload',
    why: 'the namespace of another team',
  },
  {
    ...toCentral('payments/other'),
    caller: 'member',
    by: `pushed by a role of ${MEMBER}`,
    answer: '403',
    words: 'ecr:InitiateLayerUpload',
    why: 'the same the other way round',
  },
  {
    ...toCentral('other/app'),
    caller: 'administrator',
    by: 'pushed by the administrator',
    answer: '404',
    words: 'NAME_UNKNOWN',
    why: 'no creation template is for it: not even ecr:* makes a repository by a push',
  },
];

/** Where what is pushed to the replicated registry arrives. */
export const COPIES: readonly Claim[] = [
  { ...copy('release/api', OTHER_REGION), answer: 'COMPLETE', template: 'release', why: 'the rule for this Region has its prefix' },
  { ...copy('shared/base', OTHER_REGION), answer: 'COMPLETE', template: 'shared', why: 'both rules have its prefix' },
  { ...copy('internal/tool', OTHER_REGION), answer: 'no rule', why: 'no rule has its prefix' },
  { ...copy('release/api', OTHER_ACCOUNT), answer: 'no rule', why: 'the rule for this account has the prefix shared/ only' },
  {
    ...copy('shared/base', OTHER_ACCOUNT),
    answer: 'COMPLETE',
    template: 'shared',
    why: 'the same, and the registry policy of this account lets the other one in',
  },
  { ...copy('internal/tool', OTHER_ACCOUNT), answer: 'no rule', why: 'no rule has its prefix' },
];

/** What a registry does by itself: makes repositories for pushes, and sends copies to others. */
export class Behaviours {
  constructor(
    private readonly port: number, private readonly clients: Clients, private readonly callers: Readonly<Record<CallerName, Caller>>,
    private readonly style: Style,
  ) {}

  /** Pushes to repositories that are not there. */
  public async createOnPush(): Promise<Outcome> {
    const registry = new Registry(this.port, CENTRAL_REGISTRY);
    const arrivals: Arrival[] = [];
    for (const claim of PUSHES) {
      const caller = await registry.login(this.clients, this.callers[claim.caller].credentials!);
      const { status, words } = await caller.push(claim.repository, claim.tag, imageFor(claim));
      arrivals.push(await lookFor(claim, { answer: String(status), words }, this.clients));
    }
    return arrivalsOutcome(arrivals, this.style);
  }

  /** Pushes to a registry that is replicated, and looks at the others. */
  public async replicate(): Promise<Outcome> {
    // Two are the sample's; this one someone makes by hand.
    await this.clients.ecr(SOURCE).send(new CreateRepositoryCommand({ repositoryName: 'shared/base', imageTagMutability: 'IMMUTABLE' }));
    const pusher = await new Registry(this.port, SOURCE).login(this.clients, this.callers.member.credentials!);
    const problems: string[] = [];
    for (const repository of new Set(COPIES.map(claim => claim.repository))) {
      const { status, words } = await pusher.push(repository, TAG, imageFor({ repository }));
      if (status !== 201) { problems.push(`${repository}:${TAG} could not be pushed to the source: ${status} ${words}`); }
    }
    const arrivals: Arrival[] = [];
    for (const claim of COPIES) { arrivals.push(await lookFor(claim, await this.replicationOf(claim), this.clients)); }
    const { text, problems: others = [] } = arrivalsOutcome(arrivals, this.style);
    return { text, problems: [...problems, ...others] };
  }

  /** The images that arrived and are not there any more, in words. */
  public async lost(): Promise<string[]> {
    const arrivals = await Promise.all([...PUSHES, ...COPIES, ...PULLS].filter(({ template }) => template !== undefined)
      .map(claim => lookFor(claim, { answer: claim.answer, words: '' }, this.clients)));
    return arrivals.filter(({ isThere }) => !isThere).map(({ claim }) => `${claim.repository}:${claim.tag} has gone from ${nameOf(claim.place)}`);
  }

  /** What the source says of the copy in one destination. */
  private async replicationOf({ repository, tag, place }: Claim): Promise<Said> {
    const { replicationStatuses = [] } = await this.clients.ecr(SOURCE).send(
      new DescribeImageReplicationStatusCommand({ repositoryName: repository, imageId: { imageTag: tag } }));
    const found = replicationStatuses.find(({ region, registryId }) => region === place.region && registryId === place.account);
    return { answer: found?.status ?? 'no rule', words: found?.failureCode ?? '' };
  }
}

function toCentral(repository: string) {
  return { repository, tag: TAG, place: CENTRAL_REGISTRY };
}

function copy(repository: string, place: Environment) {
  return { repository, tag: TAG, place, by: `pushed in ${SOURCE.account}/${SOURCE.region}` };
}

function imageFor({ repository }: { readonly repository: string }) {
  return buildImage('where.txt', `pushed to ${repository}`);
}
