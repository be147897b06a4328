import { ExpectedResource } from '../../local/expected';
import { withRulesBeside } from '../../local/group-rules';
import { readNetwork } from '../../local/network';
import { describeDifference, readBack } from '../../local/read-back';

const PLACE = { account: '222222222222', region: 'us-east-1' };
const resource = (type: string, physicalId: string, properties: Record<string, unknown>): ExpectedResource => ({
  environment: PLACE, stack: 'Network', logicalId: physicalId, type: `AWS::EC2::${type}`, physicalId, properties, deletionPolicy: 'Delete',
});

/** Clients whose EC2 answers what a test says it holds, under the name of each call; what is missing is an error with that name. */
function clientsWith(answers: Record<string, unknown>, error = 'InvalidGroup.NotFound') {
  const asked: unknown[] = [];
  const send = async (command: { input: unknown; constructor: { name: string } }) => {
    asked.push(command.input);
    const answer = answers[command.constructor.name.replace('Command', '')];
    if (answer === undefined) { throw Object.assign(new Error('none'), { name: error }); }
    return answer;
  };
  return { asked, clients: { ec2: () => ({ send }) } as unknown as Parameters<typeof readBack>[1] };
}

const differencesOf = async (expected: ExpectedResource, answers: Record<string, unknown>) =>
  (await readBack([expected], clientsWith(answers).clients))[0].differences.map(describeDifference);

const POLICY = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::layers/*' }] };
const endpoint = resource('VPCEndpoint', 'vpce-1', {
  ServiceName: 'com.amazonaws.us-east-1.ecr.api',
  VpcEndpointType: 'Interface',
  VpcId: 'vpc-1',
  PolicyDocument: POLICY,
  PrivateDnsEnabled: true,
  SubnetIds: ['subnet-1', 'subnet-2'],
  SecurityGroupIds: ['sg-1'],
});
const ENDPOINT = {
  ServiceName: 'com.amazonaws.us-east-1.ecr.api',
  VpcEndpointType: 'Interface',
  VpcId: 'vpc-1',
  PolicyDocument: JSON.stringify(POLICY),
  PrivateDnsEnabled: true,
  SubnetIds: ['subnet-2', 'subnet-1'],
  Groups: [{ GroupId: 'sg-1' }],
  RouteTableIds: [],
};

describe('a VPC endpoint, read back', () => {
  test('is equal when EC2 answers what the template says, in any order', async () => {
    expect(await differencesOf(endpoint, { DescribeVpcEndpoints: { VpcEndpoints: [ENDPOINT] } })).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['policy', { PolicyDocument: JSON.stringify({ ...POLICY, Statement: [{ ...POLICY.Statement[0], Action: 's3:*' }] }) },
      'PolicyDocument.Statement[0].Action: the template says "s3:GetObject", the API answers "s3:*"'],
    ['private DNS', { PrivateDnsEnabled: false }, 'PrivateDnsEnabled: the template says true, the API answers false'],
    ['security group', { Groups: [{ GroupId: 'sg-2' }] }, 'SecurityGroupIds[0]: the template says "sg-1", the API answers "sg-2"'],
    ['route table', { RouteTableIds: ['rtb-1'] }, 'RouteTableIds: the template says nothing, the API answers ["rtb-1"]'],
    ['subnet', { SubnetIds: ['subnet-1'] }, 'SubnetIds[1]: the template says "subnet-2", the API answers nothing'],
  ])('is not with another %s', async (_, other, words) => {
    expect(await differencesOf(endpoint, { DescribeVpcEndpoints: { VpcEndpoints: [{ ...ENDPOINT, ...other }] } })).toEqual([words]);
  });

  test('lets everything through where the template has no policy', async () => {
    const { PolicyDocument, ...properties } = endpoint.properties;
    const everything = { Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] };
    const open = { ...endpoint, properties };
    const answered = (other: object) => differencesOf(open, { DescribeVpcEndpoints: { VpcEndpoints: [{ ...ENDPOINT, ...other }] } });
    expect(await answered({ PolicyDocument: JSON.stringify(everything) })).toEqual([]);
    expect(await answered({})).not.toEqual([]);
  });

  test('that is not there is said to be', async () => {
    const [{ exists }] = await readBack([endpoint], clientsWith({}, 'InvalidVpcEndpointId.NotFound').clients);
    expect(exists).toBe(false);
  });
});

describe('a security group, read back', () => {
  const group = resource('SecurityGroup', 'sg-1', { GroupDescription: 'endpoints', VpcId: 'vpc-1' });
  const rule = resource('SecurityGroupIngress', 'sgr-1', {
    GroupId: 'sg-1', ToPort: 443, FromPort: 443, IpProtocol: 'tcp', SourceSecurityGroupId: 'sg-2', Description: 'pulls',
  });
  const [withRule] = withRulesBeside([group, rule]);
  const fromGroup = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupId: 'sg-2', Description: 'pulls' }] };
  const GROUP = {
    Description: 'endpoints',
    VpcId: 'vpc-1',
    IpPermissions: [fromGroup],
    IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  };
  const rulesOf = (IpPermissions: unknown[]) =>
    differencesOf(withRule, { DescribeSecurityGroups: { SecurityGroups: [{ ...GROUP, IpPermissions }] } });

  test('has the rules that stand beside it, and those of no other group', async () => {
    expect(await rulesOf([fromGroup])).toEqual([]);
    const [other] = withRulesBeside([{ ...group, physicalId: 'sg-3' }, rule]);
    expect(other.properties).toEqual(group.properties);
  });

  test('has its own rules too, in any order and with their members in any order', async () => {
    const http = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: '10.0.0.0/16' };
    const own = [http, { ToPort: 22, FromPort: 22, IpProtocol: 'tcp', CidrIp: '10.0.0.0/16' }];
    const [both] = withRulesBeside([{ ...group, properties: { ...group.properties, SecurityGroupIngress: own } }, rule]);
    const inside = (port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '10.0.0.0/16' }] });
    const answered = (...IpPermissions: unknown[]) =>
      differencesOf(both, { DescribeSecurityGroups: { SecurityGroups: [{ ...GROUP, IpPermissions }] } });
    expect(await answered(fromGroup, inside(22), inside(80))).toEqual([]);
    expect(await answered(inside(80), inside(22), fromGroup)).toEqual([]);
    expect(await answered(inside(22), inside(80))).not.toEqual([]);
  });

  test('is not equal with a rule less, or one more from anywhere', async () => {
    expect(await rulesOf([])).toHaveLength(1);
    expect(await rulesOf([fromGroup, { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }])).not.toEqual([]);
    expect(await rulesOf([{ ...fromGroup, UserIdGroupPairs: [...fromGroup.UserIdGroupPairs, { GroupId: 'sg-4' }] }])).not.toEqual([]);
  });

  test('lets everything out only where the template says nothing of it', async () => {
    const closed = { ...withRule, properties: { ...withRule.properties, SecurityGroupEgress: [{ IpProtocol: 'tcp', CidrIp: '10.0.0.0/16' }] } };
    expect(await differencesOf(closed, { DescribeSecurityGroups: { SecurityGroups: [GROUP] } })).not.toEqual([]);
  });
});

describe('a network', () => {
  test.each([[true, true], [true, false], [false, true]])('is read by the VPC of a subnet (names %s, hostnames %s)', async (support, hostnames) => {
    const { asked, clients } = clientsWith({
      DescribeSubnets: { Subnets: [{ SubnetId: 'subnet-1', VpcId: 'vpc-1' }] },
      DescribePrefixLists: { PrefixLists: [{ PrefixListName: 'com.amazonaws.us-east-1.s3', PrefixListId: 'pl-1' }] },
      DescribeVpcAttribute: { EnableDnsSupport: { Value: support }, EnableDnsHostnames: { Value: hostnames } },
      DescribeVpcEndpoints: {},
      DescribeRouteTables: {},
      DescribeSecurityGroups: {},
    });
    const network = await readNetwork(clients, PLACE, 'subnet-1');
    expect(network).toMatchObject({ hasPrivateNames: support && hostnames, endpoints: [], prefixLists: { 'com.amazonaws.us-east-1.s3': 'pl-1' } });
    expect(asked).toContainEqual({ Filters: [{ Name: 'vpc-id', Values: ['vpc-1'] }] });
  });
});
