import { aws_iam as iam, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { PULL_ACTIONS } from '../../private/actions';
import { isServicePinned } from '../../private/policy-statement';

/** What a principal that may be anyone of an organization can be granted: nothing that changes a repository. */
const READ_ACTIONS = [...PULL_ACTIONS, 'ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:ListImages'];

/** Who fetches the images of functions. */
const LAMBDA = 'lambda.amazonaws.com';

/**
 * Refuses whom a repository can't be granted to.
 *
 * @throws when everyone, or everyone of an organization, would be granted more than to read, and for whom no repository policy takes
 */
export function checkGrantee(repository: IConstruct, grantee: iam.IGrantable, actions: readonly string[]): void {
  const { principalJson, conditions } = grantee.grantPrincipal.policyFragment;
  const foreign = Object.keys(principalJson).filter(kind => kind === 'Federated' || kind === 'CanonicalUser');
  if (foreign.length > 0) {
    throw new Error(`'grantee' must be an AWS principal or a service, got ${JSON.stringify(foreign)}: `
      + `make a role that it assumes and grant to the role [${repository.node.path}]`);
  }
  if (Object.values(principalJson).flat().includes('*')) {
    const more = actions.filter(action => !READ_ACTIONS.includes(action));
    if (more.length > 0) {
      throw new Error(`'grantee' must not be everyone${organizationsOf(grantee) ? ' of an organization' : ''} for ${JSON.stringify(more)}: `
        + `name the roles that do it [${repository.node.path}]`);
    }
    if (Object.keys(conditions).length === 0) {
      throw new Error('\'grantee\' must not be everyone, got "*": '
        + `name the organization, accounts or roles, or add a statement of your own with addToResourcePolicy() [${repository.node.path}]`);
    }
  }
}

/** Whether actions are a pull and nothing else. */
export function isPull(actions: readonly string[]): boolean {
  return actions.length === PULL_ACTIONS.length && actions.every(action => PULL_ACTIONS.includes(action));
}

/** The organizations that a principal stands for, when it stands for them and nothing narrower. */
export function organizationsOf(grantee: iam.IGrantable): string[] | undefined {
  const { conditions } = grantee.grantPrincipal.policyFragment;
  const [operator, ...moreOperators] = Object.keys(conditions);
  const [key, ...moreKeys] = Object.keys(conditions[operator] as object ?? {});
  return operator === 'StringEquals' && key === 'aws:PrincipalOrgID' && moreOperators.length + moreKeys.length === 0
    ? [(conditions[operator] as Record<string, string | string[]>)[key]].flat()
    : undefined;
}

/** Whether a principal is a service that acts for any AWS account, as far as its conditions say. */
export function isUnpinnedService(repository: IConstruct, { grantPrincipal }: iam.IGrantable): boolean {
  const { principalJson, conditions } = grantPrincipal.policyFragment;
  return principalJson.Service !== undefined && !isServicePinned(Stack.of(repository).resolve(conditions));
}

/**
 * A principal as a statement should name it: Lambda's service for the functions of the stack's account and Region only.
 *
 * That is what Lambda writes by itself where it may, and what AWS documents for other accounts. Without a condition the service
 * may pull for whomever it acts.
 */
export function pinned(repository: IConstruct, grantee: iam.IGrantable): iam.IGrantable {
  const stack = Stack.of(repository);
  if (!isLambda(repository, grantee) || !isUnpinnedService(repository, grantee)) {
    return grantee;
  }
  const functions = `arn:${stack.partition}:lambda:${stack.region}:${stack.account}:function:*`;
  return new iam.PrincipalWithConditions(grantee.grantPrincipal, { ArnLike: { 'aws:SourceArn': functions } });
}

/** Whether a principal is the service of Lambda and nobody else. */
export function isLambda(repository: IConstruct, { grantPrincipal: { policyFragment: { principalJson } } }: iam.IGrantable): boolean {
  return Object.keys(principalJson).length === 1 && principalJson.Service !== undefined
    && Stack.of(repository).resolve(principalJson.Service).every((service: unknown) => service === LAMBDA);
}

/** Whether nothing can be written for a principal, though it claims so: a role of another account than the stack that imports it. */
export function isOutOfReach({ grantPrincipal }: iam.IGrantable): boolean {
  return Construct.isConstruct(grantPrincipal) && grantPrincipal.principalAccount !== undefined
    && Token.compareStrings(Stack.of(grantPrincipal).account, grantPrincipal.principalAccount) === TokenComparison.DIFFERENT;
}
