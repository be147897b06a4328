import { App, aws_ecr as ecr, aws_events as events, aws_kms as kms, aws_sns as sns, aws_sqs as sqs, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { aws_ecr as ecrRefs } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { CentralRegistry, HardenedRepository, RegistryEvents, RepositoryEvents, Severity } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const BUS = 'arn:aws:events:us-east-1:111111111111:event-bus/central';
const QUEUE = 'arn:aws:sqs:us-east-1:111111111111:lost';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
  stack = new Stack(app, 'Team', { env: ENV });
});

const target = (config: Partial<events.RuleTargetConfig> = {}): events.IRuleTarget => ({ bind: () => ({ arn: 'arn:aws:lambda:us-east-1:111111111111:function:f', ...config }) });
const registry = () => RegistryEvents.of(stack);
const resources = (type: string, of = stack) => Object.values(Template.fromStack(of).findResources(type));
const rules = (of = stack) => resources('AWS::Events::Rule', of).map(({ Properties }) => Properties);
const deadLettersOf = (rule: any) => rule.Targets.map(({ DeadLetterConfig }: any) => DeadLetterConfig?.Arn);
const warnings = () => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('ImageEvents')).map(({ entry }) => String(entry.data));

describe('a repository', () => {
  test.each<[string, () => ecrRefs.IRepositoryRef]>([
    ['CfnRepository', () => new ecr.CfnRepository(stack, 'App')],
    ['ecr.Repository', () => new ecr.Repository(stack, 'App')],
    ['HardenedRepository', () => new HardenedRepository(stack, 'App')],
  ])('made here as %s is told by what it is called when it is deployed', (_, make) => {
    RepositoryEvents.fromRepository(make()).onScanCompleted('Scanned');
    expect(rules()[0].EventPattern).toEqual({
      'source': ['aws.ecr', 'aws.inspector2'],
      'detail-type': ['ECR Image Scan', 'Inspector2 Scan'],
      'account': ['111111111111'],
      'region': ['us-east-1'],
      'detail': {
        $or: [
          { 'scan-status': ['COMPLETE'], 'repository-name': [{ Ref: expect.stringMatching(/^App/) }] },
          { 'scan-status': ['INITIAL_SCAN_COMPLETE'], 'repository-name': [{ 'Fn::GetAtt': [expect.stringMatching(/^App/), 'Arn'] }] },
        ],
      },
    });
  });

  test('that was imported by its name is one of the stack', () => {
    RepositoryEvents.fromRepository(HardenedRepository.fromRepositoryName(stack, 'App', 'payments/api')).onImagePushed('Pushed');
    expect(rules()[0].EventPattern).toMatchObject({ account: ['111111111111'], detail: { 'repository-name': ['payments/api'] } });
  });

  test('keeps the logical ids of its rules', () => {
    RepositoryEvents.fromRepository(new HardenedRepository(stack, 'App')).onImagePushed('Pushed', { target: target() });
    const template = Template.fromStack(stack);
    expect(Object.keys(template.findResources('AWS::Events::Rule'))).toEqual(['AppPushed494591B2']);
    expect(Object.keys(template.findResources('AWS::SQS::Queue'))).toEqual(['ImageEventsDeadLettersC1B3C543']);
  });
});

describe('a rule', () => {
  test('takes what any rule takes', () => {
    const scope = new Stack(app, 'Rules', { env: ENV });
    const bus = events.EventBus.fromEventBusArn(scope, 'Bus', BUS);
    registry().onImageDeleted('Deleted', {
      description: 'audit', ruleName: 'deleted', eventBus: bus, crossStackScope: scope, eventPattern: { detail: { 'image-tag': ['latest'] } },
    });
    expect(rules()).toEqual([]);
    expect(rules(scope)[0]).toMatchObject({
      Description: 'audit', Name: 'deleted', EventBusName: 'central', EventPattern: { detail: { 'action-type': ['DELETE'], 'image-tag': ['latest'] } },
    });
  });

  test('fails for images of another account, which send no event here', () => {
    const images = RepositoryEvents.fromRepository(HardenedRepository.fromRepositoryArn(stack, 'Base', 'arn:aws:ecr:us-east-1:222222222222:repository/base'));
    expect(() => images.onImagePushed('Pushed')).toThrow(
      "'eventBus' must be given for images of 222222222222/us-east-1, got none in a stack of 111111111111/us-east-1: "
      + 'events are sent where the images are. Make the rule there, or forward them to a bus and name it [Team/Base]');
  });

  test('fails for images of another Region', () => {
    const images = RepositoryEvents.fromRepository(HardenedRepository.fromRepositoryArn(stack, 'Base', 'arn:aws:ecr:eu-west-1:111111111111:repository/base'));
    expect(() => images.onImagePushed('Pushed')).toThrow("'eventBus' must be given for images of 111111111111/eu-west-1");
  });

  test('fails for images whose name and ARN were given, where the ARN is of another account', () => {
    const images = RepositoryEvents.fromRepository(HardenedRepository.fromRepositoryAttributes(stack, 'Base', {
      repositoryName: 'base', repositoryArn: 'arn:aws:ecr:eu-west-1:222222222222:repository/base',
    }));
    expect(() => images.onImagePushed('Pushed')).toThrow("'eventBus' must be given for images of 222222222222/eu-west-1");
  });

  test('fails when what should narrow it would widen it', () => {
    const more = (eventPattern: events.EventPattern) => () => registry().onFindingReported('Found', { eventPattern });
    expect(more({ detail: { $or: [{ fixAvailable: ['YES'] }, { exploitAvailable: ['YES'] }] } })).toThrow(
      '\'eventPattern\' must name fields that the rule does not, got ["detail.$or"]: two lists for one field would match what is in either. '
      + 'Take the method and the options for these, or a rule of your own [Team]');
    expect(more({ region: ['eu-west-1'], source: ['aws.ecr'], detail: { fixAvailable: ['YES'] } })).toThrow('got ["source","region"]');
    expect(more({ detail: { fixAvailable: ['YES'] } })).not.toThrow();
  });

  test('of images elsewhere is made where they are, or on a bus that their events come to', () => {
    const images = RepositoryEvents.fromRepository(HardenedRepository.fromRepositoryArn(stack, 'Base', 'arn:aws:ecr:us-east-1:222222222222:repository/base'));
    const there = new Stack(app, 'There', { env: { account: '222222222222', region: 'us-east-1' } });
    images.onImagePushed('There', { crossStackScope: there });
    images.onImagePushed('Forwarded', { eventBus: events.EventBus.fromEventBusArn(stack, 'Bus', BUS) });
    expect([...rules(), ...rules(there)].map(({ EventPattern }) => EventPattern.account)).toEqual([['222222222222'], ['222222222222']]);
  });

  test('in a stack without an account is for the account that it will have', () => {
    const anywhere = new Stack(app, 'Anywhere');
    RegistryEvents.of(anywhere).onImagePushed('Pushed');
    RepositoryEvents.fromRepository(HardenedRepository.fromRepositoryArn(anywhere, 'Base', 'arn:aws:ecr:us-east-1:222222222222:repository/base')).onImagePushed('Base');
    expect(rules(anywhere).map(({ EventPattern }) => EventPattern.account)).toEqual([[{ Ref: 'AWS::AccountId' }], ['222222222222']]);
  });
});

describe('tags', () => {
  test.each([
    [[], "'tags' must name at least one tag, got []: leave it out for all"],
    [['-rc'], "'tags' must hold tags of 1 to 128 letters, digits, '.', '_', '-' and '*', the first no '.' or '-', got \"-rc\""],
    [['v1', ''], 'got ""'],
    [['a'.repeat(129)], `got "${'a'.repeat(129)}"`],
    [['feature/x'], 'got "feature/x"'],
  ])('fails for %j', (tags, message) => {
    expect(() => registry().onImagePushed('Pushed', { tags })).toThrow(message);
  });

  test.each(['a', '_', '*', 'a'.repeat(128), 'V1.2_3-4', '*-rc'])('takes %s', tag => {
    registry().onImagePushed('Pushed', { tags: [tag] });
    expect(rules()[0].EventPattern.detail['image-tag']).toHaveLength(1);
  });

  test('a token skips the check', () => {
    registry().onImagePushed('Pushed', { tags: [Lazy.string({ produce: () => 'v1' })] });
    expect(rules()[0].EventPattern.detail['image-tag']).toEqual(['v1']);
  });
});

describe('repositories of a registry', () => {
  test.each([
    [[], "'repositories' must name at least one repository, got []: leave it out for all"],
    [['Payments'], "'repositories' must hold names of 1 to 256 lowercase letters, digits and '*', with '.', '_', '__', '-' or '/' between them, got \"Payments\" [Team]"],
    [['a'.repeat(257)], 'names of 1 to 256'],
    [['payments/'], 'got "payments/"'],
    [['a___b'], 'got "a___b"'],
    [['a..b'], 'got "a..b"'],
  ])('fail for %j', (repositories, message) => {
    expect(() => RegistryEvents.of(stack, { repositories })).toThrow(message);
  });

  test.each(['a__b', 'a--b', 'team/a.b', '*', '*/api*'])('take %s', name => {
    expect(() => RegistryEvents.of(stack, { repositories: [name] })).not.toThrow();
  });

  test('a token skips the check', () => {
    RegistryEvents.of(stack, { repositories: [Lazy.string({ produce: () => 'late' })] }).onImagePushed('Pushed');
    expect(rules()[0].EventPattern.detail['repository-name']).toEqual(['late']);
  });

  test('takes the longest name', () => {
    RegistryEvents.of(stack, { repositories: ['a'.repeat(256)] }).onImagePushed('Pushed');
    expect(rules()[0].EventPattern.detail['repository-name']).toEqual(['a'.repeat(256)]);
  });

  test.each<[string, unknown, unknown]>([
    ['payments/*', { prefix: 'payments/' }, { prefix: 'arn:aws:ecr:us-east-1:111111111111:repository/payments/' }],
    ['payments/**', { prefix: 'payments/' }, { prefix: 'arn:aws:ecr:us-east-1:111111111111:repository/payments/' }],
    ['*/api', { suffix: '/api' }, { wildcard: 'arn:aws:ecr:us-east-1:111111111111:repository/*/api' }],
    ['a**z', { wildcard: 'a*z' }, { wildcard: 'arn:aws:ecr:us-east-1:111111111111:repository/a*z' }],
    ['*', { exists: true }, { prefix: 'arn:aws:ecr:us-east-1:111111111111:repository/' }],
    ['api', 'api', 'arn:aws:ecr:us-east-1:111111111111:repository/api'],
  ])('says %s with the plainest operator, because a bus takes 30 rules with wildcards', (name, byName, byArn) => {
    RegistryEvents.of(stack, { repositories: [name] }).onScanCompleted('Scanned');
    expect(rules()[0].EventPattern.detail.$or.map((one: any) => one['repository-name'])).toEqual([[byName], [byArn]]);
  });

  test('of a central registry are all of them', () => {
    const central = new CentralRegistry(stack, 'Registry');
    central.onFindingReported('High');
    expect(rules()[0].EventPattern.detail.$or[0].severity).toEqual(['CRITICAL', 'HIGH']);
    stack = new Stack(new App(), 'Other', { env: ENV });
    new CentralRegistry(stack, 'Registry').onFindingReported('Critical', { severity: Severity.CRITICAL, target: target() });
    expect(rules()[0].EventPattern.detail.$or[0]).toMatchObject({ severity: ['CRITICAL'], resources: { details: { awsEcrContainerImage: { repositoryName: [{ exists: true }] } } } });
  });
});

describe('the length of a pattern', () => {
  /** A rule whose pattern has as many characters, as JSON. */
  function rule(characters: number): events.Rule {
    const make = (scope: Stack, names: number, last: number) => RegistryEvents.of(scope, {
      repositories: [...[...Array(names).keys()].map(index => `${index}`.padEnd(200, 'x')), 'y'.repeat(last)],
    }).onImagePushed('Pushed');
    const lengthOf = ({ node }: events.Rule) => JSON.stringify(stack.resolve((node.defaultChild as events.CfnRule).eventPattern)).length;
    const names = Math.floor((characters - 230) / 203);
    const made = make(stack, names, characters - lengthOf(make(new Stack(new App(), 'Shorter', { env: ENV }), names, 1)) + 1);
    expect(lengthOf(made)).toBe(characters);
    return made;
  }

  test('is as EventBridge takes it', () => {
    rule(2048);
    expect(warnings()).toEqual([]);
  });

  test.each([2049, 4096])('warns above the quota, of %d, and says how far that can be raised', characters => {
    rule(characters);
    expect(warnings()).toEqual([expect.stringContaining(
      `the event pattern has ${characters} characters: EventBridge takes 2048 until the quota "Event pattern size" is raised, to 4096 at most`)]);
  });

  test('fails above what EventBridge can be made to take', () => {
    rule(4097);
    expect(() => app.synth()).toThrow("the event pattern must have at most 4096 characters, got 4097: name fewer repositories or tags, or let '*' stand for several");
  });
});

describe('what could not be delivered', () => {
  test('is kept in one queue of the stack, encrypted, for 14 days, to which rules of the account may send', () => {
    registry().onImagePushed('Pushed', { target: target() });
    registry().onImageDeleted('Deleted', { target: target() });
    const [queue, ...more] = resources('AWS::SQS::Queue');
    expect(more).toEqual([]);
    expect(queue.Properties).toEqual({ MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true });
    const [{ Properties: { PolicyDocument: { Statement } } }] = resources('AWS::SQS::QueuePolicy');
    expect(Statement).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^ImageEventsDeadLetters/), 'Arn'] },
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111111111111:rule/*' } },
      },
    ]);
    expect(rules().flatMap(deadLettersOf)).toEqual(Array(2).fill({ 'Fn::GetAtt': [expect.stringMatching(/^ImageEventsDeadLetters/), 'Arn'] }));
    expect(warnings()).toEqual([]);
  });

  test('needs no queue without a target', () => {
    registry().onImagePushed('Pushed');
    expect(resources('AWS::SQS::Queue')).toEqual([]);
  });

  test('goes where the target says', () => {
    registry().onImagePushed('Pushed', { target: target({ deadLetterConfig: { arn: QUEUE } }) });
    expect(deadLettersOf(rules()[0])).toEqual([QUEUE]);
    expect(resources('AWS::SQS::Queue')).toEqual([]);
  });

  test("goes to the queue that is given, with what EventBridge needs of the queue's key", () => {
    const encryptionMasterKey = new kms.Key(stack, 'Key');
    registry().onImagePushed('Pushed', { target: target(), deadLetterQueue: new sqs.Queue(stack, 'Lost', { encryptionMasterKey }) });
    expect(deadLettersOf(rules()[0])).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^Lost/), 'Arn'] }]);
    expect(resources('AWS::SQS::QueuePolicy')[0].Properties.PolicyDocument.Statement).toHaveLength(1);
    expect(resources('AWS::KMS::Key')[0].Properties.KeyPolicy.Statement).toContainEqual({
      Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*',
    });
    expect(resources('AWS::SQS::Queue')).toHaveLength(1);
  });

  test('goes to one queue of rules in two Regions of accounts that may both send', () => {
    const there = new Stack(app, 'There', { env: { account: '222222222222', region: 'us-east-1' } });
    const deadLetterQueue = new sqs.Queue(stack, 'Lost', { queueName: 'lost' });
    registry().onImagePushed('Pushed', { target: target(), deadLetterQueue });
    RegistryEvents.of(there).onImagePushed('Pushed', { target: target(), deadLetterQueue });
    expect(resources('AWS::SQS::QueuePolicy')[0].Properties.PolicyDocument.Statement.map(({ Condition }: any) => Condition.ArnLike['aws:SourceArn'])).toEqual([
      'arn:aws:events:us-east-1:111111111111:rule/*', 'arn:aws:events:us-east-1:222222222222:rule/*',
    ]);
  });

  test.each<[string, (scope: Stack) => sqs.IQueue, string]>([
    ['another Region', scope => sqs.Queue.fromQueueArn(scope, 'Lost', 'arn:aws:sqs:eu-west-1:111111111111:lost'),
      '\'deadLetterQueue\' must be in the Region of the rule that delivers, "us-east-1", got "eu-west-1": where the target is elsewhere, that is the one beside the target [Team/Pushed]'],
    ['FIFO', scope => new sqs.Queue(scope, 'Lost', { fifo: true }), 'must be a standard queue, got the FIFO queue Team/Lost: EventBridge sends to no other'],
    ['a key of AWS', scope => new sqs.Queue(scope, 'Lost', { encryption: sqs.QueueEncryption.KMS_MANAGED }),
      "must be encrypted by SQS or with a key of yours, got Team/Lost with the one that AWS manages: EventBridge can't use it"],
  ])('fails for a queue that EventBridge never could send to: %s', (_, make, message) => {
    expect(() => registry().onImagePushed('Pushed', { target: target(), deadLetterQueue: make(stack) })).toThrow(message);
  });

  test('fails when the target has a queue of its own too', () => {
    const own = target({ deadLetterConfig: { arn: QUEUE } });
    expect(() => registry().onImagePushed('Pushed', { target: own, deadLetterQueue: new sqs.Queue(stack, 'Lost') })).toThrow(
      '\'deadLetterQueue\' must be left out for a target that has its own, got "Team/Lost" too [Team/Pushed]');
  });

  test('fails in the Region that the event comes from, when the target is in another', () => {
    const there = new Stack(app, 'There', { env: { ...ENV, region: 'eu-west-1' } });
    const topic = new sns.Topic(there, 'Topic', { topicName: 'topic' });
    expect(() => registry().onImagePushed('Pushed', {
      target: { bind: () => ({ arn: topic.topicArn, targetResource: topic }) }, deadLetterQueue: new sqs.Queue(stack, 'Lost'),
    })).toThrow('must be in the Region of the rule that delivers, "eu-west-1", got "us-east-1"');
  });

  test('is kept where an imported target is, which may be another place than the stack it was imported into', () => {
    const there = new Stack(app, 'There', { env: { ...ENV, region: 'eu-west-1' } });
    const topic = sns.Topic.fromTopicArn(there, 'Topic', 'arn:aws:sns:us-east-1:111111111111:topic');
    registry().onImagePushed('Pushed', { target: { bind: () => ({ arn: topic.topicArn, targetResource: topic }) } });
    expect(resources('AWS::SQS::Queue')).toHaveLength(1);
  });

  test('is kept where a target is that says no more than its stack', () => {
    const bare = (scope: Stack) => target({ targetResource: new Construct(scope, 'Bare') });
    registry().onImagePushed('Here', { target: bare(stack) });
    registry().onImagePushed('There', { target: bare(new Stack(app, 'There', { env: { ...ENV, region: 'eu-west-1' } })) });
    expect(rules().flatMap(deadLettersOf).filter(arn => arn !== undefined)).toHaveLength(1);
  });

  test("warns that an imported key's policy is out of reach", () => {
    const encryptionMasterKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/1234');
    registry().onImagePushed('Pushed', { target: target(), deadLetterQueue: new sqs.Queue(stack, 'Lost', { encryptionMasterKey }) });
    expect(warnings()).toEqual([expect.stringContaining("the policy of the queue's key is out of reach: its owner must let events.amazonaws.com use it")]);
  });

  test("warns that an imported queue's policy is out of reach", () => {
    registry().onImagePushed('Pushed', { target: target(), deadLetterQueue: sqs.Queue.fromQueueArn(stack, 'Lost', QUEUE) });
    expect(warnings()).toEqual([expect.stringContaining('its owner must let events.amazonaws.com send to it')]);
  });
});
