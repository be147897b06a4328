import { Annotations, aws_iam as iam, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { PULL_ACTIONS, TOKEN_ACTION } from '../../private/actions';
import { explainWildcard } from '../../private/explained';
import { checkGrantee, isLambda, isOutOfReach } from '../../repository/private/grantee';
import { namedPrincipal } from '../../repository/private/named-principal';
import type { RepositoryCreationTemplate } from '../creation-template';
import type { PrivateRegistry } from '../private-registry';

/** What a pull through a cache takes beside a pull: fetching what is not there yet, and making its repository the first time. */
const IMPORT_ACTIONS = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];

/** Where a pull through a cache is granted. */
export interface CacheGrants {
  readonly cache: Construct;
  readonly registry: PrivateRegistry;
  readonly template: RepositoryCreationTemplate;
  /** ARN pattern of the repositories. */
  readonly repositories: string;
}

/**
 * Grants a pull through a cache.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
 */
export function grantPullThrough(grants: CacheGrants, grantee: iam.IGrantable): iam.Grant {
  const { cache, repositories } = grants;
  const { grantPrincipal } = grantee;
  checkGrantee(cache, grantee, PULL_ACTIONS);
  if (grantPrincipal.policyFragment.principalJson.Service) {
    return refuseService(cache, grantee);
  }
  iam.Grant.addToPrincipal({ grantee, actions: [TOKEN_ACTION], resourceArns: ['*'] });
  const identity = isOutOfReach(grantee)
    ? iam.Grant.drop(grantee, 'the policies of an imported role of another account are not written here')
    : iam.Grant.addToPrincipal({ grantee, actions: [...PULL_ACTIONS, ...IMPORT_ACTIONS], resourceArns: [repositories] });
  if (identity.success && Construct.isConstruct(grantPrincipal)) {
    explainWildcard(grantPrincipal, repositories, 'Repositories of a cache are made when something is pulled: they can only be named by their prefix');
  }
  const { account } = Stack.of(cache);
  const isElsewhere = Token.compareStrings(grantPrincipal.principalAccount ?? account, account) === TokenComparison.DIFFERENT;
  return identity.success && !isElsewhere ? identity : grantHere(grants, grantee, identity);
}

/**
 * Fetching and making repositories is granted in the registry policy, `CreateRepository` can't be in a repository's,
 * and the pull in the policy of the repositories, which version 1 of the registry policy's scope knows nothing of.
 */
function grantHere({ cache, registry, template, repositories }: CacheGrants, grantee: iam.IGrantable, identity: iam.Grant): iam.Grant {
  const { account, region } = Stack.of(cache);
  const principal = namedPrincipal(grantee, Stack.of(cache), account);
  const write = (actions: string[], dependable: Construct, add: (statement: iam.PolicyStatement) => void) => iam.Grant.addStatementToResourcePolicy({
    grantee,
    actions,
    resourceArns: [repositories],
    statement: new iam.PolicyStatement({ actions, ...principal, resources: [repositories] }),
    resource: {
      env: { account, region },
      addToResourcePolicy: statement => {
        add(statement);
        return { statementAdded: true, policyDependable: dependable };
      },
    },
  });
  return write(IMPORT_ACTIONS, registry, statement => registry.addToRegistryPolicy(statement, cache))
    .combine(write(PULL_ACTIONS, template, statement => template.addToRepositoryPolicy(overTls(statement))))
    .combine(identity);
}

/** As the statements of an audience are. */
function overTls(statement: iam.PolicyStatement): iam.PolicyStatement {
  statement.addCondition('Bool', { 'aws:SecureTransport': 'true' });
  return statement;
}

/** Services are granted as a matter of course, by `DockerImageCode.fromEcr()` for one, so Lambda is no error. */
function refuseService(cache: Construct, grantee: iam.IGrantable): iam.Grant {
  if (!isLambda(cache, grantee)) {
    const { Service } = grantee.grantPrincipal.policyFragment.principalJson;
    throw new Error(`'grantee' must be a role, user, account or organization, got ${JSON.stringify({ Service: Stack.of(cache).resolve(Service) })}: `
      + `no service pulls through a cache by itself, grant to the role that it pulls as [${cache.node.path}]`);
  }
  Annotations.of(cache).addWarningV2('cdk-hardened-ecr:PullThroughCache.lambdaCannotPullThrough',
    'nothing is granted to Lambda, which never pulls through a cache: copy the image to a repository of its own, and make the function of that');
  return iam.Grant.drop(grantee, 'Lambda does not pull through a cache');
}
