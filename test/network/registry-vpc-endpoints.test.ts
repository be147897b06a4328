import { App, aws_ec2 as ec2, aws_iam as iam, Lazy, PropertyInjectors, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { RegistryVpcEndpointsProps } from '../../src';
import { ContainerPlatform, PullThroughCache, RegistryVpcEndpoints, UpstreamRegistry } from '../../src';
import { errorOf, messagesOf } from '../registry/messages';

const ENV = { account: '111111111111', region: 'us-east-1' };
const ENDPOINT = 'AWS::EC2::VPCEndpoint';
const { PRIVATE_ISOLATED, PRIVATE_WITH_EGRESS, PUBLIC } = ec2.SubnetType;

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

const network = (id = 'Vpc', ...types: ec2.SubnetType[]) => new ec2.Vpc(stack, id, {
  maxAzs: 2,
  natGateways: types.includes(PRIVATE_WITH_EGRESS) ? 1 : 0,
  restrictDefaultSecurityGroup: false,
  subnetConfiguration: (types.length > 0 ? types : [PRIVATE_ISOLATED]).map(subnetType => ({ name: subnetType, subnetType })),
});
const client = (id = 'Client') => new ec2.SecurityGroup(stack, id, { vpc: stack.node.tryFindChild('Vpc') as ec2.Vpc, allowAllOutbound: false });
const make = (props: Partial<RegistryVpcEndpointsProps> = {}, id = 'Ecr') => {
  const vpc = props.vpc ?? network();
  return new RegistryVpcEndpoints(stack, id, { vpc, organizationId: 'o-abcd123456', ...props });
};
const endpoints = () => Object.values(Template.fromStack(stack).findResources(ENDPOINT)).map(({ Properties }) => Properties!);
const servicesOf = () => endpoints().map(({ ServiceName, VpcEndpointType }) => `${VpcEndpointType} ${typeof ServiceName === 'string' ? ServiceName : 's3'}`).sort();
const THREE = ['Gateway s3', 'Interface com.amazonaws.us-east-1.ecr.api', 'Interface com.amazonaws.us-east-1.ecr.dkr'];

describe('RegistryVpcEndpoints', () => {
  test('are exactly three in a bare network: two interfaces with private DNS, and the gateway to S3 in every route table', () => {
    make();
    expect(servicesOf()).toEqual(THREE);
    const [api, dkr] = endpoints().filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
    for (const endpoint of [api, dkr]) {
      expect(endpoint).toMatchObject({ PrivateDnsEnabled: true, SubnetIds: [{ Ref: expect.stringContaining('Subnet1') }, { Ref: expect.stringContaining('Subnet2') }] });
      expect(endpoint.SecurityGroupIds).toEqual([{ 'Fn::GetAtt': [expect.stringMatching('^EcrSecurityGroup'), 'GroupId'] }]);
    }
    Template.fromStack(stack).hasResourceProperties(ENDPOINT, {
      VpcEndpointType: 'Gateway', RouteTableIds: [{ Ref: Match.stringLikeRegexp('Subnet1RouteTable') }, { Ref: Match.stringLikeRegexp('Subnet2RouteTable') }],
    });
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroup', 1);
  });

  test('say in a tag what each is for', () => {
    make({ platforms: [ContainerPlatform.FARGATE] });
    const described = endpoints().map(({ Tags }) => Tags.find(({ Key }: { Key: string }) => Key === 'Description')?.Value).sort();
    expect(described).toEqual([
      'Fargate: the awslogs driver: without it a task does not start', 'image layers', 'manifests, and where layers are', 'the login, and calls of the ECR API',
    ]);
  });

  test('let nobody in but who is named, on 443, and lead nowhere themselves', () => {
    const vpc = network();
    make({ vpc, clients: [client()] }).connections.allowDefaultPortFrom(client('Later'));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Endpoints for pulling images: 443 from the clients that are named',
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '255.255.255.255/32' })],
    });
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress')).map(({ Properties }) => Properties!);
    expect(rules.map(({ FromPort, ToPort, IpProtocol }) => [FromPort, ToPort, IpProtocol])).toEqual([[443, 443, 'tcp'], [443, 443, 'tcp']]);
    expect(rules.map(({ SourceSecurityGroupId }) => SourceSecurityGroupId['Fn::GetAtt'][0])).toEqual([expect.stringMatching('^Client'), expect.stringMatching('^Later')]);
    expect(messagesOf(app)).toEqual([]);
  });

  test.each<[string, (endpoints: RegistryVpcEndpoints) => void, boolean]>([
    ['nobody', () => undefined, true],
    ['a group', ({ connections }) => connections.allowDefaultPortFrom(client()), false],
    ['a range of addresses', ({ connections }) => connections.allowDefaultPortFrom(ec2.Peer.ipv4('10.0.0.0/16')), false],
  ])('warn when nobody may reach them: %s', (_, admit, warns) => {
    admit(make());
    expect(messagesOf(app).filter(message => message.includes('RegistryVpcEndpoints.noClients'))).toHaveLength(warns ? 1 : 0);
  });

  test('are in one subnet a zone, isolated ones first, and in the route tables of all', () => {
    make({ vpc: network('Vpc', PUBLIC, PRIVATE_WITH_EGRESS, PRIVATE_ISOLATED) });
    const [api] = endpoints().filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
    expect(api.SubnetIds.map(({ Ref }: { Ref: string }) => Ref)).toEqual([expect.stringContaining('Isolated'), expect.stringContaining('Isolated')]);
    const [gateway] = endpoints().filter(({ VpcEndpointType }) => VpcEndpointType === 'Gateway');
    expect(gateway.RouteTableIds).toHaveLength(4);
    expect(JSON.stringify(gateway.RouteTableIds)).not.toContain('Public');
  });

  test('are in the subnets that are chosen', () => {
    make({ vpc: network('Vpc', PRIVATE_WITH_EGRESS, PRIVATE_ISOLATED, PUBLIC), subnets: { subnetType: PRIVATE_WITH_EGRESS } });
    const [gateway] = endpoints().filter(({ VpcEndpointType }) => VpcEndpointType === 'Gateway');
    expect(gateway.RouteTableIds).toHaveLength(2);
    expect(JSON.stringify(endpoints().map(({ SubnetIds }) => SubnetIds))).not.toContain('Isolated');
  });

  describe('in a network that is imported', () => {
    const imported = (tables?: string[]) => ec2.Vpc.fromVpcAttributes(stack, 'Imported', {
      vpcId: 'vpc-12345678', availabilityZones: ['us-east-1a', 'us-east-1b'], isolatedSubnetIds: ['subnet-1', 'subnet-2'], isolatedSubnetRouteTableIds: tables,
    });

    test('work with the route tables that it has', () => {
      make({ vpc: imported(['rtb-1', 'rtb-2']) });
      expect(servicesOf()).toEqual(THREE);
      Template.fromStack(stack).hasResourceProperties(ENDPOINT, { VpcEndpointType: 'Gateway', VpcId: 'vpc-12345678', RouteTableIds: ['rtb-1', 'rtb-2'] });
    });

    test('fail without route tables', () => {
      expect(() => make({ vpc: imported() })).toThrow("'subnets' must have route tables that are known, got none for Stack/Imported/IsolatedSubnet1, Stack/Imported/IsolatedSubnet2: "
        + 'give their ids where the VPC is imported, as isolatedSubnetRouteTableIds or privateSubnetRouteTableIds [Stack/Ecr]');
    });

    test('work while it is still looked up', () => {
      expect(() => make({ vpc: ec2.Vpc.fromLookup(stack, 'Looked', { vpcId: 'vpc-12345678' }), subnets: { subnetGroupName: 'Private' } })).not.toThrow();
    });
  });

  test.each<[string, () => ec2.IVpc, string]>([
    ['DNS hostnames', () => new ec2.Vpc(stack, 'Off', { enableDnsHostnames: false }), "'vpc' must have DNS support and DNS hostnames, got dnsHostnamesEnabled false for Stack/Off: without them the names of ECR lead to the internet [Stack/Ecr]"],
    ['DNS support', () => new ec2.Vpc(stack, 'Off', { enableDnsSupport: false, enableDnsHostnames: false }), 'got dnsSupportEnabled and dnsHostnamesEnabled false for Stack/Off'],
    ['private subnets', () => network('Vpc', PUBLIC), "'subnets' must select at least one subnet of Stack/Vpc, got none: the default is its private and isolated ones [Stack/Ecr]"],
  ])('fail in a network without %s', (_, vpc, message) => {
    expect(() => make({ vpc: vpc() })).toThrow(message);
  });

  test.each<[string, Partial<RegistryVpcEndpointsProps>, string]>([
    ['an organization that is not one', { organizationId: 'abcd123456' }, "'organizationId' must be 'o-' and 10 to 32 lowercase letters or digits, got \"abcd123456\" [Stack/Ecr]"],
    ['an account of AWS that is not one', { awsRegistries: ['60240114345'] }, "'awsRegistries' must be 12 digits each, got \"60240114345\" [Stack/Ecr]"],
  ])('fail with %s', (_, props, message) => {
    expect(() => make(props)).toThrow(message);
  });

  test('take tokens for ids', () => {
    expect(() => make({ organizationId: Lazy.string({ produce: () => 'o-abcd123456' }) })).not.toThrow();
  });

  test('are known to property injectors', () => {
    PropertyInjectors.of(app).add({
      constructUniqueId: RegistryVpcEndpoints.PROPERTY_INJECTION_ID,
      inject: (props: RegistryVpcEndpointsProps) => ({ ...props, platforms: [ContainerPlatform.EKS_IRSA] }),
    });
    make();
    expect(servicesOf()).toContain('Interface com.amazonaws.us-east-1.sts');
  });

  test('keep the logical ids that deployed networks have', () => {
    make({ platforms: [ContainerPlatform.FARGATE] });
    expect(Object.keys(Template.fromStack(stack).findResources(ENDPOINT)).sort()).toEqual(['EcrEcrApi0D6EE4D0', 'EcrEcrDkr53F9BD1C', 'EcrS33483F739', 'EcrlogsB52D2649']);
  });
});

describe('platforms', () => {
  test.each<[string, ContainerPlatform[], string[]]>([
    ['Fargate', [ContainerPlatform.FARGATE], ['logs']],
    ['ECS on EC2', [ContainerPlatform.ECS_ON_EC2], ['ecs', 'ecs-agent', 'ecs-telemetry', 'logs']],
    ['EKS nodes', [ContainerPlatform.EKS_NODES], ['ec2', 'eks']],
    ['IRSA', [ContainerPlatform.EKS_IRSA], ['sts']],
    ['Pod Identity', [ContainerPlatform.EKS_POD_IDENTITY], ['eks-auth']],
    ['Lambda', [ContainerPlatform.LAMBDA], []],
    ['two that need the same', [ContainerPlatform.FARGATE, ContainerPlatform.ECS_ON_EC2], ['ecs', 'ecs-agent', 'ecs-telemetry', 'logs']],
    ['another', [ContainerPlatform.of('Batch', { service: ec2.InterfaceVpcEndpointAwsService.BATCH, reason: 'jobs' })], ['batch']],
  ])('%s needs exactly its own', (_, platforms, services) => {
    make({ platforms });
    expect(servicesOf()).toEqual([...THREE, ...services.map(name => `Interface com.amazonaws.us-east-1.${name}`)].sort());
  });

  test('whose endpoints are there get no second one', () => {
    const others = [ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, ec2.InterfaceVpcEndpointAwsService.ECS];
    make({ platforms: [ContainerPlatform.ECS_ON_EC2], existing: { others } });
    expect(servicesOf()).toEqual([...THREE, 'Interface com.amazonaws.us-east-1.ecs-agent', 'Interface com.amazonaws.us-east-1.ecs-telemetry'].sort());
  });
});

describe('endpoints that are there', () => {
  const there = (vpc: ec2.IVpc, privateDnsEnabled = true) => ({
    ecrApi: new ec2.InterfaceVpcEndpoint(stack, 'Api', { vpc, service: ec2.InterfaceVpcEndpointAwsService.ECR, privateDnsEnabled }),
    ecrDkr: new ec2.InterfaceVpcEndpoint(stack, 'Dkr', { vpc, service: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER, privateDnsEnabled }),
    s3: new ec2.GatewayVpcEndpoint(stack, 'Gateway', { vpc, service: ec2.GatewayVpcEndpointAwsService.S3 }),
  });

  test('are used: none is made when all exist, and no security group', () => {
    const vpc = network();
    const existing = there(vpc);
    const made = make({ vpc, existing, clients: [client()] });
    expect(made.node.findAll().filter(child => child instanceof ec2.CfnVPCEndpoint || child instanceof ec2.CfnSecurityGroup)).toEqual([]);
    expect([made.ecrApi, made.ecrDkr, made.s3]).toEqual([existing.ecrApi, existing.ecrDkr, existing.s3]);
    expect(errorOf(() => app.synth())).toBe('');
  });

  test('let the clients in', () => {
    const vpc = network();
    make({ vpc, existing: there(vpc), clients: [client()] });
    const groups = Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroupIngress'))
      .filter(({ Properties }) => Properties?.SourceSecurityGroupId).map(({ Properties }) => Properties?.GroupId['Fn::GetAtt'][0]);
    expect(groups).toEqual([expect.stringMatching('^Api'), expect.stringMatching('^Dkr')]);
  });

  test.each<[keyof ReturnType<typeof there>, string]>([
    ['ecrApi', 'Interface com.amazonaws.us-east-1.ecr.api'], ['ecrDkr', 'Interface com.amazonaws.us-east-1.ecr.dkr'], ['s3', 'Gateway s3'],
  ])('only the missing ones are made when %s exists', (name, service) => {
    const vpc = network();
    const existing = there(vpc);
    (['ecrApi', 'ecrDkr', 's3'] as const).filter(other => other !== name).forEach(other => stack.node.tryRemoveChild(existing[other].node.id));
    make({ vpc, existing: { [name]: existing[name] } });
    expect(servicesOf()).toEqual(THREE);
    expect(servicesOf()).toContain(service);
  });

  test('fail with private DNS turned off', () => {
    const vpc = network();
    expect(() => make({ vpc, existing: there(vpc, false) })).toThrow(
      "'existing.ecrApi' must have private DNS, got it turned off for Stack/Api: clients know only the public names of ECR [Stack/Ecr]");
    expect(() => make({ vpc, existing: { ecrDkr: stack.node.findChild('Dkr') as ec2.InterfaceVpcEndpoint } }, 'Other')).toThrow("'existing.ecrDkr' must have private DNS");
  });

  test('imported ones are taken as they are', () => {
    const vpc = network();
    const imported = ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, 'Api', { vpcEndpointId: 'vpce-1', port: 443, securityGroups: [] });
    make({ vpc, existing: { ecrApi: imported } });
    expect(servicesOf()).toEqual(THREE.filter(service => !service.includes('ecr.api')));
  });

  test.each([['Api', 'ecr.api'], ['Dkr', 'ecr.dkr']])('fail when the network has another one by %s', (id, service) => {
    const vpc = network();
    const all = there(vpc);
    ['Api', 'Dkr', 'Gateway'].filter(other => other !== id).forEach(other => stack.node.tryRemoveChild(other));
    expect(Object.keys(all)).toHaveLength(3);
    make({ vpc });
    expect(errorOf(() => app.synth())).toContain(`'existing' must have the endpoint for com.amazonaws.us-east-1.${service} that the VPC has already, Stack/${id}/Resource: a second one fails at deployment`);
  });

  test('fail when the network has another gateway in the same route tables', () => {
    const vpc = network();
    new ec2.GatewayVpcEndpoint(stack, 'Gateway', { vpc, service: ec2.GatewayVpcEndpointAwsService.S3 });
    make({ vpc });
    expect(errorOf(() => app.synth())).toContain('that the VPC has already, Stack/Gateway/Resource');
  });

  test('are no duplicates in other networks, for other services, without private DNS, or in other route tables', () => {
    const vpc = network('Vpc', PRIVATE_WITH_EGRESS, PRIVATE_ISOLATED, PUBLIC);
    there(network('Other'));
    new ec2.GatewayVpcEndpoint(stack, 'Rest', { vpc, service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [{ subnetType: PRIVATE_ISOLATED }] });
    new ec2.GatewayVpcEndpoint(stack, 'Table', { vpc, service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    new ec2.InterfaceVpcEndpoint(stack, 'Plain', { vpc, service: ec2.InterfaceVpcEndpointAwsService.ECR, privateDnsEnabled: false });
    make({ vpc, subnets: { subnetType: PRIVATE_WITH_EGRESS } });
    expect(errorOf(() => app.synth())).toBe('');
  });
});

describe('what goes where', () => {
  test('is a table', () => {
    const vpc = network();
    const s3 = new ec2.GatewayVpcEndpoint(stack, 'Gateway', { vpc, service: ec2.GatewayVpcEndpointAwsService.S3 });
    const lines = make({ vpc, platforms: [ContainerPlatform.FARGATE], existing: { s3 } }).explain().split('\n');
    expect(lines.map(line => line.split(/ {2,}/))).toEqual([
      ['call', 'goes to', 'for'],
      ['api.ecr.us-east-1.amazonaws.com', 'ecr.api', 'the login, and calls of the ECR API'],
      ['*.dkr.ecr.us-east-1.amazonaws.com', 'ecr.dkr', 'manifests, and where layers are'],
      ['prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com', 's3 (gateway), there already', 'layers: without it a pull stops after the manifest'],
      ['logs', 'logs', 'Fargate: the awslogs driver: without it a task does not start'],
    ]);
    const column = lines[0].indexOf('goes to');
    expect(lines.slice(1).map(line => line.slice(column - 2, column))).toEqual(Array(4).fill('  '));
  });
});

describe('a cache', () => {
  test('gets its two rights below its prefix, and is told of isolated subnets', () => {
    const cache = new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.ECR_PUBLIC });
    make({ caches: [cache], clients: [ec2.Peer.anyIpv4() as unknown as ec2.IConnectable] });
    Template.fromStack(stack).hasResourceProperties(ENDPOINT, {
      ServiceName: 'com.amazonaws.us-east-1.ecr.dkr',
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Sid: 'PullThroughCache',
          Action: ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'],
          Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:us-east-1:111111111111:repository/ecr-public/*']] },
        })]),
      },
    });
    expect(messagesOf(app).filter(message => message.includes('PullThroughCache.isolatedSubnets'))).toHaveLength(1);
  });
});

describe('roles that push', () => {
  test('are named in a statement of their own', () => {
    make({ pushers: [new iam.Role(stack, 'Ci', { assumedBy: new iam.AccountRootPrincipal() })] });
    Template.fromStack(stack).hasResourceProperties(ENDPOINT, {
      ServiceName: 'com.amazonaws.us-east-1.ecr.api',
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Sid: 'Push',
          Condition: {
            StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456', 'aws:ResourceOrgID': 'o-abcd123456' },
            ArnEquals: { 'aws:PrincipalArn': [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Ci'), 'Arn'] }] },
          },
        })]),
      },
    });
  });
});
