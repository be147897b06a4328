import { Caller, CallerName } from './callers';
import { Clients } from './clients';
import { buildImage, Image } from './image';
import { Answer, Registry } from './oci';
import { Style } from './style';
import { Cell, Row, table } from './table';

const DEEDS = ['pull', 'push', 'delete'] as const;
type Deed = typeof DEEDS[number];

interface Claim {
  readonly repository: string;
  readonly caller: CallerName;
  readonly pull: number;
  readonly push: number;
  readonly delete: number;
  readonly why: string;
}

/** The sample's repository that the whole organization may pull from. */
export const SHARED = 'payments/api';

/** The one beside it: no audience, the grants of its own account only. */
const UNSHARED = 'payments/worker';

/**
 * What everyone is to be answered, written down from the policies before anyone was asked:
 * 200 pulled, 201 pushed, 202 deleted, 401 not logged in, 403 not allowed.
 */
export const CLAIMS: readonly Claim[] = [
  { repository: SHARED, caller: 'administrator', pull: 200, push: 201, delete: 202, why: 'its own policy allows ecr:*' },
  { repository: SHARED, caller: 'deployer', pull: 200, push: 403, delete: 403, why: 'touches no image, but is of the organization' },
  { repository: SHARED, caller: 'pusher', pull: 200, push: 201, delete: 403, why: 'grantPullPush: takes nothing away' },
  { repository: SHARED, caller: 'puller', pull: 200, push: 403, delete: 403, why: 'grantPull' },
  { repository: SHARED, caller: 'member', pull: 200, push: 403, delete: 403, why: 'its account allows it, and so does the audience' },
  { repository: SHARED, caller: 'visitor', pull: 403, push: 403, delete: 403, why: 'across accounts its own has to allow it too' },
  { repository: SHARED, caller: 'stranger', pull: 403, push: 403, delete: 403, why: 'its account allows it, no audience does' },
  { repository: SHARED, caller: 'nobody', pull: 401, push: 401, delete: 401, why: 'a private registry asks who is there' },

  { repository: UNSHARED, caller: 'administrator', pull: 200, push: 201, delete: 202, why: 'its own policy allows ecr:*' },
  { repository: UNSHARED, caller: 'deployer', pull: 403, push: 403, delete: 403, why: 'touches no image' },
  { repository: UNSHARED, caller: 'pusher', pull: 200, push: 201, delete: 403, why: 'grantPullPush: takes nothing away' },
  { repository: UNSHARED, caller: 'puller', pull: 200, push: 403, delete: 403, why: 'grantPull' },
  { repository: UNSHARED, caller: 'member', pull: 403, push: 403, delete: 403, why: 'its account allows it, no audience does' },
  { repository: UNSHARED, caller: 'visitor', pull: 403, push: 403, delete: 403, why: 'neither side allows it' },
  { repository: UNSHARED, caller: 'stranger', pull: 403, push: 403, delete: 403, why: 'its account allows it, no audience does' },
  { repository: UNSHARED, caller: 'nobody', pull: 401, push: 401, delete: 401, why: 'a private registry asks who is there' },
];

/** Repositories of the central registry: one for the whole organization, one for the units below one of its nodes. */
const FOR_ORGANIZATION = 'base/node';
const FOR_UNIT = 'audit/ledger';

/** The same of the central registry, where a unit of the organization is told apart from the whole. */
export const CENTRAL_CLAIMS: readonly Claim[] = [
  { repository: FOR_ORGANIZATION, caller: 'administrator', pull: 200, push: 201, delete: 202, why: 'its own policy allows ecr:*' },
  { repository: FOR_ORGANIZATION, caller: 'deployer', pull: 200, push: 403, delete: 403, why: 'of the organization' },
  { repository: FOR_ORGANIZATION, caller: 'member', pull: 200, push: 403, delete: 403, why: 'of the organization, and its account allows it' },
  { repository: FOR_ORGANIZATION, caller: 'visitor', pull: 403, push: 403, delete: 403, why: 'across accounts its own has to allow it too' },
  { repository: FOR_ORGANIZATION, caller: 'stranger', pull: 403, push: 403, delete: 403, why: 'not of the organization' },
  { repository: FOR_ORGANIZATION, caller: 'nobody', pull: 401, push: 401, delete: 401, why: 'a private registry asks who is there' },

  { repository: FOR_UNIT, caller: 'administrator', pull: 200, push: 201, delete: 202, why: 'its own policy allows ecr:*' },
  { repository: FOR_UNIT, caller: 'deployer', pull: 403, push: 403, delete: 403, why: 'of the organization, but of another unit' },
  { repository: FOR_UNIT, caller: 'member', pull: 200, push: 403, delete: 403, why: 'of the unit ou-ab12-22222222' },
  { repository: FOR_UNIT, caller: 'stranger', pull: 403, push: 403, delete: 403, why: 'not of the organization' },
];

const WHO: Record<CallerName, string> = {
  administrator: "the account's administrator",
  deployer: 'a deployer',
  pusher: "the sample's pusher",
  puller: "the sample's puller",
  team: "a team's pipeline",
  tasks: 'tasks of the other account',
  reader: 'a role of the other account that may only pull',
  member: 'a role of the other account',
  visitor: 'the same, may only log in',
  stranger: "a stranger's role",
  nobody: 'nobody: no token',
};

export interface Access {
  readonly claim: Claim;
  readonly account: string;
  readonly answers: Readonly<Record<Deed, Answer>>;
}

/** Lets everyone pull an image, push one of their own and delete one, and says what the registry answered. */
export async function askForEveryone(
  claims: readonly Claim[], registry: Registry, callers: Readonly<Record<CallerName, Caller>>, clients: Clients, tag: string, image: Image,
): Promise<Access[]> {
  const administrator = await registry.login(clients, callers.administrator.credentials!);
  for (const repository of new Set(claims.map(claim => claim.repository))) { await administrator.push(repository, tag, image); }
  const results: Access[] = [];
  for (const claim of claims) {
    const { name, account = '', credentials } = callers[claim.caller];
    const own = buildImage('caller.txt', `pushed by ${name}`);
    const victim = buildImage('victim.txt', `there to be deleted by ${name}`);
    await administrator.push(claim.repository, `victim-of-${name}`, victim);
    const caller = credentials ? await registry.login(clients, credentials) : registry;
    results.push({
      claim,
      account,
      answers: {
        pull: await caller.pull(claim.repository, tag),
        push: await caller.push(claim.repository, `by-${name}`, own),
        delete: await caller.delete(claim.repository, victim.manifest.digest),
      },
    });
    for (const { manifest } of [own, victim]) { await administrator.delete(claim.repository, manifest.digest); }
  }
  return results;
}

/** The answers that are not the expected ones, in words. */
export function unexpected(results: readonly Access[]): string[] {
  return results.flatMap(({ claim, answers }) => DEEDS
    .filter(deed => answers[deed].status !== claim[deed])
    .map(deed => `${claim.repository}, ${WHO[claim.caller]}, ${deed}: expected ${claim[deed]}, `
      + `the registry answered ${answers[deed].status} ${answers[deed].words}`.trimEnd()));
}

export function accessTable(results: readonly Access[], style: Style): string {
  let last = '';
  const rows = results.flatMap(({ claim, account, answers }): Row[] => {
    const row: Row = [WHO[claim.caller], account, ...DEEDS.map(deed => shown(answers[deed], claim[deed])), claim.why];
    if (claim.repository === last) { return [row]; }
    const rule: Row[] = last === '' ? [] : ['rule'];
    last = claim.repository;
    return [...rule, [{ text: claim.repository, tone: 'bold' }], row];
  });
  return table([{ title: 'Who' }, { title: 'Account' }, { title: 'Pull' }, { title: 'Push' }, { title: 'Delete' }, { title: 'Because' }], rows, style);
}

function shown({ status }: Answer, expected: number): Cell {
  if (status !== expected) { return { text: `${status}, not ${expected}`, tone: 'bad' }; }
  return { text: String(status), tone: status < 300 ? 'good' : 'dim' };
}
