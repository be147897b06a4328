import { Token } from 'aws-cdk-lib';
import type { Findings } from './findings';

/** A lifecycle rule in ECR's own words, wherever it was written. */
export interface RuleSpec {
  readonly priority?: number;
  readonly description?: string;
  readonly untagged?: boolean;
  readonly tagPatterns?: string[];
  readonly tagPrefixes?: string[];
  readonly storageClass: string;
  readonly countType: string;
  readonly countNumber: number;
  readonly action: string;
}

/** What can be wrong by itself. */
export type CheckedField = Exclude<keyof RuleSpec, 'countType' | 'description'>;

/** What a reader of the message calls a field of the rule, in quotes: a prop, a parameter or a place in JSON. */
export type FieldName = (field: CheckedField) => string;

/** What goes together: the storage class that ECR takes with a count type, and the action where it takes only one. */
const LEGAL: Record<string, { storageClass: string; action?: string; instead: string }> = {
  imageCountMoreThan: {
    storageClass: 'standard',
    instead: 'images in archive can only be selected by \'sinceImageTransitioned\'',
  },
  sinceImagePushed: {
    storageClass: 'standard',
    instead: 'images in archive can only be selected by \'sinceImageTransitioned\'',
  },
  sinceImagePulled: {
    storageClass: 'standard',
    action: 'transition',
    instead: 'to delete what nobody pulls, let one rule archive it and another expire what was archived, by \'sinceImageTransitioned\'',
  },
  sinceImageTransitioned: {
    storageClass: 'archive',
    action: 'expire',
    instead: 'only images in archive have been there for a time, and they can only be expired',
  },
};

/** Below it ECR takes no rule for archived images: 90 days are the least that archive storage is billed for. */
const MIN_DAYS_IN_ARCHIVE = 90;

/** In a pattern. */
const MAX_WILDCARDS = 4;

/**
 * Everything that can be said about one rule without knowing the others.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
export function checkRule(rule: RuleSpec, nameOf: FieldName, findings: Findings): void {
  findings.unless(rule.priority === undefined || Token.isUnresolved(rule.priority) || isWhole(rule.priority, 1),
    `${nameOf('priority')} must be a whole number of at least 1, got ${JSON.stringify(rule.priority)}`);
  checkCount(rule, nameOf('countNumber'), findings);
  checkCombination(rule, nameOf, findings);

  const selections = (['untagged', 'tagPatterns', 'tagPrefixes'] as const)
    .filter(field => rule[field] !== undefined && rule[field] !== false)
    .map(nameOf);
  findings.unless(selections.length <= 1,
    `${selections.join(' and ')} must not be in one rule: ECR selects images by one of them, keep one or make a rule of each`);
  checkTags(rule.tagPatterns, nameOf('tagPatterns'), findings);
  checkTags(rule.tagPrefixes, nameOf('tagPrefixes'), findings);
  for (const pattern of known(rule.tagPatterns)) {
    const wildcards = pattern.split('*').length - 1;
    findings.unless(wildcards <= MAX_WILDCARDS,
      `${nameOf('tagPatterns')} must have at most ${MAX_WILDCARDS} '*' in an entry, got ${wildcards} in ${JSON.stringify(pattern)}`);
  }
}

/** Whether the text of the rule is only known at deployment. */
export function hasTokens(rule: RuleSpec): boolean {
  return [rule.priority, rule.description, rule.countNumber, rule.tagPatterns, rule.tagPrefixes].flat().some(value => Token.isUnresolved(value));
}

/** The entries whose value is known. */
export function known(entries: string[] = []): string[] {
  return entries.filter(entry => !Token.isUnresolved(entry));
}

function checkCount(rule: RuleSpec, name: string, findings: Findings): void {
  if (Token.isUnresolved(rule.countNumber)) {
    return;
  }
  const [min, why] = rule.countType === 'sinceImageTransitioned'
    ? [MIN_DAYS_IN_ARCHIVE, ': ECR bills 90 days of archive storage in any case, and takes no rule that deletes earlier']
    : [1, ''];
  const unit = rule.countType === 'imageCountMoreThan' ? 'number' : 'number of days';
  findings.unless(isWhole(rule.countNumber, min),
    `${name} must be a whole ${unit} of at least ${min} for '${rule.countType}', got ${JSON.stringify(rule.countNumber)}${why}`);
}

function checkCombination(rule: RuleSpec, nameOf: FieldName, findings: Findings): void {
  const legal = LEGAL[rule.countType];
  findings.unless(rule.storageClass === legal.storageClass,
    `${nameOf('storageClass')} must be "${legal.storageClass}" for '${rule.countType}', got "${rule.storageClass}": ${legal.instead}`);
  findings.unless(legal.action === undefined || rule.action === legal.action,
    `${nameOf('action')} must be "${legal.action}" for '${rule.countType}', got "${rule.action}": ${legal.instead}`);
}

/** What ECR makes of an empty entry is not documented. As a prefix it would select every tagged image: nobody should find out. */
function checkTags(entries: string[] | undefined, name: string, findings: Findings): void {
  findings.unless(!Token.isUnresolved(entries),
    `${name} must be a list whose length is known, got a token: pass its entries one by one, they may be tokens`);
  findings.unless(entries === undefined || entries.length > 0,
    `${name} must have at least one entry, got []: leave it out to select any image, or use the pattern '*' for every tagged one`);
  findings.unless(!entries?.includes(''),
    `${name} must have no empty entry, got "": use the pattern '*' for every tagged image`);
}

function isWhole(value: number, min: number): boolean {
  return Number.isInteger(value) && value >= min;
}
