import type { aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import { Annotations, CfnResource, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Findings } from '../../private/findings';

/** What the name of a secret starts with that ECR may read. */
export const SECRET_PREFIX = 'ecr-pullthroughcache/';

/** The keys of a secret's JSON that ECR reads. */
export const [USERNAME, ACCESS_TOKEN] = ['username', 'accessToken'];

const NAME = /^ecr-pullthroughcache\/[a-zA-Z0-9/_+=.@-]+$/;

/** The key that encrypts secrets for which no other one was named. */
const AWS_MANAGED_KEY = 'alias/aws/secretsmanager';

/**
 * Records why ECR could not use a secret, as far as that is known: the rule is created, or rejected, with what the secret holds by then.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html
 */
export function checkCredentials(findings: Findings, secret: secretsmanager.ISecret, cache: Construct): void {
  const { secretFullArn: arn, encryptionKey } = secret;
  findings.unless(arn !== undefined,
    `'credentials' must be known by the whole ARN, got ${JSON.stringify(secret.secretName)}: import the secret with Secret.fromSecretCompleteArn()`);
  findings.unless(arn === undefined || Token.isUnresolved(arn) || arn.length <= 612,
    `'credentials' must have an ARN of at most 612 characters, got ${arn?.length}: give the secret a shorter name`);

  const name = resourceOf(secret)?.name ?? secret.secretName;
  findings.unless(Token.isUnresolved(name) || NAME.test(name),
    `'credentials' must be a secret whose name starts with '${SECRET_PREFIX}', followed by letters, digits or any of '/_+=.@-', `
    + `got ${JSON.stringify(name)}: ECR reads no other`);
  findings.unless(isNamed(secret),
    `'credentials' must be a secret whose name starts with '${SECRET_PREFIX}', got one that CloudFormation names: give it a 'secretName', `
    + 'or make it with PullThroughCacheCredentials');

  findings.unless(encryptionKey === undefined || encryptionKey.keyId === AWS_MANAGED_KEY,
    "'credentials' must be encrypted with the key that AWS manages for secrets, got a key of its own: leave out 'encryptionKey', ECR can't use it here");

  const { account, region } = Stack.of(cache);
  for (const [what, theirs, our] of [['account', secret.env.account, account], ['Region', secret.env.region, region]]) {
    findings.unless(Token.compareStrings(theirs, our) !== TokenComparison.DIFFERENT,
      `'credentials' must be in the cache's ${what}, ${JSON.stringify(our)}, got ${JSON.stringify(theirs)}: make a secret in each`);
  }
}

/** Warns of a secret that is made in this app with a value that is no secret, or that ECR can't read. */
export function warnOfValue(secret: secretsmanager.ISecret, cache: Construct): void {
  const resource = resourceOf(secret);
  if (!resource) {
    return;
  }
  const { generateSecretString: generated, secretString } = Stack.of(resource).resolve({
    generateSecretString: resource.generateSecretString, secretString: resource.secretString,
  }) as { generateSecretString?: secretsmanager.CfnSecret.GenerateSecretStringProperty; secretString?: unknown };
  if (typeof secretString === 'string' && !secretString.includes('{{resolve:')) {
    Annotations.of(cache).addWarningV2('cdk-hardened-ecr:PullThroughCache.tokenInTemplate',
      "the access token of 'credentials' is in the template, where everyone reads it who may see the stack: "
      + 'use PullThroughCacheCredentials, put the value in afterwards, and revoke this token');
  }
  const text = generated ? withGeneratedKey(generated) : secretString;
  if (typeof text === 'string' && !holdsCredentials(text)) {
    Annotations.of(cache).addWarningV2('cdk-hardened-ecr:PullThroughCache.notCredentials',
      `'credentials' start with a value that is not JSON with the keys '${USERNAME}' and '${ACCESS_TOKEN}', the two that ECR reads: `
      + 'use PullThroughCacheCredentials, or put such a value in before anyone pulls');
  }
}

function resourceOf(secret: secretsmanager.ISecret): secretsmanager.CfnSecret | undefined {
  const resource = secret.node.defaultChild;
  return resource && CfnResource.isCfnResource(resource) && resource.cfnResourceType === 'AWS::SecretsManager::Secret'
    ? resource as secretsmanager.CfnSecret : undefined;
}

function isNamed(secret: secretsmanager.ISecret): boolean {
  const resource = resourceOf(secret);
  return resource === undefined || Stack.of(resource).resolve(resource.name) !== undefined;
}

function withGeneratedKey({ secretStringTemplate = '', generateStringKey }: secretsmanager.CfnSecret.GenerateSecretStringProperty): string {
  return generateStringKey === undefined ? '' : secretStringTemplate.replace(/\}\s*$/, `,"${generateStringKey}":"generated"}`);
}

function holdsCredentials(text: string): boolean {
  return [USERNAME, ACCESS_TOKEN].every(key => new RegExp(`"${key}"\\s*:\\s*"[^"]`).test(text));
}
