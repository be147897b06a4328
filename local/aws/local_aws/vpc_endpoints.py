"""What EC2 answers of VPC endpoints and of the routes that lead to them.

MiniStack keeps what a template says of an endpoint and answers half of it: no policy, no security groups, no private
DNS, and whatever the filters, every endpoint of the account. It puts no route to a gateway in any route table. Whether
a network lets a pull through could not be told from its answers.

Added to its answers:

* the policy of an endpoint, and for one without a policy the one that EC2 gives it, which lets everything through
  (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy);
* the security groups and the private DNS of interfaces;
* the filters by VPC, service, type and state, and the error for an id that there is not;
* in the route tables of a gateway, the route from the prefix list of its service to it.

Not modelled: network interfaces and their addresses, the names that DNS would answer, and what EC2 refuses: two
endpoints with the same private names in one VPC, two gateways to one service in one route table.
"""
import json
from xml.sax.saxutils import escape

from ministack.services import ec2

_DEFAULT_POLICY = {'Statement': [{'Effect': 'Allow', 'Principal': '*', 'Action': '*', 'Resource': '*'}]}
_FILTERS = {'vpc-id': 'VpcId', 'service-name': 'ServiceName', 'vpc-endpoint-type': 'VpcEndpointType', 'vpc-endpoint-state': 'State'}


def install() -> None:
    fields_of_endpoint, fields_of_table = ec2._vpce_fields_xml, ec2._rtb_fields_xml

    def endpoint_xml(endpoint, tag='item'):
        return _with(fields_of_endpoint(endpoint, tag), tag, _settings(endpoint))

    def table_xml(table, tag='item'):
        return fields_of_table({**table, 'Routes': [*table.get('Routes', []), *_routes_to_gateways(table['RouteTableId'])]}, tag)

    ec2._vpce_fields_xml = endpoint_xml
    ec2._rtb_fields_xml = table_xml
    ec2._ACTION_MAP['DescribeVpcEndpoints'] = _describe


def _describe(parameters):
    ids, filters = ec2._parse_member_list(parameters, 'VpcEndpointId'), ec2._parse_filters(parameters)
    for missing in (name for name in ids if name not in ec2._vpc_endpoints):
        return ec2._error('InvalidVpcEndpointId.NotFound', f"The Vpc Endpoint Id '{missing}' does not exist", 400)
    unknown = [name for name in filters if name not in _FILTERS]
    if unknown:
        return ec2._error('InvalidFilter', f"The filter '{unknown[0]}' is invalid", 400)
    found = [endpoint for endpoint in ec2._vpc_endpoints.values() if (not ids or endpoint['VpcEndpointId'] in ids)
             and all(endpoint[_FILTERS[name]] in values for name, values in filters.items())]
    items = ''.join(ec2._vpce_fields_xml(endpoint) for endpoint in found)
    return ec2._xml(200, 'DescribeVpcEndpointsResponse', f'<vpcEndpointSet>{items}</vpcEndpointSet>')


def _settings(endpoint: dict) -> str:
    policy = endpoint.get('PolicyDocument') or _DEFAULT_POLICY
    text = policy if isinstance(policy, str) else json.dumps(policy)
    groups = ''.join(f'<item><groupId>{group}</groupId></item>' for group in endpoint.get('SecurityGroupIds', []))
    private_dns = str(endpoint.get('PrivateDnsEnabled')).lower() == 'true'
    return (f'<policyDocument>{escape(text)}</policyDocument><groupSet>{groups}</groupSet>'
            f'<privateDnsEnabled>{str(private_dns).lower()}</privateDnsEnabled>')


def _with(xml: str, tag: str, more: str) -> str:
    return xml.removesuffix(f'</{tag}>') + f'{more}</{tag}>'


def _routes_to_gateways(table: str) -> list[dict]:
    return [{'DestinationPrefixListId': ec2._aws_pl_id_from_name(endpoint['ServiceName']), 'GatewayId': endpoint['VpcEndpointId'],
             'State': 'active', 'Origin': 'CreateRoute'}
            for endpoint in ec2._vpc_endpoints.values()
            if endpoint['VpcEndpointType'] == 'Gateway' and table in endpoint.get('RouteTableIds', [])]
