import {
  DescribePrefixListsCommand, DescribeRouteTablesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVpcEndpointsCommand,
  RouteTable, SecurityGroup, Subnet, VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { Environment } from './accounts';
import { Clients } from './clients';
import { vpcAttribute } from './network-readers';

/** Where something runs that pulls images. */
export interface Position {
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
}

/** A VPC as the EC2 API answers it: what decides where a call from it goes. */
export interface Network {
  readonly region: string;
  /** Whether names are resolved by the VPC, and private ones with them. */
  readonly hasPrivateNames: boolean;
  readonly subnets: readonly Subnet[];
  readonly endpoints: readonly VpcEndpoint[];
  readonly routeTables: readonly RouteTable[];
  readonly groups: readonly SecurityGroup[];
  /** Ids of the prefix lists of AWS, by name. */
  readonly prefixLists: Readonly<Record<string, string>>;
}

/** Reads the network around a subnet. */
export async function readNetwork(clients: Clients, environment: Environment, subnetId: string): Promise<Network> {
  const ec2 = clients.ec2(environment);
  const { Subnets: [{ VpcId = '' }] = [{}] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
  const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
  const { PrefixLists = [] } = await ec2.send(new DescribePrefixListsCommand({}));
  return {
    region: environment.region,
    hasPrivateNames: await vpcAttribute(ec2, VpcId, 'enableDnsSupport') && await vpcAttribute(ec2, VpcId, 'enableDnsHostnames'),
    subnets: (await ec2.send(new DescribeSubnetsCommand({ Filters }))).Subnets ?? [],
    endpoints: (await ec2.send(new DescribeVpcEndpointsCommand({ Filters }))).VpcEndpoints ?? [],
    routeTables: (await ec2.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables ?? [],
    groups: (await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups ?? [],
    prefixLists: Object.fromEntries(PrefixLists.map(({ PrefixListName, PrefixListId }) => [PrefixListName, PrefixListId])),
  };
}
