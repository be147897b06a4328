import { Annotations, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Findings } from '../../private/findings';

/** As the CloudFormation schema has it, `AWS::ECR::ReplicationConfiguration.RepositoryFilter`. */
const FILTER = /^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*\/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$/;

/** Finds what ECR would reject in the prefixes of a replication. */
export function checkPrefixes(findings: Findings, prefixes: readonly string[] | undefined): void {
  findings.unless(prefixes?.length !== 0, "'prefixes' must have 1 to 100 entries, got []: leave it out for every repository");
  for (const prefix of (prefixes ?? []).filter(given => !Token.isUnresolved(given))) {
    findings.unless(prefix.length >= 2 && prefix.length <= 256 && FILTER.test(prefix),
      `'prefixes' must be 2 to 256 lowercase letters and digits, with '.', '_', '-' or '/' between them, got ${JSON.stringify(prefix)}`
      + (prefix.includes('*') ? ': leave the star out, a prefix is followed by anything' : ''));
  }
}

/** A prefix is text: without a slash at the end it has more matches than a reader expects. */
export function warnOfWidePrefixes(scope: IConstruct, prefixes: readonly string[] | undefined): void {
  for (const prefix of (prefixes ?? []).filter(given => !Token.isUnresolved(given) && !given.endsWith('/'))) {
    Annotations.of(scope).addWarningV2(`cdk-hardened-ecr:PrivateRegistry.prefixMatchesMore:${prefix}`,
      `the prefix '${prefix}' of a replication is for every name that starts with it, '${prefix}-old/app' too: write '${prefix}/' for what is below it`);
  }
}

/** Whether a repository may be under both; nothing is every repository, and what is a token may match. */
export function overlap(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  if (!some || !others) {
    return true;
  }
  const mayMeet = (one: string, other: string) =>
    Token.isUnresolved(one) || Token.isUnresolved(other) || one.startsWith(other) || other.startsWith(one);
  return some.some(one => others.some(other => mayMeet(one, other)));
}

/** Whether every repository under the first is under the second. */
export function isWithin(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  if (!others) {
    return true;
  }
  return some !== undefined && some.every(one => others.some(other => one.startsWith(other)));
}
