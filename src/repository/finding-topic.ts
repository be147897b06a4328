import { Annotations, aws_chatbot as chatbot, aws_events as events, aws_iam as iam, aws_kms as kms, aws_sns as sns, Lazy, Names, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { Findings } from '../private/findings';
import { grantsThroughServicesOnly } from '../private/key-policy';

/** How a topic of findings is called and encrypted. */
export interface FindingTopicProps {
  /**
   * 1 to 256 letters, digits, `_` and `-`.
   *
   * @default - CloudFormation names it
   */
  readonly topicName?: string;

  /**
   * A key that EventBridge may use: its policy gets the statement, unless the key is imported.
   *
   * @default - a key of the topic's own: the one that AWS manages for SNS can't be used by EventBridge
   */
  readonly encryptionKey?: kms.IKey;
}

/** A channel of Slack. */
export interface SlackChannelOptions {
  /** Of the workspace that was authorized in the console of Amazon Q Developer in chat applications: `T` and capital letters or digits. */
  readonly workspaceId: string;

  /** As the link to the channel ends: letters and digits. */
  readonly channelId: string;

  /**
   * The name of the configuration, once in an account: 1 to 128 letters, digits, `_` and `-`.
   *
   * @default - made of the construct's path
   */
  readonly configurationName?: string;
}

const NAME = (most: number) => new RegExp(`^[A-Za-z0-9_-]{1,${most}}$`);

/** What a person reads: fields that an event lacks are left out by EventBridge, so it is one text for findings, scans and whatever else happens to images. */
const FIELDS = {
  type: '$.detail-type',
  account: '$.account',
  region: '$.region',
  time: '$.time',
  // Of ECR, and of Inspector's scans.
  repository: '$.detail.repository-name',
  digest: '$.detail.image-digest',
  tag: '$.detail.image-tag',
  action: '$.detail.action-type',
  storage: '$.detail.target-storage-class',
  result: '$.detail.result',
  // Of a cache.
  sync: '$.detail.sync-status',
  // Of Inspector's findings.
  severity: '$.detail.severity',
  title: '$.detail.title',
  finding: '$.detail.findingArn',
  findingRepository: '$.detail.resources[0].details.awsEcrContainerImage.repositoryName',
  findingDigest: '$.detail.resources[0].details.awsEcrContainerImage.imageHash',
};

/**
 * Where findings become messages that people read: a topic for mail, chat and pagers, as a target of events.
 *
 * Encrypted with a key that EventBridge may use, with TLS only. The message has the form that Amazon Q Developer in chat applications shows
 * in Slack and Teams; anything else would be dropped there without a word.
 *
 * @example
 * import { aws_ecr as ecr, aws_sns_subscriptions as subscriptions, Stack } from 'aws-cdk-lib';
 * import { FindingTopic, RepositoryEvents, Severity } from 'cdk-hardened-ecr';
 *
 * declare const stack: Stack;
 * declare const repository: ecr.IRepository;
 * const findings = new FindingTopic(stack, 'Findings');
 * findings.topic.addSubscription(new subscriptions.EmailSubscription('security@example.com'));
 * RepositoryEvents.fromRepository(repository).onFindingReported('Critical', { severity: Severity.CRITICAL, target: findings });
 *
 * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
@propertyInjectable
export class FindingTopic extends Construct implements events.IRuleTarget {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.FindingTopic';

  /** The topic: `topic.addSubscription()` for mail and pagers. */
  public readonly topic: sns.ITopic;


  /**
   * @throws when the name is not one
   */
  constructor(scope: Construct, id: string, props: FindingTopicProps = {}) {
    super(scope, id);
    this.check({ topicName: [props.topicName, NAME(256), "1 to 256 letters, digits, '_' and '-'"] });
    const masterKey = props.encryptionKey ?? this.ownKey();
    // Without a condition: EventBridge sends KMS no aws:SourceArn and no aws:SourceAccount, and messages would be lost.
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    const { statementAdded } = masterKey.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'EventBridgeSendsToTopic',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
    }));
    if (!statementAdded) {
      Annotations.of(this).addWarningV2('cdk-hardened-ecr:FindingTopic.keyNotAllowed',
        "the policy of 'encryptionKey' is out of reach: its owner must let events.amazonaws.com use it, or every message is lost. The key that AWS manages for SNS never can");
    }
    this.topic = new sns.Topic(this, 'Topic', { topicName: props.topicName, masterKey, enforceSSL: true });
    // All rules of the account: to name each would fill the policy.
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    this.topic.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'RulesOfTheAccount',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [this.topic.topicArn],
      conditions: { ArnLike: { 'aws:SourceArn': Stack.of(this).formatArn({ service: 'events', resource: 'rule', resourceName: '*' }) } },
    }));
  }

  /**
   * What a rule sends to the topic. Called by `rule.addTarget()`, which forwards the events of other accounts and Regions.
   */
  public bind(_rule: events.IRuleRef, _id?: string): events.RuleTargetConfig {
    const field = Object.fromEntries(Object.entries(FIELDS).map(([name, path]) => [name, events.EventField.fromPath(path)])) as typeof FIELDS;
    return {
      arn: this.topic.topicArn,
      targetResource: this.topic,
      input: events.RuleTargetInput.fromObject({
        version: '1.0',
        source: 'custom',
        content: {
          textType: 'client-markdown',
          title: `${field.type} in ${field.findingRepository}${field.repository}`,
          description: [
            `${field.severity} ${field.title}${field.action} ${field.storage} ${field.result}${field.sync}`,
            `${field.findingDigest}${field.digest} ${field.tag}`,
            `account ${field.account}, ${field.region}, ${field.time}`,
            field.finding,
          ].join('\n'),
        },
      }),
    };
  }

  /**
   * Shows the messages in a channel of Slack, through Amazon Q Developer in chat applications (AWS Chatbot).
   *
   * It notifies and does no more: nobody runs commands from the channel, its role has no rights and the guardrail denies all.
   *
   * @throws when an id or the name is not one
   * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/slack-setup.html
   */
  public notifySlack(id: string, options: SlackChannelOptions): void {
    const { workspaceId, channelId, configurationName } = options;
    this.check({
      workspaceId: [workspaceId, /^[0-9A-Z]{1,255}$/, '1 to 255 capital letters and digits, as the console shows the workspace'],
      channelId: [channelId, /^[A-Za-z0-9]{1,255}$/, "1 to 255 letters and digits, the end of the channel's link: not its name"],
      configurationName: [configurationName, NAME(128), "1 to 128 letters, digits, '_' and '-'"],
    });
    const configuration: chatbot.SlackChannelConfiguration = new chatbot.SlackChannelConfiguration(this, id, {
      // The Region too: the name is there once in an account, for all Regions.
      slackChannelConfigurationName: configurationName
        ?? Lazy.string({ produce: () => `${Names.uniqueResourceName(configuration, { maxLength: 100, separator: '-' })}-${Stack.of(this).region}` }),
      slackWorkspaceId: workspaceId,
      slackChannelId: channelId,
      notificationTopics: [this.topic],
      // Left out it would be AdministratorAccess.
      guardrailPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AWSDenyAll')],
    });
  }

  private check(values: Record<string, [string | undefined, RegExp, string]>): void {
    const findings = new Findings();
    for (const [property, [value, pattern, what]] of Object.entries(values)) {
      findings.unless(value === undefined || Token.isUnresolved(value) || pattern.test(value), () => `'${property}' must be ${what}, got ${JSON.stringify(value)}`);
    }
    findings.throwIfAny(this);
  }

  /** What it encrypts is gone as soon as it is delivered, so the key goes with the topic. */
  private ownKey(): kms.Key {
    const key = new kms.Key(this, 'Key', {
      description: 'Encrypts messages about images', enableKeyRotation: true, removalPolicy: RemovalPolicy.DESTROY,
    });
    key.addToResourcePolicy(grantsThroughServicesOnly());
    return key;
  }
}
