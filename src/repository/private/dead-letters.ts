import { Annotations, aws_iam as iam, aws_sqs as sqs, Duration, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { aws_events as events } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { explain } from '../../private/explained';

const ID = 'ImageEventsDeadLetters';

/** Queues that rules may send to already. */
const ADMITTED = new WeakSet<sqs.IQueue>();

/**
 * The target, which loses no event: one that can't be delivered is kept in a queue, unless the target has its own.
 *
 * A target in another environment is bound twice: here, where CDK forwards the event, and by a rule beside the target, which is the one that delivers.
 */
export function withDeadLetters(target: events.IRuleTarget, queue?: sqs.IQueue): events.IRuleTarget {
  return {
    bind: (rule, id) => {
      const config = target.bind(rule, id);
      return config.deadLetterConfig || isForwarded(rule, config)
        ? config
        : { ...config, deadLetterConfig: { arn: admit(rule, queue ?? queueOf(rule)).queueArn } };
    },
  };
}

/** Whether the target is in another account or Region than the rule. */
export function isForwarded(rule: IConstruct, { targetResource }: events.RuleTargetConfig): boolean {
  if (!targetResource) {
    return false;
  }
  const [here, there] = [Stack.of(rule), Stack.of(targetResource)];
  return [[here.account, there.account], [here.region, there.region]]
    .some(([one, other]) => Token.compareStrings(one, other) === TokenComparison.DIFFERENT);
}

/** One for a stack. It goes with the stack: what it holds is news of images, not images, and no older than two weeks. */
function queueOf(rule: IConstruct): sqs.IQueue {
  const stack = Stack.of(rule);
  const existing = stack.node.tryFindChild(ID) as sqs.Queue | undefined;
  if (existing) {
    return existing;
  }
  const queue = new sqs.Queue(stack, ID, { retentionPeriod: Duration.days(14), encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true });
  ['AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy'].forEach(name => explain(queue, name, 'It is a dead-letter queue itself, of rules and not of queues'));
  return queue;
}

/**
 * One statement for all rules of the account: a queue's policy has room for 20, and a statement a rule would fill it.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
function admit(rule: IConstruct, queue: sqs.IQueue): sqs.IQueue {
  if (ADMITTED.has(queue)) {
    return queue;
  }
  ADMITTED.add(queue);
  const stack = Stack.of(rule);
  const { statementAdded } = queue.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'DeadLettersOfRules',
    principals: [new iam.ServicePrincipal('events.amazonaws.com')],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: { ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'events', resource: 'rule', resourceName: '*' }) } },
  }));
  if (!statementAdded) {
    Annotations.of(rule).addWarningV2('cdk-hardened-ecr:ImageEvents.deadLettersNotAllowed',
      'the policy of an imported queue is out of reach: its owner must let events.amazonaws.com send to it, or what could not be delivered is lost');
  }
  // Without a condition: EventBridge sends no aws:SourceArn or aws:SourceAccount to KMS.
  queue.encryptionMasterKey?.grant(new iam.ServicePrincipal('events.amazonaws.com'), 'kms:Decrypt', 'kms:GenerateDataKey');
  return queue;
}
