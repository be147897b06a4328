import { App, aws_kms as kms, aws_sns_subscriptions as subscriptions, Lazy, PropertyInjectors, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { SAMPLES } from './events/sample-events';
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

  test('is open to rules of the account in its Region, over TLS alone', () => {
    new FindingTopic(stack, 'Findings');
    expect(statementsOf('AWS::SNS::TopicPolicy')).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      {
        Sid: 'RulesOfTheAccount',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: { Ref: expect.stringMatching(/^FindingsTopic/) },
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111111111111:rule/*' } },
      },
    ]);
  });

  test.each(['', 'a b', 'a.fifo', 'a'.repeat(257)])('fails for the name %j', topicName => {
    expect(() => new FindingTopic(stack, 'Findings', { topicName })).toThrow(
      `'topicName' must be 1 to 256 letters, digits, '_' and '-', got ${JSON.stringify(topicName)} [Team/Findings]`);
  });

  test('takes the longest name', () => {
    expect(() => new FindingTopic(stack, 'Findings', { topicName: 'a'.repeat(256) })).not.toThrow();
  });

  test.each<[string, (scope: Stack) => kms.IKey]>([
    ['a key of another app', scope => kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/1234')],
    ['the key that AWS manages', scope => kms.Alias.fromAliasName(scope, 'Key', 'alias/aws/sns')],
  ])('warns that EventBridge may not use %s', (_, key) => {
    new FindingTopic(stack, 'Findings', { encryptionKey: key(stack) });
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('FindingTopic.keyNotAllowed')).map(({ entry }) => entry.data)).toEqual([
      expect.stringContaining('its owner must let events.amazonaws.com use it, or every message is lost. The key that AWS manages for SNS never can'),
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
        description: 'CRITICAL CVE-2019-17498 - libssh2  \nsha256:7f5b \naccount 111111111111, us-east-1, 2025-11-16T01:54:34Z\narn:finding',
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
      description: '   \nsha256:7f5b \naccount 111111111111, us-east-1, 2025-11-16T01:54:34Z\n',
    });
    const first = (event: object) => say(event).content.description.split('\n').slice(0, 2);
    expect(first(SAMPLES.pushed)).toEqual([' PUSH  SUCCESS', expect.stringMatching(/^sha256:\w+ latest$/)]);
    expect(first(SAMPLES.archived)).toEqual([' UPDATE_STORAGE_CLASS ARCHIVE SUCCESS', expect.stringMatching(/^sha256:\w+ $/)]);
    expect(first(SAMPLES.replicationFailed)).toEqual([' REPLICATE  FAILED', expect.stringMatching(/^sha256:\w+ latest$|^sha256:\w+ 3.17.2$/)]);
    expect(first(SAMPLES.cacheFailed)).toEqual(['   FAILED', expect.stringMatching(/^sha256:\w+ 3.17.2$/)]);
    expect(first(SAMPLES.cacheSynced)).toEqual(['   SUCCESS', expect.stringMatching(/^sha256:\w+ 3.17.2$/)]);
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
      ConfigurationName: expect.stringMatching(/^Team-Findings-Security-\w{8}-us-east-1$/),
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

  test('has a name that is one, whatever the ids are', () => {
    new FindingTopic(new Construct(stack, 'x'.repeat(200)), 'Findings').notifySlack('Security channel', CHANNEL);
    const [{ ConfigurationName: name }] = resources('AWS::Chatbot::SlackChannelConfiguration');
    expect(name).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
  });

  test('takes the longest of each, and tokens', () => {
    const topic = new FindingTopic(stack, 'Findings');
    topic.notifySlack('Longest', { workspaceId: 'T'.repeat(255), channelId: 'C'.repeat(255), configurationName: 'a'.repeat(128) });
    topic.notifySlack('Token', { workspaceId: Lazy.string({ produce: () => 'T1' }), channelId: Lazy.string({ produce: () => 'C1' }) });
    expect(resources('AWS::Chatbot::SlackChannelConfiguration').map(({ SlackWorkspaceId }) => SlackWorkspaceId)).toEqual(['T'.repeat(255), 'T1']);
  });
});
