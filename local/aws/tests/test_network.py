"""What a private network is read back by: endpoints, the routes to them, security group rules, flow logs."""
import json

from botocore.exceptions import ClientError

from .stacks import StackTestCase
from .support import client

POLICY = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': '*', 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::b&c/*'}]}
VPC = ('AWS::EC2::VPC', {'CidrBlock': '10.0.0.0/16'})
TABLE = ('AWS::EC2::RouteTable', {'VpcId': {'Ref': 'Vpc'}})
GROUP = ('AWS::EC2::SecurityGroup', {'GroupDescription': 'g', 'VpcId': {'Ref': 'Vpc'}})


def gateway(*tables, **more):
    return 'AWS::EC2::VPCEndpoint', {'VpcId': {'Ref': 'Vpc'}, 'ServiceName': 'com.amazonaws.us-east-1.s3', 'VpcEndpointType': 'Gateway',
                                     'RouteTableIds': [{'Ref': table} for table in tables], **more}


def interface(service='ecr.dkr', **more):
    return 'AWS::EC2::VPCEndpoint', {'VpcId': {'Ref': 'Vpc'}, 'ServiceName': f'com.amazonaws.us-east-1.{service}', 'VpcEndpointType': 'Interface',
                                     'SecurityGroupIds': [{'Ref': 'Group'}], **more}


def rule(kind='Ingress', **more):
    source = 'Source' if kind == 'Ingress' else 'Destination'
    return f'AWS::EC2::SecurityGroup{kind}', {'GroupId': {'Ref': 'Group'}, 'IpProtocol': 'tcp', 'FromPort': 443, 'ToPort': 443,
                                              f'{source}SecurityGroupId': {'Ref': 'Other'}, **more}


class NetworkTestCase(StackTestCase):

    def setUp(self):
        super().setUp()
        self.ec2 = client('ec2', self.root)

    def endpoints(self, **filters):
        asked = [{'Name': name.replace('_', '-'), 'Values': [value]} for name, value in filters.items()]
        return self.ec2.describe_vpc_endpoints(Filters=asked)['VpcEndpoints']

    def endpoint(self, logical_id):
        return self.ec2.describe_vpc_endpoints(VpcEndpointIds=[self.physical_id(logical_id)])['VpcEndpoints'][0]

    def routes(self, table):
        found = self.ec2.describe_route_tables(RouteTableIds=[self.physical_id(table)])['RouteTables'][0]['Routes']
        return {route.get('DestinationPrefixListId') or route['DestinationCidrBlock']: route['GatewayId'] for route in found}


class EndpointsTest(NetworkTestCase):

    def test_an_interface_answers_what_its_template_says(self):
        self.create(Vpc=VPC, Group=GROUP, Endpoint=interface(PolicyDocument=POLICY, PrivateDnsEnabled=True))
        found = self.endpoint('Endpoint')
        self.assertEqual(json.loads(found['PolicyDocument']), POLICY)
        self.assertIs(found['PrivateDnsEnabled'], True)
        self.assertEqual([group['GroupId'] for group in found['Groups']], [self.physical_id('Group')])

    def test_an_interface_that_says_nothing_lets_everything_through_and_has_no_private_dns(self):
        self.create(Vpc=VPC, Group=GROUP, Endpoint=interface())
        found = self.endpoint('Endpoint')
        self.assertEqual(json.loads(found['PolicyDocument'])['Statement'],
                         [{'Effect': 'Allow', 'Principal': '*', 'Action': '*', 'Resource': '*'}])
        self.assertIs(found['PrivateDnsEnabled'], False)
        self.update(Vpc=VPC, Group=GROUP, Endpoint=interface(PrivateDnsEnabled='false'))
        self.assertIs(self.endpoint('Endpoint')['PrivateDnsEnabled'], False)

    def test_a_changed_policy_is_answered(self):
        self.create(Vpc=VPC, Group=GROUP, Endpoint=interface())
        self.assertEqual(self.update(Vpc=VPC, Group=GROUP, Endpoint=interface(PolicyDocument=POLICY, PrivateDnsEnabled='true')), 'UPDATE_COMPLETE')
        self.assertEqual(json.loads(self.endpoint('Endpoint')['PolicyDocument']), POLICY)
        self.assertIs(self.endpoint('Endpoint')['PrivateDnsEnabled'], True)

    def test_they_are_found_by_vpc_service_and_type(self):
        self.create(Vpc=VPC, Group=GROUP, Table=TABLE, Api=interface('ecr.api'), Dkr=interface('ecr.dkr'), S3=gateway('Table'))
        self.create('other', Vpc=VPC, Group=GROUP, Api=interface('ecr.api'))
        vpc = self.physical_id('Vpc')
        self.assertEqual(len(self.endpoints(vpc_id=vpc)), 3)
        self.assertEqual([found['VpcEndpointId'] for found in self.endpoints(vpc_id=vpc, service_name='com.amazonaws.us-east-1.ecr.api')],
                         [self.physical_id('Api')])
        self.assertEqual([found['VpcEndpointId'] for found in self.endpoints(vpc_endpoint_type='Gateway')], [self.physical_id('S3')])
        self.assertEqual(self.endpoints(vpc_endpoint_state='pending'), [])

    def test_one_that_is_not_there_is_an_error_and_so_is_an_unknown_filter(self):
        for asked, code in (({'VpcEndpointIds': ['vpce-1']}, 'InvalidVpcEndpointId.NotFound'),
                            ({'Filters': [{'Name': 'colour', 'Values': ['red']}]}, 'InvalidFilter')):
            with self.assertRaises(ClientError) as caught:
                self.ec2.describe_vpc_endpoints(**asked)
            self.assertEqual(caught.exception.response['Error']['Code'], code)


class RoutesTest(NetworkTestCase):

    def test_a_gateway_has_a_route_in_its_tables_and_in_no_other(self):
        self.create(Vpc=VPC, Table=TABLE, Unused=TABLE, S3=gateway('Table'))
        listed = self.ec2.describe_prefix_lists(Filters=[{'Name': 'prefix-list-name', 'Values': ['com.amazonaws.us-east-1.s3']}])
        prefix_list = listed['PrefixLists'][0]['PrefixListId']
        self.assertEqual(self.routes('Table'), {'10.0.0.0/16': 'local', prefix_list: self.physical_id('S3')})
        self.assertEqual(self.routes('Unused'), {'10.0.0.0/16': 'local'})

    def test_the_route_goes_with_the_gateway(self):
        self.create(Vpc=VPC, Table=TABLE, S3=gateway('Table'))
        self.assertEqual(self.update(Vpc=VPC, Table=TABLE), 'UPDATE_COMPLETE')
        self.assertEqual(self.routes('Table'), {'10.0.0.0/16': 'local'})

    def test_an_interface_has_none(self):
        self.create(Vpc=VPC, Group=GROUP, Table=TABLE, Endpoint=interface(RouteTableIds=[{'Ref': 'Table'}]))
        self.assertEqual(self.routes('Table'), {'10.0.0.0/16': 'local'})


class GroupRulesTest(NetworkTestCase):

    def permissions(self, kind='IpPermissions'):
        return self.ec2.describe_security_groups(GroupIds=[self.physical_id('Group')])['SecurityGroups'][0][kind]

    def sources(self, kind='IpPermissions'):
        return [(pair['GroupId'], pair.get('Description')) for permission in self.permissions(kind) for pair in permission['UserIdGroupPairs']]

    def test_a_rule_stands_in_its_group_and_goes_with_its_stack(self):
        groups = {'Vpc': VPC, 'Group': GROUP, 'Other': GROUP}
        for kind, store, others in (('Ingress', 'IpPermissions', 0), ('Egress', 'IpPermissionsEgress', 1)):
            with self.subTest(kind):
                self.create(**groups, Rule=rule(kind, Description='pulls'))
                self.assertEqual(self.sources(store), [(self.physical_id('Other'), 'pulls')])
                self.assertRegex(self.physical_id('Rule'), 'sgr-')
                self.assertEqual(self.update(**groups, Rule=rule(kind, Description='pushes')), 'UPDATE_COMPLETE')
                self.assertEqual(self.sources(store), [(self.physical_id('Other'), 'pushes')])
                self.assertEqual(self.update(**groups), 'UPDATE_COMPLETE')
                self.assertEqual(len(self.permissions(store)), others)
                self.delete()

    def test_another_port_is_another_rule(self):
        groups = {'Vpc': VPC, 'Group': GROUP, 'Other': GROUP}
        self.create(**groups, Rule=rule())
        before = self.physical_id('Rule')
        self.assertEqual(self.update(**groups, Rule=rule(ToPort=444)), 'UPDATE_COMPLETE')
        self.assertNotEqual(self.physical_id('Rule'), before)
        self.assertEqual([(found['FromPort'], found['ToPort']) for found in self.permissions()], [(443, 444)])

    def test_the_same_rule_twice_and_a_group_that_is_not_there_fail(self):
        self.assertEqual(self.create('twice', Vpc=VPC, Group=GROUP, Other=GROUP, Rule=rule(), Again=rule()), 'ROLLBACK_COMPLETE')
        self.assertIn('already exists', self.reason('twice'))
        self.assert_rejected('does not exist', *rule(GroupId='sg-0123456789abcdef0', SourceSecurityGroupId='sg-1'))


class FlowLogTest(NetworkTestCase):

    def test_it_is_answered_as_its_template_says_and_goes_with_its_stack(self):
        log = {'ResourceId': {'Ref': 'Vpc'}, 'ResourceType': 'VPC', 'TrafficType': 'REJECT', 'LogDestinationType': 's3',
               'LogDestination': 'arn:aws:s3:::logs', 'Tags': [{'Key': 'a', 'Value': '1'}]}
        self.create(Vpc=VPC, Log=('AWS::EC2::FlowLog', log))
        found, = self.ec2.describe_flow_logs(FlowLogIds=[self.physical_id('Log')])['FlowLogs']
        self.assertEqual((found['ResourceId'], found['TrafficType'], found['LogDestinationType'], found['LogDestination'], found['Tags']),
                         (self.physical_id('Vpc'), 'REJECT', 's3', 'arn:aws:s3:::logs', [{'Key': 'a', 'Value': '1'}]))
        self.update(Vpc=VPC, Log=('AWS::EC2::FlowLog', {**log, 'Tags': [{'Key': 'a', 'Value': '2'}]}))
        found, = self.ec2.describe_flow_logs(FlowLogIds=[self.physical_id('Log')])['FlowLogs']
        self.assertEqual(found['Tags'], [{'Key': 'a', 'Value': '2'}])
        self.update(Vpc=VPC)
        self.assertEqual(self.ec2.describe_flow_logs()['FlowLogs'], [])
