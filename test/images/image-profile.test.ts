import { App, aws_kms as kms, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import type { ImageSettings } from '../../src';
import { HardenedRepository, ImageEncryption, ImageProfile, LifecyclePolicy, LifecycleRule, PullAudience, TagImmutability } from '../../src';

function rulesOf(profile: ImageProfile): object[] {
  const stack = new Stack();
  const text = (profile._toRepository(stack).lifecyclePolicy as { lifecyclePolicyText: string }).lifecyclePolicyText;
  return JSON.parse(text).rules.map(({ selection, action }: { selection: object; action: object }) => ({ ...selection, ...action }));
}

const EXPIRE = { type: 'expire' };
const BY_AGE = { countType: 'sinceImagePushed', countUnit: 'days', ...EXPIRE };
const PRESETS: [string, (settings?: ImageSettings) => ImageProfile][] = [
  ['release', ImageProfile.release], ['builds', ImageProfile.builds], ['cache', ImageProfile.cache],
];

describe('ImageProfile', () => {
  test('of releases keeps the newest 100 tagged images, whatever their age, and untagged ones for 14 days', () => {
    const profile = ImageProfile.release();
    expect(profile._tagImmutability).toBe(TagImmutability.IMMUTABLE);
    expect(rulesOf(profile)).toEqual([
      { tagStatus: 'untagged', ...BY_AGE, countNumber: 14 },
      { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 100, ...EXPIRE },
    ]);
  });

  test('of releases keeps as many as are asked for', () => {
    expect(rulesOf(ImageProfile.release({ keep: 1 }))).toContainEqual(expect.objectContaining({ countNumber: 1, tagPatternList: ['*'] }));
  });

  test('of builds lets tags move and deletes everything after 14 days', () => {
    const profile = ImageProfile.builds();
    expect(profile._tagImmutability).toBe(TagImmutability.MUTABLE);
    expect(rulesOf(profile)).toEqual([{ tagStatus: 'any', ...BY_AGE, countNumber: 14 }]);
    expect(rulesOf(ImageProfile.builds({ expireAfter: Duration.hours(24) }))).toEqual([{ tagStatus: 'any', ...BY_AGE, countNumber: 1 }]);
  });

  test('of a cache lets tags move and deletes everything after 30 days', () => {
    const profile = ImageProfile.cache();
    expect(profile._tagImmutability).toBe(TagImmutability.MUTABLE);
    expect(rulesOf(profile)).toEqual([{ tagStatus: 'any', ...BY_AGE, countNumber: 30 }]);
    expect(rulesOf(ImageProfile.cache({ expireAfter: Duration.days(7) }))).toEqual([{ tagStatus: 'any', ...BY_AGE, countNumber: 7 }]);
  });

  test('of a cache can go by the last pull, in the two steps that ECR has for that', () => {
    expect(rulesOf(ImageProfile.cache({ archiveAfterPull: Duration.days(60) }))).toEqual([
      { tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber: 60, type: 'transition', targetStorageClass: 'archive' },
      { tagStatus: 'any', storageClass: 'archive', countType: 'sinceImageTransitioned', countUnit: 'days', countNumber: 90, ...EXPIRE },
    ]);
  });

  test('of one\'s own has the secure defaults, and deletes nothing', () => {
    const stack = new Stack();
    expect(stack.resolve(ImageProfile.of({})._toRepository(stack))).toEqual({
      imageTagMutability: 'IMMUTABLE',
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] } },
      imageScanningConfiguration: { scanOnPush: true },
    });
  });

  describe.each(PRESETS)('%s', (_, preset) => {
    test('takes every setting over its own', () => {
      const stack = new Stack();
      const profile = preset({
        tagImmutability: TagImmutability.immutableExcept('latest'),
        lifecyclePolicy: LifecyclePolicy.of(LifecycleRule.keepNewest(7)),
        encryption: ImageEncryption.AES_256,
        scanOnPush: false,
        audience: PullAudience.organization('o-abcd123456'),
        tags: { team: 'payments' },
      });
      expect(stack.resolve(profile._toRepository(stack))).toEqual({
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: [{ imageTagMutabilityExclusionFilterType: 'WILDCARD', imageTagMutabilityExclusionFilterValue: 'latest' }],
        encryptionConfiguration: { encryptionType: 'AES256' },
        imageScanningConfiguration: { scanOnPush: false },
        lifecyclePolicy: { lifecyclePolicyText: expect.stringContaining('"countNumber":7') },
        repositoryPolicyText: { Version: '2012-10-17', Statement: [expect.objectContaining({ Sid: 'PullFromOrganization' })] },
        tags: [{ key: 'team', value: 'payments' }],
      });
    });

    test('keeps its own for what is given as undefined', () => {
      const stack = new Stack();
      const settings = ['tagImmutability', 'lifecyclePolicy', 'encryption', 'scanOnPush', 'audience', 'tags', 'keep', 'expireAfter', 'archiveAfterPull'];
      const nothing = Object.fromEntries(settings.map(setting => [setting, undefined]));
      expect(stack.resolve(preset(nothing)._toRepository(stack))).toEqual(stack.resolve(preset()._toRepository(stack)));
      expect(stack.resolve(preset()._with(nothing)._toRepository(stack))).toEqual(stack.resolve(preset()._toRepository(stack)));
    });

    test('is itself when nothing is laid over it', () => {
      const profile = preset();
      expect(profile._with({})).toBe(profile);
      expect(profile._with({ tags: undefined })).toBe(profile);
    });

    test('says no to a lifecycle on request', () => {
      const stack = new Stack();
      expect(preset({ lifecyclePolicy: LifecyclePolicy.NONE })._toRepository(stack).lifecyclePolicy).toBeUndefined();
      expect(preset({ lifecyclePolicy: LifecyclePolicy.NONE })._toCreationTemplate(stack).lifecyclePolicy).toBeUndefined();
    });
  });

  test('of one\'s own keeps the secure defaults for what is given as undefined', () => {
    const stack = new Stack();
    expect(stack.resolve(ImageProfile.of({ tagImmutability: undefined, encryption: undefined, scanOnPush: undefined })._toRepository(stack)))
      .toEqual(stack.resolve(ImageProfile.of({})._toRepository(stack)));
  });

  test('stays what it was when the tags that were given change', () => {
    const tags: Record<string, string> = { team: 'payments' };
    const profile = ImageProfile.of({ tags });
    tags.team = '';
    expect(profile._toRepository(new Stack()).tags).toEqual([{ key: 'team', value: 'payments' }]);
  });

  const policy = LifecyclePolicy.of(LifecycleRule.keepNewest(1));
  const day = Duration.days(1);

  test.each<[string, () => ImageProfile, string]>([
    ['keep beside lifecyclePolicy', () => ImageProfile.release({ keep: 1, lifecyclePolicy: policy }), "'keep' must not be given beside 'lifecyclePolicy'"],
    ['expireAfter beside lifecyclePolicy for builds', () => ImageProfile.builds({ expireAfter: day, lifecyclePolicy: policy }),
      "'expireAfter' must not be given beside 'lifecyclePolicy'"],
    ['expireAfter beside archiveAfterPull', () => ImageProfile.cache({ expireAfter: day, archiveAfterPull: day }),
      "'expireAfter' must not be given beside 'archiveAfterPull'"],
    ['expireAfter beside lifecyclePolicy', () => ImageProfile.cache({ expireAfter: day, lifecyclePolicy: policy }),
      "'expireAfter' must not be given beside 'lifecyclePolicy'"],
    ['archiveAfterPull beside lifecyclePolicy', () => ImageProfile.cache({ archiveAfterPull: day, lifecyclePolicy: policy }),
      "'archiveAfterPull' must not be given beside 'lifecyclePolicy'"],
  ])('fails with %s', (_, make, message) => {
    expect(make).toThrow(`${message}: both say which images are deleted, choose one`);
  });

  test.each([0, -1, 1.5, NaN])('fails with %d releases to keep', keep => {
    expect(() => ImageProfile.release({ keep })).toThrow(new RegExp(`^'keep' must be a whole number of at least 1, got ${JSON.stringify(keep)}$`));
  });

  test.each<[string, (age: Duration) => ImageProfile, string]>([
    ['builds', expireAfter => ImageProfile.builds({ expireAfter }), 'expireAfter'],
    ['a cache', expireAfter => ImageProfile.cache({ expireAfter }), 'expireAfter'],
    ['a cache by pulls', archiveAfterPull => ImageProfile.cache({ archiveAfterPull }), 'archiveAfterPull'],
  ])('fails with an age of %s that is not whole days, at least 1', (_, make, property) => {
    for (const [age, got] of [[Duration.days(0), '0 days'], [Duration.hours(36), '1 day 12 hours'], [Duration.hours(23), '23 hours']] as const) {
      expect(() => make(age)).toThrow(new RegExp(`^'${property}' must be whole days, at least 1, got "${got}": ECR counts days$`));
    }
    expect(() => make(Duration.hours(48))).not.toThrow();
    expect(() => make(day)).not.toThrow();
  });

  test('tokens skip the checks of numbers', () => {
    const stack = new Stack();
    const { valueAsNumber } = new CfnParameter(stack, 'Number', { type: 'Number' });
    for (const profile of [
      ImageProfile.release({ keep: valueAsNumber }),
      ImageProfile.builds({ expireAfter: Duration.days(valueAsNumber) }),
      ImageProfile.cache({ archiveAfterPull: Duration.days(valueAsNumber) }),
    ]) {
      expect(JSON.stringify(stack.resolve(profile._toRepository(stack)))).toContain('{"Ref":"Number"}');
    }
  });

  describe('tags', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, 'value']));
    const ofKey = (key: string) => ({ [key]: 'value' });

    test.each<[string, Record<string, string>, string]>([
      ['51 entries', many(51), "'tags' must have at most 50 entries, got 51: ECR takes no more"],
      ['an empty key', ofKey(''), "'tags' must have keys of 1 to 127 characters that don't start with 'aws:', which is reserved, got \"\""],
      ['a key of 128 characters', ofKey('k'.repeat(128)), `keys of 1 to 127 characters that don't start with 'aws:', which is reserved, got "${'k'.repeat(128)}"`],
      ['a reserved key', ofKey('aws:x'), 'got "aws:x"'],
      ['a reserved key in capitals', ofKey('AWS:x'), 'got "AWS:x"'],
      ['an empty value', { team: '' }, '\'tags\' must have values of 1 to 255 characters, got "" for "team": CloudFormation takes no empty one'],
      ['a value of 256 characters', { team: 'v'.repeat(256) }, `got "${'v'.repeat(256)}" for "team"`],
    ])('fail with %s', (_, tags, message) => {
      expect(() => ImageProfile.of({ tags })).toThrow(message);
      expect(() => ImageProfile.release()._with({ tags })).toThrow(message);
    });

    test('fail with all that is wrong at once', () => {
      expect(() => ImageProfile.of({ tags: { '': 'a', 'team': '' } })).toThrow(/keys[^]*values/);
    });

    test.each<[string, Record<string, string>]>([
      ['50 entries', many(50)],
      ['a key of 127 characters', ofKey('k'.repeat(127))],
      ['a key and a value of 1', { k: 'v' }],
      ['a key with aws: inside', ofKey('my-aws:x')],
      ['a value of 255 characters', { team: 'v'.repeat(255) }],
      ['tokens', { [Lazy.string({ produce: () => 'k' })]: Lazy.string({ produce: () => 'v' }) }],
    ])('take %s', (_, tags) => {
      expect(ImageProfile.of({ tags })._toRepository(new Stack()).tags).toEqual(Object.entries(tags).map(([key, value]) => ({ key, value })));
    });
  });

  describe('rendering', () => {
    test('is done once for all repositories of a stack', () => {
      const [profile, stack] = [ImageProfile.release(), new Stack()];
      expect(profile._toRepository(new HardenedRepository(stack, 'A'))).toBe(profile._toRepository(new HardenedRepository(stack, 'B')));
    });

    test('is not shared by stacks of other Regions or apps', () => {
      const profile = ImageProfile.release({ audience: PullAudience.lambdaFunctions({ accounts: ['111111111111'] }) });
      const app = new App();
      const inRegion = (region: string, of = app) => {
        const stack = new Stack(of, region, { env: { account: '111111111111', region } });
        return JSON.stringify(stack.resolve(profile._toRepository(stack)));
      };
      const [a, b, c] = [inRegion('us-east-1'), inRegion('eu-west-1'), inRegion('us-west-2', new App())];
      expect([a, b, c].map(text => /[a-z]+-[a-z]+-\d(?=:111111111111:function)/.exec(text)?.[0])).toEqual(['us-east-1', 'eu-west-1', 'us-west-2']);
    });

    test('uses the key of each stack', () => {
      const profile = ImageProfile.release();
      const app = new App();
      const keys = ['A', 'B'].map(id => {
        const stack = new Stack(app, id);
        return (profile._toRepository(stack).encryptionConfiguration as { kmsKey: string }).kmsKey;
      });
      expect(keys[0]).not.toBe(keys[1]);
    });

    test('names the construct in what is wrong', () => {
      const stack = new Stack(new App(), 'Team', { env: { account: '111111111111', region: 'eu-west-1' } });
      const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/1234abcd');
      const profile = ImageProfile.release({ encryption: ImageEncryption.customerManaged(key) });
      expect(() => new HardenedRepository(stack, 'App', { profile })).toThrow(/\[Team\/App\]$/);
    });
  });

  test.each<[string, ImageSettings, string, string]>([
    ['all tags that move', { tagImmutability: TagImmutability.MUTABLE }, 'tagsMove', 'a version may mean two images'],
    ['all tags that move but some', { tagImmutability: TagImmutability.mutableExcept('v*') }, 'tagsMove', 'a version may mean two images'],
    ['some tags that move', { tagImmutability: TagImmutability.immutableExcept('latest') }, 'someTagsMove', 'CT.ECR.PR.3'],
    ['a key that is not the customer\'s', { encryption: ImageEncryption.AWS_MANAGED_KEY }, 'noCustomerManagedKey', 'Security Hub ECR.5'],
    ['no scan', { scanOnPush: false }, 'notScannedOnPush', 'CT.ECR.PR.2'],
    ['no lifecycle', { lifecyclePolicy: LifecyclePolicy.NONE }, 'noLifecyclePolicy', 'CT.ECR.PR.1'],
  ])('%s is a warning of its own, and says what it costs', (_, settings, id, cost) => {
    expect(ImageProfile.release(settings)._relaxations.map(relaxation => relaxation.id)).toEqual([id]);
    const stack = new Stack(new App(), 'Team');
    new HardenedRepository(stack, 'App', settings);
    Annotations.fromStack(stack).hasWarning('/Team/App', Match.stringLikeRegexp(`${cost}.*\\[ack: cdk-hardened-ecr:HardenedRepository.${id}\\]`));
  });

  test('a profile that leaves the lifecycle out is warned of, the presets for releases are not', () => {
    expect(ImageProfile.of({})._relaxations.map(({ id }) => id)).toEqual(['noLifecyclePolicy']);
    expect(ImageProfile.release()._relaxations).toEqual([]);
  });
});
