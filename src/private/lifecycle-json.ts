import { Token } from 'aws-cdk-lib';
import { Findings } from './findings';
import * as shape from './json-shape';
import type { CheckedField, RuleSpec } from './lifecycle-rule-spec';
import { checkRule } from './lifecycle-rule-spec';

interface RuleJson {
  readonly rulePriority: number;
  readonly description?: string;
  readonly selection: {
    readonly tagStatus: string;
    readonly tagPatternList?: string[];
    readonly tagPrefixList?: string[];
    readonly storageClass?: string;
    readonly countType: string;
    readonly countUnit?: string;
    readonly countNumber: number;
  };
  readonly action: { readonly type: string; readonly targetStorageClass?: string };
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html#lifecycle_policy_syntax */
const GRAMMAR = shape.record({
  rules: shape.listOf(shape.record({
    rulePriority: shape.number,
    selection: shape.record({
      tagStatus: shape.word('tagged', 'untagged', 'any'),
      countType: shape.word('imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'),
      countNumber: shape.number,
    }, {
      tagPatternList: shape.listOf(shape.text),
      tagPrefixList: shape.listOf(shape.text),
      storageClass: shape.word('standard', 'archive'),
      countUnit: shape.word('days'),
    }),
    action: shape.record({ type: shape.word('expire', 'transition') }, { targetStorageClass: shape.word('archive') }),
  }, {
    description: shape.text,
  })),
});

/** Where the grammar has what can be wrong with a rule. */
const PLACES: Record<CheckedField, string> = {
  priority: 'rulePriority',
  untagged: 'selection.tagStatus',
  tagPatterns: 'selection.tagPatternList',
  tagPrefixes: 'selection.tagPrefixList',
  storageClass: 'selection.storageClass',
  countNumber: 'selection.countNumber',
  action: 'action.type',
};

/**
 * The rules of a policy in ECR's JSON.
 *
 * @throws with everything that is wrong with their shape, then with everything that is wrong with what they say
 */
export function readRules(text: string): RuleSpec[] {
  const findings = new Findings();
  findings.unless(!Token.isUnresolved(text), '\'text\' must be known at synth, got a token: use LifecyclePolicy.of(), whose values may be tokens');
  findings.throwIfAny();
  const policy = parse(text);
  GRAMMAR(policy, 'text', findings);
  findings.throwIfAny();
  const rules = (policy as { rules: RuleJson[] }).rules.map((rule, i) => readRule(rule, `text.rules[${i}]`, findings));
  findings.throwIfAny();
  return rules;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`'text' must be JSON like {"rules": [...]}: ${(error as Error).message}`);
  }
}

/** What the grammar cannot say: which properties belong together. The rest is the same for every rule, wherever it was written. */
function readRule({ rulePriority, description, selection, action }: RuleJson, place: string, findings: Findings): RuleSpec {
  const { tagStatus, tagPatternList, tagPrefixList, storageClass, countType, countUnit, countNumber } = selection;
  const tagged = tagPatternList !== undefined || tagPrefixList !== undefined;
  findings.unless(tagged || tagStatus !== 'tagged',
    `'${place}.selection' must have tagPatternList or tagPrefixList when tagStatus is "tagged": use ["*"] for every tagged image`);
  findings.unless(!tagged || tagStatus === 'tagged',
    `'${place}.selection.tagStatus' must be "tagged" beside tagPatternList or tagPrefixList, got ${JSON.stringify(tagStatus)}`);
  findings.unless(countUnit !== undefined || countType === 'imageCountMoreThan',
    `'${place}.selection.countUnit' must be "days" for '${countType}', got none`);
  findings.unless(countUnit === undefined || countType !== 'imageCountMoreThan',
    `'${place}.selection.countUnit' must not be there for 'imageCountMoreThan', got "days": images are counted, not days`);
  findings.unless(action.targetStorageClass !== undefined || action.type === 'expire',
    `'${place}.action.targetStorageClass' must be "archive" for 'transition', got none`);
  findings.unless(action.targetStorageClass === undefined || action.type !== 'expire',
    `'${place}.action.targetStorageClass' must not be there for 'expire', got "archive": use 'transition' to archive`);
  const spec = {
    priority: rulePriority,
    description,
    untagged: tagStatus === 'untagged' ? true : undefined,
    tagPatterns: tagPatternList,
    tagPrefixes: tagPrefixList,
    storageClass: storageClass ?? 'standard',
    countType,
    countNumber,
    action: action.type,
  };
  checkRule(spec, field => `'${place}.${PLACES[field]}'`, findings);
  return spec;
}
