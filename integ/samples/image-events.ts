import {
  aws_events_targets as targets, aws_iam as iam, aws_lambda as lambda, aws_logs as logs, aws_sns_subscriptions as subscriptions, aws_sqs as sqs,
  Duration, Stack, Validations,
} from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { inPacks } from './explained';
import {
  FindingAction, FindingAutomation, FindingTopic, HardenedRepository, PrivateRegistry, RegistryEvents, RepositoryEvents, Severity,
} from '../../src';

export interface ImageEventsSampleProps extends StackProps {
  /** Whether findings are shown in Slack: a workspace must have been authorized in the console. */
  readonly withSlack?: boolean;
}

/** A team's repository, and everything that learns of what happens to its images. */
export class ImageEventsSample extends Stack {
  constructor(scope: Construct, id: string, props: ImageEventsSampleProps = {}) {
    super(scope, id, props);
    const repository = new HardenedRepository(this, 'Billing', { repositoryName: 'billing/api', registry: PrivateRegistry.ownedElsewhere(this) });
    const images = RepositoryEvents.fromRepository(repository);

    // What nobody could be told of, whoever it was meant for.
    const lost = new sqs.Queue(this, 'Lost', { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) });

    // Every push is recorded; a release is announced.
    const pushes = new sqs.Queue(this, 'Pushes', {
      encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, deadLetterQueue: { queue: lost, maxReceiveCount: 3 },
    });
    images.onImagePushed('Pushed', { target: new targets.SqsQueue(pushes) });
    images.onImagePushed('Released', { tags: ['v*'], target: new targets.LambdaFunction(this.announcer(lost)), deadLetterQueue: lost });

    // People hear of what is found, and of caches that can't be filled any more.
    const findings = new FindingTopic(this, 'Findings');
    findings.topic.addSubscription(new subscriptions.EmailSubscription('security@example.com', { deadLetterQueue: lost }));
    images.onFindingReported('Found', { severity: Severity.HIGH, target: findings });
    RegistryEvents.of(this, { repositories: ['docker-hub/*'] }).onCacheSyncFailed('CacheStale', { target: findings });
    if (props.withSlack) {
      findings.notifySlack('Security', { workspaceId: 'T0123ABCD', channelId: 'C0123ABCD' });
    }

    // What is critical can't be pulled any more until somebody has looked.
    new FindingAutomation(this, 'Quarantine', { images, action: FindingAction.archive() });

    Validations.of(lost).acknowledge(...['AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy'].map(rule => ({ id: rule, reason: 'It is a dead-letter queue itself' })));
  }

  private announcer(deadLetterQueue: sqs.IQueue): lambda.Function {
    const role = new iam.Role(this, 'Announcer', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new logs.LogGroup(this, 'Announcements', { retention: logs.RetentionDays.ONE_YEAR });
    logGroup.grantWrite(role);
    const announcer = new lambda.Function(this, 'Announce', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async event => console.log("released", event.detail["repository-name"], event.detail["image-tag"]);'),
      memorySize: 256,
      timeout: Duration.seconds(10),
      reservedConcurrentExecutions: 1,
      tracing: lambda.Tracing.ACTIVE,
      deadLetterQueue,
      role,
      logGroup,
    });
    Validations.of(role).acknowledge(
      { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'Traces of X-Ray have no resource' },
      ...inPacks('IAMNoInlinePolicy').map(id => ({ id, reason: 'The CDK writes what is granted to a role as an inline policy, which comes and goes with the role' })),
    );
    Validations.of(announcer).acknowledge(...inPacks('LambdaInsideVPC').map(id => ({ id, reason: 'The function calls nothing in a network' })));
    Validations.of(logGroup).acknowledge(
      ...inPacks('CloudWatchLogGroupEncrypted').map(id => ({ id, reason: 'CloudWatch Logs encrypts every group; this one holds names of images' })));
    return announcer;
  }
}
