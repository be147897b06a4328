"""AWS::ECR::PullTimeUpdateExclusion."""
from ..ecr.state import EXCLUSIONS
from .convert import members
from .resource_type import HandlerError, Properties, ResourceType, Result, call, call_if_present

_NAME = 'AWS::ECR::PullTimeUpdateExclusion'


def create(_logical_id: str, properties: Properties, _stack: str) -> Result:
    call('RegisterPullTimeUpdateExclusion', members('RegisterPullTimeUpdateExclusion', properties))
    return find(properties['PrincipalArn'])


def delete(principal: str, _properties: Properties) -> None:
    call_if_present('DeregisterPullTimeUpdateExclusion', {'principalArn': principal})


def find(principal: str) -> Result:
    if principal not in EXCLUSIONS:
        raise HandlerError(f"Resource of type '{_NAME}' with identifier '{principal}' was not found.", 'NotFound')
    return principal, {}


TYPE = ResourceType(_NAME, 'PrincipalArn', ('PrincipalArn',), create, delete, find)
