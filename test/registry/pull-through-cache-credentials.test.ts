import type { InjectionContext, IPropertyInjector } from 'aws-cdk-lib';
import { App, aws_kms as kms, aws_secretsmanager as secretsmanager, CfnParameter, PropertyInjectors, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { messagesOf } from './messages';
import type { PullThroughCacheCredentialsProps } from '../../src';
import { PullThroughCache, PullThroughCacheCredentials, UpstreamRegistry } from '../../src';

const SECRET = 'AWS::SecretsManager::Secret';
const RULE = 'AWS::ECR::PullThroughCacheRule';
const secretName = 'ecr-pullthroughcache/docker-hub';

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
});

const credentials = (props: Partial<PullThroughCacheCredentialsProps> = {}) => new PullThroughCacheCredentials(stack, 'Credentials', { name: 'docker-hub', ...props });
const cacheWith = (secret: secretsmanager.ISecret) => new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.dockerHub(secret) });
const madeHere = (props: secretsmanager.SecretProps) => cacheWith(new secretsmanager.Secret(stack, 'Secret', { secretName, ...props }));
const PACKS = [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks];
const findings = () => PACKS.flatMap(Pack => new Pack().validateScope(stack).violations).map(({ ruleName }) => ruleName).sort();
const warn = (id: string) => expect.stringContaining(`[ack: cdk-hardened-ecr:PullThroughCache.${id}]`);

describe('PullThroughCacheCredentials', () => {
  test('has the name, the keys and the encryption that ECR demands, and no token', () => {
    credentials();

    Template.fromStack(stack).hasResource(SECRET, {
      Properties: {
        Name: secretName,
        Description: 'What Amazon ECR logs in with at an upstream registry',
        GenerateSecretString: { SecretStringTemplate: '{"username":"not set yet"}', GenerateStringKey: 'accessToken', ExcludePunctuation: true },
        SecretString: Match.absent(),
        KmsKeyId: Match.absent(),
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('what CloudFormation fills in never changes, or it would be written over the real token', () => {
    credentials();
    const [{ Properties: { GenerateSecretString: generated } }] = Object.values(Template.fromStack(stack).findResources(SECRET));
    expect(generated).toEqual({ SecretStringTemplate: '{"username":"not set yet"}', GenerateStringKey: 'accessToken', ExcludePunctuation: true });
  });

  test('goes with its stack on request', () => {
    credentials({ removalPolicy: RemovalPolicy.DESTROY });
    Template.fromStack(stack).hasResource(SECRET, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  });

  test('is what a cache logs in with, by its whole ARN and without a warning', () => {
    const secret = credentials();
    cacheWith(secret);

    Template.fromStack(stack).hasResourceProperties(RULE, { CredentialArn: stack.resolve(secret.secretArn) });
    expect(stack.resolve(secret.secretArn)).toEqual({ Ref: 'CredentialsF8F243AA' });
    expect(messagesOf(app)).toEqual([]);
  });

  test('is explained to the packs of cdk-nag', () => {
    credentials();
    expect(findings()).toEqual([]);
  });

  test('is found by them without an explanation', () => {
    new secretsmanager.Secret(stack, 'Secret', { secretName });
    expect(findings()).toEqual([
      'AwsSolutions-SMG4', 'HIPAA.Security-SecretsManagerRotationEnabled', 'HIPAA.Security-SecretsManagerUsingKMSKey',
      'NIST.800.53.R5-SecretsManagerRotationEnabled', 'NIST.800.53.R5-SecretsManagerUsingKMSKey', 'PCI.DSS.321-SecretsManagerUsingKMSKey',
    ]);
  });

  test('the logical id never changes: the rule that has the secret cannot be replaced', () => {
    credentials();
    expect(Object.keys(Template.fromStack(stack).findResources(SECRET))).toEqual(['CredentialsF8F243AA']);
  });

  test('a token skips the check of the name', () => {
    credentials({ name: new CfnParameter(stack, 'Name').valueAsString });
    Template.fromStack(stack).hasResourceProperties(SECRET, { Name: { 'Fn::Join': ['', ['ecr-pullthroughcache/', { Ref: 'Name' }]] } });
  });

  test('names the construct around it in an error', () => {
    expect(() => credentials({ name: 'a b' })).toThrow("'name' must be 1 to 491 letters, digits or any of '/_+=.@-', got \"a b\" [Stack]");
  });

  test('can be changed by a property injector', () => {
    class Rename implements IPropertyInjector {
      public readonly constructUniqueId = PullThroughCacheCredentials.PROPERTY_INJECTION_ID;
      public inject(originalProps: PullThroughCacheCredentialsProps, _context: InjectionContext): PullThroughCacheCredentialsProps {
        return { ...originalProps, name: 'ours' };
      }
    }
    PropertyInjectors.of(stack).add(new Rename());
    credentials();

    Template.fromStack(stack).hasResourceProperties(SECRET, { Name: 'ecr-pullthroughcache/ours' });
  });

  test('is found out when an injector gives every secret a key', () => {
    const key = new kms.Key(stack, 'Key');
    class Encrypt implements IPropertyInjector {
      public readonly constructUniqueId = secretsmanager.Secret.PROPERTY_INJECTION_ID;
      public inject(originalProps: secretsmanager.SecretProps, _context: InjectionContext): secretsmanager.SecretProps {
        return { ...originalProps, encryptionKey: key };
      }
    }
    PropertyInjectors.of(stack).add(new Encrypt());
    expect(() => cacheWith(credentials())).toThrow("'credentials' must be encrypted with the key that AWS manages for secrets, got a key of its own");
  });
});

describe('credentials that someone else made', () => {
  test('take the alias of the key that AWS manages', () => {
    const encryptionKey = kms.Alias.fromAliasName(stack, 'Alias', 'alias/aws/secretsmanager');
    expect(() => cacheWith(secretsmanager.Secret.fromSecretAttributes(stack, 'Secret', {
      secretCompleteArn: `arn:aws:secretsmanager:us-east-1:111111111111:secret:${secretName}-AbCdEf`, encryptionKey,
    }))).not.toThrow();
  });

  test('fail with the alias of another key', () => {
    const encryptionKey = kms.Alias.fromAliasName(stack, 'Alias', 'alias/secrets');
    expect(() => madeHere({ encryptionKey })).toThrow("'credentials' must be encrypted with the key that AWS manages for secrets");
  });

  test('of another stack of the environment are referred to', () => {
    const platform = new Stack(app, 'Platform', { env: { account: '111111111111', region: 'us-east-1' } });
    cacheWith(new PullThroughCacheCredentials(platform, 'Credentials', { name: 'docker-hub' }));
    Template.fromStack(stack).hasResourceProperties(RULE, { CredentialArn: { 'Fn::ImportValue': Match.anyValue() } });
  });

  test('are not looked at where nothing is known of them', () => {
    const { valueAsString: token } = new CfnParameter(stack, 'Arn');
    cacheWith(secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', token));
    const long = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Long', `${token}${'x'.repeat(612)}`);
    expect(() => new PullThroughCache(stack, 'Other', { upstream: UpstreamRegistry.dockerHub(long), prefix: 'other' })).not.toThrow();

    Template.fromStack(stack).hasResourceProperties(RULE, { CredentialArn: { Ref: 'Arn' } });
    expect(messagesOf(app)).toEqual([]);
  });

  test('are not looked at before their environment is known', () => {
    const unknown = new Stack(app, 'Unknown');
    const secret = secretsmanager.Secret.fromSecretCompleteArn(unknown, 'Secret', `arn:aws:secretsmanager:us-east-1:111111111111:secret:${secretName}-AbCdEf`);
    expect(() => new PullThroughCache(unknown, 'Cache', { upstream: UpstreamRegistry.dockerHub(secret) })).not.toThrow();
  });

  test('report everything at once', () => {
    const away = new Stack(app, 'Away', { env: { account: '222222222222', region: 'eu-west-1' } });
    expect(() => cacheWith(secretsmanager.Secret.fromSecretNameV2(away, 'Secret', 'docker-hub')))
      .toThrow(/whole ARN.*\[Stack\/Cache\]\n.*name starts with.*\n.*cache's account.*\n.*cache's Region/);
  });
});

describe('the value of credentials that are made here', () => {
  const plain = (text: string) => SecretValue.unsafePlainText(text);

  test('is warned of when it is in the template', () => {
    madeHere({ secretObjectValue: { username: plain('someone'), accessToken: plain('dckr_pat_x') } });
    expect(messagesOf(app)).toEqual([
      "/Stack/Cache: the access token of 'credentials' is in the template, where everyone reads it who may see the stack: "
      + 'use PullThroughCacheCredentials, put the value in afterwards, and revoke this token [ack: cdk-hardened-ecr:PullThroughCache.tokenInTemplate]',
    ]);
  });

  test('may come from another place', () => {
    madeHere({ secretObjectValue: { username: SecretValue.ssmSecure('/user', '1'), accessToken: SecretValue.secretsManager('other') } });
    expect(messagesOf(app)).toEqual([]);
  });

  test('may be a parameter', () => {
    madeHere({ secretStringValue: SecretValue.cfnParameter(new CfnParameter(stack, 'Value', { noEcho: true })) });
    expect(messagesOf(app)).toEqual([]);
  });

  test.each([
    ['a text', { secretStringValue: plain('dckr_pat_x') }, ['tokenInTemplate', 'notCredentials']],
    ['another key', { secretObjectValue: { username: plain('a'), password: plain('b') } }, ['tokenInTemplate', 'notCredentials']],
    ['no user', { secretObjectValue: { accessToken: plain('b') } }, ['tokenInTemplate', 'notCredentials']],
    ['an empty user', { secretObjectValue: { username: plain(''), accessToken: plain('b') } }, ['tokenInTemplate', 'notCredentials']],
    ['a random text', {}, ['notCredentials']],
    ['another random key', { generateSecretString: { secretStringTemplate: '{"username":"a"}', generateStringKey: 'password' } }, ['notCredentials']],
    ['a random key without a user', { generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'accessToken' } }, ['notCredentials']],
    ['a random token with a user', { generateSecretString: { secretStringTemplate: '{ "username" : "a" } ', generateStringKey: 'accessToken' } }, []],
  ] as [string, secretsmanager.SecretProps, string[]][])('is warned of as it is: %s', (_, props, ids) => {
    madeHere(props);
    expect(messagesOf(app)).toEqual(ids.map(warn));
  });

  test('is not known when the secret is handed on by what it is attached to', () => {
    const asSecretAttachmentTarget = () => ({ targetId: 'registry', targetType: secretsmanager.AttachmentTargetType.RDS_DB_PROXY });
    cacheWith(new secretsmanager.Secret(stack, 'Secret', { secretName }).attach({ asSecretAttachmentTarget }));
    expect(messagesOf(app)).toEqual([]);
  });

  test('is not known when the secret is imported', () => {
    cacheWith(secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', `arn:aws:secretsmanager:us-east-1:111111111111:secret:${secretName}-AbCdEf`));
    expect(messagesOf(app)).toEqual([]);
  });
});
