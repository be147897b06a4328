import { Duration, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { ecrAccepts } from './ecr-lifecycle-validator';
import type { LifecycleRuleOptions } from '../../src';
import { LifecyclePolicy, LifecycleRule } from '../../src';

const stack = new Stack();
const count = fc.integer({ min: 1, max: 1000 });
const age = count.map(Duration.days);
const ageInArchive = fc.integer({ min: 90, max: 1000 }).map(Duration.days);

type Factory = (options: LifecycleRuleOptions) => LifecycleRule;

const inStandard: fc.Arbitrary<Factory> = fc.oneof(
  count.map((n): Factory => options => LifecycleRule.keepNewest(n, options)),
  count.map((n): Factory => options => LifecycleRule.archiveAllButNewest(n, options)),
  age.map((n): Factory => options => LifecycleRule.expireAfterPush(n, options)),
  age.map((n): Factory => options => LifecycleRule.archiveAfterPush(n, options)),
  age.map((n): Factory => options => LifecycleRule.archiveAfterPull(n, options)),
);
const inArchive: fc.Arbitrary<Factory> = ageInArchive.map((n): Factory => options => LifecycleRule.expireArchived(n, options));

const description = fc.option(fc.string({ unit: 'grapheme', maxLength: 60 }), { nil: undefined });
const tag = fc.stringMatching(/^[a-z0-9._-]{1,12}$/);
const pattern = fc.array(fc.constantFrom('a', 'v1.', '-', '_', '*'), { minLength: 1, maxLength: 8 })
  .map(parts => parts.join('')).filter(text => text.split('*').length <= 5);

/** Rules for one storage class that get along: tagged ones, perhaps one for untagged images, perhaps one for any, which comes last. */
function rulesOf(factory: fc.Arbitrary<Factory>): fc.Arbitrary<LifecycleRule[]> {
  const prefixes = fc.uniqueArray(tag, { maxLength: 4 });
  const patterns = fc.array(fc.array(pattern, { minLength: 1, maxLength: 3 }), { maxLength: 4 });
  const one = fc.tuple(factory, description);
  return fc.tuple(prefixes, patterns, fc.boolean(), fc.boolean(), fc.array(one, { minLength: 10, maxLength: 10 }))
    .map(([prefixList, patternLists, untagged, any, makers]) => {
      const selections: LifecycleRuleOptions[] = [
        ...prefixList.map(prefix => ({ tagPrefixes: [prefix] })),
        ...patternLists.map(tagPatterns => ({ tagPatterns })),
        ...untagged ? [{ untagged }] : [],
        ...any ? [{}] : [],
      ];
      return selections.map((selection, i) => makers[i][0]({ ...selection, description: makers[i][1] }));
    });
}

const policies = fc.tuple(rulesOf(inStandard), rulesOf(inArchive)).map(([standard, archive]) => LifecyclePolicy.of(...standard, ...archive));

describe('every policy of legal rules', () => {
  test('is accepted by ECR, or is omitted when it is empty', () => {
    fc.assert(fc.property(policies, policy => {
      const text = policy._render(stack);
      expect(text === undefined || ecrAccepts(text)).toBe(true);
      expect(text === undefined).toBe((policy._toJson() as { rules: object[] }).rules.length === 0);
    }));
  });

  test('is the same after writing and reading it', () => {
    fc.assert(fc.property(policies, policy => {
      const text = policy._render(stack) ?? '{"rules":[]}';
      const again = LifecyclePolicy.fromJson(text);
      expect(again._toJson()).toStrictEqual(policy._toJson());
      expect(again._render(stack)).toBe(policy._render(stack));
      expect(again._archives).toBe(policy._archives);
    }));
  });

  test('has the priorities that were given, and ascending ones between them', () => {
    const priorities = fc.array(fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(priorities, given => {
      const make = () => LifecyclePolicy.of(...given.map((priority, i) => LifecycleRule.keepNewest(1, { priority, tagPatterns: [`team-${i}`] })));
      const expected = given.reduce<number[]>((all, priority) => [...all, priority ?? (all.at(-1) ?? 0) + 1], []);
      if (new Set(expected).size < expected.length) {
        expect(make).toThrow('must have a priority of its own');
      } else {
        expect((make()._toJson() as { rules: { rulePriority: number }[] }).rules.map(rule => rule.rulePriority)).toEqual(expected);
      }
    }));
  });
});

describe('a legal policy with some values changed', () => {
  /** Values for each place: some legal, some legal beside others, some never. */
  const VALUES: Record<string, unknown[]> = {
    'rulePriority': [0, 1, 2, 3, 40, 2.5, '1'],
    'description': ['', 'text', null],
    'enabled': [true],
    'selection.tagStatus': ['tagged', 'untagged', 'any', 'ANY'],
    'selection.tagPatternList': [undefined, [], ['a'], ['a', 'b*'], ['*a*b*c*'], ['*a*b*c*d*'], ['']],
    'selection.tagPrefixList': [undefined, [], ['a'], ['a', 'b'], ['a', 'a'], [''], 'a'],
    'selection.storageClass': [undefined, 'standard', 'archive', null],
    'selection.countType': ['imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned', undefined],
    'selection.countUnit': [undefined, 'days', 'hours'],
    'selection.countNumber': [0, 1, 89, 90, 1.5, undefined],
    'action.type': ['expire', 'transition', 'delete'],
    'action.targetStorageClass': [undefined, 'archive', null],
  };
  const places = fc.constantFrom(...Object.entries(VALUES)).chain(([path, values]) => fc.tuple(fc.constant(path), fc.constantFrom(...values)));
  const change = fc.tuple(fc.nat(9), places);

  test('is read when ECR would accept it, and fails when not', () => {
    const answers = { accepted: 0, rejected: 0 };
    fc.assert(fc.property(policies, fc.array(change, { minLength: 1, maxLength: 3 }), (legal, changes) => {
      const policy = JSON.parse(JSON.stringify(legal._toJson()));
      fc.pre(policy.rules.length > 0);
      for (const [i, [path, value]] of changes) {
        const rule = policy.rules[i % policy.rules.length];
        const [key, inner] = path.split('.');
        Object.assign(inner === undefined ? rule : rule[key], { [inner ?? key]: value });
      }
      const text = JSON.stringify(policy);
      if (ecrAccepts(text)) {
        answers.accepted++;
        expect(() => LifecyclePolicy.fromJson(text)).not.toThrow();
      } else {
        answers.rejected++;
        expect(() => LifecyclePolicy.fromJson(text)).toThrow(/^'text\.rules/);
      }
    }), { numRuns: 500 });
    // Both answers have to be common, or this says little.
    expect(answers.accepted).toBeGreaterThan(25);
    expect(answers.rejected).toBeGreaterThan(25);
  });
});
