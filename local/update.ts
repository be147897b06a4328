import { DescribeStackEventsCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { Environment } from './accounts';
import { Clients } from './clients';
import { compare } from './comparison';
import { ExpectedResource } from './expected';
import { byStack, describeResource } from './read-back';
import { Style } from './style';
import { table } from './table';

/** What an update has changed in the templates' words, a row a value. */
export function changesTable(before: readonly ExpectedResource[], after: readonly ExpectedResource[], style: Style): string {
  const changes = after.flatMap(resource => {
    const earlier = before.find(candidate => identityOf(candidate) === identityOf(resource));
    return compare(asData(earlier?.properties), asData(resource.properties)).differences.map(difference => ({ resource, ...difference }));
  });
  return table([{ title: 'Resource', width: 38 }, { title: 'Changed in place', width: 46 }, { title: 'Before' }, { title: 'Now' }],
    byStack(changes, ({ resource, path, expected, actual }) => [describeResource(resource), path, shown(expected), shown(actual)]), style);
}

/** Resources that are not what they were: made anew, gone or added. */
export function replaced(before: readonly ExpectedResource[], after: readonly ExpectedResource[]): string[] {
  const name = (resource: ExpectedResource) => `${resource.stack}: ${describeResource(resource)}`;
  const missing = (from: readonly ExpectedResource[], others: readonly ExpectedResource[]) =>
    from.filter(resource => !others.some(other => identityOf(other) === identityOf(resource)));
  return [
    ...missing(before, after).map(resource => `${name(resource)} is not there any more`),
    ...missing(after, before).map(resource => `${name(resource)} was not there before`),
  ];
}

/** How CloudFormation tells the story of a stack's last update: its state now, and the first thing that failed. */
export async function lastUpdate(environment: Environment, stack: string, clients: Clients): Promise<{ status: string; reason: string }> {
  const client = clients.cloudFormation(environment);
  const { Stacks: [described] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: stack }));
  const failed = StackEvents.filter(({ ResourceStatus, ResourceType }) => ResourceStatus?.endsWith('_FAILED') && ResourceType !== 'AWS::CloudFormation::Stack');
  const first = failed[failed.length - 1]; // events come newest first
  return { status: String(described.StackStatus), reason: first ? `${first.LogicalResourceId}: ${first.ResourceStatusReason}` : '' };
}

function identityOf({ environment, stack, logicalId, physicalId }: ExpectedResource): string {
  return [environment.account, environment.region, stack, logicalId, physicalId].join(' ');
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
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
