import { DescribeStackEventsCommand, DescribeStacksCommand, StackEvent } from '@aws-sdk/client-cloudformation';
import { Environment } from './accounts';
import { Clients } from './clients';
import { compare } from './comparison';
import { ExpectedResource } from './expected';
import { byStack, describeResource, NAME_WIDTH } from './read-back';
import { Style } from './style';
import { shorten, table } from './table';

const VALUE_WIDTH = 26;

/** What an update has changed in resources that it has kept, in the templates' words, a row a value. */
export function changesTable(before: readonly ExpectedResource[], after: readonly ExpectedResource[], style: Style): string {
  const earlier = new Map(before.map(resource => [identityOf(resource), resource]));
  const changes = after.filter(resource => earlier.has(identityOf(resource))).flatMap(resource => {
    return compare(asData(earlier.get(identityOf(resource))!.properties), asData(resource.properties)).differences
      .map(difference => ({ resource, ...difference }));
  });
  return table([{ title: 'Resource' }, { title: 'Changed in place' }, { title: 'Before' }, { title: 'Now' }],
    byStack(changes, ({ resource, path, expected, actual }) =>
      [
        shorten(describeResource(resource), NAME_WIDTH), path.replace('LifecyclePolicy.LifecyclePolicyText', 'LifecyclePolicy'), shown(expected), shown(actual),
      ]), style);
}

/** The resources that are among the first and not among the others: gone, or made anew under another physical id. */
export function missing(resources: readonly ExpectedResource[], others: readonly ExpectedResource[]): ExpectedResource[] {
  const known = new Set(others.map(identityOf));
  return resources.filter(resource => !known.has(identityOf(resource)));
}

/** How CloudFormation tells the story of a stack's last, failed update. */
export interface FailedUpdate {
  /** Of the stack, now. */
  readonly status: string;
  /** What had been updated when it failed. */
  readonly updated: string[];
  /** What failed, and why. */
  readonly reason: string;
}

export async function lastUpdate(environment: Environment, stack: string, clients: Clients): Promise<FailedUpdate> {
  const client = clients.cloudFormation(environment);
  const { Stacks: [described] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: stack }));
  return { status: String(described.StackStatus), ...failureIn(StackEvents) };
}

/** @param events newest first, as CloudFormation gives them */
export function failureIn(events: readonly StackEvent[]): Omit<FailedUpdate, 'status'> {
  const isOfStack = ({ ResourceType }: StackEvent) => ResourceType === 'AWS::CloudFormation::Stack';
  const begin = events.findIndex(event => isOfStack(event) && event.ResourceStatus === 'UPDATE_IN_PROGRESS');
  const inOrder = events.slice(0, begin + 1).reverse().filter(event => !isOfStack(event));
  const failed = inOrder.findIndex(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
  const { LogicalResourceId, ResourceStatusReason } = inOrder[failed] ?? {};
  return {
    updated: inOrder.slice(0, Math.max(failed, 0))
      .filter(({ ResourceStatus }) => ResourceStatus === 'UPDATE_COMPLETE').map(event => String(event.LogicalResourceId)),
    reason: failed < 0 ? '' : `${LogicalResourceId}: ${ResourceStatusReason}`,
  };
}

function identityOf({ environment, stack, logicalId, physicalId }: ExpectedResource): string {
  return [environment.account, environment.region, stack, logicalId, physicalId].join(' ');
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : shorten(JSON.stringify(value), VALUE_WIDTH);
}

/** Documents that a template holds as text are read: what changed is a number in one. */
function asData(value: unknown): unknown {
  return value && JSON.parse(JSON.stringify(value), (_, item) => {
    try {
      return typeof item === 'string' && item.startsWith('{') ? JSON.parse(item) : item;
    } catch {
      return item;
    }
  });
}
