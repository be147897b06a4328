import { Token } from 'aws-cdk-lib';
import type { Findings } from './findings';

/** The share of a quota that CloudWatch's guide alarms on. */
export const PERCENT = 80;

/** Repositories of a registry, where nobody asked for more. */
export const REPOSITORIES = 100_000;

/** Finds a share of a quota that is not one; a token is not looked at. */
export function checkPercent(findings: Findings, percent: number): void {
  findings.unless(Token.isUnresolved(percent) || (percent >= 1 && percent <= 100), () => `'percent' must be 1 to 100, got ${JSON.stringify(percent)}`);
}

/**
 * Finds a quota that is not one. CloudFormation does not multiply, so what is computed from a quota is computed at synth.
 *
 * @param counted what the quota counts, for the error
 */
export function checkQuota(findings: Findings, property: string, quota: number, counted: string): void {
  // A token is a negative number here.
  findings.unless(Number.isInteger(quota) && quota >= 1, () => `'${property}' must be a whole number of ${counted}, `
    + `at least 1, known at synth, got ${Token.isUnresolved(quota) ? 'a token' : JSON.stringify(quota)}: Service Quotas has the account's`);
}

/** The number that is a share of a quota; none while something was found. */
export function checkShare(findings: Findings, share: { readonly percent: number; readonly quota: number; readonly counted: string }): number {
  const { percent, quota, counted } = share;
  checkPercent(findings, percent);
  checkQuota(findings, 'quota', quota, counted);
  findings.unless(!Token.isUnresolved(percent), "'percent' must be known at synth, got a token: CloudFormation does not multiply it by the quota");
  return quota * percent / 100;
}
