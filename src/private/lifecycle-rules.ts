import { Token } from 'aws-cdk-lib';
import type { Findings } from './findings';
import type { RuleSpec } from './lifecycle-rule-spec';
import { known } from './lifecycle-rule-spec';

const MAX_RULES = 50;

/** A rule that knows its place in the order of application. */
export type NumberedRule = RuleSpec & { readonly priority: number };

/** Gives a rule without a priority one more than the rule before it. */
export function withPriorities(rules: RuleSpec[], findings: Findings): NumberedRule[] {
  let previous = 0;
  return rules.map((rule, i) => {
    findings.unless(rule.priority !== undefined || !Token.isUnresolved(previous),
      `'rules[${i}]' must be given a priority: the one of rules[${i - 1}] is a token, so what comes after it is not known`);
    previous = rule.priority ?? previous + 1;
    return { ...rule, priority: previous };
  });
}

/**
 * Everything that can be said about the rules of a policy together.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
export function checkRules(rules: NumberedRule[], findings: Findings): void {
  findings.unless(rules.length <= MAX_RULES,
    `'rules' must be at most ${MAX_RULES}, got ${rules.length}: ECR takes no more, select with wildcards instead of one rule a tag`);
  checkPriorities(rules, findings);
  for (const storageClass of ['standard', 'archive']) {
    const here = [...rules.entries()].filter(([, rule]) => rule.storageClass === storageClass);
    checkSingle(here.filter(([, rule]) => rule.untagged), `untagged images in ${storageClass} storage`, findings);
    const any = here.filter(([, rule]) => !rule.untagged && !rule.tagPatterns && !rule.tagPrefixes);
    checkSingle(any, `any image in ${storageClass} storage`, findings);
    checkLast(any, here, storageClass, findings);
    checkPrefixes(here, storageClass, findings);
  }
}

type Entry = [position: number, rule: NumberedRule];

function checkPriorities(rules: NumberedRule[], findings: Findings): void {
  const seen = new Map<number, number>();
  for (const [i, { priority }] of rules.entries()) {
    findings.unless(Token.isUnresolved(priority) || !seen.has(priority),
      `'rules[${i}]' must have a priority of its own, got ${priority} like rules[${seen.get(priority)}]: leave it out to get the next one`);
    seen.set(priority, i);
  }
}

function checkSingle(rules: Entry[], selection: string, findings: Findings): void {
  findings.unless(rules.length <= 1,
    `'${placesOf(rules)}' must not all select ${selection}: ECR takes one such rule for each storage class`);
}

/** With two rules for any image, one of them is never last: that finding is enough. */
function checkLast(any: Entry[], here: Entry[], storageClass: string, findings: Findings): void {
  if (any.length !== 1 || Token.isUnresolved(any[0][1].priority)) {
    return;
  }
  const [[i, { priority }]] = any;
  const later = here.filter(([, rule]) => !Token.isUnresolved(rule.priority) && rule.priority > priority);
  findings.unless(later.length === 0,
    `'rules[${i}]' must have the highest priority number in ${storageClass} storage because it selects any image, `
    + `got ${priority} before ${later.map(([j, rule]) => `${rule.priority} of rules[${j}]`).join(', ')}: ECR applies it last, put it last`);
}

/** Our reading of "a unique set of tag prefixes": none twice, in two rules or in one. */
function checkPrefixes(here: Entry[], storageClass: string, findings: Findings): void {
  const seen = new Map<string, number>();
  for (const [i, rule] of here) {
    for (const prefix of known(rule.tagPrefixes)) {
      findings.unless(!seen.has(prefix),
        `'rules[${i}]' must not repeat the prefix ${JSON.stringify(prefix)} of rules[${seen.get(prefix)}] in ${storageClass} storage: `
        + `ECR wants each once, write it as the pattern ${JSON.stringify(`${prefix}*`)}`);
      seen.set(prefix, i);
    }
  }
}

function placesOf(rules: Entry[]): string {
  return rules.map(([i]) => `rules[${i}]`).join(', ');
}
