import { aws_ecr as ecr, aws_kms as kms, NestedStack, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { KINDS, newStack, ORGANIZATION, propertiesOf, repositoryOf, warningsOf } from './helpers';
import { HardenedRepository, ImageEncryption, ImageProfile, RepositoryHardening } from '../../src';

const KMS_WITH_REGISTRY_KEY = { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] } };

describe('RepositoryHardening.forNewRepositories()', () => {
  test.each(KINDS)('makes of %s what a HardenedRepository is', (_, make) => {
    const profile = ImageProfile.release({ keep: 7, audience: ORGANIZATION, tags: { team: 'search' } });
    const stack = newStack();
    make(stack).with(RepositoryHardening.forNewRepositories(profile));
    const ours = newStack();
    new HardenedRepository(ours, 'App', { profile });
    expect(repositoryOf(stack)).toEqual(repositoryOf(ours));
    expect(Template.fromStack(stack).findResources('AWS::KMS::Key')).toEqual(Template.fromStack(ours).findResources('AWS::KMS::Key'));
    expect(warningsOf(stack)).toEqual([]);
  });

  test('takes the release profile by itself', () => {
    const stack = newStack();
    new ecr.Repository(stack, 'App').with(RepositoryHardening.forNewRepositories());
    const ours = newStack();
    new HardenedRepository(ours, 'App');
    expect(repositoryOf(stack)).toEqual(repositoryOf(ours));
  });

  test('keeps what an author set, and makes no key that nobody uses', () => {
    const stack = newStack();
    new ecr.CfnRepository(stack, 'App', {
      encryptionConfiguration: { encryptionType: 'AES256' },
      imageScanningConfiguration: { scanOnPush: false },
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      lifecyclePolicy: { lifecyclePolicyText: 'theirs' },
      tags: [{ key: 'team', value: 'theirs' }],
    }).with(RepositoryHardening.forNewRepositories(ImageProfile.release({ tags: { team: 'ours', more: 'ours' } })));
    expect(propertiesOf(stack)).toEqual({
      EncryptionConfiguration: { EncryptionType: 'AES256' },
      ImageScanningConfiguration: { ScanOnPush: false },
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      LifecyclePolicy: { LifecyclePolicyText: 'theirs' },
      Tags: [{ Key: 'more', Value: 'ours' }, { Key: 'team', Value: 'theirs' }],
    });
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
    expect(warningsOf(stack)).toEqual(['encryptionIsForEver', 'notScannedOnPush', 'someTagsMove']);
  });

  test('writes over all that an author set when it is asked to, but for tags of Tags.of()', () => {
    const stack = newStack();
    new ecr.CfnRepository(stack, 'App', {
      encryptionConfiguration: { encryptionType: 'AES256' },
      tags: [{ key: 'team', value: 'theirs' }],
    }).with(RepositoryHardening.forNewRepositories(ImageProfile.release({ tags: { team: 'ours', more: 'ours' } }), { overwrite: true }));
    Tags.of(stack).add('more', 'everyone');
    expect(propertiesOf(stack)).toMatchObject({
      EncryptionConfiguration: KMS_WITH_REGISTRY_KEY,
      Tags: [{ Key: 'more', Value: 'everyone' }, { Key: 'team', Value: 'ours' }],
    });
  });

  test.each([
    ['a key', (stack: Stack) => ({ encryptionKey: new kms.Key(stack, 'Key') }), { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } }, []],
    ['the account\'s key', () => ({ encryption: ecr.RepositoryEncryption.KMS }), { EncryptionType: 'KMS' }, ['encryptionIsForEver']],
  ])('keeps %s that an author of an L2 chose', (_, props, encryption, warnings) => {
    const stack = newStack();
    new ecr.Repository(stack, 'App', props(stack)).with(RepositoryHardening.forNewRepositories());
    expect(propertiesOf(stack).EncryptionConfiguration).toEqual(encryption);
    expect(warningsOf(stack)).toEqual(warnings);
  });

  test.each([
    ['before', true, 0],
    ['after', false, 1],
  ])('an encryption that is written with an escape hatch %s it has no key of ours beside it', (_, isBefore, keys) => {
    const stack = newStack();
    const resource = new ecr.CfnRepository(stack, 'App');
    const override = () => resource.addPropertyOverride('EncryptionConfiguration', { EncryptionType: 'AES256' });
    if (isBefore) {
      override();
    }
    resource.with(RepositoryHardening.forNewRepositories());
    if (!isBefore) {
      override();
    }
    expect(propertiesOf(stack).EncryptionConfiguration).toEqual({ EncryptionType: 'AES256' });
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', keys);
  });

  test('writes the account\'s key without one of its own', () => {
    const stack = newStack();
    new ecr.Repository(stack, 'App').with(RepositoryHardening.forNewRepositories(ImageProfile.release({ encryption: ImageEncryption.AWS_MANAGED_KEY })));
    expect(propertiesOf(stack).EncryptionConfiguration).toEqual({ EncryptionType: 'KMS' });
  });

  test('shares the key of a top-level stack with its nested stacks', () => {
    const stack = newStack();
    const nested = new NestedStack(stack, 'Nested');
    new ecr.Repository(nested, 'App').with(RepositoryHardening.forNewRepositories());
    expect(propertiesOf(nested).EncryptionConfiguration).toEqual({
      EncryptionType: 'KMS', KmsKey: { Ref: expect.stringMatching(/^referencetoTeamRegistryKey\w+Arn$/) as string },
    });
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
  });

  test('gives the same whichever of two mixins comes first, where they write different things', () => {
    const make = (...mixins: RepositoryHardening[]) => {
      const stack = newStack();
      new ecr.Repository(stack, 'App').with(...mixins);
      return Template.fromStack(stack).toJSON();
    };
    const audience = RepositoryHardening.inPlace({ audience: ORGANIZATION });
    const all = RepositoryHardening.forNewRepositories();
    expect(make(audience, all)).toEqual(make(all, audience));
  });
});
