import { accessTable, askForEveryone, CENTRAL_CLAIMS, CLAIMS, SHARED, unexpected } from './access';
import { CENTRAL, MEMBER, REGIONS, STRANGER } from './accounts';
import { Behaviours } from './behaviours';
import { Caches } from './caches';
import { Caller, CallerName, makeCallers } from './callers';
import { Cdk } from './cdk';
import { Clients } from './clients';
import { ExpectedResource, expectedResources } from './expected';
import { Failure, tail } from './failure';
import { buildImage } from './image';
import { ImageNews } from './image-news';
import { LocalAws } from './local-aws';
import { NetworkStory } from './network-story';
import { Registry } from './oci';
import { pullCounts, pullOutcome } from './pulls';
import { describeResource, problemsOf, readBack, readBackTable, sentence } from './read-back';
import { remainsTable, wronglyLeft } from './remains';
import { Outcome, Steps } from './steps';
import { Style } from './style';
import { wrap } from './table';
import { changesTable, lastUpdate, missing } from './update';
import { Upstream } from './upstream';

/** The stack whose repository is pushed to, pulled from and updated, and where it is. */
const STACK = 'HardenedRepository';
const PLACE = { account: CENTRAL, region: 'us-east-1' };

/** Where the central registry is. */
const CENTRAL_PLACE = { account: CENTRAL, region: 'us-west-2' };
const TAG = 'v1.4.2';

/** What the demo does with a local AWS that has been started. */
export class Story {
  private readonly clients: Clients;
  private readonly registry: Registry;
  private readonly central: Registry;
  private readonly image = buildImage('hello.txt', 'Hello from a hardened repository.\n');
  private resources: ExpectedResource[] = [];
  private callers?: Record<CallerName, Caller>;

  constructor(private readonly aws: LocalAws, private readonly cdk: Cdk, private readonly upstream: Upstream, private readonly style: Style) {
    this.clients = new Clients(aws.endpoint);
    this.registry = new Registry(aws.port, PLACE);
    this.central = new Registry(aws.port, CENTRAL_PLACE);
  }

  /** From an empty account to a failed update that has harmed nothing. */
  public async tell(steps: Steps): Promise<void> {
    await steps.run(`Bootstrap ${REGIONS.length} Regions of 2 accounts (cdk bootstrap)`, () => this.bootstrap());
    await steps.run('Deploy every sample, both accounts in one call (cdk deploy --all)', () => this.deploy());
    await steps.run('Read everything back and compare it with the templates', () => this.compare());
    await steps.run(`Push an image as ${TAG}, then another one under the same tag`, () => this.push());
    await steps.run('Ask the registry who may do what', () => this.ask());
    await steps.run('Push where no repository is: a creation template makes one', () => this.behaviours().createOnPush());
    await steps.run('Push to a replicated registry, look at the other Region and account', () => this.behaviours().replicate());
    await steps.run('Pull through caches from upstream registries on this machine', () => this.pullThrough());
    await steps.run('Push where somebody listens: a queue and a function hear of it', () => this.news().push());
    await steps.run('Report a critical finding: the image is archived by itself', () => this.news().quarantine());
    await steps.run('Follow calls out of a network without internet', () => this.network().followCalls());
    await steps.run('Take one endpoint away, each in turn: which call fails', () => this.network().takeAway());
    await steps.run('Update the stacks, read back, look for the image', () => this.update());
    await steps.run('Fail an update on purpose, read back, look for the image', () => this.fail());
  }

  /** What stays when the stacks go. */
  public async end(steps: Steps): Promise<void> {
    await steps.run('Destroy every stack (cdk destroy --all), see what stays', () => this.destroy());
  }

  private async bootstrap(): Promise<void> {
    await Promise.all([CENTRAL, MEMBER].map(account => this.cdk.bootstrap(account, REGIONS)));
  }

  private async deploy(): Promise<Outcome> {
    this.resources = await expectedResources(await this.cdk.deploy('first'), this.clients);
    const stacks = new Set(this.resources.map(({ stack }) => stack));
    return { text: `      ${stacks.size} stacks with ${this.resources.length} resources of ECR, KMS, EC2 and CloudWatch` };
  }

  private async compare(): Promise<Outcome> {
    const results = await readBack(this.resources, this.clients);
    return { text: `${readBackTable(results, this.style)}\n${sentence(results)}`, problems: problemsOf(results) };
  }

  private async push(): Promise<Outcome> {
    this.callers = await makeCallers(this.clients);
    const pusher = await this.registry.login(this.clients, this.callers.pusher.credentials!);
    const first = await pusher.push(SHARED, TAG, this.image);
    const second = await pusher.push(SHARED, TAG, buildImage('hello.txt', 'Another image under the same tag.\n'));
    return {
      text: [
        `      ${SHARED}:${TAG}  ${first.status}  ${this.image.manifest.digest}`,
        `      the same tag again  ${second.status}  ${second.words}`,
      ].join('\n'),
      problems: [
        ...first.status === 201 ? [] : [`the first push: expected 201, the registry answered ${first.status} ${first.words}`],
        ...second.status === 400 ? [] : [`the second push: expected 400, the registry answered ${second.status} ${second.words}`],
        ...await this.lost(),
      ],
    };
  }

  private async ask(): Promise<Outcome> {
    const repositories = [...new Set(CLAIMS.map(({ repository }) => repository))];
    const before = await pullCounts(repositories, PLACE, this.clients);
    const asked = await askForEveryone(CLAIMS, this.registry, this.callers!, this.clients, TAG, this.image);
    const pulls = pullOutcome(repositories, before, await pullCounts(repositories, PLACE, this.clients), asked);
    const results = [
      ...asked,
      ...await askForEveryone(CENTRAL_CLAIMS, this.central, this.callers!, this.clients, TAG, this.image),
    ];
    return {
      text: `${accessTable(results, this.style)}\n`
        + '      200 pulled, 201 pushed, 202 deleted, 401 not logged in, 403 not allowed\n'
        + `      ${CENTRAL} and ${MEMBER} are the organization, ${STRANGER} is not of it\n`
        + `${pulls.text}\n`
        + '      The answers are those of the local registry: how we read the documentation of AWS, not AWS',
      problems: [...unexpected(results), ...pulls.problems ?? [], ...await this.lost()],
    };
  }

  private pullThrough(): Promise<Outcome> {
    return new Caches(this.aws.port, this.clients, this.callers!, this.upstream, this.style).pull();
  }

  private news(): ImageNews {
    return new ImageNews(this.aws.port, this.clients, this.callers!, this.style);
  }

  private behaviours(): Behaviours {
    return new Behaviours(this.aws.port, this.clients, this.callers!, this.style);
  }

  private network(): NetworkStory {
    return new NetworkStory(this.cdk, this.clients, this.style);
  }

  private async update(): Promise<Outcome> {
    const before = this.resources;
    this.resources = await expectedResources(await this.cdk.deploy('second'), this.clients);
    const results = await readBack(this.resources, this.clients);
    const others = missing(before, this.resources);
    const added = missing(this.resources, before).length;
    const lost = await this.lost();
    return {
      text: [changesTable(before, this.resources, this.style), sentence(results), ...others.length === 0 ? [`      ${before.length} resources have the physical ids that they had: none was replaced; ${added} are new`] : [], ...stillThere(lost)].join('\n'),
      problems: [...problemsOf(results), ...others.map(resource => `${resource.stack}: ${describeResource(resource)} is not there any more`), ...lost],
    };
  }

  private async fail(): Promise<Outcome> {
    const { code, output } = await this.cdk.deployInVain('refused');
    if (code === 0) { return { problems: ['the update that had to fail has succeeded'] }; }
    const { status, updated, reason } = await lastUpdate(PLACE, STACK, this.clients);
    if (status !== 'UPDATE_ROLLBACK_COMPLETE') {
      throw new Failure(`the stack ${STACK} is ${status} after the failed update, expected UPDATE_ROLLBACK_COMPLETE`, tail(output));
    }
    const repository = this.resources.find(({ stack, physicalId }) => stack === STACK && physicalId === SHARED)!.logicalId;
    const results = await readBack(this.resources, this.clients);
    const lost = await this.lost();
    return {
      text: [
        ...wrap(`CloudFormation updated ${repository}, then failed at ${reason}`, 100).map(line => `      ${line}`),
        `      and took everything back: ${status}`,
        sentence(results),
        ...stillThere(lost),
      ].join('\n'),
      problems: [...updated.includes(repository) ? [] : [`${repository} had not been updated when the update failed: that shows nothing`], ...problemsOf(results), ...lost],
    };
  }

  private async destroy(): Promise<Outcome> {
    await this.cdk.destroy('second');
    const results = await readBack(this.resources, this.clients);
    return {
      text: `${remainsTable(results, this.style)}\n`
        + '      What holds images stays on purpose, and the key that reads them: a stack that goes by mistake takes no release with it.\n'
        + '      RetainExceptOnCreate: only a creation that fails is cleaned up, so that the next try finds the name free.\n'
        + "      The registry's scanning stays too: deleting it would try to switch Amazon Inspector off for the account.\n"
        + '      So does what ECR has made by itself: repositories that a push, a copy or a pull brought about belong to no stack.',
      problems: [
        ...wronglyLeft(results), ...problemsOf(results.filter(({ exists }) => exists)), ...await this.lost(), ...await this.behaviours().lost(),
      ],
    };
  }

  /** Whether the image has been lost: pulled anew, every digest checked. */
  private async lost(): Promise<string[]> {
    const administrator = await this.registry.login(this.clients, this.callers!.administrator.credentials!);
    const { status, words, digest } = await administrator.pull(SHARED, TAG);
    if (status !== 200) { return [`the image ${SHARED}:${TAG} can't be pulled any more: ${status} ${words}`]; }
    return digest === this.image.manifest.digest ? [] : [`the image ${SHARED}:${TAG} is another one now: ${digest}`];
  }
}

function stillThere(lost: readonly string[]): string[] {
  return lost.length === 0 ? [`      ${SHARED}:${TAG} is still there, pulled anew with every digest checked`] : [];
}
