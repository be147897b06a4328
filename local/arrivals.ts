import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { Environment, nameOf } from './accounts';
import type { CallerName } from './callers';
import { Clients } from './clients';
import { orNothing } from './reader';
import { differingSettings, RepositorySettings, settingsInShort, settingsOfRepository, settingsOfTemplate } from './repository-settings';
import type { Outcome } from './steps';
import { Style } from './style';
import { Cell, Row, table } from './table';

/** An image that is to arrive in a registry, or not to: written down before it was tried. */
export interface Claim {
  readonly repository: string;
  readonly tag: string;
  /** How it is to come. */
  readonly by: string;
  readonly place: Environment;
  /** What the registry is to say: a status. */
  readonly answer: string;
  /** The prefix of the creation template whose settings the repository is to have; none when the image is not to arrive. */
  readonly template?: string;
  /** A part of the words with which it is to be refused. */
  readonly words?: string;
  readonly why: string;
}

/** A claim, and who tries it. */
export type TriedClaim = Claim & { readonly caller: CallerName };

/** What a registry said. */
export interface Said {
  readonly answer: string;
  readonly words: string;
}

export interface Arrival extends Said {
  readonly claim: Claim;
  /** Whether the image is there, under its tag. */
  readonly isThere: boolean;
  /** Those of its repository. */
  readonly settings?: RepositorySettings;
  /** Those of the creation template. */
  readonly expected?: RepositorySettings;
}

/** Whose answers these are. */
const OUR_READING = '      What the local registry did is how we read the documentation of AWS, not AWS';

/** Looks with the eyes of the registry's account whether an image is there, and reads back the settings of its repository. */
export async function lookFor(claim: Claim, said: Said, clients: Clients): Promise<Arrival> {
  const { place, repository, tag, template } = claim;
  const images = await orNothing(
    clients.ecr(place).send(new DescribeImagesCommand({ repositoryName: repository, imageIds: [{ imageTag: tag }] })),
    'RepositoryNotFoundException', 'ImageNotFoundException');
  return {
    ...said,
    claim,
    isThere: images !== undefined,
    settings: await settingsOfRepository(clients, place, repository),
    expected: template === undefined ? undefined : await settingsOfTemplate(clients, place, template),
  };
}

/** The table of what arrived, and what is not as it was claimed. */
export function arrivalsOutcome(arrivals: readonly Arrival[], style: Style): Outcome {
  return { text: `${arrivalsTable(arrivals, style)}\n${OUR_READING}`, problems: notAsClaimed(arrivals) };
}

/** What is not as it was claimed, in words. */
export function notAsClaimed(arrivals: readonly Arrival[]): string[] {
  return arrivals.flatMap(arrival => wrongs(arrival).map(wrong => `${titleOf(arrival.claim)} in ${nameOf(arrival.claim.place)}, ${arrival.claim.by}: ${wrong}`));
}

function wrongs({ claim, answer, words, isThere, settings, expected }: Arrival): string[] {
  const isWrong = answer !== claim.answer || (claim.words !== undefined && !words.includes(claim.words));
  const said = isWrong ? [`expected ${claim.answer} ${claim.words ?? ''}`.trimEnd() + `, the registry said ${answer} ${words}`.trimEnd()] : [];
  if (claim.template === undefined) {
    return [...said, ...isThere ? ['it is there, and should not be'] : []];
  }
  if (!isThere || !settings) { return [...said, 'it is not there']; }
  if (!expected) { return [...said, `there is no creation template for ${claim.template}`]; }
  return [...said, ...differingSettings(expected, settings).map(name => `${name} is not that of the template for ${claim.template}`)];
}

/** A row an image, below the registry that it is looked for in. */
export function arrivalsTable(arrivals: readonly Arrival[], style: Style): string {
  let last = '';
  const rows = arrivals.flatMap((arrival): Row[] => {
    const { claim } = arrival;
    const row: Row = [titleOf(claim), claim.by, answered(arrival), outcome(arrival)];
    if (nameOf(claim.place) === last) { return [row]; }
    const rule: Row[] = last === '' ? [] : ['rule'];
    last = nameOf(claim.place);
    return [...rule, [{ text: last, tone: 'bold' }], row];
  });
  return table([{ title: 'Image' }, { title: 'How', width: 34 }, { title: 'Answer' }, { title: 'Arrived with these settings, or why not', width: 62 }], rows, style);
}

function answered({ claim, answer }: Arrival): Cell {
  if (answer !== claim.answer) { return { text: `${answer}, not ${claim.answer}`, tone: 'bad' }; }
  return { text: answer, tone: claim.template === undefined ? 'dim' : 'good' };
}

function outcome(arrival: Arrival): Cell {
  const { claim, settings } = arrival;
  if (wrongs(arrival).length > 0) { return { text: wrongs(arrival).join('; '), tone: 'bad' }; }
  if (claim.template === undefined || !settings) { return { text: claim.why, tone: 'dim' }; }
  return { text: `${claim.why}. As the template for ${claim.template}/ says: ${settingsInShort(settings)}` };
}

function titleOf({ repository, tag }: Claim): string {
  return `${repository}:${tag}`;
}
