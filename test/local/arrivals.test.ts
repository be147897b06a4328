import { Arrival, arrivalsTable, Claim, lookFor, notAsClaimed } from '../../local/arrivals';
import { COPIES, PUSHES } from '../../local/behaviours';
import { differingSettings, RepositorySettings, settingsInShort, toSettings } from '../../local/repository-settings';
import { PLAIN } from '../../local/style';

const KEY = 'arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555';
const SETTINGS: RepositorySettings = {
  tagMutability: 'IMMUTABLE', encryption: KEY, lifecycle: { rules: [{}, {}] }, policy: { Statement: [{}] }, tags: { team: 'blue' },
};

describe('the settings of a repository and of a template', () => {
  const template = {
    imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' as const,
    imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD' as const, filter: 'dev*' }],
    encryptionConfiguration: { encryptionType: 'KMS' as const, kmsKey: KEY },
    lifecyclePolicy: '{"rules":[]}',
    repositoryPolicy: '{"Statement":[]}',
    resourceTags: [{ Key: 'team', Value: 'blue' }],
  };

  test('are the same when every one is', () => {
    expect(differingSettings(toSettings(template), toSettings({ ...template, lifecyclePolicy: '{ "rules": [] }' }))).toEqual([]);
  });

  test.each<[string, object]>([
    ['tagMutability', { imageTagMutability: 'IMMUTABLE' }],
    ['tagMutability', { imageTagMutabilityExclusionFilters: [] }],
    ['encryption', { encryptionConfiguration: { encryptionType: 'AES256' } }],
    ['encryption', { encryptionConfiguration: { encryptionType: 'KMS', kmsKey: `${KEY}6` } }],
    ['lifecycle', { lifecyclePolicy: '{"rules":[1]}' }],
    ['lifecycle', { lifecyclePolicy: '' }],
    ['policy', { repositoryPolicy: undefined }],
    ['tags', { resourceTags: [{ Key: 'team', Value: 'red' }] }],
    ['tags', { resourceTags: undefined }],
  ])('differ in %s', (name, other) => {
    expect(differingSettings(toSettings(template), toSettings({ ...template, ...other }))).toEqual([name]);
  });

  test('have the defaults of ECR where the API says nothing', () => {
    expect(toSettings({})).toEqual({ tagMutability: 'MUTABLE', encryption: 'AES256', lifecycle: undefined, policy: undefined, tags: {} });
  });

  test('a template that names no key means the one that AWS manages', () => {
    const unnamed = toSettings({ encryptionConfiguration: { encryptionType: 'KMS' } });
    expect(differingSettings(unnamed, toSettings({ encryptionConfiguration: { encryptionType: 'KMS', kmsKey: KEY } }, KEY))).toEqual([]);
    expect(differingSettings(unnamed, toSettings({ encryptionConfiguration: { encryptionType: 'KMS', kmsKey: KEY } }, `${KEY}6`))).toEqual(['encryption']);
  });

  test('are said in short', () => {
    expect(settingsInShort(SETTINGS)).toBe('IMMUTABLE, key 555555555555, 2 lifecycle rules, policy of 1 statement, team=blue');
    expect(settingsInShort(toSettings({ lifecyclePolicy: '{"rules":[1]}', repositoryPolicy: '{"Statement":{}}' })))
      .toBe('MUTABLE, AES256, 1 lifecycle rule, policy of 1 statement');
  });
});

const COMING: Claim = {
  repository: 'team/app', tag: 'v1', by: 'pushed', place: { account: '111111111111', region: 'us-east-1' }, answer: '201', template: 'team', why: 'its own',
};
const ARRIVED: Arrival = { claim: COMING, answer: '201', words: '', isThere: true, settings: SETTINGS, expected: SETTINGS };
const { template: _, ...STAYING } = { ...COMING, answer: '403', words: 'ecr:CreateRepository', why: 'not its own' };
const REFUSED: Arrival = { claim: STAYING, answer: '403', words: 'DENIED: ecr:CreateRepository', isThere: false };

describe('an image that is to arrive', () => {
  test('did', () => {
    expect(notAsClaimed([ARRIVED])).toEqual([]);
    expect(arrivalsTable([ARRIVED], PLAIN).replace(/[│\s]+/g, ' ')).toContain('its own. As the template for team/ says: IMMUTABLE,');
  });

  test.each<[string, object, string]>([
    ['was refused', { answer: '403', words: 'DENIED: no' }, 'expected 201, the registry said 403 DENIED: no'],
    ['is not there', { isThere: false }, 'it is not there'],
    ['has no repository', { settings: undefined }, 'it is not there'],
    ['has no template', { expected: undefined }, 'there is no creation template for team'],
    ['came into a repository with other settings', { settings: { ...SETTINGS, tagMutability: 'MUTABLE', tags: {} } },
      'tagMutability is not that of the template for team'],
  ])('fails when it %s', (__, other, words) => {
    const arrival = { ...ARRIVED, ...other };
    expect(notAsClaimed([arrival])[0]).toBe(`team/app:v1 in 111111111111/us-east-1, pushed: ${words}`);
    expect(arrivalsTable([arrival], PLAIN).replace(/[│\s]+/g, ' ')).toContain(words);
  });
});

describe('an image that is not to arrive', () => {
  test('did not', () => {
    expect(notAsClaimed([REFUSED])).toEqual([]);
    expect(arrivalsTable([REFUSED], PLAIN)).toMatch(/│ 403 +│ not its own +│/);
  });

  test.each<[string, object, string]>([
    ['is there', { isThere: true }, 'it is there, and should not be'],
    ['is refused for another reason', { words: 'DENIED: kms:CreateGrant' },
      'expected 403 ecr:CreateRepository, the registry said 403 DENIED: kms:CreateGrant'],
    ['is not refused', { answer: '201', words: '' }, 'expected 403 ecr:CreateRepository, the registry said 201'],
  ])('fails when it %s', (__, other, words) => {
    expect(notAsClaimed([{ ...REFUSED, ...other }])).toEqual([`team/app:v1 in 111111111111/us-east-1, pushed: ${words}`]);
  });
});

test('the table names each registry once', () => {
  const elsewhere = { ...ARRIVED, claim: { ...COMING, place: { account: '222222222222', region: 'us-east-1' } } };
  const text = arrivalsTable([ARRIVED, REFUSED, elsewhere], PLAIN);
  expect([text.match(/111111111111\/us-east-1/g)?.length, text.match(/222222222222\/us-east-1/g)?.length]).toEqual([1, 1]);
});

test.each([['pushes', PUSHES], ['copies', COPIES]])('some %s arrive and some do not, or the table would show nothing', (__, claims) => {
  expect(new Set(claims.map(({ template }) => template !== undefined))).toEqual(new Set([true, false]));
});

describe('looking for an image', () => {
  /** Clients whose services answer what a test says, and an error for what it leaves out. */
  const clientsWith = (answers: Record<string, unknown>): Parameters<typeof lookFor>[2] => {
    const errors: Record<string, string> = {
      DescribeImages: 'ImageNotFoundException',
      DescribeRepositories: 'RepositoryNotFoundException',
      DescribeKey: 'NotFoundException',
      GetLifecyclePolicy: 'LifecyclePolicyNotFoundException',
      GetRepositoryPolicy: 'RepositoryPolicyNotFoundException',
    };
    const send = async (command: { constructor: { name: string } }) => {
      const name = command.constructor.name.replace('Command', '');
      if (answers[name] === undefined) { throw Object.assign(new Error('none'), { name: errors[name] }); }
      return answers[name];
    };
    return { ecr: () => ({ send }), kms: () => ({ send }) } as unknown as Parameters<typeof lookFor>[2];
  };
  const said = { answer: '201', words: '' };
  const template = { prefix: 'team/', imageTagMutability: 'IMMUTABLE', resourceTags: [{ Key: 'a', Value: 'b' }], lifecyclePolicy: '{"rules":[]}' };
  const found = {
    DescribeImages: {},
    DescribeRepositories: { repositories: [{ imageTagMutability: 'IMMUTABLE' }] },
    ListTagsForResource: { tags: [{ Key: 'a', Value: 'b' }] },
    GetLifecyclePolicy: { lifecyclePolicyText: '{"rules":[]}' },
    DescribeRepositoryCreationTemplates: { repositoryCreationTemplates: [{ ...template, prefix: 'other' }, template] },
  };

  test('finds it, its repository and the template', async () => {
    expect(notAsClaimed([await lookFor(COMING, said, clientsWith(found))])).toEqual([]);
  });

  test('compares the policy too', async () => {
    const other = clientsWith({ ...found, GetRepositoryPolicy: { policyText: '{"Statement":[]}' } });
    expect(notAsClaimed([await lookFor(COMING, said, other)])).toEqual([expect.stringContaining('policy is not that of the template for team')]);
  });

  test('finds nothing where nothing is', async () => {
    const nothing = clientsWith({ DescribeRepositoryCreationTemplates: {} });
    expect(await lookFor(COMING, said, nothing)).toEqual({ ...said, claim: COMING, isThere: false, settings: undefined, expected: undefined });
    expect(await lookFor(STAYING, said, nothing)).toMatchObject({ isThere: false });
  });
});
