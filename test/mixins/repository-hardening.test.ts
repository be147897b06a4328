import { App, aws_ecr as ecr, aws_iam as iam, aws_s3 as s3, CfnResource, Fn, Lazy, Mixins, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { KEEP_5, KEEP_5_TEXT, KINDS, newStack, ORGANIZATION, propertiesOf, PULL_FROM_ORGANIZATION, repositoryOf, warningsOf } from './helpers';
import { HardenedRepository, ImageEncryption, ImageProfile, LifecyclePolicy, LifecycleRule, RepositoryHardening, TagImmutability } from '../../src';

describe('RepositoryHardening.inPlace()', () => {
  test.each(KINDS)('scans and retains %s, and does no more', (_, make) => {
    const stack = newStack();
    make(stack).with(RepositoryHardening.inPlace());
    expect(repositoryOf(stack)).toEqual({
      Type: 'AWS::ECR::Repository',
      Properties: { ImageScanningConfiguration: { ScanOnPush: true } },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
  });

  test.each(KINDS)('adds to %s what it is asked to', (_, make) => {
    const stack = newStack();
    make(stack).with(RepositoryHardening.inPlace({
      lifecyclePolicy: KEEP_5, tagImmutability: TagImmutability.immutableExcept('latest'), audience: ORGANIZATION,
    }));
    expect(propertiesOf(stack)).toEqual({
      ImageScanningConfiguration: { ScanOnPush: true },
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [
        { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' },
      ],
      LifecyclePolicy: { LifecyclePolicyText: KEEP_5_TEXT },
      RepositoryPolicyText: { Version: '2012-10-17', Statement: [PULL_FROM_ORGANIZATION] },
    });
  });

  test('finds the repositories below a construct, in nested stacks too', () => {
    const app = new App();
    const stack = new Stack(app, 'Team');
    const nested = new NestedStack(stack, 'Nested');
    new ecr.Repository(nested, 'App');
    new ecr.Repository(stack, 'App');
    app.with(RepositoryHardening.inPlace());
    expect(propertiesOf(stack)).toEqual({ ImageScanningConfiguration: { ScanOnPush: true } });
    expect(propertiesOf(nested)).toEqual({ ImageScanningConfiguration: { ScanOnPush: true } });
  });

  test('supports the resource of a repository and nothing else', () => {
    const stack = newStack();
    const l2 = new ecr.Repository(stack, 'App');
    const mixin = RepositoryHardening.inPlace();
    expect(mixin.supports(l2)).toBe(false);
    expect(mixin.supports(l2.node.defaultChild!)).toBe(true);
    expect(mixin.supports(new s3.CfnBucket(stack, 'Bucket'))).toBe(false);
    expect(Mixins.of(stack).apply(mixin).report.map(({ construct }) => construct.node.path)).toEqual(['Team/App/Resource']);
  });

  test('does nothing to what it does not support', () => {
    const stack = newStack();
    const bucket = new s3.CfnBucket(stack, 'Bucket');
    RepositoryHardening.inPlace().applyTo(bucket);
    expect(bucket.cfnOptions.deletionPolicy).toBeUndefined();
    expect(warningsOf(stack)).toEqual([]);
  });

  test('ignores imported repositories', () => {
    const stack = newStack();
    ecr.Repository.fromRepositoryName(stack, 'Theirs', 'team/app').with(RepositoryHardening.inPlace());
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
    expect(warningsOf(stack)).toEqual([]);
  });

  test('warns of a generic resource, which has no settings', () => {
    const stack = newStack();
    new CfnResource(stack, 'App', { type: 'AWS::ECR::Repository', properties: {} }).with(RepositoryHardening.inPlace());
    expect(repositoryOf(stack)).toEqual({ Type: 'AWS::ECR::Repository' });
    expect(warningsOf(stack)).toEqual(['genericResource']);
  });

  test('leaves a HardenedRepository as it is, whatever it relaxed', () => {
    const make = (mixin?: RepositoryHardening) => {
      const stack = newStack();
      const repository = new HardenedRepository(stack, 'App', {
        profile: ImageProfile.of({ scanOnPush: false, encryption: ImageEncryption.asDeployed(), tagImmutability: TagImmutability.MUTABLE }),
        removalPolicy: RemovalPolicy.RETAIN,
      });
      if (mixin) {
        repository.with(mixin);
      }
      expect(warningsOf(stack)).toEqual([]);
      return Template.fromStack(stack).toJSON();
    };
    const untouched = make();
    expect(make(RepositoryHardening.inPlace({ lifecyclePolicy: KEEP_5, audience: ORGANIZATION, overwrite: true }))).toEqual(untouched);
    expect(make(RepositoryHardening.forNewRepositories(undefined, { overwrite: true }))).toEqual(untouched);
  });

  test.each([
    ['before', true],
    ['after', false],
  ])('keeps lifecycle rules that are added to an L2 %s it', (_, isBefore) => {
    const stack = newStack();
    const repository = new ecr.Repository(stack, 'App');
    const mixin = RepositoryHardening.inPlace({ lifecyclePolicy: LifecyclePolicy.of(LifecycleRule.keepNewest(100)) });
    if (!isBefore) {
      repository.with(mixin);
    }
    repository.addLifecycleRule({ maxImageCount: 5 });
    if (isBefore) {
      repository.with(mixin);
    }
    expect(propertiesOf(stack).LifecyclePolicy).toEqual({ LifecyclePolicyText: KEEP_5_TEXT });
  });

  test.each([
    ['before', true],
    ['after', false],
  ])('admits an audience beside what is granted by an L2 %s it', (_, isBefore) => {
    const stack = newStack();
    const repository = new ecr.Repository(stack, 'App');
    const mixin = RepositoryHardening.inPlace({ audience: ORGANIZATION });
    if (!isBefore) {
      repository.with(mixin);
    }
    repository.grantRead(new iam.AccountPrincipal('222222222222'));
    if (isBefore) {
      repository.with(mixin);
    }
    expect(propertiesOf(stack).RepositoryPolicyText).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Action: ['ecr:DescribeRepositories', 'ecr:DescribeImages'],
          Effect: 'Allow',
          Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:root']] } },
        },
        PULL_FROM_ORGANIZATION,
      ],
    });
  });

  test('keeps what an author set', () => {
    const stack = newStack();
    new ecr.Repository(stack, 'App', {
      imageScanOnPush: false,
      imageTagMutability: ecr.TagMutability.MUTABLE,
      lifecycleRules: [{ maxImageCount: 5 }],
      removalPolicy: RemovalPolicy.DESTROY,
    }).with(RepositoryHardening.inPlace({
      lifecyclePolicy: LifecyclePolicy.of(LifecycleRule.keepNewest(100)), tagImmutability: TagImmutability.IMMUTABLE,
    }));
    expect(repositoryOf(stack)).toMatchObject({
      Properties: {
        ImageScanningConfiguration: { ScanOnPush: false },
        ImageTagMutability: 'MUTABLE',
        LifecyclePolicy: { LifecyclePolicyText: KEEP_5_TEXT },
      },
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    });
    expect(warningsOf(stack)).toEqual(['encryptionIsForEver', 'notRetained', 'notScannedOnPush', 'tagsMove']);
  });

  test('writes over what an author set when it is asked to, but never the encryption', () => {
    const stack = newStack();
    new ecr.CfnRepository(stack, 'App', {
      encryptionConfiguration: { encryptionType: 'AES256' },
      imageScanningConfiguration: { scanOnPush: false },
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ imageTagMutabilityExclusionFilterType: 'WILDCARD', imageTagMutabilityExclusionFilterValue: '*' }],
      lifecyclePolicy: { lifecyclePolicyText: 'theirs', registryId: '111111111111' },
    }).applyRemovalPolicy(RemovalPolicy.DESTROY);
    stack.with(RepositoryHardening.inPlace({ lifecyclePolicy: KEEP_5, tagImmutability: TagImmutability.IMMUTABLE, overwrite: true }));
    expect(repositoryOf(stack)).toEqual({
      Type: 'AWS::ECR::Repository',
      Properties: {
        EncryptionConfiguration: { EncryptionType: 'AES256' },
        ImageScanningConfiguration: { ScanOnPush: true },
        ImageTagMutability: 'IMMUTABLE',
        LifecyclePolicy: { LifecyclePolicyText: KEEP_5_TEXT, RegistryId: '111111111111' },
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    expect(warningsOf(stack)).toEqual(['encryptionIsForEver']);
  });

  test('writes over the lifecycle rules of an L2 when it is asked to', () => {
    const stack = newStack();
    new ecr.Repository(stack, 'App', { lifecycleRules: [{ maxImageCount: 7 }] })
      .with(RepositoryHardening.inPlace({ lifecyclePolicy: KEEP_5, overwrite: true }));
    expect(propertiesOf(stack).LifecyclePolicy).toEqual({ LifecyclePolicyText: KEEP_5_TEXT });
  });

  test('leaves the filters that make some of an author\'s tags an exception', () => {
    const stack = newStack();
    const filters = [{ imageTagMutabilityExclusionFilterType: 'WILDCARD', imageTagMutabilityExclusionFilterValue: 'v*' }];
    new ecr.CfnRepository(stack, 'App', { imageTagMutabilityExclusionFilters: filters })
      .with(RepositoryHardening.inPlace({ tagImmutability: TagImmutability.IMMUTABLE }));
    expect(propertiesOf(stack)).toMatchObject({
      ImageTagMutabilityExclusionFilters: [{ ImageTagMutabilityExclusionFilterValue: 'v*' }],
    });
    expect(propertiesOf(stack).ImageTagMutability).toBeUndefined();
  });

  test('takes an empty scanning configuration for one that says nothing', () => {
    const stack = newStack();
    new ecr.CfnRepository(stack, 'App', { imageScanningConfiguration: {} }).with(RepositoryHardening.inPlace());
    expect(propertiesOf(stack).ImageScanningConfiguration).toEqual({ ScanOnPush: true });
  });

  test('a token is taken for what an author set', () => {
    const stack = newStack();
    new ecr.CfnRepository(stack, 'App', {
      imageScanningConfiguration: Lazy.any({ produce: () => ({ scanOnPush: false }) }),
      imageTagMutability: Lazy.string({ produce: () => 'MUTABLE' }),
    }).with(RepositoryHardening.inPlace({ tagImmutability: TagImmutability.IMMUTABLE }));
    expect(propertiesOf(stack)).toEqual({ ImageScanningConfiguration: { ScanOnPush: false }, ImageTagMutability: 'MUTABLE' });
  });

  test('a lifecycle that is only known at deployment is taken for what an author set', () => {
    const stack = newStack();
    const lifecyclePolicy = Fn.conditionIf('IsProduction', { LifecyclePolicyText: 'theirs' }, { Ref: 'AWS::NoValue' });
    new ecr.CfnRepository(stack, 'App', { lifecyclePolicy }).with(RepositoryHardening.inPlace({ lifecyclePolicy: KEEP_5 }));
    expect(propertiesOf(stack).LifecyclePolicy).toEqual(stack.resolve(lifecyclePolicy));
  });

  test.each([
    ['RETAIN, which the L2 writes by itself', RemovalPolicy.RETAIN, 'RetainExceptOnCreate', 'Retain'],
    ['RETAIN_ON_UPDATE_OR_DELETE', RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, 'RetainExceptOnCreate', 'Retain'],
    ['DESTROY', RemovalPolicy.DESTROY, 'Delete', 'Delete'],
  ])('of %s makes what is at least as safe', (_, removalPolicy, deletionPolicy, updateReplacePolicy) => {
    const stack = newStack();
    new ecr.Repository(stack, 'App', { removalPolicy }).with(RepositoryHardening.inPlace());
    expect(repositoryOf(stack)).toMatchObject({ DeletionPolicy: deletionPolicy, UpdateReplacePolicy: updateReplacePolicy });
  });

  test.each([
    ['before', true],
    ['after', false],
  ])('an escape hatch %s it wins', (_, isBefore) => {
    const stack = newStack();
    const resource = new ecr.CfnRepository(stack, 'App');
    const override = () => {
      resource.addPropertyOverride('ImageScanningConfiguration.ScanOnPush', false);
      resource.addPropertyOverride('ImageTagMutability', 'MUTABLE');
      resource.addPropertyOverride('LifecyclePolicy.LifecyclePolicyText', 'theirs');
      resource.addPropertyOverride('RepositoryPolicyText', { Statement: [] });
      resource.addOverride('DeletionPolicy', 'Delete');
    };
    const mixin = RepositoryHardening.inPlace({
      lifecyclePolicy: KEEP_5, tagImmutability: TagImmutability.immutableExcept('latest'), audience: ORGANIZATION, overwrite: true,
    });
    if (isBefore) {
      override();
    }
    resource.with(mixin);
    if (!isBefore) {
      override();
    }
    expect(repositoryOf(stack)).toMatchObject({
      Properties: {
        ImageScanningConfiguration: { ScanOnPush: false },
        ImageTagMutability: 'MUTABLE',
        LifecyclePolicy: { LifecyclePolicyText: 'theirs' },
        RepositoryPolicyText: { Statement: [] },
      },
      DeletionPolicy: 'Delete',
    });
    expect(propertiesOf(stack).ImageTagMutabilityExclusionFilters).toBeUndefined();
    expect(warningsOf(stack)).toEqual(['audienceNotAdmitted', 'encryptionIsForEver', 'notRetained', 'notScannedOnPush', 'tagsMove']);
  });

  test('takes a setting that was deleted with an escape hatch for one that its author does not want', () => {
    const stack = newStack();
    const resource = new ecr.CfnRepository(stack, 'App', { repositoryName: 'team/app' });
    resource.addPropertyDeletionOverride('ImageScanningConfiguration');
    resource.with(RepositoryHardening.inPlace());
    expect(resource.imageScanningConfiguration).toBeUndefined();
    expect(propertiesOf(stack)).toEqual({ RepositoryName: 'team/app' });
    expect(warningsOf(stack)).toEqual(['encryptionIsForEver', 'notScannedOnPush']);
  });

  test('is harmless when it is applied again', () => {
    const make = (times: number) => {
      const stack = newStack();
      const mixin = RepositoryHardening.inPlace({ lifecyclePolicy: KEEP_5, tagImmutability: TagImmutability.immutableExcept('latest'), audience: ORGANIZATION });
      const repository = new ecr.Repository(stack, 'App');
      for (let i = 0; i < times; i++) {
        repository.with(mixin, RepositoryHardening.inPlace());
      }
      return { template: Template.fromStack(stack).toJSON(), warnings: warningsOf(stack) };
    };
    expect(make(3)).toEqual(make(1));
  });

  test('adds one validation to a repository, however often it is applied', () => {
    const stack = newStack();
    const resource = new ecr.CfnRepository(stack, 'App');
    const addValidation = jest.spyOn(resource.node, 'addValidation');
    const mixin = RepositoryHardening.inPlace();
    resource.with(mixin, mixin);
    expect(addValidation).toHaveBeenCalledTimes(1);
  });

  test('changes no logical id', () => {
    const ids = (...mixins: RepositoryHardening[]) => {
      const stack = newStack();
      new ecr.Repository(stack, 'App');
      new ecr.CfnRepository(stack, 'L1');
      stack.with(...mixins);
      return Object.keys(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
    };
    expect(ids(RepositoryHardening.inPlace())).toEqual(ids());
    expect(ids(RepositoryHardening.forNewRepositories())).toEqual(ids());
  });
});
