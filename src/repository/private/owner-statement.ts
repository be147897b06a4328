import type { aws_iam as iam } from 'aws-cdk-lib';
import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isLambda, isPull, organizationsOf } from './grantee';
import { PullAudience } from '../../images/pull-audience';

/** A repository whose policy is out of reach. */
export interface ForeignRepository {
  readonly construct: IConstruct;
  readonly arn: string;
  readonly account: string;
}

/** What the owner of a repository must add to its policy for a grant to hold, to be copied from an error or a warning. */
export function ownerStatements(repository: ForeignRepository, grantee: iam.IGrantable, actions: string[]): string {
  const partition = /^arn:([a-z-]+):/.exec(repository.arn)?.[1];
  const { principalAccount = '' } = grantee.grantPrincipal;
  const statements = Stack.of(repository.construct).resolve(statementsFor(repository, grantee, actions)) as object[];
  return statements
    .map(statement => partition ? legible(statement, partition) : statement)
    .map(statement => partition && /^\d{12}$/.test(principalAccount) ? named(statement, `arn:${partition}:iam::${principalAccount}:root`) : statement)
    .map(statement => JSON.stringify(statement))
    .join(' and ');
}

function statementsFor({ construct, account }: ForeignRepository, grantee: iam.IGrantable, actions: string[]): object[] {
  const organizations = organizationsOf(grantee);
  if (organizations && isPull(actions)) {
    return PullAudience.anyOf(...organizations.map(PullAudience.organization))._statements(construct);
  }
  const stack = Stack.of(construct);
  if (isLambda(construct, grantee) && isPull(actions) && Token.compareStrings(stack.account, account) === TokenComparison.DIFFERENT) {
    return PullAudience.lambdaFunctions({ accounts: [stack.account] })._statements(construct);
  }
  const { principalJson, conditions } = grantee.grantPrincipal.policyFragment;
  return [{ Effect: 'Allow', Principal: principalJson, Action: actions, Condition: Object.keys(conditions).length > 0 ? conditions : undefined }];
}

/** ARNs with the repository's partition written out. */
function legible(value: unknown, partition: string): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(item => legible(item, partition));
  }
  const { 'Fn::Join': [, parts] = ['', [{}]] } = value as { 'Fn::Join'?: [string, (string | { readonly Ref?: string })[]] };
  return parts.every(part => typeof part === 'string' || part.Ref === 'AWS::Partition')
    ? parts.map(part => typeof part === 'string' ? part : partition).join('')
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, legible(item, partition)]));
}

/** Nobody else can use a reference to a resource of this stack: its account is named then, whose own policies decide. */
function named(statement: unknown, account: string): unknown {
  const { AWS: principals } = (statement as { readonly Principal: { readonly AWS?: unknown } }).Principal;
  return [principals].flat().some(principal => typeof principal === 'object')
    ? { ...statement as object, Principal: { AWS: account } }
    : statement;
}
