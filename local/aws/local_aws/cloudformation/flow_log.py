"""AWS::EC2::FlowLog, which MiniStack does not have. Nothing is logged: the setting is kept and answered."""
from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from .resource_type import HandlerError, Properties, ResourceType, Result

_CREATE_ONLY = ('ResourceId', 'ResourceType', 'TrafficType', 'LogDestination', 'LogDestinationType', 'LogGroupName', 'DeliverLogsPermissionArn',
                'DeliverCrossAccountRole', 'LogFormat', 'MaxAggregationInterval', 'DestinationOptions')
_SETTINGS = ('ResourceType', 'TrafficType', 'LogDestinationType', 'LogDestination', 'LogGroupName')


def create(_logical_id: str, properties: Properties, _stack: str) -> Result:
    before = set(ec2._flow_logs)
    settings = {name: [str(properties[name])] for name in _SETTINGS if name in properties}
    ec2._create_flow_logs({**settings, 'ResourceId.1': [properties['ResourceId']]})
    made, = set(ec2._flow_logs) - before
    provisioners._ec2_apply_tags(made, properties)
    return find(made)


def update(flow_log: str, old: Properties, new: Properties, _stack: str) -> Result:
    """Of a flow log that stays itself only the tags change."""
    provisioners._ec2_apply_tags(flow_log, new, old)
    return find(flow_log)


def delete(flow_log: str, _properties: Properties) -> None:
    ec2._delete_flow_logs({'FlowLogId.1': [flow_log]})


def find(flow_log: str) -> Result:
    if flow_log not in ec2._flow_logs:
        raise HandlerError(f"The flow log ID '{flow_log}' does not exist", 'NotFound')
    return flow_log, {'Id': flow_log}


TYPE = ResourceType('AWS::EC2::FlowLog', 'Id', _CREATE_ONLY, create, delete, find, update)
