import { Caller, CallerName } from './callers';
import { Clients } from './clients';
import { buildImage } from './image';
import { Answer, Registry } from './oci';
import { Style } from './style';
import { Cell, table } from './table';

const DEEDS = ['pull', 'push', 'delete'] as const;
type Deed = typeof DEEDS[number];

interface Claim {
  readonly caller: CallerName;
  readonly who: string;
  readonly pull: number;
  readonly push: number;
  readonly delete: number;
  readonly why: string;
}

/**
 * What everyone is to be answered, written down from the policies before anyone was asked:
 * 200 pulled, 201 pushed, 202 deleted, 401 not logged in, 403 not allowed.
 */
export const CLAIMS: readonly Claim[] = [
  { caller: 'administrator', who: "the account's administrator", pull: 200, push: 201, delete: 202, why: 'allowed ecr:* by its own policy' },
  { caller: 'deployer', who: 'a deployer', pull: 200, push: 403, delete: 403, why: 'may touch no image, but is of the organization' },
  { caller: 'pusher', who: 'a pusher', pull: 200, push: 201, delete: 403, why: 'pushes, and is of the organization; takes nothing away' },
  { caller: 'puller', who: 'a puller', pull: 200, push: 403, delete: 403, why: 'reads, and no more' },
  { caller: 'member', who: "a role of the organization's other account, allowed ecr:* there", pull: 200, push: 403, delete: 403, why: 'both allow it: its account, and the repository to the organization' },
  { caller: 'visitor', who: 'a role there that may only log in', pull: 403, push: 403, delete: 403, why: 'across accounts both must allow it, and its own does not' },
  { caller: 'stranger', who: "a role of a stranger's account, allowed ecr:* there", pull: 403, push: 403, delete: 403, why: 'the repository does not know it' },
  { caller: 'nobody', who: 'nobody: no token', pull: 401, push: 401, delete: 401, why: 'a private registry asks who is there' },
];

export interface Access {
  readonly claim: Claim;
  readonly account: string;
  readonly answers: Readonly<Record<Deed, Answer>>;
}

/** Lets everyone pull an image, push one of their own and delete one, and says what the registry answered. */
export async function askForEveryone(
  registry: Registry, callers: Readonly<Record<CallerName, Caller>>, clients: Clients, repository: string, tag: string,
): Promise<Access[]> {
  const administrator = await registry.login(clients, callers.administrator.credentials!);
  const results: Access[] = [];
  for (const claim of CLAIMS) {
    const { name, account = '', credentials } = callers[claim.caller];
    const own = buildImage('caller.txt', `pushed by ${name}`);
    const victim = buildImage('victim.txt', `there to be deleted by ${name}`);
    await administrator.push(repository, `victim-of-${name}`, victim);
    const caller = credentials ? await registry.login(clients, credentials) : registry;
    results.push({
      claim,
      account,
      answers: {
        pull: await caller.pull(repository, tag),
        push: await caller.push(repository, `by-${name}`, own),
        delete: await caller.delete(repository, victim.manifest.digest),
      },
    });
    for (const image of [own, victim]) { await administrator.delete(repository, image.manifest.digest); }
  }
  return results;
}

/** The answers that are not the expected ones, in words. */
export function unexpected(results: readonly Access[]): string[] {
  return results.flatMap(({ claim, answers }) => DEEDS
    .filter(deed => answers[deed].status !== claim[deed])
    .map(deed => `${claim.who}, ${deed}: expected ${claim[deed]}, the registry answered ${answers[deed].status} ${answers[deed].words}`.trimEnd()));
}

export function accessTable(results: readonly Access[], style: Style): string {
  return table([
    { title: 'Who', width: 38 }, { title: 'Account' }, { title: 'Pull' }, { title: 'Push' }, { title: 'Delete' }, { title: 'Because', width: 44 },
  ], results.map(({ claim, account, answers }) => [
    claim.who, account, ...DEEDS.map(deed => shown(answers[deed], claim[deed])), claim.why,
  ]), style);
}

function shown({ status }: Answer, expected: number): Cell {
  if (status !== expected) { return { text: `${status}, not ${expected}`, tone: 'bad' }; }
  return { text: String(status), tone: status < 300 ? 'good' : 'dim' };
}
