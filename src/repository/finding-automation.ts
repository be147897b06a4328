import { aws_iam as iam, aws_logs as logs, aws_stepfunctions as sfn, Stack } from 'aws-cdk-lib';
import type { aws_events as events, aws_sqs as sqs } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import type { FindingAction, FindingSteps } from './finding-action';
import type { ImageEvents } from './image-events';
import { Severity } from './severity';
import { explain, explainInPacks, explainWildcard } from '../private/explained';

/** The image of the event, which is a finding of Inspector's or a basic scan. */
const IMAGE_OF_EVENT = {
  Type: 'Pass',
  Assign: {
    registry: '{% $states.input.account %}',
    repository: '{% $exists($states.input.detail.`repository-name`) ? $states.input.detail.`repository-name` : $states.input.detail.resources[0].details.awsEcrContainerImage.repositoryName %}',
    digest: '{% $exists($states.input.detail.`image-digest`) ? $states.input.detail.`image-digest` : $states.input.detail.resources[0].details.awsEcrContainerImage.imageHash %}',
  },
  Next: 'Act',
};

/** Whose images, and what is done with them. */
export interface FindingAutomationProps {
  /** The images that are watched: of a repository or a registry. Nothing else can be changed. */
  readonly images: ImageEvents;

  /** What is done. */
  readonly action: FindingAction;

  /**
   * Findings of this severity or a worse one.
   *
   * @default Severity.CRITICAL
   */
  readonly severity?: Severity;

  /**
   * The bus that findings come to.
   *
   * @default - the default bus of the account and Region
   */
  readonly eventBus?: events.IEventBus;

  /**
   * Where findings are kept that could not be acted on.
   *
   * @default - one queue for the stack, encrypted by SQS, for 14 days
   */
  readonly deadLetterQueue?: sqs.IQueue;

  /**
   * Where executions are logged: what was done to which image, and when.
   *
   * @default - a log group of its own for a year, encrypted by CloudWatch Logs; it stays when the automation goes
   */
  readonly logGroup?: logs.ILogGroup;
}

/**
 * Acts on an image as soon as a vulnerability is found in it: archives it or marks it with a tag.
 *
 * Opt-in by being made, since it changes what can be deployed. It is a state machine that calls ECR itself, without code of a Lambda function
 * to keep up to date; its role may do that one thing to the repositories that are watched, and to no others. Executions are logged and traced.
 *
 * That Step Functions calls `updateImageStorageClass`, which is an API of November 2025, was not verified against a live service.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
@propertyInjectable
export class FindingAutomation extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.FindingAutomation';

  /** The state machine, for alarms on `metricFailed()`. */
  public readonly stateMachine: sfn.IStateMachine;

  /** The rule that starts it. */
  public readonly rule: events.IRule;

  /**
   * @throws as `ImageEvents.onFindingReported` does
   */
  constructor(scope: Construct, id: string, props: FindingAutomationProps) {
    super(scope, id);
    const { images, action, severity = Severity.CRITICAL, eventBus, deadLetterQueue, logGroup = this.ownLogGroup() } = props;
    const { actions, states } = action._steps;
    const stack = Stack.of(this);
    const stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromString(stack.toJsonString({
        QueryLanguage: 'JSONata',
        StartAt: 'Image',
        TimeoutSeconds: 900,
        States: { Image: IMAGE_OF_EVENT, ...inPartition(states, stack.partition) },
      })),
      logs: { destination: logGroup, level: sfn.LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    });
    const resources = images._repositoryArns;
    stateMachine.addToRolePolicy(new iam.PolicyStatement({ actions, resources }));
    resources.filter(arn => arn.includes('*')).forEach(arn => explainWildcard(this, arn, 'The repositories whose images are watched'));
    explainInPacks(this, 'IAMNoInlinePolicy', 'The CDK writes what is granted to a role as an inline policy, which comes and goes with the role');
    explain(this, 'AwsSolutions-IAM5[Resource::*]', 'Log delivery and tracing have no resources: the CDK writes what Step Functions documents');
    this.stateMachine = stateMachine;
    this.rule = images.onFindingReported('Rule', {
      crossStackScope: this, severity, eventBus, deadLetterQueue, target: this.start(stateMachine),
    });
  }

  private ownLogGroup(): logs.ILogGroup {
    const group = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_YEAR });
    explainInPacks(group, 'CloudWatchLogGroupEncrypted', 'CloudWatch Logs encrypts every group; this one holds names and digests of images, and no secrets');
    return group;
  }

  private start(stateMachine: sfn.StateMachine): events.IRuleTarget {
    return {
      bind: rule => {
        const role = new iam.Role(this, 'StartRole', {
          // Any rule of the account: to name this one, which names the role, would be a circle.
          assumedBy: new iam.ServicePrincipal('events.amazonaws.com', {
            conditions: { ArnLike: { 'aws:SourceArn': Stack.of(this).formatArn({ service: 'events', resource: 'rule', resourceName: '*', ...rule.env }) } },
          }),
        });
        stateMachine.grantStartExecution(role);
        return { arn: stateMachine.stateMachineArn, role };
      },
    };
  }
}

/** Calls of the SDK are named by ARNs, which begin with the partition. */
function inPartition(states: FindingSteps['states'], partition: string): FindingSteps['states'] {
  return Object.fromEntries(Object.entries(states)
    .map(([name, { Resource: call, ...state }]) => [name, call === undefined ? state : { ...state, Resource: `arn:${partition}:states:::aws-sdk:ecr:${call}` }]));
}
