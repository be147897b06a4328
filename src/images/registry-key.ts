import { aws_iam as iam, aws_kms as kms, Names, RemovalPolicy, Resource } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { grantsThroughServicesOnly } from '../private/key-policy';
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

/** The longest alias that KMS takes. */
const MAX_ALIAS_LENGTH = 256;

/** Tells a `RegistryKey` from a construct that happens to have its id, also when two copies of this library are loaded. */
const IS_REGISTRY_KEY = Symbol.for('cdk-hardened-ecr.RegistryKey');

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
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
 */
export class RegistryKey extends Resource implements kms.IKeyRef {
  /**
   * The key of a top-level stack's repositories, made the first time that one asks for it.
   *
   * Another stack shares it only by being given it, `ImageEncryption.customerManaged(RegistryKey.of(stack))`:
   * a repository's key can't be changed later, so nothing may depend on the order in which stacks are made.
   *
   * @throws when the stack has a construct `RegistryKey` of another kind
   */
  public static of(scope: Construct): RegistryKey {
    const stack = topLevelStack(scope);
    const existing = stack.node.tryFindChild(ID);
    if (existing && !isRegistryKey(existing)) {
      throw new Error(`'${ID}' must be free or a RegistryKey in the stack, got another construct with this id: `
        + `give that one another id, or name a key with ImageEncryption.customerManaged() [${existing.node.path}]`);
    }
    return existing ?? new RegistryKey(stack, ID);
  }

  /** The full ARN, as creation templates need it. */
  public readonly keyArn: string;

  /** What L1 and L2 constructs take for a key. */
  public readonly keyRef: kms.KeyReference;

  /**
   * One more key, for a stack that wants two.
   *
   * The alias of the key that `RegistryKey.of()` makes is `alias/ecr/` and the stack's name; that of any other key goes on
   * with the path of the construct and a hash, so that no two are equal in an account.
   */
  constructor(scope: Construct, id: string) {
    super(scope, id);
    Object.defineProperty(this, IS_REGISTRY_KEY, { value: true });
    const stack = topLevelStack(this);
    const key = new kms.CfnKey(this, 'Resource', {
      description: `Encrypts the images of the repositories of ${stack.stackName}`,
      enableKeyRotation: true,
      keyPolicy: this.policy(),
    });
    key.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    this.keyArn = key.attrArn;
    this.keyRef = { keyArn: key.attrArn, keyId: key.ref };

    const prefix = 'alias/ecr/';
    const isStacks = stack.node.tryFindChild(ID) === this;
    new kms.CfnAlias(this, 'Alias', {
      aliasName: prefix + (isStacks ? stack.stackName : Names.uniqueResourceName(this, {
        maxLength: MAX_ALIAS_LENGTH - prefix.length,
        separator: '/',
        allowedSpecialCharacters: '_-',
      })),
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
          // The suffix is `.amazonaws.com` in every partition:
          // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
          conditions: { StringEquals: { 'kms:ViaService': `ecr.${this.stack.region}.amazonaws.com` } },
        }),
        grantsThroughServicesOnly(),
      ],
    });
  }
}

function isRegistryKey(construct: IConstruct): construct is RegistryKey {
  return IS_REGISTRY_KEY in construct;
}
