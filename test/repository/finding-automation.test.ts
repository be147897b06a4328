import { App, aws_ecr as ecr, aws_events as events, aws_logs as logs, aws_sqs as sqs, Lazy, PropertyInjectors, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import jsonata from 'jsonata';
import { SAMPLES } from './events/sample-events';
import { FindingAction, FindingAutomation, HardenedRepository, ImageEvents, RegistryEvents, RepositoryEvents, Severity } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const DIGEST = 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234';

let stack: Stack;
let images: ImageEvents;
beforeEach(() => {
  stack = new Stack(new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } }), 'Team', { env: ENV });
  images = RepositoryEvents.fromRepository(ecr.Repository.fromRepositoryName(stack, 'Api', 'payments/api'));
});

const resources = (type: string) => Object.values(Template.fromStack(stack).findResources(type)).map(({ Properties }) => Properties);

function definitionOf(action: FindingAction, of = images): any {
  new FindingAutomation(stack, 'Quarantine', { images: of, action });
  return JSON.parse(resources('AWS::StepFunctions::StateMachine')[0].DefinitionString);
}

const statements = () => resources('AWS::IAM::Policy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

/** What the expressions in a value are, as Step Functions evaluates them. */
async function evaluated(value: any, variables: Record<string, unknown>): Promise<any> {
  if (typeof value === 'string') {
    const expression = /^\{% (.*) %\}$/.exec(value)?.[1];
    return expression === undefined ? value : jsonata(expression).evaluate({}, variables);
  }
  if (typeof value !== 'object' || value === null) { return value; }
  const entries = await Promise.all(Object.entries(value).map(async ([key, inner]) => [key, await evaluated(inner, variables)]));
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

describe('the image', () => {
  test.each(['criticalFinding', 'basicScan'] as const)('is told by a %s', async sample => {
    const { States: { Image: image }, StartAt, QueryLanguage } = definitionOf(FindingAction.archive());
    expect([StartAt, QueryLanguage, image.Type, image.Next]).toEqual(['Image', 'JSONata', 'Pass', 'Act']);
    expect(await evaluated(image.Assign, { states: { input: SAMPLES[sample] } })).toEqual({
      registry: '111111111111', repository: 'payments/api', digest: DIGEST,
    });
  });
});

describe('archive', () => {
  const variables = { registry: '111111111111', repository: 'payments/api', digest: DIGEST };

  test('archives the image of the digest', async () => {
    const { States: { Act } } = definitionOf(FindingAction.archive());
    expect(Act).toMatchObject({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ecr:updateImageStorageClass', End: true });
    expect(await evaluated(Act.Arguments, variables)).toEqual({
      RegistryId: '111111111111', RepositoryName: 'payments/api', ImageId: { ImageDigest: DIGEST }, TargetStorageClass: 'ARCHIVE',
    });
  });

  test('is over where the image or the repository is gone', () => {
    const { States: { Act, NothingToDo } } = definitionOf(FindingAction.archive());
    expect(Act.Catch[0]).toEqual({ ErrorEquals: ['Ecr.ImageNotFoundException', 'Ecr.RepositoryNotFoundException'], Next: 'NothingToDo' });
    expect(NothingToDo).toEqual({ Type: 'Succeed' });
  });

  test('tries again what may pass, and nothing else', () => {
    const { States: { Act, LookForIt } } = definitionOf(FindingAction.archive());
    expect(Act.Retry).toEqual([
      {
        ErrorEquals: [
          'Ecr.ImageNotFoundException', 'Ecr.ImageStorageClassUpdateNotSupportedException',
          'Ecr.RepositoryNotFoundException', 'Ecr.InvalidParameterException', 'Ecr.ValidationException',
        ],
        MaxAttempts: 0,
      },
      { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 5, BackoffRate: 3, MaxAttempts: 4, JitterStrategy: 'FULL' },
    ]);
    expect(LookForIt.Retry[1]).toEqual(Act.Retry[1]);
  });

  test.each([[[{ ImageDigest: DIGEST, ImageTag: 'v1' }, { ImageDigest: DIGEST }], true], [[{ ImageDigest: 'sha256:other' }], false], [[], false]])(
    'refused, it looks whether the image is archived already, and fails where it can still be pulled: %j %s', async (ImageIds, isArchived) => {
      const { States: { Act, LookForIt, IsArchived, NotArchived } } = definitionOf(FindingAction.archive());
      expect(Act.Catch[1]).toEqual({ ErrorEquals: ['Ecr.ImageStorageClassUpdateNotSupportedException'], Next: 'LookForIt' });
      expect(LookForIt).toMatchObject({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ecr:listImages', Next: 'IsArchived' });
      expect(await evaluated(LookForIt.Arguments, variables)).toEqual({
        RegistryId: '111111111111', RepositoryName: 'payments/api', Filter: { ImageStatus: 'ARCHIVED' }, MaxResults: 1000,
      });
      expect(await evaluated(LookForIt.Assign, { ...variables, states: { result: { ImageIds } } })).toEqual({ isArchived });
      expect(await evaluated(IsArchived.Choices[0].Condition, { isArchived })).toBe(isArchived);
      expect([IsArchived.Choices[0].Next, IsArchived.Default]).toEqual(['NothingToDo', 'NotArchived']);
      expect(NotArchived).toMatchObject({ Type: 'Fail', Error: 'NotArchived', Cause: expect.stringContaining('until then it can be pulled') });
    });

  test('may do that to the repository, and nothing else', () => {
    definitionOf(FindingAction.archive());
    expect(statements().filter(({ Action }) => String(Action).includes('ecr:'))).toEqual([
      { Effect: 'Allow', Action: ['ecr:ListImages', 'ecr:UpdateImageStorageClass'], Resource: 'arn:aws:ecr:us-east-1:111111111111:repository/payments/api' },
    ]);
  });
});

describe('tag', () => {
  const images_ = [{ ImageManifest: '{"schemaVersion":2}', ImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json' }];
  const variables = { registry: '111111111111', repository: 'payments/api', digest: DIGEST };

  test('gives the manifest of the digest one more tag, that no other image has', async () => {
    const { States: { Act, Tag } } = definitionOf(FindingAction.tag());
    expect(Act).toMatchObject({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ecr:batchGetImage', Next: 'IsThere' });
    expect(await evaluated(Act.Arguments, variables)).toMatchObject({
      RegistryId: '111111111111', RepositoryName: 'payments/api', ImageIds: [{ ImageDigest: DIGEST }], AcceptedMediaTypes: expect.arrayContaining([images_[0].ImageManifestMediaType]),
    });
    expect(await evaluated(Act.Assign, { states: { result: { Images: images_ } } })).toEqual({ images: images_ });
    expect(Tag).toMatchObject({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ecr:putImage', End: true });
    expect(await evaluated(Tag.Arguments, { ...variables, images: images_ })).toEqual({
      RegistryId: '111111111111', RepositoryName: 'payments/api', ...images_[0], ImageTag: 'quarantine-7f5b2640fe6f',
    });
  });

  test.each([[images_, true], [[], false]])('goes on when there is an image: %j %s', async (found, isThere) => {
    const { States: { IsThere } } = definitionOf(FindingAction.tag());
    expect(await evaluated(IsThere.Choices[0].Condition, { images: found })).toBe(isThere);
    expect([IsThere.Choices[0].Next, IsThere.Default]).toEqual(['Tag', 'NothingToDo']);
  });

  test('is over where the repository is gone', () => {
    const { States: { Act } } = definitionOf(FindingAction.tag());
    expect(Act.Catch).toEqual([{ ErrorEquals: ['Ecr.ImageNotFoundException', 'Ecr.RepositoryNotFoundException'], Next: 'NothingToDo' }]);
  });

  test('is over where the image has the tag', () => {
    const { States: { Tag } } = definitionOf(FindingAction.tag());
    expect(Tag.Catch).toEqual([{ ErrorEquals: ['Ecr.ImageAlreadyExistsException'], Next: 'NothingToDo' }]);
    expect(Tag.Retry[0].ErrorEquals[0]).toBe('Ecr.ImageAlreadyExistsException');
  });

  test('may read and put images of the registry that is watched, and nothing else', () => {
    definitionOf(FindingAction.tag('bad'), RegistryEvents.of(stack, { repositories: ['payments/*', 'shop/web'] }));
    expect(statements().filter(({ Action }) => String(Action).includes('ecr:'))).toEqual([{
      Effect: 'Allow',
      Action: ['ecr:BatchGetImage', 'ecr:PutImage'],
      Resource: ['arn:aws:ecr:us-east-1:111111111111:repository/payments/*', 'arn:aws:ecr:us-east-1:111111111111:repository/shop/web'],
    }]);
  });

  test.each(['', '-bad', 'a/b', 'a'.repeat(116)])('fails for the prefix %j', prefix => {
    expect(() => FindingAction.tag(prefix)).toThrow(
      `'prefix' must be 1 to 115 letters, digits, '.', '_' and '-', the first no '.' or '-', got ${JSON.stringify(prefix)}`);
  });

  test.each(['_', 'a'.repeat(115)])('takes the prefix %j', async prefix => {
    const { States: { Tag } } = definitionOf(FindingAction.tag(prefix));
    const tag = await evaluated(Tag.Arguments.ImageTag, variables);
    expect(tag).toBe(`${prefix}-7f5b2640fe6f`);
    expect(tag.length).toBeLessThanOrEqual(128);
  });

  test('a token skips the check', () => {
    expect(() => FindingAction.tag(Lazy.string({ produce: () => 'late' }))).not.toThrow();
  });
});

describe('the automation', () => {
  test('starts for critical findings unless another severity is given', () => {
    new FindingAutomation(stack, 'Critical', { images, action: FindingAction.archive() });
    new FindingAutomation(stack, 'High', { images, action: FindingAction.archive(), severity: Severity.HIGH });
    expect(resources('AWS::Events::Rule').map(({ EventPattern }) => EventPattern.detail.$or[0].severity)).toEqual([['CRITICAL'], ['CRITICAL', 'HIGH']]);
  });

  test('is started by rules of the account, and what could not start it is kept', () => {
    const { stateMachine, rule } = new FindingAutomation(stack, 'Quarantine', { images, action: FindingAction.archive() });
    expect([stateMachine.node.path, rule.node.path]).toEqual(['Team/Quarantine/StateMachine', 'Team/Quarantine/Rule']);
    expect(resources('AWS::IAM::Role').map(({ AssumeRolePolicyDocument }) => AssumeRolePolicyDocument.Statement[0])).toContainEqual({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'events.amazonaws.com' },
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111111111111:rule/*' } },
    });
    expect(statements()).toContainEqual({ Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: expect.stringMatching(/^QuarantineStateMachine/) } });
    expect(resources('AWS::Events::Rule')[0].Targets).toEqual([{
      Id: 'Target0',
      Arn: { Ref: expect.stringMatching(/^QuarantineStateMachine/) },
      RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^QuarantineStartRole/), 'Arn'] },
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^ImageEventsDeadLetters/), 'Arn'] } },
    }]);
  });

  test.each([
    ['arn:aws:ecr:us-east-1:222222222222:repository/base', '222222222222/us-east-1'],
    ['arn:aws:ecr:eu-west-1:111111111111:repository/base', '111111111111/eu-west-1'],
  ])('fails for images elsewhere, which it could not reach: %s', (arn, place) => {
    const elsewhere = RepositoryEvents.fromRepository(HardenedRepository.fromRepositoryArn(stack, 'Base', arn));
    const eventBus = events.EventBus.fromEventBusName(stack, 'Bus', 'central');
    expect(() => new FindingAutomation(stack, 'Quarantine', { images: elsewhere, action: FindingAction.archive(), eventBus })).toThrow(
      `'images' must be those of the account and Region of the stack, 111111111111/us-east-1, got ${place}: `
      + 'the state machine calls ECR in its own, so make the automation there [Team/Quarantine]');
  });

  test('takes a bus, a queue and a log group', () => {
    new FindingAutomation(stack, 'Quarantine', {
      images,
      action: FindingAction.archive(),
      eventBus: events.EventBus.fromEventBusName(stack, 'Bus', 'central'),
      deadLetterQueue: new sqs.Queue(stack, 'Lost'),
      logGroup: logs.LogGroup.fromLogGroupName(stack, 'Logs', 'audit'),
    });
    const [{ EventBusName, Targets: [{ DeadLetterConfig }] }] = resources('AWS::Events::Rule');
    expect([EventBusName, DeadLetterConfig]).toEqual(['central', { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^Lost/), 'Arn'] } }]);
    expect(JSON.stringify(resources('AWS::StepFunctions::StateMachine')[0].LoggingConfiguration)).toMatch('log-group:audit');
    expect(resources('AWS::Logs::LogGroup')).toEqual([]);
  });

  test('is logged for a year, and traced', () => {
    new FindingAutomation(stack, 'Quarantine', { images, action: FindingAction.archive() });
    expect(resources('AWS::StepFunctions::StateMachine')[0]).toMatchObject({
      TracingConfiguration: { Enabled: true }, LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true },
    });
    expect(resources('AWS::Logs::LogGroup')).toEqual([{
      RetentionInDays: 365,
      // The next stack finds the name free.
      LogGroupName: {
        'Fn::Join': ['', [expect.stringMatching(/^\/aws\/vendedlogs\/states\/TeamQuarantine\w{8}-$/), {
          'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }],
        }]],
      },
    }]);
  });

  test('calls ECR by the ARN of its partition', () => {
    const china = new Stack(new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } }), 'China', { env: { ...ENV, region: 'cn-north-1' } });
    new FindingAutomation(china, 'Quarantine', { images: RegistryEvents.of(china), action: FindingAction.archive() });
    const [machine] = Object.values(Template.fromStack(china).findResources('AWS::StepFunctions::StateMachine'));
    expect(JSON.parse(machine.Properties.DefinitionString).States.Act.Resource).toBe('arn:aws-cn:states:::aws-sdk:ecr:updateImageStorageClass');
  });

  test('asks property injectors', () => {
    const constructUniqueId = FindingAutomation.PROPERTY_INJECTION_ID;
    const injector = { constructUniqueId, inject: (props: object) => ({ ...props, severity: Severity.LOW }) };
    PropertyInjectors.of(stack).add(injector);
    new FindingAutomation(stack, 'Quarantine', { images, action: FindingAction.archive() });
    expect(resources('AWS::Events::Rule')[0].EventPattern.detail.$or[0].severity).toContain('LOW');
  });
});
