import { Token } from 'aws-cdk-lib';
import type { Findings } from './findings';
import { listOf, number, record, text, word } from './json-shape';
import type { RuleSpec } from './lifecycle-rule-spec';
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
const GRAMMAR = record({
  rules: listOf(record({
    rulePriority: number,
    selection: record({
      tagStatus: word('tagged', 'untagged', 'any'),
      countType: word('imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'),
      countNumber: number,
    }, {
      tagPatternList: listOf(text),
      tagPrefixList: listOf(text),
      storageClass: word('standard', 'archive'),
      countUnit: word('days'),
    }),
    action: record({ type: word('expire', 'transition') }, { targetStorageClass: word('archive') }),
  }, {
    description: text,
  })),
});

/** Where the grammar has what a rule is made of. */
const PLACES: Record<keyof RuleSpec, string> = {
  priority: 'rulePriority',
  description: 'description',
  untagged: 'selection.tagStatus',
  tagPatterns: 'selection.tagPatternList',
  tagPrefixes: 'selection.tagPrefixList',
  storageClass: 'selection.storageClass',
  countType: 'selection.countType',
  countNumber: 'selection.countNumber',
  action: 'action.type',
};

/** The rules of a policy in ECR's JSON; none when something was found. */
export function readRules(json: string, findings: Findings): RuleSpec[] {
  const before = findings.all.length;
  const policy = parse(json, findings);
  if (findings.all.length === before) {
    GRAMMAR(policy, 'text', findings);
  }
  return findings.all.length === before ? (policy as { rules: RuleJson[] }).rules.map((rule, i) => readRule(rule, `text.rules[${i}]`, findings)) : [];
}

function parse(json: string, findings: Findings): unknown {
  if (Token.isUnresolved(json)) {
    findings.unless(false, '\'text\' must be known at synth, got a token: use LifecyclePolicy.of(), whose values may be tokens');
    return undefined;
  }
  try {
    return JSON.parse(json);
  } catch (error) {
    findings.unless(false, `'text' must be JSON like {"rules": [...]}, got ${JSON.stringify(json)}: ${(error as Error).message}`);
    return undefined;
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
