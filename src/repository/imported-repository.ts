import { Annotations, aws_iam as iam, Token, TokenComparison } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { GrantingRepository } from './granting-repository';

/** @internal A repository that someone else made: its policy is out of reach, and every grant that would need it says so. */
export class ImportedRepository extends GrantingRepository {
  public readonly repositoryName: string;
  public readonly repositoryArn: string;

  constructor(scope: Construct, id: string, attributes: { readonly repositoryName: string; readonly repositoryArn: string }) {
    super(scope, id, { environmentFromArn: attributes.repositoryArn });
    this.repositoryName = attributes.repositoryName;
    this.repositoryArn = attributes.repositoryArn;
  }

  public addToResourcePolicy(_statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
    return { statementAdded: false };
  }

  /** @internal */
  protected override _grantActions(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const { principalJson, conditions } = grantee.grantPrincipal.policyFragment;
    const statement = JSON.stringify(this.stack.resolve({
      Effect: 'Allow',
      Principal: principalJson,
      Action: actions,
      Condition: Object.keys(conditions).length > 0 ? conditions : undefined,
    }));
    const grant = iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.repositoryArn] });
    const { principalAccount = this.env.account } = grantee.grantPrincipal;
    const otherAccount = Token.compareStrings(this.env.account, principalAccount) === TokenComparison.DIFFERENT;
    if (grant.success) {
      if (otherAccount) {
        this.warn('ownerMustAllow', `the grantee is in another account than the repository: its owner must add ${statement}`);
      }
      return grant;
    }
    if (principalJson.Service) {
      // An error would break what grants to services as a matter of course, DockerImageCode.fromEcr() for one.
      this.warn('serviceNotGranted',
        `a service has no identity policy and the policy of an imported repository is out of reach: its owner must add ${statement}`);
      return grant;
    }
    throw new Error("'grantee' must have an identity policy, because the policy of an imported repository is out of reach: "
      + `its owner must add ${statement} [${this.node.path}]`);
  }

  /** @internal */
  protected override _allowSigning(_pusher: iam.IGrantable): void {
    // Whether its registry signs is not known here.
  }

  private warn(id: string, message: string): void {
    Annotations.of(this).addWarningV2(`cdk-hardened-ecr:HardenedRepository.${id}`, message);
  }
}
