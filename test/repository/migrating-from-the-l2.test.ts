import { readFileSync } from 'fs';
import { dirname, join } from 'path';
import { App, aws_ecr as ecr, aws_kms as kms, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { HardenedRepositoryProps } from '../../src';
import { HardenedRepository, ImageEncryption, LifecyclePolicy, LifecycleRule, TagImmutability } from '../../src';
import { identities } from '../mixins/create-only';

const { asDeployed } = ImageEncryption;
const PAGE = readFileSync(join(__dirname, '../../docs/migrating-from-the-l2.md'), 'utf8');

interface Row {
  /** The L2's props that the row is about. */
  readonly l2: (stack: Stack) => ecr.RepositoryProps;
  /** What the page says to write instead. */
  readonly ours: (stack: Stack) => HardenedRepositoryProps;
  /** What of the resource stays as it was. */
  readonly same?: string[];
}

const ROWS: Record<string, Row> = {
  'no encryption': { l2: () => ({}), ours: () => ({ encryption: asDeployed() }), same: ['EncryptionConfiguration'] },
  'AES_256, for which the L2 writes nothing': {
    l2: () => ({ encryption: ecr.RepositoryEncryption.AES_256 }),
    ours: () => ({ encryption: asDeployed() }),
    same: ['EncryptionConfiguration'],
  },
  'KMS without a key': {
    l2: () => ({ encryption: ecr.RepositoryEncryption.KMS }),
    ours: () => ({ encryption: ImageEncryption.AWS_MANAGED_KEY }),
    same: ['EncryptionConfiguration'],
  },
  'a key': {
    l2: stack => ({ encryptionKey: keyOf(stack) }),
    ours: stack => ({ encryption: ImageEncryption.customerManaged(keyOf(stack)) }),
    same: ['EncryptionConfiguration'],
  },
  'a name': {
    l2: () => ({ repositoryName: 'team/app' }),
    ours: () => ({ repositoryName: 'team/app', encryption: asDeployed() }),
    same: ['RepositoryName'],
  },
  'no lifecycle rules': { l2: () => ({}), ours: () => ({ encryption: asDeployed(), lifecyclePolicy: LifecyclePolicy.NONE }), same: ['LifecyclePolicy'] },
  'lifecycle rules': {
    l2: () => ({ lifecycleRules: [{ tagStatus: ecr.TagStatus.UNTAGGED, maxImageAge: Duration.days(7) }, { maxImageCount: 30 }] }),
    ours: () => ({
      encryption: asDeployed(),
      lifecyclePolicy: LifecyclePolicy.of(LifecycleRule.expireAfterPush(Duration.days(7), { untagged: true }), LifecycleRule.keepNewest(30)),
    }),
    same: ['LifecyclePolicy'],
  },
  'a registry for the lifecycle': {
    l2: () => ({ lifecycleRegistryId: '111111111111', lifecycleRules: [{ maxImageCount: 30 }] }),
    ours: () => ({ encryption: asDeployed(), lifecyclePolicy: LifecyclePolicy.of(LifecycleRule.keepNewest(30)) }),
  },
  'a removal policy': {
    l2: () => ({ removalPolicy: RemovalPolicy.DESTROY }),
    ours: () => ({ encryption: asDeployed(), removalPolicy: RemovalPolicy.DESTROY }),
    same: ['DeletionPolicy', 'UpdateReplacePolicy'],
  },
  'no removal policy': {
    l2: () => ({}),
    ours: () => ({ encryption: asDeployed(), removalPolicy: RemovalPolicy.RETAIN }),
    same: ['DeletionPolicy', 'UpdateReplacePolicy'],
  },
  'scanning': {
    l2: () => ({ imageScanOnPush: true }),
    ours: () => ({ encryption: asDeployed() }),
    same: ['ImageScanningConfiguration'],
  },
  'no scanning': {
    l2: () => ({ imageScanOnPush: false }),
    ours: () => ({ encryption: asDeployed(), scanOnPush: false }),
    same: ['ImageScanningConfiguration'],
  },
  'tags that move': {
    l2: () => ({ imageTagMutability: ecr.TagMutability.MUTABLE }),
    ours: () => ({ encryption: asDeployed(), tagImmutability: TagImmutability.MUTABLE }),
    same: ['ImageTagMutability'],
  },
  'tags that stay': {
    l2: () => ({ imageTagMutability: ecr.TagMutability.IMMUTABLE }),
    ours: () => ({ encryption: asDeployed() }),
    same: ['ImageTagMutability'],
  },
  'tags some of which move': {
    l2: () => ({
      imageTagMutability: ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION,
      imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard('latest')],
    }),
    ours: () => ({ encryption: asDeployed(), tagImmutability: TagImmutability.immutableExcept('latest') }),
    same: ['ImageTagMutability', 'ImageTagMutabilityExclusionFilters'],
  },
  'tags some of which stay': {
    l2: () => ({
      imageTagMutability: ecr.TagMutability.MUTABLE_WITH_EXCLUSION,
      imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard('v*')],
    }),
    ours: () => ({ encryption: asDeployed(), tagImmutability: TagImmutability.mutableExcept('v*') }),
    same: ['ImageTagMutability', 'ImageTagMutabilityExclusionFilters'],
  },
  'emptyOnDelete': {
    l2: () => ({ emptyOnDelete: true, removalPolicy: RemovalPolicy.DESTROY }),
    ours: () => ({ encryption: asDeployed(), emptyOnDelete: true, removalPolicy: RemovalPolicy.DESTROY }),
    same: ['EmptyOnDelete', 'DeletionPolicy'],
  },
  'autoDeleteImages': {
    l2: () => ({ autoDeleteImages: true, removalPolicy: RemovalPolicy.DESTROY }),
    ours: () => ({ encryption: asDeployed(), emptyOnDelete: true, removalPolicy: RemovalPolicy.DESTROY }),
    same: ['DeletionPolicy'],
  },
};

function keyOf(stack: Stack): kms.IKey {
  return kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012');
}

function withL2(props: Row['l2']): Template {
  const stack = new Stack(new App(), 'Team');
  new ecr.Repository(stack, 'App', props(stack));
  return Template.fromStack(stack);
}

function withOurs(props: Row['ours']): Template {
  const stack = new Stack(new App(), 'Team');
  new HardenedRepository(stack, 'App', props(stack));
  return Template.fromStack(stack);
}

/** The repository's properties and policies, side by side; the lifecycle as what it says, not as it is spelt. */
function settingsOf(template: Template): Record<string, unknown> {
  const [{ Properties, ...policies }] = Object.values(template.findResources('AWS::ECR::Repository'));
  const { LifecyclePolicy: lifecycle, ...others } = (Properties ?? {}) as { LifecyclePolicy?: { LifecyclePolicyText: string } };
  return { ...others, ...policies, LifecyclePolicy: lifecycle && (JSON.parse(lifecycle.LifecyclePolicyText) as unknown) };
}

beforeAll(() => {
  process.env.JSII_DEPRECATED = 'quiet'; // one of the L2's props is deprecated, and is migrated all the same
});

afterAll(() => {
  delete process.env.JSII_DEPRECATED;
});

describe('replacing the L2 by a HardenedRepository as the page says', () => {
  test.each(Object.entries(ROWS))('%s: the logical id stays, and nothing for which CloudFormation replaces a repository changes', (_, { l2, ours, same = [] }) => {
    const [before, after] = [withL2(l2), withOurs(ours)];
    expect(identities(after)).toEqual(identities(before));
    for (const name of same) {
      expect({ [name]: settingsOf(after)[name] }).toEqual({ [name]: settingsOf(before)[name] });
    }
  });

  test.each([
    ['asDeployed() is left out', {}],
    ['AES256 is written where the L2 wrote nothing', { encryption: ImageEncryption.AES_256 }],
    ['a name is given where there was none', { encryption: asDeployed(), repositoryName: 'team/app' }],
  ])('would replace the repository when %s', (_, ours) => {
    expect(identities(withOurs(() => ours))).not.toEqual(identities(withL2(() => ({}))));
  });

  test('takes the tag away without which the images outlive the custom resource of autoDeleteImages', () => {
    expect(settingsOf(withL2(ROWS.autoDeleteImages.l2)).Tags).toEqual([{ Key: 'aws-cdk:auto-delete-images', Value: 'true' }]);
    expect(settingsOf(withOurs(ROWS.autoDeleteImages.ours)).Tags).toBeUndefined();
    withOurs(ROWS.autoDeleteImages.ours).resourceCountIs('Custom::ECRAutoDeleteImages', 0);
  });

  test('fails in the L2 already for two layers, so none can be deployed by it', () => {
    expect(() => withL2(() => ({ encryption: ecr.RepositoryEncryption.KMS_DSSE }))).toThrow('Unexpected \'encryptionType\'');
  });

  test('has a row for every prop of the L2', () => {
    const declarations = readFileSync(join(dirname(require.resolve('aws-cdk-lib/package.json')), 'aws-ecr/lib/repository.d.ts'), 'utf8');
    const [, body] = /export interface RepositoryProps \{([\s\S]*?)\n\}/.exec(declarations)!;
    const props = [...body.matchAll(/readonly (\w+)\?:/g)].map(([, name]) => name);
    expect(props).toContain('repositoryName');
    expect(props.filter(prop => !new RegExp(`^\\| .*\`${prop}\\b`, 'm').test(PAGE))).toEqual([]);
  });
});
