"""AWS::SecretsManager::Secret: Ref is the ARN of the secret, as in AWS. MiniStack answers its name.

The CDK takes a secret's ARN from Ref, and a pull-through cache rule refuses a name.
"""
from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

_NAME = 'AWS::SecretsManager::Secret'


def install() -> None:
    native = provisioners._RESOURCE_HANDLERS[_NAME]

    def create(logical_id, properties, stack):
        return _with_arn(native['create'](logical_id, properties, stack))

    def update(physical_id, old, new, stack, logical_id=None):
        return _with_arn(native['update'](_name(physical_id), old, new, stack, logical_id))

    def delete(physical_id, properties):
        native['delete'](_name(physical_id), properties)

    provisioners._RESOURCE_HANDLERS[_NAME] = {**native, 'create': create, 'update': update, 'delete': delete}


def _with_arn(result: tuple[str, dict]) -> tuple[str, dict]:
    name, attributes = result
    return attributes.get('Arn', name), attributes


def _name(physical_id: str) -> str:
    found, _ = secretsmanager._resolve(physical_id)
    return found or physical_id
