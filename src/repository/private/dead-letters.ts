import { Annotations, aws_iam as iam, aws_sqs as sqs, Duration, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { aws_events as events, IResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isElsewhere } from '../../private/elsewhere';
import { explain } from '../../private/explained';
import { Findings } from '../../private/findings';

const ID = 'ImageEventsDeadLetters';

/**
 * The target, which loses no event: one that can't be delivered is kept in a queue, unless the target has its own.
 *
 * A target in another environment is bound twice: here, where CDK forwards the event, and by a rule beside the target, which is the one that delivers.
 */
export function withDeadLetters(target: events.IRuleTarget, queue?: sqs.IQueue): events.IRuleTarget {
  return {
    bind: (rule, id) => {
      const config = target.bind(rule, id);
      if (config.deadLetterConfig && queue) {
        throw new Error(`'deadLetterQueue' must be left out for a target that has its own, got ${JSON.stringify(queue.node.path)} too [${rule.node.path}]`);
      }
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
  return isElsewhere(Stack.of(rule), (targetResource as Partial<IResource>).env ?? Stack.of(targetResource));
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
 * One statement for all rules of the account in the Region: a queue's policy has little room, and a statement a rule would fill it.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
function admit(rule: IConstruct, queue: sqs.IQueue): sqs.IQueue {
  check(rule, queue);
  const eventBridge = new iam.ServicePrincipal('events.amazonaws.com');
  const { statementAdded } = queue.addToResourcePolicy(new iam.PolicyStatement({
    principals: [eventBridge],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: { ArnLike: { 'aws:SourceArn': Stack.of(rule).formatArn({ service: 'events', resource: 'rule', resourceName: '*' }) } },
  }));
  warnUnless(statementAdded, rule, 'the policy of an imported queue is out of reach: its owner must let events.amazonaws.com send to it');
  // Without a condition: EventBridge sends no aws:SourceArn or aws:SourceAccount to KMS.
  const key = queue.encryptionMasterKey?.addToResourcePolicy(new iam.PolicyStatement({
    principals: [eventBridge], actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: ['*'],
  }));
  warnUnless(key?.statementAdded ?? true, rule, "the policy of the queue's key is out of reach: its owner must let events.amazonaws.com use it");
  return queue;
}

/** Finds queues that EventBridge could never send to. */
function check(rule: IConstruct, queue: sqs.IQueue): void {
  const findings = new Findings();
  const { region } = Stack.of(rule);
  findings.unless(Token.compareStrings(queue.env.region, region) !== TokenComparison.DIFFERENT,
    `'deadLetterQueue' must be in the Region of the rule that delivers, ${JSON.stringify(region)}, got ${JSON.stringify(queue.env.region)}: `
    + 'where the target is elsewhere, that is the one beside the target');
  findings.unless(!queue.fifo, `'deadLetterQueue' must be a standard queue, got the FIFO queue ${queue.node.path}: EventBridge sends to no other`);
  findings.unless(queue.encryptionType !== sqs.QueueEncryption.KMS_MANAGED,
    `'deadLetterQueue' must be encrypted by SQS or with a key of yours, got ${queue.node.path} with the one that AWS manages: EventBridge can't use it`);
  findings.throwIfAny(rule);
}

function warnUnless(isAllowed: boolean, rule: IConstruct, message: string): void {
  if (!isAllowed) {
    Annotations.of(rule).addWarningV2('cdk-hardened-ecr:ImageEvents.deadLettersNotAllowed', `${message}, or what could not be delivered is lost`);
  }
}
