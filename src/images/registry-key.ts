import { aws_iam as iam, aws_kms as kms, RemovalPolicy, Resource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { topLevelStack } from '../private/top-level-stack';

/** Everything an administrator does with a key but use it: no cryptography, and no grants, through which others could. */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

const ID = 'RegistryKey';

/**
 * The customer managed KMS key of a stack's repositories: one for all of them.
 *
 * A key of its own costs more than the storage of a small repository, and ECR shares layers only between repositories
 * with the same key. Rotated every year. The key stays when the stack goes, because the images that it encrypted stay;
 * its alias goes.
 *
 * The key policy has three parts: the account administers the key and cannot use it; the account's principals use it
 * through ECR in this Region; nobody makes a grant but through an AWS service (Control Tower CT.KMS.PR.3).
 * Whoever pulls or pushes needs no right to the key: ECR holds grants, made when the repository was.
 * For Regions in China the name of the service in `kms:ViaService` is not verified.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
 */
export class RegistryKey extends Resource implements kms.IKeyRef {
  /**
   * The key of a top-level stack's repositories, made the first time that one asks for it.
   *
   * Another stack shares it only by being given it, `ImageEncryption.customerManaged(RegistryKey.of(stack))`:
   * a repository's key can't be changed later, so nothing may depend on the order in which stacks are made.
   */
  public static of(scope: Construct): RegistryKey {
    const stack = topLevelStack(scope);
    return stack.node.tryFindChild(ID) as RegistryKey | undefined ?? new RegistryKey(stack, ID);
  }

  /** The full ARN, as creation templates need it. */
  public readonly keyArn: string;

  /** What L1 and L2 constructs take for a key. */
  public readonly keyRef: kms.KeyReference;

  /**
   * One more key, for a stack that wants two. The key's alias is `alias/ecr/` and the path of the construct.
   */
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const key = new kms.CfnKey(this, 'Resource', {
      description: `Images of the repositories of ${this.node.path}`,
      enableKeyRotation: true,
      keyPolicy: this.policy(),
    });
    key.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    this.keyArn = key.attrArn;
    this.keyRef = { keyArn: key.attrArn, keyId: key.ref };

    const name = id === ID ? this.stack.stackName : this.node.path;
    new kms.CfnAlias(this, 'Alias', {
      aliasName: `alias/ecr/${name.replace(/[^\w/-]/g, '-')}`,
      targetKeyId: key.attrArn,
    });
  }

  private policy(): iam.PolicyDocument {
    const account = new iam.AccountRootPrincipal();
    return new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({ sid: 'AdministerWithoutUse', principals: [account], actions: ADMINISTRATION, resources: ['*'] }),
        new iam.PolicyStatement({
          sid: 'UseThroughEcr',
          principals: [account],
          actions: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'],
          resources: ['*'],
          conditions: { StringEquals: { 'kms:ViaService': `ecr.${this.stack.region}.amazonaws.com` } },
        }),
        new iam.PolicyStatement({
          sid: 'GrantsThroughServicesOnly',
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['kms:CreateGrant'],
          resources: ['*'],
          conditions: { BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' } },
        }),
      ],
    });
  }
}
