"""AWS::ECR::RepositoryCreationTemplate. Its policies are JSON text; objects are refused, as by its schema."""
from datetime import datetime, timezone

from ..ecr.state import CREATION_TEMPLATES
from .convert import members
from .resource_type import HandlerError, Properties, ResourceType, Result, call, call_if_present

_NAME = 'AWS::ECR::RepositoryCreationTemplate'
_MIN_LIFECYCLE = 100
_CLEARED = {'description': '', 'resourceTags': [], 'imageTagMutability': 'MUTABLE', 'repositoryPolicy': '', 'lifecyclePolicy': '',
            'customRoleArn': '', 'encryptionConfiguration': {'encryptionType': 'AES256'}}


def create(_logical_id: str, properties: Properties, _stack: str) -> Result:
    call('CreateRepositoryCreationTemplate', _request('CreateRepositoryCreationTemplate', properties))
    return find(properties['Prefix'])


def update(prefix: str, _old: Properties, new: Properties, _stack: str) -> Result:
    """What the template of the stack no longer says goes back to its default (our reading)."""
    call('UpdateRepositoryCreationTemplate', {**_CLEARED, **_request('UpdateRepositoryCreationTemplate', new)})
    return find(prefix)


def delete(prefix: str, _properties: Properties) -> None:
    call_if_present('DeleteRepositoryCreationTemplate', {'prefix': prefix})


def find(prefix: str) -> Result:
    template = CREATION_TEMPLATES.get(prefix)
    if template is None:
        raise HandlerError(f"Resource of type '{_NAME}' with identifier '{prefix}' was not found.", 'NotFound')
    return prefix, {'CreatedAt': _timestamp(template['createdAt']), 'UpdatedAt': _timestamp(template['updatedAt'])}


def _request(operation: str, properties: Properties) -> dict:
    for name in ('LifecyclePolicy', 'RepositoryPolicy'):
        if not isinstance(properties.get(name, ''), str):
            raise HandlerError(f'#/{name}: expected type: String, found: JSONObject')
    if 'LifecyclePolicy' in properties and len(properties['LifecyclePolicy']) < _MIN_LIFECYCLE:
        raise HandlerError(f'#/LifecyclePolicy: expected minLength: {_MIN_LIFECYCLE}, actual: {len(properties["LifecyclePolicy"])}')
    return members(operation, properties)


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


TYPE = ResourceType(_NAME, 'Prefix', ('Prefix',), create, delete, find, update)
