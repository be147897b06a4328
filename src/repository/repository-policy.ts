import { Annotations, aws_iam as iam, Lazy, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PullAudience } from '../images/pull-audience';
import { documentSize } from '../private/document-size';
import { MAX_POLICY_LENGTH } from '../private/policy-limits';

/** The policy of a repository to which something was granted beyond what its profile's audience says. */
export class RepositoryPolicy {
  /** What takes the place of the audience's own policy in the template. */
  public readonly text = Lazy.any({ produce: () => this.render() });

  private readonly document = new iam.PolicyDocument();

  constructor(private readonly repository: Construct, private audience?: PullAudience) {
    repository.node.addValidation({ validate: () => this.validate() });
  }

  /** Adds a statement, which has no resource. */
  public add(statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
    this.document.addStatements(statement);
    return { statementAdded: true, policyDependable: this.repository };
  }

  /** Lets one more audience pull. */
  public admit(audience: PullAudience): iam.AddToResourcePolicyResult {
    this.audience = this.audience ? PullAudience.anyOf(this.audience, audience) : audience;
    return { statementAdded: true, policyDependable: this.repository };
  }

  private render(): unknown {
    const granted = Stack.of(this.repository).resolve(this.document) as { Statement: unknown[] } | undefined;
    return {
      Version: '2012-10-17',
      Statement: [...this.audience?._statements(this.repository) ?? [], ...granted?.Statement ?? []],
    };
  }

  private validate(): string[] {
    const size = documentSize(Stack.of(this.repository).resolve(this.render()));
    if (size.min > MAX_POLICY_LENGTH) {
      return [`the repository policy must have at most ${MAX_POLICY_LENGTH} characters, got at least ${size.min}: grant to an organization, or to accounts rather than to roles`];
    }
    warnOfSize(this.repository, size.max);
    return [];
  }
}

/** Warns when a policy fits or not by what references stand for; one whose length can't be known is left alone. */
export function warnOfSize(repository: Construct, max: number): void {
  if (Number.isFinite(max) && max > MAX_POLICY_LENGTH) {
    Annotations.of(repository).addWarningV2('cdk-hardened-ecr:HardenedRepository.policyMayBeTooLong',
      `the repository policy may have up to ${max} characters, and ECR takes ${MAX_POLICY_LENGTH}: name the Region of the stack, or grant to fewer`);
  }
}
