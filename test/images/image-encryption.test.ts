import { App, Arn, aws_kms as kms, Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { HardenedRepository, ImageEncryption, RegistryKey } from '../../src';

const REGISTRY_KEY = { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] };
const KEY_ARN = 'arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function stackIn(region?: string): Stack {
  return new Stack(new App(), 'Team', { env: { account: '111111111111', region } });
}

function keyWith(stack: Stack, keyArn: string, region: string = stack.region): kms.IKeyRef {
  const key = new Construct(stack, `Key${stack.node.children.length}`);
  return Object.assign(key, { keyRef: { keyArn, keyId: 'key' }, env: { account: '111111111111', region } });
}

describe('ImageEncryption', () => {
  test.each([
    ['REGISTRY_KEY', ImageEncryption.REGISTRY_KEY, { EncryptionType: 'KMS', KmsKey: REGISTRY_KEY }],
    ['AWS_MANAGED_KEY', ImageEncryption.AWS_MANAGED_KEY, { EncryptionType: 'KMS' }],
    ['AES_256', ImageEncryption.AES_256, { EncryptionType: 'AES256' }],
    ['dualLayer', ImageEncryption.dualLayer(), { EncryptionType: 'KMS_DSSE', KmsKey: REGISTRY_KEY }],
  ])('%s is what CloudFormation gets', (_, encryption, expected) => {
    const stack = stackIn();
    new HardenedRepository(stack, 'App', { encryption });
    const [repository] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
    expect(repository.Properties.EncryptionConfiguration).toEqual(expected);
  });

  test('asDeployed writes nothing, because anything would replace the repository', () => {
    const stack = stackIn();
    new HardenedRepository(stack, 'App', { encryption: ImageEncryption.asDeployed() });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', { EncryptionConfiguration: Match.absent() });
  });

  test.each([
    ['AWS_MANAGED_KEY', ImageEncryption.AWS_MANAGED_KEY],
    ['AES_256', ImageEncryption.AES_256],
    ['asDeployed', ImageEncryption.asDeployed()],
  ])('%s needs no key and makes none', (_, encryption) => {
    const stack = stackIn();
    new HardenedRepository(stack, 'App', { encryption });
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
  });

  test.each([
    ['AWS_MANAGED_KEY', ImageEncryption.AWS_MANAGED_KEY, true],
    ['AES_256', ImageEncryption.AES_256, true],
    ['asDeployed', ImageEncryption.asDeployed(), true],
    ['REGISTRY_KEY', ImageEncryption.REGISTRY_KEY, false],
    ['dualLayer', ImageEncryption.dualLayer(), false],
  ])('%s warns exactly when Security Hub would report it', (_, encryption, warns) => {
    const stack = stackIn();
    new HardenedRepository(stack, 'App', { encryption });
    const warnings = Annotations.fromStack(stack).findWarning('/Team/App', Match.stringLikeRegexp('HardenedRepository.noCustomerManagedKey'));
    expect(warnings).toHaveLength(warns ? 1 : 0);
  });

  describe('customerManaged', () => {
    test('takes an L2, an L1 and an imported key by its full ARN', () => {
      const stack = stackIn('us-east-1');
      const keys = [new kms.Key(stack, 'L2'), new kms.CfnKey(stack, 'L1', { keyPolicy: {} }), kms.Key.fromKeyArn(stack, 'Imported', KEY_ARN)];
      expect(keys.map(key => stack.resolve(ImageEncryption.customerManaged(key)._render(stack)))).toEqual([
        { encryptionType: 'KMS', kmsKey: { 'Fn::GetAtt': [expect.stringMatching(/^L2/), 'Arn'] } },
        { encryptionType: 'KMS', kmsKey: { 'Fn::GetAtt': ['L1', 'Arn'] } },
        { encryptionType: 'KMS', kmsKey: KEY_ARN },
      ]);
    });

    test.each([
      ['another account', 'arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
      ['a multi-Region key', 'arn:aws:kms:us-east-1:111111111111:key/mrk-1234abcd12ab34cd56ef1234567890ab'],
      ['another partition', 'arn:aws-us-gov:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
    ])('takes the ARN of a key of %s', (_, arn) => {
      const stack = stackIn('us-east-1');
      expect(ImageEncryption.customerManaged(keyWith(stack, arn))._render(stack)?.kmsKey).toBe(arn);
    });

    test.each([
      ['an alias', 'arn:aws:kms:us-east-1:111111111111:alias/images'],
      ['a key id alone', '1234abcd-12ab-34cd-56ef-1234567890ab'],
      ['something else', 'arn:aws:s3:::bucket'],
      ['text before the ARN', `x${KEY_ARN}`],
      ['text after the ARN', `${KEY_ARN}/x`],
      ['a short account id', 'arn:aws:kms:us-east-1:11111111111:key/1234abcd'],
    ])('fails with %s', (_, arn) => {
      const stack = stackIn('us-east-1');
      expect(() => new HardenedRepository(stack, 'App', { encryption: ImageEncryption.customerManaged(keyWith(stack, arn)) })).toThrow(
        `'encryption' must have a key by its full ARN, got ${JSON.stringify(arn)}: use the key itself, not an alias [Team/App]`);
    });

    test('fails with an alias whose ARN has tokens', () => {
      const stack = stackIn();
      const alias = kms.Alias.fromAliasName(stack, 'Alias', 'alias/images');
      expect(() => ImageEncryption.customerManaged(alias)._render(stack)).toThrow('use the key itself, not an alias');
    });

    test('fails with an alias that is made in the same app, whose name is a token', () => {
      const stack = stackIn();
      const alias = new kms.Alias(stack, 'Alias', { aliasName: 'alias/images', targetKey: new kms.Key(stack, 'Key') });
      expect(() => ImageEncryption.customerManaged(alias)._render(stack)).toThrow('use the key itself, not an alias');
    });

    test('a token skips the check of the ARN', () => {
      const stack = stackIn();
      const { valueAsString } = new CfnParameter(stack, 'KeyArn');
      const parts = Arn.format({ service: 'kms', resource: 'key', resourceName: valueAsString }, stack);
      for (const arn of [valueAsString, parts]) {
        expect(ImageEncryption.customerManaged(keyWith(stack, arn))._render(stack)?.kmsKey).toBe(arn);
      }
    });

    test('fails with a key of another Region', () => {
      const stack = stackIn('eu-west-1');
      const key = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN);
      expect(() => new HardenedRepository(stack, 'App', { encryption: ImageEncryption.customerManaged(key) })).toThrow(
        '\'encryption\' must have a key in the repository\'s own Region "eu-west-1", got one in "us-east-1" [Team/App]');
    });

    test.each([
      ['the key', 'eu-west-1', Aws.REGION],
      ['the repository', undefined, 'us-east-1'],
      ['both', undefined, Aws.REGION],
    ])('a Region of %s that is not known skips the check', (_, region, keyRegion) => {
      const stack = stackIn(region);
      expect(() => ImageEncryption.customerManaged(keyWith(stack, KEY_ARN, keyRegion))._render(stack)).not.toThrow();
    });

    test('says all that is wrong at once', () => {
      const stack = stackIn('eu-west-1');
      const alias = keyWith(stack, 'arn:aws:kms:us-east-1:111111111111:alias/images', 'us-east-1');
      expect(() => ImageEncryption.dualLayer(alias)._render(stack)).toThrow(/dual-layer[^]*own Region[^]*full ARN/);
    });
  });

  describe('dualLayer', () => {
    test.each(['us-gov-east-1', 'us-gov-west-1'])('is there in %s', region => {
      const stack = stackIn(region);
      expect(ImageEncryption.dualLayer()._render(stack)).toEqual({ encryptionType: 'KMS_DSSE', kmsKey: RegistryKey.of(stack).keyArn });
    });

    test.each(['us-east-1', 'eu-west-1', 'cn-north-1'])('fails in %s', region => {
      expect(() => new HardenedRepository(stackIn(region), 'App', { encryption: ImageEncryption.dualLayer() })).toThrow(
        `'encryption' must not be dual-layer in "${region}": ECR has KMS_DSSE in us-gov-east-1 and us-gov-west-1 only, `
        + 'use ImageEncryption.customerManaged() [Team/App]');
    });

    test('takes a key', () => {
      const stack = stackIn('us-gov-west-1');
      const key = new kms.Key(stack, 'Key');
      expect(ImageEncryption.dualLayer(key)._render(stack)).toEqual({ encryptionType: 'KMS_DSSE', kmsKey: key.keyArn });
      expect(stack.node.tryFindChild('RegistryKey')).toBeUndefined();
    });
  });
});
