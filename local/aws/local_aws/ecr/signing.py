"""The managed signing configuration, one for each account and Region. Nothing is signed here.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
"""
from ministack.core.responses import get_account_id, get_region

from .errors import EcrError
from .state import SETTINGS

KEY = 'signing'


def get(_payload: dict) -> dict:
    configuration = SETTINGS.get(KEY)
    if configuration is None:
        raise EcrError('SigningConfigurationNotFoundException',
                       f"Signing configuration does not exist in the registry with id '{get_account_id()}'")
    return {'registryId': get_account_id(), 'signingConfiguration': configuration}


def put(payload: dict) -> dict:
    """PutSigningConfiguration. A profile may belong to another account, not to another Region."""
    configuration = payload['signingConfiguration']
    for rule in configuration['rules']:
        if rule['signingProfileArn'].split(':')[3] != get_region():
            raise EcrError('ValidationException', f"the signing profile '{rule['signingProfileArn']}' is not in {get_region()}")
    SETTINGS[KEY] = configuration
    return {'signingConfiguration': configuration}


def delete(_payload: dict) -> dict:
    answer = get({})
    SETTINGS.pop(KEY)
    return answer


OPERATIONS = {'GetSigningConfiguration': get, 'PutSigningConfiguration': put, 'DeleteSigningConfiguration': delete}
