import type { Call } from './pull-calls';
import type { Hop } from './pull-path';
import type { Outcome } from './steps';
import { Style } from './style';
import { Cell, Row, table, wrap } from './table';

/** Something that is tried from a network, and how far it is to come. */
export interface Claim {
  readonly who: string;
  readonly does: string;
  readonly calls: readonly Call[];
  /** The call that must fail, with a part of the reason; nothing when all must pass. */
  readonly stopsAt?: { readonly step: string; readonly words: string };
  readonly why: string;
}

export interface Try {
  readonly claim: Claim;
  readonly hops: readonly Hop[];
}

/** The calls of a pull from a network, and which of them were to fail. */
export interface Variant {
  /** The endpoint that it lacks; nothing when it has all. */
  readonly without?: string;
  readonly fails: readonly string[];
  readonly hops: readonly Hop[];
}

/** How the verdicts come about. */
const JUDGED = '      Judged by what the EC2 API answers: endpoints, private DNS, route tables, security groups, policies.\n'
  + '      No packet travels: the local AWS has no network';

/** What came of each try, and what is not as it was claimed. */
export function triesOutcome(tries: readonly Try[], style: Style): Outcome {
  const rows = tries.map(({ claim, hops }): Row =>
    [claim.who, claim.does, { text: comesAsFarAs(hops), tone: isAsClaimed(hops, claim) ? undefined : 'bad' }, claim.why]);
  return {
    text: `${table([{ title: 'Who' }, { title: 'Does' }, { title: 'How far it comes', width: 60 }, { title: 'Because', width: 34 }], rows, style)}\n${JUDGED}`,
    problems: tries.filter(({ claim, hops }) => !isAsClaimed(hops, claim)).map(({ claim: { who, does, stopsAt }, hops }) =>
      `${who} ${does}: expected ${stopsAt ? `to stop at the ${stopsAt.step}, ${stopsAt.words}` : 'to pass through endpoints'}, got: ${comesAsFarAs(hops)}`),
  };
}

/** Which calls fail in each network, in words for the first of them, and what is not as it was to be. */
export function variantsOutcome(variants: readonly Variant[], style: Style): Outcome {
  const [{ hops: calls }] = variants;
  const rows = variants.map(({ without = 'nothing', hops }): Row => [without, ...hops.map(wayOf)]);
  return {
    text: [
      table([{ title: 'Without' }, ...calls.map(({ call }) => ({ title: call.step }))], rows, style),
      ...variants.flatMap(({ without, hops }) => hops.filter(hasFailed).slice(0, 1).flatMap(hop => indented(`without ${without}: ${failureOf(hop)}`))),
    ].join('\n'),
    problems: variants.flatMap(({ without = 'nothing', fails, hops }) => {
      const failing = hops.filter(hasFailed).map(({ call }) => call.step);
      return failing.join() === fails.join() ? [] : [`without ${without}: expected to fail: ${inWords(fails)}, got: ${inWords(failing)}`];
    }),
  };
}

/** Whether calls came as far as they were to, and none of them through the internet. */
function isAsClaimed(hops: readonly Hop[], { stopsAt }: Claim): boolean {
  const { call, problem } = hops[hops.length - 1];
  return hops.every(hop => hasFailed(hop) || hop.via === hop.call.service)
    && (stopsAt ? call.step === stopsAt.step && problem?.includes(stopsAt.words) === true : problem === undefined);
}

function hasFailed({ problem }: Hop): boolean {
  return problem !== undefined;
}

function comesAsFarAs(hops: readonly Hop[]): string {
  return hops.map(({ call, via, problem }) => `${call.step} ${problem ?? `through ${via}`}`).join(', ');
}

function wayOf({ via, problem }: Hop): Cell {
  return problem === undefined ? { text: String(via), tone: 'good' } : { text: via === undefined ? 'no way out' : 'refused', tone: 'bad' };
}

function failureOf({ call: { step, method, url, failure }, problem }: Hop): string {
  return `${step}: ${method} ${url} ${problem}; ${failure}`;
}

function inWords(steps: readonly string[]): string {
  return steps.join(', ') || 'nothing';
}

function indented(text: string): string[] {
  return wrap(text, 140).map((line, i) => `${i === 0 ? '      ' : '        '}${line}`);
}
