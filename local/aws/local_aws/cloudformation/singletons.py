"""The four settings that a registry has once: registry policy, replication, scanning, signing.

A second owner in the same account and Region fails with AlreadyExists. CloudFormation's contract asks that of
every create, and the permissions of these handlers show that they read before they write; that a configuration
which differs from the default counts as existing is our reading, as is that deleting one restores the default.
"""
from collections.abc import Callable

from ministack.core.responses import get_account_id

from ..ecr import registry_policy, replication, scanning, signing
from ..ecr.state import SETTINGS
from .convert import members, text
from .resource_type import HandlerError, Properties, ResourceType, Result, call, call_if_present

_TEMPLATE_FREQUENCIES = ('SCAN_ON_PUSH', 'CONTINUOUS_SCAN')


def _singleton(name: str, key: str, operation: str, build: Callable[[Properties], dict], empty: dict | None,
               undo: tuple[str, dict]) -> ResourceType:
    """A type whose physical id is the registry's and whose content is `SETTINGS[key]`, unless that is `empty`."""
    def exists() -> bool:
        return SETTINGS.get(key) not in (None, empty)

    def put(properties: Properties) -> Result:
        call(operation, build(properties))
        return find(get_account_id())

    def create(_logical_id: str, properties: Properties, _stack: str) -> Result:
        if exists():
            raise HandlerError(f"Resource of type '{name}' with identifier '{get_account_id()}' already exists.", 'AlreadyExists')
        return put(properties)

    def update(_registry: str, _old: Properties, new: Properties, _stack: str) -> Result:
        return put(new)

    def delete(_registry: str, _properties: Properties) -> None:
        call_if_present(*undo)

    def find(registry: str) -> Result:
        if registry != get_account_id() or not exists():
            raise HandlerError(f"Resource of type '{name}' with identifier '{registry}' was not found.", 'NotFound')
        return registry, {'RegistryId': registry}

    return ResourceType(name, 'RegistryId', (), create, delete, find, update)


def _policy(properties: Properties) -> dict:
    payload = {**properties, 'PolicyText': text(properties['PolicyText'])} if properties.get('PolicyText') else properties
    return members('PutRegistryPolicy', payload)


def _scanning(properties: Properties) -> dict:
    """The type's schema has no MANUAL, unlike the API."""
    for rule in properties.get('Rules') or []:
        if rule.get('ScanFrequency') not in _TEMPLATE_FREQUENCIES:
            raise HandlerError(f"#/Rules/ScanFrequency: {rule.get('ScanFrequency')} is not one of {', '.join(_TEMPLATE_FREQUENCIES)}")
    return members('PutRegistryScanningConfiguration', properties)


TYPES = (
    _singleton('AWS::ECR::RegistryPolicy', registry_policy.KEY, 'PutRegistryPolicy', _policy, None, ('DeleteRegistryPolicy', {})),
    _singleton('AWS::ECR::ReplicationConfiguration', replication.KEY, 'PutReplicationConfiguration',
               lambda properties: members('PutReplicationConfiguration', properties),
               {'rules': []}, ('PutReplicationConfiguration', {'replicationConfiguration': {'rules': []}})),
    _singleton('AWS::ECR::RegistryScanningConfiguration', scanning.KEY, 'PutRegistryScanningConfiguration', _scanning,
               scanning.DEFAULT, ('PutRegistryScanningConfiguration', scanning.DEFAULT)),
    _singleton('AWS::ECR::SigningConfiguration', signing.KEY, 'PutSigningConfiguration',
               lambda properties: members('PutSigningConfiguration', {'SigningConfiguration': properties}),
               None, ('DeleteSigningConfiguration', {})),
)
