import type { aws_ecr as ecr } from 'aws-cdk-lib';
import { Annotations, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { PullAudience } from '../../images/pull-audience';
import { isHardened } from '../../private/hardened-resources';
import { hasStatements } from '../../private/policy-merge';
import { RepositoryPolicy } from '../repository-policy';

const POLICIES = new WeakMap<ecr.CfnRepository, RepositoryPolicy>();

/**
 * The one policy of a repository that is made here, from the first time that something is added to it.
 *
 * What an author wrote stays, and what he adds later to an L2. The audience of a repository of ours is rendered anew with those who join it.
 *
 * @param repository the construct that errors and warnings name
 */
export function policyOf(resource: ecr.CfnRepository, repository: IConstruct & { readonly _audience?: PullAudience }): RepositoryPolicy {
  let policy = POLICIES.get(resource);
  if (!policy) {
    const { _audience: audience } = repository;
    policy = new RepositoryPolicy(repository, {
      owner: isHardened(resource) ? 'HardenedRepository' : 'RepositoryGrants',
      audience,
      authored: audience ? undefined : resource.repositoryPolicyText,
    });
    resource.repositoryPolicyText = policy.text;
    warnWhenLost(policy, resource, repository);
    POLICIES.set(resource, policy);
  }
  return policy;
}

/** Looks at what the template will say, so that nothing which came after is missed. */
function warnWhenLost({ statements }: RepositoryPolicy, resource: ecr.CfnRepository, repository: IConstruct): void {
  repository.node.addValidation({
    validate: () => {
      const stack = Stack.of(resource);
      const { Resources } = stack.resolve(resource._toCloudFormation()) as { Resources: { [id: string]: Rendered } };
      const [{ Properties: { RepositoryPolicyText: policy } = {} }] = Object.values(Resources);
      if (!hasStatements(policy, stack.resolve(statements))) {
        Annotations.of(repository).addWarningV2('cdk-hardened-ecr:RepositoryGrants.grantsLost',
          'the repository policy was written over after something was granted: set it before, or add the statements to what is written there');
      }
      return [];
    },
  });
}

interface Rendered {
  readonly Properties?: { readonly RepositoryPolicyText?: unknown };
}
