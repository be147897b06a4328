import { aws_iam as iam, Lazy, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PullAudience } from '../images/pull-audience';
import { policySizeErrors } from '../private/policy-size';

/** The policy of a repository to which something was granted beyond what its profile's audience says. */
export class RepositoryPolicy {
  /** What takes the place of the audience's own policy in the template. */
  public readonly text = Lazy.any({ produce: () => this.render() });

  /** Statements that are alike become one: ECR counts characters. */
  private readonly document = new iam.PolicyDocument({ minimize: true });
  private readonly audiences: PullAudience[];

  /**
   * @param owner the class whose warning it is when the policy may be too long
   */
  constructor(private readonly repository: Construct, owner: string, audience?: PullAudience) {
    this.audiences = audience ? [audience] : [];
    repository.node.addValidation({
      validate: () => policySizeErrors(repository, this.render(), {
        subject: 'the repository policy',
        fix: 'grant to an organization, or to accounts rather than to roles',
        warning: `${owner}.policyMayBeTooLong`,
      }),
    });
  }

  /** Adds a statement, which has no resource. */
  public add(statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
    this.document.addStatements(statement);
    return { statementAdded: true, policyDependable: this.repository };
  }

  /** Lets one more audience pull. */
  public admit(audience: PullAudience): iam.AddToResourcePolicyResult {
    this.audiences.push(audience);
    return { statementAdded: true, policyDependable: this.repository };
  }

  private render(): unknown {
    const admitted = this.audiences.length > 0 ? PullAudience.anyOf(...this.audiences)._statements(this.repository) : [];
    const granted = Stack.of(this.repository).resolve(this.document) as { Statement: unknown[] } | undefined;
    return {
      Version: '2012-10-17',
      Statement: [...admitted, ...granted?.Statement ?? []],
    };
  }
}
