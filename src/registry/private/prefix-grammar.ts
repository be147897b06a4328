import { Token } from 'aws-cdk-lib';
import type { Findings } from '../../private/findings';

/** Stands for the whole registry where a prefix is asked for. */
export const ROOT = 'ROOT';

/** How long a prefix may be, and how its errors end. */
export interface PrefixLimits {
  readonly min: number;
  readonly max: number;
  /** How the user writes the prefix of everything. */
  readonly root: string;
}

/** As the CloudFormation schemas have it: narrower than a repository's name, in which `--` and `__` are allowed. */
const PREFIX = /^[a-z0-9]+(?:[._\-/][a-z0-9]+)*\/?$/;

/** Whether a text is the prefix of a template or a rule; a token is not known to be one. */
export function isPrefix(text: string): boolean {
  return PREFIX.test(text);
}

/** Finds what ECR would reject in a prefix. */
export function checkPrefix(findings: Findings, property: string, prefix: string, { min, max, root }: PrefixLimits): void {
  findings.unless(Token.isUnresolved(prefix) || prefix === ROOT
    || (prefix.length >= min && prefix.length <= max && isPrefix(prefix)),
  `'${property}' must be ${min} to ${max} lowercase letters and digits, with a single '.', '_', '-' or '/' between them and a '/' at the end or none, `
  + `or ${root}, got ${JSON.stringify(prefix)}`);
}

/** The names of the repositories that a prefix is for, as ARNs of policies have them. */
export function repositoriesBelow(prefix: string): string {
  return prefix === ROOT ? '*' : `${prefix.replace(/\/$/, '')}/*`;
}
