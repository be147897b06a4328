import { Stage, Token, TokenComparison } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { Findings } from '../../private/findings';
import { partitionOf } from '../../private/partition-of';
import type { IReplicationDestination } from '../replication';

interface Registry extends IConstruct {
  readonly account: string;
  readonly region: string;
}

/** Finds what makes a registry impossible or forbidden to replicate to. */
export function checkDestination(findings: Findings, source: Registry, destination: IReplicationDestination, accounts: readonly string[]): void {
  const { account, region } = destination;
  const name = `${JSON.stringify(account)} in ${JSON.stringify(region)}`;
  if (Token.isUnresolved(region) || Token.isUnresolved(source.region)) {
    findings.unless(false, "'destination' must be in a Region that is known at synth, as this registry must, got a token: "
      + "give both stacks an 'env' with a Region");
    return;
  }
  const isSame = isSameAccount(source, destination);
  findings.unless(Token.isUnresolved(account) || /^[0-9]{12}$/.test(account), `'destination' must be in an account of 12 digits, got ${name}`);
  findings.unless(isSame || !Token.isUnresolved(account), "'destination' must be in an account that is known at synth, got a token: "
    + "give its stack an 'env' with an account");
  findings.unless(/^[0-9a-z-]{2,25}$/.test(region), `'destination' must be in a Region of 2 to 25 lowercase letters, digits and '-', got ${name}`);
  findings.unless(!(isSame && region === source.region), `'destination' must be another registry than this one, got ${name}`);
  findings.unless(partitionOf(region) === partitionOf(source.region),
    `'destination' must be in the partition of this registry, ${partitionOf(source.region)}, got ${name}, which is in ${partitionOf(region)}: ECR copies nothing across partitions`);
  findings.unless(isSame || Token.isUnresolved(account) || accounts.includes(account),
    `'destination' must be in an account that images may be copied to, got ${name}: add ${JSON.stringify(account)} to 'replicationAccounts' of the registry. `
    + 'Nothing else stops a copy that leaves the organization');
}

/** Accounts that are decided by the same credentials are taken for the same one. */
function isSameAccount(source: Registry, destination: IReplicationDestination): boolean {
  const comparison = Token.compareStrings(source.account, destination.account);
  return comparison === TokenComparison.SAME
    || (comparison === TokenComparison.BOTH_UNRESOLVED && Construct.isConstruct(destination) && Stage.of(destination) === Stage.of(source));
}
