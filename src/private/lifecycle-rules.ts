import { Token } from 'aws-cdk-lib';
import type { Findings } from './findings';
import type { RuleSpec } from './lifecycle-rule-spec';
import { known } from './lifecycle-rule-spec';

const MAX_RULES = 50;

/** A rule that knows its place in the order of application. */
export type NumberedRule = RuleSpec & { readonly priority: number };

/** Gives a rule without a priority one more than the rule before it. */
export function withPriorities(rules: RuleSpec[], place: string, findings: Findings): NumberedRule[] {
  let previous = 0;
  return rules.map((rule, i) => {
    findings.unless(rule.priority !== undefined || !Token.isUnresolved(previous),
      `'${place}[${i}]' must be given a priority: the one of ${place}[${i - 1}] is a token, so what comes after it is not known`);
    previous = rule.priority ?? previous + 1;
    return { ...rule, priority: previous };
  });
}

/**
 * Everything that can be said about the rules of a policy together.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
export function checkRules(rules: NumberedRule[], place: string, findings: Findings): void {
  findings.unless(rules.length <= MAX_RULES,
    `'${place}' must be at most ${MAX_RULES}, got ${rules.length}: ECR takes no more, select with wildcards instead of one rule a tag`);
  const placed = rules.map((rule, i) => ({ ...rule, at: `${place}[${i}]` }));
  checkPriorities(placed, findings);
  for (const storageClass of ['standard', 'archive']) {
    const here = placed.filter(rule => rule.storageClass === storageClass);
    const any = here.filter(rule => !rule.untagged && !rule.tagPatterns && !rule.tagPrefixes);
    checkSingle(here.filter(rule => rule.untagged), 'untagged images', findings);
    checkSingle(any, 'any image', findings);
    checkLast(any, here, findings);
    checkPrefixes(here, findings);
  }
}

type PlacedRule = NumberedRule & { readonly at: string };

function checkPriorities(rules: PlacedRule[], findings: Findings): void {
  const seen = new Map<number, string>();
  for (const { at, priority } of rules.filter(rule => !Token.isUnresolved(rule.priority))) {
    findings.unless(!seen.has(priority),
      `'${at}' must have a priority of its own, got ${priority} like ${seen.get(priority)}: change one of them`);
    seen.set(priority, at);
  }
}

function checkSingle([first, ...others]: PlacedRule[], selection: string, findings: Findings): void {
  for (const { at, storageClass } of others) {
    findings.unless(false,
      `'${at}' must not select ${selection} in ${storageClass} storage, got a second rule beside ${first.at}: ECR takes one, merge them`);
  }
}

function checkLast(any: PlacedRule[], here: PlacedRule[], findings: Findings): void {
  if (any.length !== 1) {
    return; // with two of them, one is never last: that they are two was said already
  }
  const [{ at, priority, storageClass }] = any;
  const later = here.filter(rule => !Token.isUnresolved(rule.priority) && rule.priority > priority);
  findings.unless(Token.isUnresolved(priority) || later.length === 0,
    `'${at}' must have the highest priority number in ${storageClass} storage because it selects any image, `
    + `got ${priority} before ${later.map(rule => `${rule.priority} of ${rule.at}`).join(', ')}: ECR applies it last, put it last`);
}

/** Our reading of "a unique set of tag prefixes": none twice, be it in two rules or in one. */
function checkPrefixes(here: PlacedRule[], findings: Findings): void {
  const seen = new Map<string, string>();
  for (const { at, storageClass, tagPrefixes } of here) {
    for (const prefix of known(tagPrefixes)) {
      findings.unless(!seen.has(prefix),
        `'${at}' must not repeat the prefix ${JSON.stringify(prefix)} of ${seen.get(prefix)} in ${storageClass} storage: `
        + `ECR wants each once, write it as the pattern ${JSON.stringify(`${prefix}*`)}`);
      seen.set(prefix, at);
    }
  }
}
