"""The registry policy, one for each account and Region. `access` enforces it on every request.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
"""
from ministack.core.responses import get_account_id

from . import policy_text
from .errors import EcrError
from .state import SETTINGS

KEY = 'registry-policy'


def get(_payload: dict) -> dict:
    text = SETTINGS.get(KEY)
    if text is None:
        raise EcrError('RegistryPolicyNotFoundException',
                       f"Registry policy does not exist in the registry with id '{get_account_id()}'")
    return {'registryId': get_account_id(), 'policyText': text}


def put(payload: dict) -> dict:
    policy_text.check_registry_policy(payload['policyText'])
    SETTINGS[KEY] = payload['policyText']
    return get({})


def delete(_payload: dict) -> dict:
    answer = get({})
    SETTINGS.pop(KEY)
    return answer


def text_of(account: str, region: str) -> str | None:
    return SETTINGS.get_scoped(account, region, KEY)


OPERATIONS = {'GetRegistryPolicy': get, 'PutRegistryPolicy': put, 'DeleteRegistryPolicy': delete}
