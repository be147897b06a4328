import type { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Findings } from '../../private/findings';

/** Finds what makes a network unfit for endpoints: names that do not resolve, subnets that no route can be added to. */
export function checkNetwork(findings: Findings, vpc: ec2.IVpc, subnets: readonly ec2.ISubnet[], isPendingLookup: boolean): void {
  const off = 'dnsSupportEnabled' in vpc ? (['dnsSupportEnabled', 'dnsHostnamesEnabled'] as const).filter(name => !(vpc as ec2.Vpc)[name]) : [];
  findings.unless(off.length === 0,
    `'vpc' must have DNS support and DNS hostnames, got ${off.join(' and ')} false for ${vpc.node.path}: without them the names of ECR lead to the internet`);
  findings.unless(subnets.length > 0 || isPendingLookup,
    `'subnets' must select at least one subnet of ${vpc.node.path}, got none: the default is its private and isolated ones`);
  const lost = subnets.filter(({ routeTable }) => !routeTable?.routeTableId);
  findings.unless(lost.length === 0,
    `'subnets' must have route tables that are known, got none for ${lost.map(({ node }) => node.path).join(', ')}: `
    + 'give their ids where the VPC is imported, as isolatedSubnetRouteTableIds or privateSubnetRouteTableIds');
}

/** One subnet in each zone: an interface endpoint takes no two. Isolated ones first, which need it most. */
export function oneInEachZone(subnets: readonly ec2.ISubnet[], vpc: ec2.IVpc): ec2.ISubnet[] {
  const sorted = [...subnets].sort((a, b) => Number(vpc.isolatedSubnets.includes(b)) - Number(vpc.isolatedSubnets.includes(a)));
  return [...new Map(sorted.reverse().map(subnet => [subnet.availabilityZone, subnet])).values()].reverse();
}

/** Endpoints of the same network and service that others made: two with private DNS can't be deployed, and two gateways share no route table. */
export function duplicateErrors(owner: IConstruct, vpc: ec2.IVpc): string[] {
  const all = owner.node.root.node.findAll().filter(isEndpoint).filter(({ vpcId }) => vpcId === vpc.vpcId);
  const ours = all.filter(endpoint => endpoint.node.scopes.includes(owner));
  return ours.flatMap(endpoint => all
    .filter(other => !ours.includes(other) && serviceOf(other) === serviceOf(endpoint) && collide(endpoint, other))
    .map(other => `'existing' must have the endpoint for ${serviceOf(endpoint)} that the VPC has already, ${other.node.path}: `
      + 'a second one fails at deployment. Pass it, or let this construct make the only one'));
}

function isEndpoint(construct: IConstruct): construct is ec2.CfnVPCEndpoint {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === 'AWS::EC2::VPCEndpoint';
}

function serviceOf(endpoint: ec2.CfnVPCEndpoint): string {
  const name: unknown = Stack.of(endpoint).resolve(endpoint.serviceName);
  return typeof name === 'string' ? name : JSON.stringify(name);
}

/** Interface endpoints collide by their names, gateways by their route tables. */
function collide(ours: ec2.CfnVPCEndpoint, other: ec2.CfnVPCEndpoint): boolean {
  if (ours.vpcEndpointType !== 'Gateway') {
    return other.privateDnsEnabled === true;
  }
  const tables = tablesOf(ours);
  return tablesOf(other).some(table => tables.includes(table));
}

function tablesOf(endpoint: ec2.CfnVPCEndpoint): string[] {
  return [Stack.of(endpoint).resolve(endpoint.routeTableIds)].flat().map(table => JSON.stringify(table));
}
