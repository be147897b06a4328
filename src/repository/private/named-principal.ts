import { aws_iam as iam, Stack, Tags, Token, TokenComparison } from 'aws-cdk-lib';

/** A principal as the policy of a resource can name it, with the conditions that belong to it. */
export type NamedPrincipal = Required<Pick<iam.PolicyStatementProps, 'principals'>> & Pick<iam.PolicyStatementProps, 'conditions'>;

/**
 * Names a principal in a policy that `stack` has, for resources of `account`.
 *
 * A role of another account's stack that is deployed later can't be named in a policy yet: it is recognized by a tag, as the L2 does it.
 */
export function namedPrincipal({ grantPrincipal: principal }: iam.IGrantable, stack: Stack, account: string): NamedPrincipal {
  if (iam.principalIsOwnedResource(principal) && principal.principalAccount !== undefined
    && !isSameAccount(account, principal.principalAccount) && !stack.dependencies.includes(Stack.of(principal))) {
    const theirs = Stack.of(principal);
    const tag = `${theirs.stackName}_${principal.node.addr}`;
    Tags.of(principal).add('aws-cdk:id', tag);
    return { principals: [new iam.AccountPrincipal(theirs.account)], conditions: { StringEquals: { 'aws:PrincipalTag/aws-cdk:id': tag } } };
  }
  return { principals: [principal] };
}

/** Whether two accounts are known to be one, or both are whatever the deployer's credentials say. */
export function isSameAccount(one: string, other: string): boolean {
  return [TokenComparison.SAME, TokenComparison.BOTH_UNRESOLVED].includes(Token.compareStrings(one, other));
}
