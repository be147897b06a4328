import type { IpPermission, Route, VpcEndpoint } from '@aws-sdk/client-ec2';
import type { Network } from '../../local/network';
import { Caller } from '../../local/pull-calls';
import { PullPath } from '../../local/pull-path';

const OURS = { account: '222222222222', organization: 'o-abcd123456' };
const FOREIGN = { account: '333333333333' };
const PULL = new Caller(OURS, 'us-east-1').pull({ registry: OURS, repository: 'payments/api', tag: 'v1' });
const S3 = 'pl-s3';

const EVERYTHING = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}';
const onlyOurs = JSON.stringify({
  Statement: [
    { Effect: 'Allow', Principal: '*', Action: 'ecr:GetAuthorizationToken', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': OURS.organization } } },
    {
      Effect: 'Allow',
      Principal: '*',
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': OURS.organization, 'aws:ResourceOrgID': OURS.organization } },
    },
  ],
});

const https = (more: Partial<IpPermission>): IpPermission => ({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, ...more });
const ALL_OUT: IpPermission = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
const FROM_CLIENT = https({ UserIdGroupPairs: [{ GroupId: 'sg-client' }] });

const toInterface = (service: string, more: Partial<VpcEndpoint> = {}): VpcEndpoint => ({
  VpcEndpointId: `vpce-${service}`,
  ServiceName: `com.amazonaws.us-east-1.${service}`,
  VpcEndpointType: 'Interface',
  State: 'available' as VpcEndpoint['State'],
  PrivateDnsEnabled: true,
  PolicyDocument: onlyOurs,
  SubnetIds: ['subnet-a'],
  Groups: [{ GroupId: 'sg-endpoint' }],
  ...more,
});
const toS3 = (more: Partial<VpcEndpoint> = {}): VpcEndpoint => ({
  VpcEndpointId: 'vpce-s3', ServiceName: 'com.amazonaws.us-east-1.s3', VpcEndpointType: 'Gateway', State: 'Available', PolicyDocument: EVERYTHING, ...more,
});
const route = (more: Route = {}): Route => ({ DestinationPrefixListId: S3, GatewayId: 'vpce-s3', State: 'active', ...more });

interface Given {
  readonly endpoints?: VpcEndpoint[];
  readonly hasPrivateNames?: boolean;
  /** Of the subnets a and b. */
  readonly routes?: readonly [Route[], Route[]];
  readonly out?: IpPermission[];
  readonly in?: IpPermission[];
}

function network(given: Given): Network {
  const [a, b] = given.routes ?? [[route()], [route()]];
  return {
    region: 'us-east-1',
    hasPrivateNames: given.hasPrivateNames ?? true,
    subnets: [{ SubnetId: 'subnet-a', CidrBlock: '10.0.0.0/17' }, { SubnetId: 'subnet-b', CidrBlock: '10.0.128.0/17' }],
    endpoints: given.endpoints ?? [toInterface('ecr.api'), toInterface('ecr.dkr'), toS3()],
    routeTables: [
      { Routes: a, Associations: [{ Main: true }] }, // that of the subnet a, which has none of its own
      { Routes: b, Associations: [{ SubnetId: 'subnet-b' }] },
    ],
    groups: [
      { GroupId: 'sg-client', IpPermissionsEgress: given.out ?? [ALL_OUT] },
      { GroupId: 'sg-endpoint', IpPermissions: given.in ?? [FROM_CLIENT] },
      { GroupId: 'sg-other', IpPermissions: [https({ IpRanges: [{ CidrIp: '0.0.0.0/0' }] })], IpPermissionsEgress: [ALL_OUT] },
    ],
    prefixLists: { 'com.amazonaws.us-east-1.s3': S3 },
  };
}

const pathIn = (given: Given) => new PullPath(network(given), { subnetIds: ['subnet-a', 'subnet-b'], groupIds: ['sg-client'] });
const follow = (given: Given, calls = PULL) => pathIn(given).follow(calls).map(({ call, via, problem }) => `${call.step}: ${problem ?? via}`);
const WHOLE = ['login: ecr.api', 'manifest: ecr.dkr', 'address of a layer: ecr.dkr', 'layers: s3'];

describe('a pull out of a private network', () => {
  test('goes through all three endpoints', () => {
    expect(follow({})).toEqual(WHOLE);
  });

  test.each<[string, Given, string[]]>([
    ['ecr.api', { endpoints: [toInterface('ecr.dkr'), toS3()] }, ['login: has no way out of subnet-a, subnet-b']],
    ['ecr.dkr', { endpoints: [toInterface('ecr.api'), toS3()] }, [WHOLE[0], 'manifest: has no way out of subnet-a, subnet-b']],
    ['the gateway', { endpoints: [toInterface('ecr.api'), toInterface('ecr.dkr')] }, [...WHOLE.slice(0, 3), 'layers: has no way out of subnet-a, subnet-b']],
    ['an endpoint that is ready', { endpoints: [toInterface('ecr.api', { State: 'Pending' })] }, ['login: has no way out of subnet-a, subnet-b']],
    ['private DNS', { endpoints: [toInterface('ecr.api', { PrivateDnsEnabled: false })] },
      ['login: has no way out of subnet-a, subnet-b: vpce-ecr.api is there, without private DNS']],
    ['names in the VPC', { hasPrivateNames: false },
      ['login: has no way out of subnet-a, subnet-b: vpce-ecr.api is there, but the VPC resolves no private names']],
    ['a route in the main table', { routes: [[], [route()]] }, [...WHOLE.slice(0, 3), 'layers: has no way out of subnet-a: no route there leads to vpce-s3']],
    ['a route in the other table', { routes: [[route()], []] }, [...WHOLE.slice(0, 3), 'layers: has no way out of subnet-b: no route there leads to vpce-s3']],
    ['a route that works', { routes: [[route({ State: 'blackhole' })], [route()]] },
      [...WHOLE.slice(0, 3), 'layers: has no way out of subnet-a: no route there leads to vpce-s3']],
    ['a route to this gateway', { routes: [[route({ GatewayId: 'vpce-dynamodb' })], [route()]] },
      [...WHOLE.slice(0, 3), 'layers: has no way out of subnet-a: no route there leads to vpce-s3']],
    ['a route for S3', { routes: [[route({ DestinationPrefixListId: 'pl-other' })], [route()]] },
      [...WHOLE.slice(0, 3), 'layers: has no way out of subnet-a: no route there leads to vpce-s3']],
  ])('stops without %s', (_, given, hops) => {
    expect(follow(given)).toEqual(hops);
  });

  test.each<[string, Given]>([
    ['a gateway for each subnet', {
      endpoints: [toInterface('ecr.api'), toInterface('ecr.dkr'), toS3(), toS3({ VpcEndpointId: 'vpce-s3b' })], routes: [[route()], [route({ GatewayId: 'vpce-s3b' })]],
    }],
    ['an interface for S3 instead', {
      endpoints: [toInterface('ecr.api'), toInterface('ecr.dkr'), toInterface('s3', { PolicyDocument: EVERYTHING })], routes: [[], []],
    }],
  ])('also passes with %s', (_, given) => {
    expect(follow(given)).toEqual(WHOLE);
  });

  test('goes through the internet where there is a way, and says so', () => {
    const nat: Route = { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1', State: 'active' };
    const igw: Route = { DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1', State: 'active' };
    const transit: Route = { DestinationCidrBlock: '0.0.0.0/0', TransitGatewayId: 'tgw-1', State: 'active' };
    expect(follow({ endpoints: [], routes: [[nat], [igw]] })).toEqual(PULL.map(({ step }) => `${step}: nat-1, igw-1`));
    expect(follow({ endpoints: [], routes: [[transit], [transit]] })).toEqual(PULL.map(({ step }) => `${step}: tgw-1`));
    expect(follow({ endpoints: [], routes: [[nat], [{ ...nat, State: 'blackhole' }]] })).toEqual(['login: has no way out of subnet-b']);
  });
});

describe('security groups', () => {
  const IN = 'login: is not let in by sg-endpoint of vpce-ecr.api on 443';
  const OUT = 'login: is not let out by sg-client to vpce-ecr.api on 443';
  const sources = (...CidrIp: string[]) => https({ IpRanges: CidrIp.map(range => ({ CidrIp: range })) });

  test.each<[string, Given, string]>([
    ['nobody in', { in: [] }, IN],
    ['another group in', { in: [https({ UserIdGroupPairs: [{ GroupId: 'sg-other' }] })] }, IN],
    ['the client in below 443', { in: [{ ...FROM_CLIENT, FromPort: 1, ToPort: 442 }] }, IN],
    ['the client in above 443', { in: [{ ...FROM_CLIENT, FromPort: 444, ToPort: 500 }] }, IN],
    ['the client in with UDP', { in: [{ ...FROM_CLIENT, IpProtocol: 'udp' }] }, IN],
    ['one subnet of two in', { in: [sources('10.0.0.0/17')] }, IN],
    ['half of a subnet in', { in: [sources('10.0.0.0/18', '10.0.128.0/17')] }, IN],
    ['nothing out', { out: [] }, OUT],
    ['only to S3 out', { out: [https({ PrefixListIds: [{ PrefixListId: S3 }] })] }, OUT],
    ['out to other addresses', { out: [sources('10.0.128.0/17')] }, OUT],
  ])('stop the login when they let %s', (_, given, hop) => {
    expect(follow(given)).toEqual([hop]);
  });

  test.each<[string, Given]>([
    ['the client on 443', {}],
    ['the client on 443 and above', { in: [{ ...FROM_CLIENT, ToPort: 444 }] }],
    ['the client on 443 and below', { in: [{ ...FROM_CLIENT, FromPort: 442 }] }],
    ['everything of the client', { in: [{ ...FROM_CLIENT, IpProtocol: '-1', FromPort: -1, ToPort: -1 }] }],
    ['everybody', { in: [sources('0.0.0.0/0')] }],
    ['the network', { in: [sources('10.0.0.0/16')] }],
    ['each subnet', { in: [sources('10.0.0.0/17', '10.0.128.0/17')] }],
    ['out to the endpoints and to S3', { out: [https({ UserIdGroupPairs: [{ GroupId: 'sg-endpoint' }] }), https({ PrefixListIds: [{ PrefixListId: S3 }] })] }],
    ['out to the subnets of the endpoints and to S3', { out: [sources('10.0.0.0/17'), https({ PrefixListIds: [{ PrefixListId: S3 }] })] }],
  ])('let the pull through when they let in %s', (_, given) => {
    expect(follow(given)).toEqual(WHOLE);
  });

  test.each<[string, IpPermission[]]>([
    ['the endpoints', [https({ UserIdGroupPairs: [{ GroupId: 'sg-endpoint' }] })]],
    ['another prefix list', [sources('10.0.0.0/16'), https({ PrefixListIds: [{ PrefixListId: 'pl-other' }] })]],
  ])('stop the layers when they let out to nothing but %s', (_, out) => {
    expect(follow({ out })).toEqual([...WHOLE.slice(0, 3), 'layers: is not let out by sg-client to vpce-s3 on 443']);
  });
});

describe('the policies of endpoints', () => {
  test.each<[string, string, ReturnType<Caller['pull']>]>([
    ['a foreign principal', 'login: is refused by the policy of vpce-ecr.api: ecr:GetAuthorizationToken',
      new Caller(FOREIGN, 'us-east-1').pull({ registry: OURS, repository: 'a', tag: 'v1' })],
    ['a foreign registry', 'manifest: is refused by the policy of vpce-ecr.dkr: ecr:BatchGetImage',
      new Caller(OURS, 'us-east-1').pull({ registry: FOREIGN, repository: 'a', tag: 'v1' })],
    ['a push', 'upload: is refused by the policy of vpce-ecr.dkr: ecr:InitiateLayerUpload',
      new Caller(OURS, 'us-east-1').push({ registry: OURS, repository: 'a', tag: 'v1' })],
  ])('stop %s', (_, hop, calls) => {
    expect(follow({}, calls).pop()).toBe(hop);
  });

  test('may be about accounts as well as organizations', () => {
    const ownAccount = JSON.stringify({
      Statement: [{
        Effect: 'Allow',
        Principal: '*',
        Action: 'ecr:BatchGetImage',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalAccount': OURS.account, 'aws:ResourceAccount': '111111111111' } },
      }],
    });
    const manifest = (by: string, of: string) => {
      const [, call] = new Caller({ account: by }, 'us-east-1').pull({ registry: { account: of }, repository: 'a', tag: 'v1' });
      return pathIn({ endpoints: [toInterface('ecr.dkr', { PolicyDocument: ownAccount })] }).hop(call).problem;
    };
    expect(manifest(OURS.account, '111111111111')).toBeUndefined();
    expect(manifest(FOREIGN.account, '111111111111')).toContain('is refused');
    expect(manifest(OURS.account, FOREIGN.account)).toContain('is refused');
  });

  test('stop layers when the gateway asks who is there: ECR signs their URLs', () => {
    const asks = JSON.stringify({
      Statement: [{
        Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': OURS.organization } },
      }],
    });
    expect(follow({ endpoints: [toInterface('ecr.api'), toInterface('ecr.dkr'), toS3({ PolicyDocument: asks })] }))
      .toEqual([...WHOLE.slice(0, 3), 'layers: is refused by the policy of vpce-s3: s3:GetObject']);
  });

  test('are asked of one call, whatever came before it', () => {
    const { problem, via } = pathIn({ endpoints: [toInterface('logs', { PolicyDocument: EVERYTHING })] }).hop(new Caller(OURS, 'us-east-1').log('/tasks'));
    expect({ problem, via }).toEqual({ problem: undefined, via: 'logs' });
  });
});
