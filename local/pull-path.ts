import type { IpPermission, VpcEndpoint } from '@aws-sdk/client-ec2';
import { Network, Position } from './network';
import type { Call } from './pull-calls';
import { GRAMMARS, read } from '../test/truth/access/decide';

/** A call with the way that it takes, or why it comes to nothing. */
export interface Hop {
  readonly call: Call;
  /** The service whose endpoint it leaves by, or the gateway to the internet; nothing where there is no way. */
  readonly via?: string;
  /** Why it fails, to be read after the call. */
  readonly problem?: string;
}

const HTTPS = 443;
const ANYWHERE = '0.0.0.0/0';

/**
 * Where calls from a place in a network go, and which comes to nothing: by what names stand for there, by routes, security groups and the
 * policies of endpoints. Not looked at: network ACLs, IPv6, and what the called service itself allows.
 */
export class PullPath {
  constructor(private readonly network: Network, private readonly position: Position) {}

  /** The calls up to the first that fails: no client makes the next one. */
  public follow(calls: readonly Call[]): Hop[] {
    const hops = calls.map(call => this.hop(call));
    const stop = hops.findIndex(({ problem }) => problem !== undefined);
    return stop < 0 ? hops : hops.slice(0, stop + 1);
  }

  /** One call, whatever came before it. */
  public hop(call: Call): Hop {
    const { subnetIds } = this.position;
    const serving = this.network.endpoints.filter(({ ServiceName, State }) =>
      ServiceName === `com.amazonaws.${this.network.region}.${call.service}` && /^available$/i.test(String(State))); // written both ways
    const named = serving.find(endpoint => this.isNamed(endpoint));
    const exits = subnetIds.map(subnet => named ?? this.gatewayOf(subnet, serving) ?? this.internetOf(subnet));
    const stranded = subnetIds.filter((_, i) => exits[i] === undefined);
    if (stranded.length > 0) { return { call, problem: `has no way out of ${stranded.join(', ')}${this.whyUnused(serving)}` }; }
    const taken = [...new Set(exits)];
    const [problem] = taken.flatMap(exit => typeof exit === 'object' ? [this.closedGroup(exit) ?? closedPolicy(exit, call) ?? []].flat() : []);
    return { call, via: [...new Set(taken.map(exit => typeof exit === 'object' ? call.service : exit))].join(', '), problem };
  }

  /** Whether the public name of the service is the endpoint's in this network; never a gateway's. */
  private isNamed({ PrivateDnsEnabled }: VpcEndpoint): boolean {
    return PrivateDnsEnabled === true && this.network.hasPrivateNames;
  }

  /** The endpoint that a route of the subnet leads to, for all of its service's addresses. */
  private gatewayOf(subnet: string, serving: readonly VpcEndpoint[]): VpcEndpoint | undefined {
    return serving.find(({ VpcEndpointId, ServiceName }) => this.routesOf(subnet).some(route =>
      route.DestinationPrefixListId === this.prefixListOf(ServiceName) && route.GatewayId === VpcEndpointId && route.State === 'active'));
  }

  private internetOf(subnet: string): string | undefined {
    const route = this.routesOf(subnet).find(({ DestinationCidrBlock, State }) => DestinationCidrBlock === ANYWHERE && State === 'active');
    return route?.NatGatewayId ?? route?.GatewayId ?? route?.TransitGatewayId;
  }

  private whyUnused([endpoint]: readonly VpcEndpoint[]): string {
    if (!endpoint) { return ''; }
    if (endpoint.VpcEndpointType === 'Gateway') { return `: no route there leads to ${endpoint.VpcEndpointId}`; }
    return `: ${endpoint.VpcEndpointId} is there, ${endpoint.PrivateDnsEnabled ? 'but the VPC resolves no private names' : 'without private DNS'}`;
  }

  /** A subnet that is associated with no route table has the main one. */
  private routesOf(subnet: string) {
    const tables = this.network.routeTables;
    const own = tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet));
    const main = tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main));
    return (own ?? main)?.Routes ?? [];
  }

  /** Why security groups stop a call to an endpoint, if they do. */
  private closedGroup({ VpcEndpointType, VpcEndpointId, ServiceName, Groups = [], SubnetIds = [] }: VpcEndpoint): string | undefined {
    const [own, theirs] = [this.position.groupIds, Groups.map(({ GroupId }) => GroupId!)];
    const isOut = this.permissions(own, 'IpPermissionsEgress').some(permission => permits(permission, VpcEndpointType === 'Gateway'
      ? { prefixList: this.prefixListOf(ServiceName) }
      : { groups: theirs, addresses: this.addressesOf(SubnetIds) }));
    if (!isOut) { return `is not let out by ${own.join(', ')} to ${VpcEndpointId} on ${HTTPS}`; }
    if (VpcEndpointType === 'Gateway') { return undefined; }
    const isIn = this.permissions(theirs, 'IpPermissions').some(permission =>
      permits(permission, { groups: own, addresses: this.addressesOf(this.position.subnetIds) }));
    return isIn ? undefined : `is not let in by ${theirs.join(', ')} of ${VpcEndpointId} on ${HTTPS}`;
  }

  private permissions(groups: readonly string[], direction: 'IpPermissions' | 'IpPermissionsEgress'): IpPermission[] {
    return this.network.groups.filter(({ GroupId }) => groups.includes(GroupId!)).flatMap(group => group[direction] ?? []);
  }

  private addressesOf(subnets: readonly string[]): string[] {
    return this.network.subnets.filter(({ SubnetId }) => subnets.includes(SubnetId!)).map(({ CidrBlock }) => CidrBlock!);
  }

  private prefixListOf(service?: string): string | undefined {
    return this.network.prefixLists[String(service)];
  }
}

/** The other end of a connection: one of these groups, these addresses, or a prefix list. */
interface End {
  readonly groups?: readonly string[];
  readonly addresses?: readonly string[];
  readonly prefixList?: string;
}

/** Whether a permission lets HTTPS through to or from all of an end. */
function permits({ IpProtocol, FromPort = -1, ToPort = -1, ...ends }: IpPermission, { groups = [], addresses = [], prefixList }: End): boolean {
  const isHttps = IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= HTTPS && HTTPS <= ToPort);
  const ranges = (ends.IpRanges ?? []).map(({ CidrIp }) => CidrIp!);
  return isHttps && (
    ranges.includes(ANYWHERE)
    || (ends.UserIdGroupPairs ?? []).some(({ GroupId }) => groups.includes(GroupId!))
    || (ends.PrefixListIds ?? []).some(({ PrefixListId }) => PrefixListId === prefixList)
    || (addresses.length > 0 && addresses.every(address => ranges.some(range => contains(range, address))))
  );
}

/** Whether a block of IPv4 addresses holds another one. */
function contains(outer: string, inner: string): boolean {
  const [from, to] = [outer, inner].map(block => {
    const [address, bits] = block.split('/');
    return { number: address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0), bits: Number(bits) };
  });
  const size = 2 ** (32 - from.bits);
  return from.bits <= to.bits && Math.floor(from.number / size) === Math.floor(to.number / size);
}

/** Why the policy of an endpoint stops a call, if it does. */
function closedPolicy({ VpcEndpointId, PolicyDocument }: VpcEndpoint, { action, resource, by, of }: Call): string | undefined {
  const decision = read(JSON.parse(String(PolicyDocument)), GRAMMARS.endpoint)({
    action,
    resource,
    principal: by ? { kind: 'role', account: by.account, arn: `arn:aws:iam::${by.account}:role/somebody` } : { kind: 'nobody' },
    context: {
      ...by && { 'aws:principalaccount': [by.account] },
      ...by?.organization && { 'aws:principalorgid': [by.organization] },
      ...of && { 'aws:resourceaccount': [of.account] },
      ...of?.organization && { 'aws:resourceorgid': [of.organization] },
    },
  });
  return decision === 'allow' ? undefined : `is refused by the policy of ${VpcEndpointId}: ${action}`;
}
