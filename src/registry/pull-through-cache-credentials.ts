import { aws_secretsmanager as secretsmanager, RemovalPolicy, Token } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import { explain } from '../private/explained';
import { Findings } from '../private/findings';
import { ACCESS_TOKEN, SECRET_PREFIX, USERNAME } from './private/upstream-credentials';

/** What a secret for an upstream registry is called, and what becomes of it. */
export interface PullThroughCacheCredentialsProps {
  /**
   * The name, without `ecr-pullthroughcache/`, which is put before it: 1 to 491 letters, digits or any of `/_+=.@-`.
   *
   * It is never changed: the rule that has the secret would have to be replaced, and with an unchanged prefix it can't be.
   */
  readonly name: string;

  /**
   * What becomes of the secret when it leaves the template or the stack is deleted.
   *
   * A secret that is deleted keeps its name for the recovery window, 30 days, and takes the token with it.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** The packs of cdk-nag, and what they have against this secret. */
const FINDINGS = {
  rotation: ['AwsSolutions-SMG4', 'HIPAA.Security-SecretsManagerRotationEnabled', 'NIST.800.53.R5-SecretsManagerRotationEnabled'],
  key: ['HIPAA.Security-SecretsManagerUsingKMSKey', 'NIST.800.53.R5-SecretsManagerUsingKMSKey', 'PCI.DSS.321-SecretsManagerUsingKMSKey'],
};

/**
 * A secret for what a pull-through cache logs in with at its upstream registry.
 *
 * It has the name, the keys (`username` and `accessToken`) and the encryption that ECR demands, and no token: CloudFormation fills in a
 * random one, so that none is ever in a template. An operator puts the real value in after the first deployment,
 * `aws secretsmanager put-secret-value`, and does so again whenever the token is renewed. The stack never writes it again.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html
 */
@propertyInjectable
export class PullThroughCacheCredentials extends secretsmanager.Secret {
  /** Identifies the class to property injectors. */
  public static override readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.PullThroughCacheCredentials';

  /**
   * @throws when the name has other characters or is too long
   */
  constructor(scope: Construct, id: string, props: PullThroughCacheCredentialsProps) {
    const { name } = props;
    const findings = new Findings();
    findings.unless(Token.isUnresolved(name) || /^[a-zA-Z0-9/_+=.@-]{1,491}$/.test(name),
      `'name' must be 1 to 491 letters, digits or any of '/_+=.@-', got ${JSON.stringify(name)}`);
    findings.unless(!name.startsWith(SECRET_PREFIX),
      `'name' must be given without '${SECRET_PREFIX}', got ${JSON.stringify(name)}: it is put before the name`);
    findings.throwIfAny(scope);
    super(scope, id, {
      secretName: `${SECRET_PREFIX}${name}`,
      description: 'What Amazon ECR logs in with at an upstream registry',
      // A change here would make CloudFormation write a new random token over the real one.
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ [USERNAME]: 'not set yet' }),
        generateStringKey: ACCESS_TOKEN,
        excludePunctuation: true,
      },
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    FINDINGS.rotation.forEach(rule => explain(this, rule, 'Only the upstream registry can issue another token'));
    FINDINGS.key.forEach(rule => explain(this, rule, 'ECR reads the credentials of a pull-through cache only where the key that AWS manages encrypts them'));
  }
}
