import { nameOf } from './accounts';
import { Clients } from './clients';
import { ALARM, DASHBOARD } from './cloudwatch-readers';
import { compare, Comparison, Difference } from './comparison';
import { ExpectedResource } from './expected';
import { ALIAS, KEY } from './key-readers';
import {
  EGRESS_RULE, FLOW_LOG, INGRESS_RULE, ROUTE_TABLE, ROUTE_TABLE_ASSOCIATION, SECURITY_GROUP, SUBNET, VPC, VPC_ENDPOINT,
} from './network-readers';
import { comparable, Reader } from './reader';
import {
  CREATION_TEMPLATE, PULL_THROUGH_CACHE_RULE, PULL_TIME_EXCLUSION, REGISTRY_POLICY, REPLICATION, SCANNING, SIGNING,
} from './registry-readers';
import { REPOSITORY } from './repository-reader';
import { Style } from './style';
import { Row, shorten, table } from './table';

const READERS: Record<string, Reader> = {
  'AWS::ECR::Repository': REPOSITORY,
  'AWS::ECR::RegistryPolicy': REGISTRY_POLICY,
  'AWS::ECR::RegistryScanningConfiguration': SCANNING,
  'AWS::ECR::SigningConfiguration': SIGNING,
  'AWS::ECR::ReplicationConfiguration': REPLICATION,
  'AWS::ECR::RepositoryCreationTemplate': CREATION_TEMPLATE,
  'AWS::ECR::PullThroughCacheRule': PULL_THROUGH_CACHE_RULE,
  'AWS::ECR::PullTimeUpdateExclusion': PULL_TIME_EXCLUSION,
  'AWS::KMS::Key': KEY,
  'AWS::KMS::Alias': ALIAS,
  'AWS::EC2::VPC': VPC,
  'AWS::EC2::Subnet': SUBNET,
  'AWS::EC2::RouteTable': ROUTE_TABLE,
  'AWS::EC2::SubnetRouteTableAssociation': ROUTE_TABLE_ASSOCIATION,
  'AWS::EC2::SecurityGroup': SECURITY_GROUP,
  'AWS::EC2::SecurityGroupIngress': INGRESS_RULE,
  'AWS::EC2::SecurityGroupEgress': EGRESS_RULE,
  'AWS::EC2::VPCEndpoint': VPC_ENDPOINT,
  'AWS::EC2::FlowLog': FLOW_LOG,
  'AWS::CloudWatch::Alarm': ALARM,
  'AWS::CloudWatch::Dashboard': DASHBOARD,
};

/** What a table has room for. */
export const NAME_WIDTH = 38;

/** Properties in short. */
const WORDS: Record<string, string> = {
  AlarmActions: 'actions',
  AlarmDescription: 'description',
  AlarmName: 'name',
  AliasName: 'name',
  AvailabilityZone: 'zone',
  CidrBlock: 'addresses',
  ComparisonOperator: 'comparison',
  DashboardBody: 'body',
  DashboardName: 'name',
  EnableKeyRotation: 'rotation',
  EnableDnsHostnames: 'DNS hostnames',
  EnableDnsSupport: 'DNS support',
  EncryptionConfiguration: 'encryption',
  GroupDescription: 'description',
  GroupId: 'group',
  ImageScanningConfiguration: 'scanning',
  ImageTagMutability: 'mutability',
  ImageTagMutabilityExclusionFilters: 'exclusions',
  InstanceTenancy: 'tenancy',
  IpProtocol: 'protocol',
  KeyPolicy: 'policy',
  LifecyclePolicy: 'lifecycle',
  LogDestination: 'destination',
  LogDestinationType: 'kind of destination',
  MapPublicIpOnLaunch: 'public addresses',
  PolicyDocument: 'policy',
  PolicyText: 'policy',
  PrincipalArn: 'principal',
  PrivateDnsEnabled: 'private DNS',
  ReplicationConfiguration: 'rules',
  RepositoryName: 'name',
  RepositoryPolicy: 'policy',
  RepositoryPolicyText: 'policy',
  ResourceId: 'of',
  ResourceTags: 'tags',
  RotationPeriodInDays: 'rotation period',
  RouteTableId: 'route table',
  RouteTableIds: 'route tables',
  SecurityGroupEgress: 'rules outwards',
  SecurityGroupIds: 'security groups',
  SecurityGroupIngress: 'rules inwards',
  ServiceName: 'service',
  SourceSecurityGroupId: 'from',
  SubnetId: 'subnet',
  SubnetIds: 'subnets',
  TargetKeyId: 'key',
  TrafficType: 'traffic',
  VpcEndpointType: 'type',
  VpcId: 'VPC',
};

/** A resource, read through the service's API and held against its template. */
export interface ReadBack extends Comparison {
  readonly resource: ExpectedResource;
  readonly exists: boolean;
  /** The properties that were compared. */
  readonly properties: string[];
}

function readerOf(type: string): Reader {
  const reader = READERS[type];
  if (!reader) { throw new Error(`nothing in local/ reads ${type}: add a reader to local/read-back.ts`); }
  return reader;
}

/** Reads every resource; a setting that only one side has is a difference. */
export async function readBack(resources: readonly ExpectedResource[], clients: Clients): Promise<ReadBack[]> {
  return Promise.all(resources.map(async resource => {
    const { type, environment, physicalId, properties: template } = resource;
    const reader = readerOf(type);
    const expected = comparable(reader, { ...reader.defaults(template, physicalId), ...template });
    const answer = await reader.read(clients, environment, physicalId, template);
    const actual = answer && comparable(reader, answer);
    return {
      resource,
      exists: actual !== undefined,
      properties: Object.keys({ ...expected, ...actual }),
      ...compare(expected, actual ?? {}),
    };
  }));
}

/** By the name that its template gives it, or else by its logical id: generated names tell a person nothing. */
export function describeResource({ type, logicalId, physicalId, properties }: ExpectedResource): string {
  const { noun, single } = readerOf(type);
  if (single) { return noun; }
  const isNamed = Object.values(properties).includes(physicalId);
  return `${noun} ${isNamed ? physicalId.replace(/^arn:.*:role\//, 'role/') : logicalId}`;
}

export function describeDifference({ path, expected, actual }: Difference): string {
  const shown = (value: unknown) => value === undefined ? 'nothing' : JSON.stringify(value);
  return `${path}: the template says ${shown(expected)}, the API answers ${shown(actual)}`;
}

/** `UpstreamRegistryUrl` to `upstream registry url`, where there is no shorter word. */
function inWords(property: string): string {
  return WORDS[property] ?? property.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

/** What was read back: a row a resource, below the name of its stack. */
export function readBackTable(results: readonly ReadBack[], style: Style): string {
  return table([
    { title: 'Resource' }, { title: 'Read back through the API', width: 62 }, { title: 'Values', align: 'right' }, { title: 'Result' },
  ], byStack(results, ({ resource, properties, values, exists, differences }) => [
    shorten(describeResource(resource), NAME_WIDTH),
    { text: properties.map(inWords).join(', '), tone: 'dim' },
    String(values),
    differences.length === 0 ? { text: 'equal', tone: 'good' } : { text: exists ? `${differences.length} not equal` : 'not there', tone: 'bad' },
  ]), style);
}

/** Rows below the name of the stack that they belong to. */
export function byStack<T extends { readonly resource: ExpectedResource }>(items: readonly T[], row: (item: T) => Row): Row[] {
  let last = '';
  return items.flatMap(item => {
    const { stack, environment } = item.resource;
    if (stack === last) { return [row(item)]; }
    const title: Row = [{ text: stack, tone: 'bold' }, { text: nameOf(environment), tone: 'bold' }];
    const rule: Row[] = last === '' ? [] : ['rule'];
    last = stack;
    return [...rule, title, row(item)];
  });
}

/** What is not as it should be, in words. */
export function problemsOf(results: readonly ReadBack[]): string[] {
  return results.flatMap(({ resource, exists, differences }) => exists
    ? differences.map(difference => `${resource.stack}: ${describeResource(resource)}: ${describeDifference(difference)}`)
    : [`${resource.stack}: ${describeResource(resource)} is not there`]);
}

/** All of it in one line. */
export function sentence(results: readonly ReadBack[]): string {
  const values = results.reduce((total, result) => total + result.values, 0);
  const different = results.reduce((total, result) => total + result.differences.length, 0);
  return `      ${values} values of ${results.length} resources read back, ${different === 0 ? 'every one as in its template' : `${different} not as in the template`}`;
}
