import type { ResourceStatus } from '@aws-sdk/client-cloudformation';
import { Access, accessTable, CLAIMS, SHARED, unexpected } from '../../local/access';
import { ExpectedResource } from '../../local/expected';
import { describeDifference, describeResource, ReadBack, readBack, readBackTable } from '../../local/read-back';
import { isRetained, remainsTable, wronglyLeft } from '../../local/remains';
import { PLAIN } from '../../local/style';
import { changesTable, failureIn, missing } from '../../local/update';

const REPOSITORY: ExpectedResource = {
  environment: { account: '111111111111', region: 'us-east-1' },
  stack: 'App',
  logicalId: 'Repository',
  type: 'AWS::ECR::Repository',
  physicalId: 'payments/api',
  properties: { ImageTagMutability: 'IMMUTABLE', LifecyclePolicy: { LifecyclePolicyText: '{"rules":[{"keep":100}]}' } },
  deletionPolicy: 'RetainExceptOnCreate',
};

/** Clients whose ECR answers what a test says it holds, under the name of each call. */
function clientsWith(answers: Record<string, unknown>): Parameters<typeof readBack>[1] {
  const send = async (command: { constructor: { name: string } }) => {
    const answer = answers[command.constructor.name.replace('Command', '')];
    if (answer === undefined) { throw Object.assign(new Error('none'), { name: 'RepositoryPolicyNotFoundException' }); }
    return answer;
  };
  return { ecr: () => ({ send }) } as unknown as Parameters<typeof readBack>[1];
}

const ANSWERS = {
  DescribeRepositories: {
    repositories: [{
      repositoryName: 'payments/api',
      repositoryArn: 'arn',
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfiguration: { encryptionType: 'AES256' },
    }],
  },
  GetLifecyclePolicy: { lifecyclePolicyText: '{"rules": [{"keep": 100}]}' },
  ListTagsForResource: { tags: [{ Key: 'aws:cloudformation:stack-name', Value: 'App' }] },
};

describe('reading back', () => {
  test('finds nothing when the API answers what the template says and the documented defaults', async () => {
    const [{ differences, exists, values }] = await readBack([REPOSITORY], clientsWith(ANSWERS));
    expect({ differences, exists, values }).toEqual({ differences: [], exists: true, values: 5 });
  });

  test.each<[string, object, string]>([
    ['a setting that is another', { GetLifecyclePolicy: { lifecyclePolicyText: '{"rules":[{"keep":1}]}' } },
      'LifecyclePolicy.LifecyclePolicyText.rules[0].keep: the template says 100, the API answers 1'],
    ['a policy that no template set', { GetRepositoryPolicy: { policyText: '{"Statement":[]}' } },
      'RepositoryPolicyText: the template says nothing, the API answers {"Statement":[]}'],
    ['a tag that no template set', { ListTagsForResource: { tags: [{ Key: 'by', Value: 'hand' }] } },
      'Tags: the template says nothing, the API answers [{"Key":"by","Value":"hand"}]'],
  ])('finds %s', async (_, other, words) => {
    const [{ differences }] = await readBack([REPOSITORY], clientsWith({ ...ANSWERS, ...other }));
    expect(differences.map(describeDifference)).toEqual([words]);
  });

  test('says that a resource is not there', async () => {
    const results = await readBack([REPOSITORY], clientsWith({ ...ANSWERS, DescribeRepositories: { repositories: [] } }));
    expect(results[0].exists).toBe(false);
    expect(readBackTable(results, PLAIN)).toContain('not there');
  });

  test('fails for a type that nothing reads', async () => {
    await expect(readBack([{ ...REPOSITORY, type: 'AWS::ECR::Novelty' }], clientsWith({}))).rejects.toThrow('nothing in local/ reads AWS::ECR::Novelty');
  });

  const role = 'arn:aws:iam::111111111111:role/scanner';
  test.each([
    ['by the name in the template', { properties: { RepositoryName: 'payments/api' } }, 'repository payments/api'],
    ['by the logical id where the name is generated', {}, 'repository Repository'],
    ['by a role', { type: 'AWS::ECR::PullTimeUpdateExclusion', physicalId: role, properties: { PrincipalArn: role } }, 'pull-time exclusion role/scanner'],
    ['as the only one', { type: 'AWS::ECR::RegistryPolicy', physicalId: '111111111111' }, 'registry policy'],
  ])('names a resource %s', (_, other, name) => {
    expect(describeResource({ ...REPOSITORY, ...other })).toBe(name);
  });
});

describe('who may do what', () => {
  const asClaimed = CLAIMS.map((claim): Access => ({
    claim,
    account: '',
    answers: { pull: { status: claim.pull, words: '' }, push: { status: claim.push, words: '' }, delete: { status: claim.delete, words: '' } },
  }));

  test('finds nothing when every answer is the expected one', () => {
    expect(unexpected(asClaimed)).toEqual([]);
  });

  test('finds one answer that is another', () => {
    const stranger = asClaimed.findIndex(({ claim }) => claim.caller === 'stranger' && claim.repository === SHARED);
    const results = asClaimed.map((access, i) => i === stranger ? { ...access, answers: { ...access.answers, pull: { status: 200, words: '' } } } : access);
    expect(unexpected(results)).toEqual(["payments/api, a stranger's role, pull: expected 403, the registry answered 200"]);
    expect(accessTable(results, PLAIN)).toContain('200, not 403');
  });

  test.each(['pull', 'push', 'delete'] as const)('someone may %s and someone may not, or the table would show nothing', deed => {
    const statuses = new Set(CLAIMS.map(claim => Math.floor(claim[deed] / 100)));
    expect(statuses).toEqual(new Set([2, 4]));
  });
});

describe('an update', () => {
  const changed = { ...REPOSITORY, properties: { ...REPOSITORY.properties, LifecyclePolicy: { LifecyclePolicyText: '{"rules":[{"keep":50}]}' } } };

  test('shows the value that has changed, inside a document too', () => {
    expect(changesTable([REPOSITORY], [changed], PLAIN)).toMatch(/rules\[0\]\.keep +│ 100 +│ 50 +│/);
  });

  test('tells a resource that is made anew by its physical id', () => {
    const anew = { ...changed, physicalId: 'payments/api2' };
    expect(missing([REPOSITORY], [changed])).toEqual([]);
    expect(missing([REPOSITORY], [anew])).toEqual([REPOSITORY]);
    expect(missing([anew], [REPOSITORY])).toEqual([anew]);
  });

  test('shows no value of a resource that is new', () => {
    expect(changesTable([], [changed], PLAIN)).not.toContain('50');
  });
});

describe('a failed update', () => {
  const event = (LogicalResourceId: string, ResourceStatus: ResourceStatus, ResourceType = 'AWS::ECR::Repository', ResourceStatusReason = '') =>
    ({ StackId: '', StackName: '', EventId: '', Timestamp: new Date(0), LogicalResourceId, ResourceStatus, ResourceType, ResourceStatusReason });
  const ofStack = (status: ResourceStatus) => event('App', status, 'AWS::CloudFormation::Stack');
  const earlier = [event('Old', 'UPDATE_COMPLETE'), ofStack('UPDATE_IN_PROGRESS')];

  test('tells what had been updated, and the first thing that failed', () => {
    expect(failureIn([
      ofStack('UPDATE_ROLLBACK_COMPLETE'), event('Api', 'UPDATE_COMPLETE'), event('Other', 'CREATE_FAILED', undefined, 'cancelled'),
      event('Taken', 'CREATE_FAILED', undefined, 'the name is taken'), event('Api', 'UPDATE_COMPLETE'), event('Api', 'UPDATE_IN_PROGRESS'),
      ofStack('UPDATE_IN_PROGRESS'), ...earlier,
    ])).toEqual({ updated: ['Api'], reason: 'Taken: the name is taken' });
  });

  test('tells that nothing had been updated', () => {
    expect(failureIn([event('Taken', 'CREATE_FAILED', undefined, 'no'), ofStack('UPDATE_IN_PROGRESS'), ...earlier])).toEqual({ updated: [], reason: 'Taken: no' });
  });

  test('tells that nothing failed', () => {
    expect(failureIn([event('Api', 'UPDATE_COMPLETE'), ofStack('UPDATE_IN_PROGRESS')])).toEqual({ updated: [], reason: '' });
  });
});

describe('what is left', () => {
  const result = (deletionPolicy: string, exists: boolean): ReadBack =>
    ({ resource: { ...REPOSITORY, deletionPolicy }, exists, properties: [], values: 0, differences: [] });

  test.each([['Retain', true], ['RetainExceptOnCreate', true], ['Delete', false]])('%s retains: %s', (deletionPolicy, retained) => {
    expect(isRetained({ ...REPOSITORY, deletionPolicy })).toBe(retained);
  });

  test('finds what went and should be there, and what is there and should have gone', () => {
    expect(wronglyLeft([result('Retain', true), result('Delete', false)])).toEqual([]);
    expect(wronglyLeft([result('Retain', false), result('Delete', true)])).toEqual([
      'App: repository Repository has the policy Retain and is gone',
      'App: repository Repository has the policy Delete and is still there',
    ]);
  });

  test('says how a resource that stayed is', () => {
    const altered = { ...result('Retain', true), differences: [{ path: 'a', expected: 1, actual: 2 }] };
    expect(remainsTable([result('Retain', true)], PLAIN)).toContain('there, every setting as before');
    expect(remainsTable([altered], PLAIN)).toContain('there, settings changed');
    expect(remainsTable([result('Delete', false), result('Delete', false)], PLAIN)).toMatch(/2 more +│ Delete +│ gone/);
  });
});
