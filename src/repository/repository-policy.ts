import type { IResolvable } from 'aws-cdk-lib';
import { aws_iam as iam, Lazy } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { PullAudience } from '../images/pull-audience';
import { withStatements } from '../private/policy-merge';
import { policySizeErrors } from '../private/policy-size';

/** A statement as JSON. */
type Statement = Record<string, unknown>;

/** What a policy starts with. */
export interface RepositoryPolicyProps {
  /** The class whose warning it is when the policy may be too long. */
  readonly owner: string;

  /** Who may pull already. */
  readonly audience?: PullAudience;

  /** A policy that somebody else wrote, and to which statements are added. */
  readonly authored?: unknown;
}

/** The policy of a repository to which something was granted beyond what its author wrote. */
export class RepositoryPolicy {
  /** What takes the place of the author's policy in the template. */
  public readonly text: IResolvable;

  /** What is added to the author's policy. */
  public readonly statements: IResolvable;

  /** Statements that are alike become one: ECR counts characters. */
  private readonly document = new iam.PolicyDocument({ minimize: true });
  private readonly audiences: PullAudience[];

  constructor(private readonly repository: IConstruct, { owner, audience, authored }: RepositoryPolicyProps) {
    this.audiences = audience ? [audience] : [];
    this.statements = Lazy.uncachedAny({
      produce: context => {
        const granted = context.resolve(this.document) as { readonly Statement: Statement[] } | undefined;
        return [...this.admitted, ...granted?.Statement ?? []];
      },
    });
    // In an L2 always a token, which gets its statements as late as at synth.
    this.text = Lazy.uncachedAny({ produce: context => withStatements(context.resolve(authored), context.resolve(this.statements)) });
    repository.node.addValidation({
      validate: () => policySizeErrors(repository, this.text, {
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

  private get admitted(): Statement[] {
    return this.audiences.length > 0 ? PullAudience.anyOf(...this.audiences)._statements(this.repository) : [];
  }
}
