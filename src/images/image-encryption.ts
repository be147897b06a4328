import type { aws_ecr as ecr, aws_kms as kms } from 'aws-cdk-lib';
import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RegistryKey } from './registry-key';
import { Findings } from '../private/findings';

/**
 * With which key ECR encrypts the images of a repository.
 *
 * Decided when a repository is created, never changed after: a change in CloudFormation replaces the repository,
 * and one that has a name can't be replaced at all.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
 */
export class ImageEncryption {
  /** With the stack's `RegistryKey`. What every repository here starts with. */
  public static readonly REGISTRY_KEY = new ImageEncryption('KMS', scope => RegistryKey.of(scope));

  /** With the account's `aws/ecr` key, which nobody can share, disable or write a policy for. Security Hub ECR.5 reports it. */
  public static readonly AWS_MANAGED_KEY = new ImageEncryption('KMS');

  /** With keys that S3 manages: no key policy, no record of use. ECR's default. Security Hub ECR.5 reports it. */
  public static readonly AES_256 = new ImageEncryption('AES256');

  /**
   * With a customer managed key.
   *
   * Its key policy must let the principal that creates the repository (for the CDK, CloudFormation's execution role)
   * call `kms:CreateGrant` and `kms:DescribeKey` through ECR.
   *
   * @param key in the repository's own Region. The key itself, because creation templates take no alias:
   * one that can be told from a key is an error at synth
   */
  public static customerManaged(key: kms.IKeyRef): ImageEncryption {
    return new ImageEncryption('KMS', () => key);
  }

  /**
   * In two layers (`KMS_DSSE`), which ECR has in the GovCloud (US) Regions only: an error at synth in every other.
   *
   * Checkov CKV_AWS_136 and Trivy AWS-0033 accept only exactly `KMS` and report it.
   *
   * @param key a customer managed key in the repository's own Region. When it is left out, the stack's `RegistryKey`
   */
  public static dualLayer(key?: kms.IKeyRef): ImageEncryption {
    return new ImageEncryption('KMS_DSSE', scope => key ?? RegistryKey.of(scope));
  }

  /**
   * As the repository was once deployed with nothing said about encryption: nothing is written.
   *
   * For repositories that exist: anything else here would replace them. A new repository gets `AES_256` from ECR.
   */
  public static asDeployed(): ImageEncryption {
    return new ImageEncryption();
  }

  private constructor(private readonly type?: string, private readonly key?: (scope: Construct) => kms.IKeyRef) {}

  /** @internal Whether a key of the customer's encrypts, which is what Security Hub ECR.5 looks for. */
  public get _isCustomerManaged(): boolean {
    return this.key !== undefined;
  }

  /** @internal The same words in a repository and in a creation template. */
  public _render(scope: Construct): ecr.CfnRepository.EncryptionConfigurationProperty | undefined {
    if (!this.type) {
      return undefined;
    }
    const { region } = Stack.of(scope);
    const findings = new Findings();
    if (this.type === 'KMS_DSSE' && !Token.isUnresolved(region)) {
      findings.unless(region.startsWith('us-gov-'),
        `'encryption' must not be dual-layer in ${JSON.stringify(region)}: ECR has KMS_DSSE in us-gov-east-1 and us-gov-west-1 only, `
        + 'use ImageEncryption.customerManaged()');
    }
    const key = this.key?.(scope);
    if (key) {
      checkKey(key, region, findings);
    }
    findings.throwIfAny(scope);
    return { encryptionType: this.type, kmsKey: key?.keyRef.keyArn };
  }
}

function checkKey(key: kms.IKeyRef, region: string, findings: Findings): void {
  const { env, keyRef: { keyArn } } = key;
  findings.unless(Token.compareStrings(env.region, region) !== TokenComparison.DIFFERENT,
    `'encryption' must have a key in the repository's own Region ${JSON.stringify(region)}, got one in ${JSON.stringify(env.region)}`);
  // Tokens hide an ARN, but not the text around them, nor that an L2 is an alias.
  const isKey = Token.isUnresolved(keyArn)
    ? !keyArn.includes(':alias/') && !('aliasName' in key)
    : /^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/[a-zA-Z0-9-]+$/.test(keyArn);
  findings.unless(isKey, `'encryption' must have a key by its full ARN, got ${JSON.stringify(keyArn)}: use the key itself, not an alias`);
}
