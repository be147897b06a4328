"""AWS::ECR::PullThroughCacheRule. Every property is create-only, so a change is a replacement.

With the same prefix the replacement collides with the rule that it replaces: our reading of what the
contract of registry types leads to.
"""
from ..ecr.state import PULL_THROUGH_CACHE_RULES
from .convert import members
from .resource_type import HandlerError, Properties, ResourceType, Result, call, call_if_present

_NAME = 'AWS::ECR::PullThroughCacheRule'
_PROPERTIES = ('EcrRepositoryPrefix', 'UpstreamRegistryUrl', 'UpstreamRegistry', 'UpstreamRepositoryPrefix', 'CredentialArn',
               'CustomRoleArn')


def create(_logical_id: str, properties: Properties, _stack: str) -> Result:
    """The type's schema requires nothing, and the API refuses what is missing."""
    call('CreatePullThroughCacheRule', members('CreatePullThroughCacheRule', properties))
    return find(properties['EcrRepositoryPrefix'])


def delete(prefix: str, _properties: Properties) -> None:
    call_if_present('DeletePullThroughCacheRule', {'ecrRepositoryPrefix': prefix})


def find(prefix: str) -> Result:
    if prefix not in PULL_THROUGH_CACHE_RULES:
        raise HandlerError(f"Resource of type '{_NAME}' with identifier '{prefix}' was not found.", 'NotFound')
    return prefix, {}


TYPE = ResourceType(_NAME, 'EcrRepositoryPrefix', _PROPERTIES, create, delete, find)
