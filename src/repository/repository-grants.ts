import { Annotations, Arn, ArnFormat, aws_ecr as ecr, aws_iam as iam, CfnResource, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { aws_codebuild as codebuild, aws_ecr as ecrRefs } from 'aws-cdk-lib/interfaces';
import type { IConstruct } from 'constructs';
import type { IPrivateRegistry } from './i-private-registry';
import { environmentOf } from './private/environment-of';
import { checkGrantee, isOutOfReach, isPull, isUnpinnedService, organizationsOf, pinned } from './private/grantee';
import { isSameAccount, namedPrincipal } from './private/named-principal';
import { ownerStatements } from './private/owner-statement';
import { policyOf } from './private/policy-of';
import { PullAudience } from '../images/pull-audience';
import { PULL_ACTIONS, PUSH_ACTIONS, TOKEN_ACTION } from '../private/actions';
import { Findings } from '../private/findings';

/** What is known of a repository beyond itself. */
export interface RepositoryGrantsOptions {
  /**
   * The registry that the repository is in, whose signing pushers take part in.
   *
   * @default - the registry that a `HardenedRepository` was given; none for others, so who pushes to them is not granted to sign
   */
  readonly registry?: IPrivateRegistry;
}

/** A repository of ours knows more of itself. */
interface OwnRepository extends ecrRefs.IRepositoryRef {
  readonly _registry?: IPrivateRegistry;
  _acknowledgeOrganization?(): void;
}

/**
 * Who may pull from a repository and push to it, whoever made the repository: `CfnRepository`, `ecr.Repository`, `HardenedRepository`,
 * and imported ones. `HardenedRepository` grants through this.
 *
 * A grant is written where it takes effect: in the grantee's identity policy, and in the repository policy when the grantee has none or
 * is of another account. Nothing is claimed that was not written: where the policy of an imported repository would be needed, an error or
 * a warning says what its owner must add, as JSON.
 *
 * @example
 * import { aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
 * import { RepositoryGrants } from 'cdk-hardened-ecr';
 *
 * declare const repository: ecr.CfnRepository;
 * declare const role: iam.Role;
 * RepositoryGrants.fromRepository(repository).pull(role);
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
 */
export class RepositoryGrants {
  /**
   * The grants of a repository. Asked for more than once, they are the same policy.
   */
  public static fromRepository(repository: ecrRefs.IRepositoryRef, options: RepositoryGrantsOptions = {}): RepositoryGrants {
    return new RepositoryGrants(repository, options.registry);
  }

  private readonly stack: Stack;

  /** Made here, so its policy is in reach. */
  private readonly resource?: ecr.CfnRepository;

  private readonly account: string;

  private readonly registry?: IPrivateRegistry;

  private constructor(private readonly repository: OwnRepository, registry?: IPrivateRegistry) {
    this.registry = registry ?? repository._registry;
    this.stack = Stack.of(repository);
    this.resource = [repository, repository.node.defaultChild].find(construct => ecr.CfnRepository.isCfnRepository(construct)) as
      ecr.CfnRepository | undefined;
    this.account = environmentOf(repository).account;
  }

  /**
   * Grants what a pull needs: the repository's images, and the token to log in with.
   *
   * To an organization it is the statement of `PullAudience.organization()`. To `lambda.amazonaws.com`, which needs it for functions made
   * of images, it is for the functions of this account and Region: for others there is `PullAudience.lambdaFunctions()`.
   *
   * @throws when the grantee is everyone, or a federated user; when it would take the policy of an imported repository
   */
  public pull(grantee: iam.IGrantable): iam.Grant {
    return this.withToken(grantee, this.actions(grantee, PULL_ACTIONS));
  }

  /**
   * Grants what a push needs: upload, the check for what is there already, signing when the registry signs, and the token to log in with.
   *
   * @throws when the grantee is everyone, or everyone of an organization, or a federated user;
   * when it would take the policy of an imported repository
   */
  public push(grantee: iam.IGrantable): iam.Grant {
    return this.withSigning(grantee, this.withToken(grantee, this.actions(grantee, PUSH_ACTIONS)));
  }

  /**
   * Grants what a pull and a push need.
   *
   * @throws as `push` does
   */
  public pullPush(grantee: iam.IGrantable): iam.Grant {
    return this.withSigning(grantee, this.withToken(grantee, this.actions(grantee, [...new Set([...PULL_ACTIONS, ...PUSH_ACTIONS])])));
  }

  /**
   * Grants to look at the repository and its list of images, without pulling any.
   *
   * @throws as `pull` does
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    return this.actions(grantee, ['ecr:DescribeRepositories', 'ecr:DescribeImages']);
  }

  /**
   * Lets CodeBuild itself fetch the image that a project builds in: for projects with `ImagePullPrincipalType.CODEBUILD`.
   *
   * With `SERVICE_ROLE`, which `LinuxBuildImage.fromEcrRepository()` takes, the project's role pulls: grant to the project.
   *
   * @param project a project of the repository's own account, with a name: its image refers to the repository,
   * so the repository's policy can't refer to the project
   * @throws when the project is in another account: AWS wants `SERVICE_ROLE` then; when it has no name that is known at synth
   * @see https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html
   */
  public pullByCodeBuild(project: codebuild.IProjectRef): iam.Grant {
    const { account } = project.env;
    const findings = new Findings();
    findings.unless(this.compareWith(account) !== TokenComparison.DIFFERENT,
      `'project' must be in the repository's account, ${JSON.stringify(this.account)}, got ${JSON.stringify(account)}: `
      + 'across accounts give it ImagePullPrincipalType.SERVICE_ROLE, and grant the pull to its role');
    const name = nameOf(project);
    findings.unless(name !== undefined && !Token.isUnresolved(name),
      `'project' must have a name that is known at synth, got ${JSON.stringify(project.node.path)} without one: `
      + 'its image refers to the repository, and the policy of the repository would refer to the project, in a circle');
    findings.throwIfAny(this.repository);
    const arn = Arn.format({ service: 'codebuild', resource: 'project', resourceName: name, ...project.env }, this.stack);
    return this.pull(new iam.ServicePrincipal('codebuild.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': arn } },
    }));
  }

  /**
   * Grants actions on the repository.
   *
   * @throws when everyone, or everyone of an organization, would be granted more than to read, or the grantee is a federated user;
   * when it would take the policy of an imported repository
   */
  public actions(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    checkGrantee(this.repository, grantee, actions);
    const organizations = organizationsOf(grantee);
    if (this.resource && organizations && isPull(actions)) {
      return this.admit(this.resource, PullAudience.anyOf(...organizations.map(PullAudience.organization)), grantee);
    }
    const named = pinned(this.repository, grantee);
    if (isUnpinnedService(this.repository, named)) {
      this.warn('serviceNotPinned', `${JSON.stringify(grantee.grantPrincipal.toString())} acts for every AWS account that uses it: `
        + 'give it conditions on aws:SourceAccount, aws:SourceArn or aws:SourceOrgID');
    }
    const identity = isOutOfReach(named)
      ? iam.Grant.drop(named, 'the policies of an imported role of another account are not written here')
      : iam.Grant.addToPrincipal({ grantee: named, actions, resourceArns: [this.arnFor(named)] });
    return identity.success && this.isSameAccount(named) ? identity : this.grantInPolicy(named, actions, identity);
  }

  private admit(resource: ecr.CfnRepository, audience: PullAudience, grantee: iam.IGrantable): iam.Grant {
    this.repository._acknowledgeOrganization?.();
    const added = policyOf(resource, this.repository).admit(audience);
    return this.granted(grantee, PULL_ACTIONS, iam.PolicyStatement.fromJson(audience._statements(this.repository)[0]), added);
  }

  private grantInPolicy(grantee: iam.IGrantable, actions: string[], identity: iam.Grant): iam.Grant {
    // A policy that is out of reach names nobody, so no role gets a tag for it.
    const principal = this.resource ? namedPrincipal(grantee, this.stack, this.account) : { principals: [grantee.grantPrincipal] };
    const statement = new iam.PolicyStatement({ actions, ...principal });
    const added = this.addToPolicy(statement);
    if (added.statementAdded) {
      const grant = this.granted(grantee, actions, statement, added);
      return identity.success ? identity.combine(grant) : grant;
    }
    const repository = { construct: this.repository, arn: this.repository.repositoryRef.repositoryArn, account: this.account };
    const must = () => `its owner must add ${ownerStatements(repository, grantee, actions)}`;
    if (identity.success) {
      if (this.compareWith(grantee.grantPrincipal.principalAccount) === TokenComparison.DIFFERENT) {
        this.warn('ownerMustAllow', `the grantee is in another account than the repository: ${must()}`);
      }
      return identity;
    }
    if (grantee.grantPrincipal.policyFragment.principalJson.Service) {
      // An error would break what grants to services as a matter of course, DockerImageCode.fromEcr() for one.
      this.warn('serviceNotGranted', `a service has no identity policy and the policy of an imported repository is out of reach: ${must()}`);
      return identity;
    }
    throw new Error("'grantee' must have an identity policy, because the policy of an imported repository is out of reach: "
      + `${must()} [${this.repository.node.path}]`);
  }

  private addToPolicy(statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
    if (iam.GrantableResources.isResourceWithPolicy(this.repository)) {
      return this.repository.addToResourcePolicy(statement);
    }
    return this.resource ? policyOf(this.resource, this.repository).add(statement) : { statementAdded: false };
  }

  private granted(grantee: iam.IGrantable, actions: string[], statement: iam.PolicyStatement, added: iam.AddToResourcePolicyResult): iam.Grant {
    return iam.Grant.addStatementToResourcePolicy({
      grantee,
      actions,
      resourceArns: [this.repository.repositoryRef.repositoryArn],
      statement,
      resource: { env: this.repository.env, addToResourcePolicy: () => added },
    });
  }

  /** A token comes from the grantee's identity policy alone: who has none gets it elsewhere, so the grant does not depend on it. */
  private withToken(grantee: iam.IGrantable, grant: iam.Grant): iam.Grant {
    iam.Grant.addToPrincipal({ grantee, actions: [TOKEN_ACTION], resourceArns: ['*'] });
    return grant;
  }

  private withSigning(pusher: iam.IGrantable, grant: iam.Grant): iam.Grant {
    this.registry?.allowSigning(pusher, this.resource?.repositoryName ?? this.repository.repositoryRef.repositoryName);
    return grant;
  }

  /** By name for a principal in another environment, where CDK can't refer to an L1 of this one. */
  private arnFor({ grantPrincipal: principal }: iam.IGrantable): string {
    const name = this.resource === this.repository as IConstruct ? this.resource.repositoryName : undefined;
    return name !== undefined && iam.principalIsOwnedResource(principal) && Stack.of(principal).environment !== this.stack.environment
      ? this.stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: name, arnFormat: ArnFormat.SLASH_RESOURCE_NAME })
      : this.repository.repositoryRef.repositoryArn;
  }

  private isSameAccount({ grantPrincipal: { principalAccount } }: iam.IGrantable): boolean {
    return principalAccount !== undefined && isSameAccount(this.account, principalAccount);
  }

  private compareWith(account?: string): TokenComparison | undefined {
    return account === undefined ? undefined : Token.compareStrings(this.account, account);
  }

  private warn(id: string, message: string): void {
    Annotations.of(this.repository).addWarningV2(`cdk-hardened-ecr:RepositoryGrants.${id}`, message);
  }
}

/** The name that a project was given. */
function nameOf(project: codebuild.IProjectRef): string | undefined {
  const resource = [project, project.node.defaultChild].find(CfnResource.isCfnResource);
  return resource ? (resource as { readonly name?: string }).name : project.projectRef.projectName;
}
