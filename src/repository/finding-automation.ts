import { aws_iam as iam, aws_logs as logs, aws_stepfunctions as sfn, Fn, Names, Stack } from 'aws-cdk-lib';
import type { aws_events as events, aws_sqs as sqs } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import type { FindingAction, FindingSteps } from './finding-action';
import type { ImageEvents } from './image-events';
import { Severity } from './severity';
import { isElsewhere } from '../private/elsewhere';
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
   * Where findings are kept that could not start the state machine. What failed later is in its executions.
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

  /** The state machine: `metricFailed()` for an alarm on what could not be done, `role` to exclude it from pull times. */
  public readonly stateMachine: sfn.StateMachine;

  /** The rule that starts it. */
  public readonly rule: events.IRule;

  /**
   * @throws when the images are in another account or Region: the state machine calls ECR in its own; and as `ImageEvents.onFindingReported` does
   */
  constructor(scope: Construct, id: string, props: FindingAutomationProps) {
    super(scope, id);
    const { images, action, severity = Severity.CRITICAL, eventBus, deadLetterQueue, logGroup = this.ownLogGroup() } = props;
    this.checkPlace(images);
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

  private checkPlace({ _subject: { account, region } }: ImageEvents): void {
    const stack = Stack.of(this);
    if (isElsewhere(stack, { account, region })) {
      throw new Error(`'images' must be those of the account and Region of the stack, ${stack.account}/${stack.region}, got ${account}/${region}: `
        + `the state machine calls ECR in its own, so make the automation there [${this.node.path}]`);
    }
  }

  /**
   * Its name begins so that CloudWatch Logs needs no policy for it, of which an account in a Region has few, and ends with a part of the stack's id:
   * the group stays when the stack goes, and the next stack must find its name free.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
   */
  private ownLogGroup(): logs.ILogGroup {
    const stackId = Fn.select(2, Fn.split('/', Stack.of(this).stackId));
    const group = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${Names.uniqueResourceName(this, { maxLength: 200 })}-${stackId}`,
      retention: logs.RetentionDays.ONE_YEAR,
    });
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
