import { App, aws_kms as kms, aws_sns_subscriptions as subscriptions, Lazy, PropertyInjectors, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { FindingTopic, RegistryEvents } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
  stack = new Stack(app, 'Team', { env: ENV });
});

const resources = (type: string, of = stack) => Object.values(Template.fromStack(of).findResources(type)).map(({ Properties }) => Properties);
const statementsOf = (type: string) => resources(type).flatMap(({ PolicyDocument, KeyPolicy }) => (PolicyDocument ?? KeyPolicy).Statement);

describe('the topic', () => {
  test('is encrypted with a key of its own, that is rotated, goes with it, and that EventBridge may use without a condition', () => {
    new FindingTopic(stack, 'Findings', { topicName: 'findings' });
    expect(resources('AWS::SNS::Topic')).toEqual([{ TopicName: 'findings', KmsMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^FindingsKey/), 'Arn'] } }]);
    const [key] = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'));
    expect(key).toMatchObject({ DeletionPolicy: 'Delete', Properties: { EnableKeyRotation: true } });
    expect(statementsOf('AWS::KMS::Key').slice(1)).toEqual([
      expect.objectContaining({ Sid: 'GrantsThroughServicesOnly', Effect: 'Deny', Action: 'kms:CreateGrant' }),
      {
        Sid: 'EventBridgeSendsToTopic',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: '*',
      },
    ]);
  });

  test('takes a key, which EventBridge may then use', () => {
    new FindingTopic(stack, 'Findings', { encryptionKey: new kms.Key(stack, 'Key') });
    expect(resources('AWS::SNS::Topic')[0].KmsMasterKeyId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] });
    expect(statementsOf('AWS::KMS::Key').map(({ Sid }) => Sid)).toEqual([undefined, 'EventBridgeSendsToTopic']);
  });

  test('is open to TLS alone, and to nobody else before a rule sends to it', () => {
    new FindingTopic(stack, 'Findings');
    expect(statementsOf('AWS::SNS::TopicPolicy').map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
    ]);
  });

  test('takes subscriptions', () => {
    new FindingTopic(stack, 'Findings').topic.addSubscription(new subscriptions.EmailSubscription('security@example.com'));
    expect(resources('AWS::SNS::Subscription')).toEqual([expect.objectContaining({ Protocol: 'email', Endpoint: 'security@example.com' })]);
  });

  test('asks property injectors', () => {
    const injector = { constructUniqueId: FindingTopic.PROPERTY_INJECTION_ID, inject: () => ({ topicName: 'injected' }) };
    PropertyInjectors.of(stack).add(injector);
    new FindingTopic(stack, 'Findings');
    expect(resources('AWS::SNS::Topic')[0].TopicName).toBe('injected');
  });

  test('keeps its logical ids', () => {
    new FindingTopic(stack, 'Findings');
    const template = Template.fromStack(stack);
    expect(['AWS::SNS::Topic', 'AWS::KMS::Key'].flatMap(type => Object.keys(template.findResources(type)))).toEqual(['FindingsTopic6108FA32', 'FindingsKeyC72F54EF']);
  });
});

describe('a rule that sends to it', () => {
  test('is let in, as all rules of its account in the Region are, once', () => {
    const target = new FindingTopic(stack, 'Findings');
    const events = RegistryEvents.of(stack);
    events.onFindingReported('Found', { target });
    events.onCacheSyncFailed('Stale', { target });
    expect(statementsOf('AWS::SNS::TopicPolicy').slice(1)).toEqual([expect.objectContaining({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: { Ref: expect.stringMatching(/^FindingsTopic/) },
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111111111111:rule/*' } },
    })]);
  });

  test.each([{ account: '222222222222', region: 'us-east-1' }, { account: '111111111111', region: 'eu-west-1' }])(
    'in %j is forwarded to a rule beside the topic, which alone delivers', env => {
      const target = new FindingTopic(stack, 'Findings', { topicName: 'findings' });
      const there = new Stack(app, 'There', { env });
      RegistryEvents.of(there).onFindingReported('Found', { target });
      expect(statementsOf('AWS::SNS::TopicPolicy').slice(1).map(({ Condition }) => Condition.ArnLike['aws:SourceArn'])).toEqual([
        'arn:aws:events:us-east-1:111111111111:rule/*',
      ]);
      expect(resources('AWS::Events::Rule').flatMap(({ Targets }) => Targets)).toEqual([expect.objectContaining({
        Arn: { Ref: expect.stringMatching(/^FindingsTopic/) },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^ImageEventsDeadLetters/), 'Arn'] } },
      })]);
      expect(resources('AWS::SQS::Queue', there)).toEqual([]);
      expect(resources('AWS::Events::Rule', there)[0].Targets[0].Arn).toMatch('event-bus/default');
    });

  test('sends what Amazon Q Developer in chat applications shows, and people read', () => {
    RegistryEvents.of(stack).onFindingReported('Found', { target: new FindingTopic(stack, 'Findings') });
    const { InputPathsMap: paths, InputTemplate: template } = resources('AWS::Events::Rule')[0].Targets[0].InputTransformer;
    const say = (event: any) => JSON.parse(template.replace(/<([^>]+)>/g, (_: string, name: string) => at(event, paths[name])));
    expect(say({
      'detail-type': 'Inspector2 Finding',
      'account': '111111111111',
      'region': 'us-east-1',
      'time': '2025-11-16T01:54:34Z',
      'detail': {
        severity: 'CRITICAL',
        title: 'CVE-2019-17498 - libssh2',
        findingArn: 'arn:finding',
        resources: [{ details: { awsEcrContainerImage: { repositoryName: 'payments/api', imageHash: 'sha256:7f5b' } } }],
      },
    })).toEqual({
      version: '1.0',
      source: 'custom',
      content: {
        textType: 'client-markdown',
        title: 'Inspector2 Finding in payments/api',
        description: 'CRITICAL CVE-2019-17498 - libssh2\nsha256:7f5b\naccount 111111111111, us-east-1, 2025-11-16T01:54:34Z\narn:finding',
      },
    });
    expect(say({
      'detail-type': 'ECR Image Scan',
      'account': '111111111111',
      'region': 'us-east-1',
      'time': '2025-11-16T01:54:34Z',
      'detail': { 'repository-name': 'payments/api', 'image-digest': 'sha256:7f5b' },
    }).content).toMatchObject({
      title: 'ECR Image Scan in payments/api',
      description: ' \nsha256:7f5b\naccount 111111111111, us-east-1, 2025-11-16T01:54:34Z\n',
    });
  });
});

/** What EventBridge puts for a path: nothing where the event has nothing. */
function at(event: any, path: string): string {
  return path.replace(/^\$\./, '').split(/\.|\[|\]\.?/).filter(Boolean).reduce((value, key) => value?.[key], event) ?? '';
}

describe('a channel of Slack', () => {
  const CHANNEL = { workspaceId: 'T0123ABCD', channelId: 'C0123ABCD' };

  test('is notified, and can do nothing', () => {
    new FindingTopic(stack, 'Findings').notifySlack('Security', CHANNEL);
    expect(resources('AWS::Chatbot::SlackChannelConfiguration')).toEqual([{
      ConfigurationName: expect.stringMatching(/^TeamFindings\w+-Security$/),
      GuardrailPolicies: [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/AWSDenyAll']] }],
      IamRoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^FindingsSecurity/), 'Arn'] },
      SlackChannelId: 'C0123ABCD',
      SlackWorkspaceId: 'T0123ABCD',
      SnsTopicArns: [{ Ref: expect.stringMatching(/^FindingsTopic/) }],
    }]);
    expect(resources('AWS::IAM::Role').map(Object.keys)).toEqual([['AssumeRolePolicyDocument']]);
  });

  test.each<[string, object, string]>([
    ['workspaceId', { ...CHANNEL, workspaceId: 'acme' }, "'workspaceId' must be 1 to 255 capital letters and digits, as the console shows the workspace, got \"acme\" [Team/Findings]"],
    ['workspaceId', { ...CHANNEL, workspaceId: 'T'.repeat(256) }, "'workspaceId' must be"],
    ['channelId', { ...CHANNEL, channelId: '#security' }, "'channelId' must be 1 to 255 letters and digits, the end of the channel's link: not its name, got \"#security\""],
    ['channelId', { ...CHANNEL, channelId: '' }, "'channelId' must be"],
    ['configurationName', { ...CHANNEL, configurationName: 'a b' }, "'configurationName' must be 1 to 128 letters, digits, '_' and '-', got \"a b\""],
    ['configurationName', { ...CHANNEL, configurationName: 'a'.repeat(129) }, "'configurationName' must be"],
  ])('fails for a wrong %s', (_, options, message) => {
    expect(() => new FindingTopic(stack, 'Findings').notifySlack('Security', options as typeof CHANNEL)).toThrow(message);
  });

  test('takes the longest of each, and tokens', () => {
    const topic = new FindingTopic(stack, 'Findings');
    topic.notifySlack('Longest', { workspaceId: 'T'.repeat(255), channelId: 'C'.repeat(255), configurationName: 'a'.repeat(128) });
    topic.notifySlack('Token', { workspaceId: Lazy.string({ produce: () => 'T1' }), channelId: Lazy.string({ produce: () => 'C1' }) });
    expect(resources('AWS::Chatbot::SlackChannelConfiguration').map(({ SlackWorkspaceId }) => SlackWorkspaceId)).toEqual(['T'.repeat(255), 'T1']);
  });
});
