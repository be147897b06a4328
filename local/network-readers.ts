import {
  DescribeFlowLogsCommand, DescribeRouteTablesCommand, DescribeSecurityGroupRulesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand,
  DescribeVpcAttributeCommand, DescribeVpcEndpointsCommand, DescribeVpcsCommand, EC2Client, IpPermission, SecurityGroupRule, VpcAttributeName,
} from '@aws-sdk/client-ec2';
import { orNothing, Properties, Reader } from './reader';
import { setTags } from './repository-reader';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html */
export const VPC: Reader = {
  noun: 'VPC',
  defaults: () => ({ EnableDnsSupport: true, EnableDnsHostnames: false, InstanceTenancy: 'default' }),
  unordered: ['Tags'],
  async read(clients, environment, VpcId) {
    const ec2 = clients.ec2(environment);
    const found = (await orNothing(ec2.send(new DescribeVpcsCommand({ VpcIds: [VpcId] })), 'InvalidVpcID.NotFound'))?.Vpcs?.[0];
    return found && {
      CidrBlock: found.CidrBlock,
      EnableDnsSupport: await vpcAttribute(ec2, VpcId, 'enableDnsSupport'),
      EnableDnsHostnames: await vpcAttribute(ec2, VpcId, 'enableDnsHostnames'),
      InstanceTenancy: found.InstanceTenancy,
      Tags: setTags(found.Tags ?? []),
    };
  },
};

export async function vpcAttribute(ec2: EC2Client, VpcId: string, Attribute: 'enableDnsSupport' | 'enableDnsHostnames'): Promise<boolean> {
  const answer = await ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute: Attribute satisfies VpcAttributeName }));
  return (Attribute === 'enableDnsSupport' ? answer.EnableDnsSupport : answer.EnableDnsHostnames)?.Value === true;
}

export const SUBNET: Reader = {
  noun: 'subnet',
  defaults: () => ({ MapPublicIpOnLaunch: false }),
  unordered: ['Tags'],
  async read(clients, environment, id) {
    const answer = await orNothing(clients.ec2(environment).send(new DescribeSubnetsCommand({ SubnetIds: [id] })), 'InvalidSubnetID.NotFound');
    const found = answer?.Subnets?.[0];
    if (!found) { return undefined; }
    const { AvailabilityZone, CidrBlock, MapPublicIpOnLaunch, VpcId, Tags = [] } = found;
    return { AvailabilityZone, CidrBlock, MapPublicIpOnLaunch, VpcId, Tags: setTags(Tags) };
  },
};

/** Its routes are other resources, but for those to gateways, which are the endpoints'. */
export const ROUTE_TABLE: Reader = {
  noun: 'route table',
  defaults: () => ({}),
  unordered: ['Tags'],
  async read(clients, environment, id) {
    const answer = await orNothing(clients.ec2(environment).send(new DescribeRouteTablesCommand({ RouteTableIds: [id] })), 'InvalidRouteTableID.NotFound');
    const found = answer?.RouteTables?.[0];
    return found && { VpcId: found.VpcId, Tags: setTags(found.Tags ?? []) };
  },
};

export const ROUTE_TABLE_ASSOCIATION: Reader = {
  noun: 'route table of',
  defaults: () => ({}),
  async read(clients, environment, id) {
    const { RouteTables = [] } = await clients.ec2(environment).send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: 'association.route-table-association-id', Values: [id] }] }));
    const found = RouteTables.flatMap(({ Associations = [] }) => Associations).find(({ RouteTableAssociationId }) => RouteTableAssociationId === id);
    return found && { RouteTableId: found.RouteTableId, SubnetId: found.SubnetId };
  },
};

/** A group that says nothing of it lets everything out. */
const EVERYTHING_OUT = [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }];

/** With every rule that it has, those that stand beside it in the template too: see `withRulesBeside`. */
export const SECURITY_GROUP: Reader = {
  noun: 'security group',
  defaults: () => ({ SecurityGroupEgress: EVERYTHING_OUT }),
  unordered: ['Tags', 'SecurityGroupIngress', 'SecurityGroupEgress'],
  async read(clients, environment, id, template) {
    const answer = await orNothing(clients.ec2(environment).send(new DescribeSecurityGroupsCommand({ GroupIds: [id] })), 'InvalidGroup.NotFound');
    const found = answer?.SecurityGroups?.[0];
    return found && {
      GroupName: template.GroupName === undefined ? undefined : found.GroupName, // made up where the template has none
      GroupDescription: found.Description,
      VpcId: found.VpcId,
      SecurityGroupIngress: orNone(found.IpPermissions?.flatMap(permission => rulesOf(permission, 'Source'))),
      SecurityGroupEgress: orNone(found.IpPermissionsEgress?.flatMap(permission => rulesOf(permission, 'Destination'))),
      Tags: setTags(found.Tags ?? []),
    };
  },
};

export const INGRESS_RULE = groupRule('Source');
export const EGRESS_RULE = groupRule('Destination');

function groupRule(side: 'Source' | 'Destination'): Reader {
  return {
    noun: 'security group rule',
    defaults: () => ({}),
    async read(clients, environment, id) {
      const asked = new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [id] });
      const answer = await orNothing(clients.ec2(environment).send(asked), 'InvalidSecurityGroupRuleId.NotFound');
      const found = answer?.SecurityGroupRules?.[0];
      return found && { GroupId: found.GroupId, ...toRule(found, side) };
    },
  };
}

/** @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy */
const EVERYTHING_THROUGH = { Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] };

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html */
export const VPC_ENDPOINT: Reader = {
  noun: 'VPC endpoint',
  defaults: () => ({ PolicyDocument: EVERYTHING_THROUGH, PrivateDnsEnabled: false, VpcEndpointType: 'Gateway' }),
  documents: ['PolicyDocument'],
  unordered: ['Tags', 'SubnetIds', 'RouteTableIds', 'SecurityGroupIds'],
  async read(clients, environment, id) {
    const answer = await orNothing(clients.ec2(environment).send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] })), 'InvalidVpcEndpointId.NotFound');
    const found = answer?.VpcEndpoints?.[0];
    return found && {
      ServiceName: found.ServiceName,
      VpcEndpointType: found.VpcEndpointType,
      VpcId: found.VpcId,
      PolicyDocument: found.PolicyDocument,
      PrivateDnsEnabled: found.PrivateDnsEnabled,
      SubnetIds: orNone(found.SubnetIds),
      RouteTableIds: orNone(found.RouteTableIds),
      SecurityGroupIds: orNone(found.Groups?.map(({ GroupId }) => GroupId)),
      Tags: setTags(found.Tags ?? []),
    };
  },
};

export const FLOW_LOG: Reader = {
  noun: 'flow log',
  defaults: () => ({}),
  writeOnly: ['ResourceType'], // the id of the resource says it
  unordered: ['Tags'],
  async read(clients, environment, id) {
    const { FlowLogs: [found] = [] } = await clients.ec2(environment).send(new DescribeFlowLogsCommand({ FlowLogIds: [id] }));
    if (!found) { return undefined; }
    const { LogDestination, LogDestinationType, ResourceId, TrafficType, Tags = [] } = found;
    return { LogDestination, LogDestinationType, ResourceId, TrafficType, Tags: setTags(Tags) };
  },
};

function orNone<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list?.length ? list : undefined;
}

/** A permission of the API is several rules of a template: one for each source or destination. */
function rulesOf(permission: IpPermission, side: 'Source' | 'Destination'): Properties[] {
  const { IpProtocol, FromPort, ToPort } = permission;
  const ends: Properties[] = [
    ...(permission.IpRanges ?? []).map(({ CidrIp, Description }) => ({ CidrIp, Description })),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) => ({ CidrIpv6, Description })),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId, Description }) => ({ [`${side}SecurityGroupId`]: GroupId, Description })),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId, Description }) => ({ [`${side}PrefixListId`]: PrefixListId, Description })),
  ];
  return ends.map(end => ({ IpProtocol, FromPort, ToPort, ...end }));
}

function toRule(rule: SecurityGroupRule, side: 'Source' | 'Destination'): Properties {
  return {
    IpProtocol: rule.IpProtocol,
    FromPort: rule.FromPort,
    ToPort: rule.ToPort,
    CidrIp: rule.CidrIpv4,
    CidrIpv6: rule.CidrIpv6,
    [`${side}SecurityGroupId`]: rule.ReferencedGroupInfo?.GroupId,
    [`${side}PrefixListId`]: rule.PrefixListId,
    Description: rule.Description,
  };
}
