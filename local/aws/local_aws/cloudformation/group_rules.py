"""AWS::EC2::SecurityGroupIngress and AWS::EC2::SecurityGroupEgress, which MiniStack does not have.

A rule that one stack has for the group of another, or that names a group that names it, stands beside its group. The
CDK writes all rules between groups like that.
"""
from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from .resource_type import HandlerError, Properties, ResourceType, Result

_CREATE_ONLY = ('GroupId', 'GroupName', 'IpProtocol', 'FromPort', 'ToPort', 'CidrIp', 'CidrIpv6', 'SourceSecurityGroupId', 'SourcePrefixListId',
                'DestinationSecurityGroupId', 'DestinationPrefixListId')
_STORES = {'AWS::EC2::SecurityGroupIngress': 'IpPermissions', 'AWS::EC2::SecurityGroupEgress': 'IpPermissionsEgress'}


def _type(name: str, store: str) -> ResourceType:
    def create(_logical_id: str, properties: Properties, _stack: str) -> Result:
        group = ec2._security_groups.get(properties.get('GroupId'))
        if group is None:
            raise HandlerError(f"The security group '{properties.get('GroupId')}' does not exist", 'NotFound')
        permission, = provisioners._ec2_sg_permissions([properties])
        rule = ec2._sg_rule_id(group['GroupId'], store == 'IpPermissionsEgress', permission)
        if _rule(rule, store):
            raise HandlerError(f'the specified rule already exists in the group {group["GroupId"]}', 'AlreadyExists')
        group[store].append({**permission, 'SecurityGroupRuleId': rule})
        return rule, {'Id': rule}

    def update(rule: str, _old: Properties, new: Properties, _stack: str) -> Result:
        """Of a rule that stays itself only the description changes."""
        permission, = provisioners._ec2_sg_permissions([new])
        found = _rule(rule, store)
        if found is None:
            raise HandlerError(f"The security group rule '{rule}' does not exist", 'NotFound')
        found.update(permission)
        return rule, {'Id': rule}

    def delete(rule: str, _properties: Properties) -> None:
        for group in ec2._security_groups.values():
            group[store] = [permission for permission in group[store] if permission.get('SecurityGroupRuleId') != rule]

    def find(rule: str) -> Result:
        if _rule(rule, store) is None:
            raise HandlerError(f"The security group rule '{rule}' does not exist", 'NotFound')
        return rule, {'Id': rule}

    return ResourceType(name, 'Id', _CREATE_ONLY, create, delete, find, update)


def _rule(rule: str, store: str) -> dict | None:
    permissions = (permission for group in ec2._security_groups.values() for permission in group[store])
    return next((permission for permission in permissions if permission.get('SecurityGroupRuleId') == rule), None)


TYPES = tuple(_type(name, store) for name, store in _STORES.items())
