import type { Expectation } from './access/audiences';
import type { Found } from './access/documents';
import { DOCUMENTS, STACKS } from './access/documents';
import { EXPECTED } from './access/expected';
import { CHANGES, mutantsOf } from './access/mutants';
import { survivors, verdict } from './access/verdict';

/** What nobody expects lets nobody in. */
const expectationOf = ({ stack, id }: Found): Expectation => EXPECTED[stack]?.[id] ?? NOTHING;
const NOTHING: Expectation = { allows: [] };

/** The same document in different accounts is changed in one of them. */
const DISTINCT = [...new Map(DOCUMENTS.map(found => {
  const text = JSON.stringify(found.document).replaceAll(found.place.account, 'ACCOUNT').replaceAll(found.place.region, 'REGION');
  return [`${found.kind} ${text}`, found];
})).values()];

describe('the policies of the samples', () => {
  /** What several resources have in common is judged once, as long as the same is expected of it. */
  const judged = new Map<Expectation, Map<string, string[]>>();
  const judge = (found: Found): string[] => {
    const expectation = expectationOf(found);
    const verdicts = judged.get(expectation) ?? new Map<string, string[]>();
    judged.set(expectation, verdicts);
    const text = JSON.stringify([found.kind, found.place, found.document]);
    verdicts.set(text, verdicts.get(text) ?? verdict(found, expectation));
    return verdicts.get(text)!;
  };

  test('are all expected, and nothing is expected that is not there', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual([...STACKS].sort());
    const found = Object.fromEntries(STACKS.map(stack => [stack, DOCUMENTS.filter(document => document.stack === stack).map(({ id }) => id).sort()]));
    expect(Object.fromEntries(Object.entries(EXPECTED).map(([stack, rows]) => [stack, Object.keys(rows).sort()]))).toEqual(found);
  });

  test.each(DOCUMENTS.map(found => [`${found.stack}/${found.id}`, found] as const))('%s lets in whom it is meant for, and nobody else', (_, found) => {
    expect(judge(found)).toEqual([]);
  });

  test('are of every kind', () => {
    expect(new Set(DOCUMENTS.map(({ kind }) => kind))).toEqual(new Set(['repository', 'registry', 'identity', 'key', 'trust', 'endpoint', 'queue', 'topic']));
  });
});

describe('a policy with one thing wrong', () => {
  const mutants = DISTINCT.flatMap(found => {
    const variants = mutantsOf(found.document);
    const alive = survivors(found, expectationOf(found), variants.map(({ document }) => document));
    return variants.map(({ change, document }) => ({ change, survivor: alive.includes(document) && `${found.stack}/${found.id}: ${JSON.stringify(document)}` }));
  });

  test.each([...Object.keys(CHANGES), 'a statement less'])('is found out: %s', change => {
    const made = mutants.filter(mutant => mutant.change === change);
    expect(made.length).toBeGreaterThan(0);
    expect(made.map(({ survivor }) => survivor).filter(survivor => survivor !== false)).toEqual([]);
  });
});

describe('an expectation that is wrong', () => {
  const found = DOCUMENTS.find(({ stack, id }) => stack === 'HardenedRepository' && id === 'Api')!;
  const { allows } = expectationOf(found);

  test('is found out when it is too narrow', () => {
    expect(verdict(found, { allows: [] })).toEqual([expect.stringContaining('allow, not nothing')]);
  });

  test('is found out when it is too wide: a policy that lets nobody in does not pass', () => {
    expect(verdict({ ...found, document: { Statement: [] } }, { allows })).toEqual([expect.stringContaining('nothing, not allow')]);
  });

  test('is found out when it expects what is not denied', () => {
    expect(verdict(found, { allows, denies: allows })).toEqual([expect.stringContaining('allow, not deny')]);
  });

  test('is found out when nobody in the world is meant', () => {
    expect(verdict(found, { allows: [...allows, { who: () => false, can: ['ecr:PutImage'] }] })).toEqual(['nobody in the world is meant to: ecr:PutImage']);
  });
});
