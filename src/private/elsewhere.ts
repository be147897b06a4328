import { Token, TokenComparison } from 'aws-cdk-lib';
import type { ResourceEnvironment } from 'aws-cdk-lib/interfaces';

/** Whether one of two places is known to be another account or Region than the other. */
export function isElsewhere(one: ResourceEnvironment, other: ResourceEnvironment): boolean {
  return [Token.compareStrings(one.account, other.account), Token.compareStrings(one.region, other.region)].includes(TokenComparison.DIFFERENT);
}
