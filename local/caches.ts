import { CENTRAL, MEMBER, STRANGER } from './accounts';
import { arrivalsOutcome, Arrival, lookFor, TriedClaim } from './arrivals';
import { Caller, CallerName } from './callers';
import { Clients } from './clients';
import { buildImage } from './image';
import { Registry } from './oci';
import { Outcome } from './steps';
import { Style } from './style';
import { Upstream } from './upstream';

const PLACE = { account: MEMBER, region: 'us-east-1' };

/** What is offered upstream. */
const OFFERED = ['library/nginx:1.27', 'library/redis:7', 'library/postgres:17', 'docker/library/busybox:1.36'];

/** What everyone is to get through the caches, one after the other. */
export const PULLS: readonly TriedClaim[] = [
  { ...image('docker-hub/library/nginx', '1.27'), caller: 'tasks', by: 'image-puller', answer: '200', template: 'docker-hub', why: 'grantPull' },
  {
    ...image('docker-hub/library/redis', '7'),
    caller: 'administrator',
    by: `an administrator of ${CENTRAL}`,
    answer: '200',
    template: 'docker-hub',
    why: 'grantPull to the organization',
  },
  {
    ...image('docker-hub/library/postgres', '17'),
    caller: 'stranger',
    by: `an administrator of ${STRANGER}`,
    answer: '403',
    words: 'ecr:BatchGetImage',
    why: 'not of the organization',
  },
  {
    ...image('docker-hub/nginx', '1.27'),
    caller: 'tasks',
    by: 'image-puller',
    answer: '404',
    words: 'the upstream registry answers 404',
    why: 'official images of Docker Hub are below library/',
  },
  {
    ...image('ecr-public/docker/library/busybox', '1.36'),
    caller: 'reader',
    by: 'a role that may pull, no more',
    answer: '404',
    words: 'perform: ecr:BatchImportUpstreamImage',
    why: 'a first pull takes two rights more; without them ECR finds nothing',
  },
  {
    ...image('ecr-public/docker/library/busybox', '1.36'),
    caller: 'member',
    by: 'an administrator',
    answer: '200',
    template: 'ecr-public',
    why: 'it has all rights, and nobody logs in there',
  },
  {
    ...image('quay/prometheus/prometheus', 'v3'),
    caller: 'member',
    by: 'an administrator',
    answer: '503',
    words: "'quay.io' is out of reach",
    why: 'nothing on this machine stands for quay.io, and no pull leaves it',
  },
  {
    ...image('central/base/node', '22'),
    caller: 'member',
    by: 'an administrator',
    answer: '403',
    words: 'perform: ecr:BatchImportUpstreamImage on resource',
    why: `the registry of ${CENTRAL} lets nobody import from it`,
  },
];

/** What pulls through a cache bring, and whom they are refused. */
export class Caches {
  constructor(
    private readonly port: number, private readonly clients: Clients, private readonly callers: Readonly<Record<CallerName, Caller>>,
    private readonly upstream: Upstream, private readonly style: Style,
  ) {}

  public async pull(): Promise<Outcome> {
    for (const offered of OFFERED) {
      const [repository, tag] = offered.split(':');
      this.upstream.offer(repository, tag, buildImage('from.txt', `${offered} of the upstream registry`));
    }
    const registry = new Registry(this.port, PLACE);
    const arrivals: Arrival[] = [];
    for (const claim of PULLS) {
      const caller = await registry.login(this.clients, this.callers[claim.caller].credentials!);
      const { status, words } = await caller.pull(claim.repository, claim.tag);
      arrivals.push(await lookFor(claim, { answer: String(status), words }, this.clients));
    }
    const { text, problems = [] } = arrivalsOutcome(arrivals, this.style);
    const again = await this.pullAgain(registry);
    return { text: [text, ...again.text].join('\n'), problems: [...problems, ...again.problems] };
  }

  /** What is cached is served without a word to the upstream registry. */
  private async pullAgain(registry: Registry): Promise<{ text: string[]; problems: string[] }> {
    const { repository, tag, caller } = PULLS[0];
    const before = this.upstream.asked;
    const { status, words } = await (await registry.login(this.clients, this.callers[caller].credentials!)).pull(repository, tag);
    const questions = this.upstream.asked - before;
    const names = [...this.upstream.logins].map(name => JSON.stringify(name)).join(', ');
    return {
      text: [
        `      ${repository}:${tag} again: ${status}, the upstream registry was asked ${questions} times`,
        `      The cache logged in there as ${names || 'nobody'}: the secret of the sample, until an operator puts the real one in`,
      ],
      problems: [
        ...status === 200 && questions === 0 ? [] : [`${repository}:${tag} is cached: expected 200 and no question, got ${status} ${words} and ${questions}`],
        ...names === '"not set yet"' ? [] : [`the cache was to log in as "not set yet", which the secret holds, but did as ${names || 'nobody'}`],
      ],
    };
  }
}

function image(repository: string, tag: string) {
  return { repository, tag, place: PLACE };
}
