import { paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DeleteMessageCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { MEMBER } from './accounts';
import { Caller, CallerName } from './callers';
import { Clients } from './clients';
import { Failure } from './failure';
import { buildImage, Image } from './image';
import { Registry } from './oci';
import type { Outcome } from './steps';
import { Style } from './style';
import { table, wrap } from './table';
import { about, SAMPLES } from '../test/repository/events/sample-events';

/** Where the sample is. */
const PLACE = { account: MEMBER, region: 'us-east-1' };
const STACK = 'ImageEvents';
const REPOSITORY = 'billing/api';

/** How long news may take, in seconds. */
const PATIENCE = 20;

/** What is pushed, and who hears of it. */
const PUSHES = [
  { tag: 'v1.0.0', isReleased: true },
  { tag: 'build-7', isReleased: false },
];

/** Who hears of what happens to images, and what is done by itself. */
export class ImageNews {
  private resources?: Promise<Map<string, string>>;

  constructor(
    private readonly port: number, private readonly clients: Clients, private readonly callers: Readonly<Record<CallerName, Caller>>,
    private readonly style: Style,
  ) {}

  /** Pushes, and looks who has heard of it. */
  public async push(): Promise<Outcome> {
    const registry = await this.login();
    const problems: string[] = [];
    for (const { tag } of PUSHES) {
      const { status, words } = await registry.push(REPOSITORY, tag, imageOf(tag));
      if (status !== 201) { problems.push(`${REPOSITORY}:${tag} could not be pushed: ${status} ${words}`); }
    }
    const recorded = await this.received(PUSHES.length);
    const released = PUSHES.filter(({ isReleased }) => isReleased).map(({ tag }) => `released ${REPOSITORY} ${tag}`);
    const said = await this.patiently(() => this.announced(), lines => lines.length >= released.length);
    const lost = await this.undelivered();
    const rows = PUSHES.map(({ tag }) => [
      `${REPOSITORY}:${tag}`,
      recorded.some(event => isPush(event, tag)) ? 'has its event' : 'nothing',
      said.find(line => line.endsWith(` ${tag}`)) ?? 'was not called',
    ]);
    return {
      text: `${table([{ title: 'Pushed' }, { title: 'Queue, of every push' }, { title: 'Function, of v*' }], rows, this.style)}\n`
        + `      ${lost} events wait among those that could not be delivered`,
      problems: [
        ...problems,
        ...PUSHES.filter(({ tag }) => !recorded.some(event => isPush(event, tag))).map(({ tag }) => `the push of ${REPOSITORY}:${tag} is not in the queue as it is documented`),
        ...recorded.length === PUSHES.length ? [] : [`${recorded.length} events are in the queue, expected ${PUSHES.length}`],
        ...said.join() === released.join() ? [] : [`the function said ${JSON.stringify(said)}, expected ${JSON.stringify(released)}`],
        ...lost === 0 ? [] : [`${lost} events could not be delivered`],
      ],
    };
  }

  /** Gives the automation a finding, as the rule would, and looks at the image. */
  public async quarantine(): Promise<Outcome> {
    const [{ tag }, other] = PUSHES;
    const digest = imageOf(tag).manifest.digest;
    const steps = [
      { finding: `${REPOSITORY}:${tag}, critical`, status: await this.execute(digest) },
      { finding: 'the same once more', status: await this.execute(digest) },
      { finding: 'an image that is gone', status: await this.execute(imageOf('gone').manifest.digest) },
    ];
    const registry = await this.login();
    const images = await Promise.all([tag, other.tag].map(async name => (
      { tag: name, is: await this.statusOf(name), pull: await registry.pull(REPOSITORY, name) })));
    return {
      text: [
        table([{ title: 'Finding given to the automation' }, { title: 'Execution' }], steps.map(({ finding, status }) => [finding, status]), this.style),
        table([{ title: 'Image' }, { title: 'is' }, { title: 'pull' }], images.map(image => [`${REPOSITORY}:${image.tag}`, image.is, String(image.pull.status)]), this.style),
        ...wrap('Inspector is not here: the finding is the one that AWS documents, about this image, and starts the state machine as the rule does. '
          + 'What the rule lets through is tested with every documented event', 100).map(line => `      ${line}`),
      ].join('\n'),
      problems: [
        ...steps.filter(({ status }) => status !== 'SUCCEEDED').map(({ finding, status }) => `${finding}: the execution ${status}`),
        ...images[0].is === 'ARCHIVED' && images[0].pull.status === 404 ? [] : [`${REPOSITORY}:${tag} is ${images[0].is} and its pull ${images[0].pull.status}, expected ARCHIVED and 404`],
        ...images[1].is === 'ACTIVE' && images[1].pull.status === 200 ? [] : [`${REPOSITORY}:${other.tag} is ${images[1].is} and its pull ${images[1].pull.status}, expected ACTIVE and 200`],
      ],
    };
  }

  private login(): Promise<Registry> {
    return new Registry(this.port, PLACE).login(this.clients, this.callers.member.credentials!);
  }

  /** The messages of the queue, taken out; fewer than expected when no more come. */
  private async received(count: number): Promise<any[]> {
    const sqs = this.clients.sqs(PLACE);
    const QueueUrl = await this.physicalId('AWS::SQS::Queue', 'Pushes');
    const found: any[] = [];
    await this.patiently(async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }));
      for (const { Body, ReceiptHandle } of Messages) {
        found.push(JSON.parse(Body!));
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
      return found.length;
    }, length => length >= count);
    return found;
  }

  /** What the function has said, a line for each call. */
  private async announced(): Promise<string[]> {
    const logGroupName = await this.physicalId('AWS::Logs::LogGroup', 'Announcements');
    const { events = [] } = await this.clients.logs(PLACE).send(new FilterLogEventsCommand({ logGroupName, filterPattern: 'released' }));
    return events.map(({ message }) => String(message).trim().replace(/^.*?(?=released )/s, ''));
  }

  private async undelivered(): Promise<number> {
    const counts = await Promise.all(['ImageEventsDeadLetters', 'Lost'].map(async name => {
      const { Attributes } = await this.clients.sqs(PLACE).send(new GetQueueAttributesCommand({
        QueueUrl: await this.physicalId('AWS::SQS::Queue', name), AttributeNames: ['ApproximateNumberOfMessages'],
      }));
      return Number(Attributes?.ApproximateNumberOfMessages);
    }));
    return counts.reduce((a, b) => a + b, 0);
  }

  /** One execution for a critical finding in the image, up to its end. */
  private async execute(digest: string): Promise<string> {
    const sfn = this.clients.stepFunctions(PLACE);
    const finding = JSON.stringify(about(SAMPLES.criticalFinding, { repository: REPOSITORY, account: PLACE.account }))
      .replaceAll(/sha256:[0-9a-f]+/g, digest);
    const stateMachineArn = await this.physicalId('AWS::StepFunctions::StateMachine', 'QuarantineStateMachine');
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: finding }));
    return this.patiently(async () => {
      const { status, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return [status, error, cause].filter(Boolean).join(' ');
    }, status => status !== 'RUNNING');
  }

  private async statusOf(imageTag: string): Promise<string> {
    const { imageDetails = [] } = await this.clients.ecr(PLACE).send(
      new DescribeImagesCommand({ repositoryName: REPOSITORY, filter: { imageStatus: 'ANY' } }));
    return String(imageDetails.find(({ imageTags = [] }) => imageTags.includes(imageTag))?.imageStatus);
  }

  /** What something is once it is as wanted, or when patience is at its end. */
  private async patiently<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
    const end = Date.now() + PATIENCE * 1000;
    for (;;) {
      const answer = await ask();
      if (isWanted(answer) || Date.now() > end) { return answer; }
      await new Promise(done => setTimeout(done, 200));
    }
  }

  /** The resource of the stack whose logical id is a name and a hash. */
  private async physicalId(type: string, name: string): Promise<string> {
    this.resources ??= this.list();
    const found = (await this.resources).get(`${type} ${name}`);
    if (found === undefined) { throw new Failure(`the stack ${STACK} has no ${type} ${name}`); }
    return found;
  }

  private async list(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const page of paginateListStackResources({ client: this.clients.cloudFormation(PLACE) }, { StackName: STACK })) {
      for (const { ResourceType, LogicalResourceId, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
        found.set(`${ResourceType} ${LogicalResourceId?.replace(/[0-9A-F]{8}$/, '')}`, String(PhysicalResourceId));
      }
    }
    return found;
  }
}

function imageOf(tag: string): Image {
  return buildImage('billing.txt', `billing/api ${tag}\n`);
}

/** Whether an event is the documented one of a push. */
function isPush(event: any, tag: string): boolean {
  const { 'source': source, 'detail-type': type, detail } = event;
  return source === 'aws.ecr' && type === 'ECR Image Action' && detail['action-type'] === 'PUSH' && detail.result === 'SUCCESS'
    && detail['repository-name'] === REPOSITORY && detail['image-tag'] === tag && detail['image-digest'] === imageOf(tag).manifest.digest;
}
