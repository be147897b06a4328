"""Account settings of ECR, which no CloudFormation type covers.

See https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutAccountSetting.html
"""
from .errors import invalid
from .state import SETTINGS

# The first value is the default. That blob mounting is off until it is turned on is our reading.
_VALUES = {
    'BASIC_SCAN_TYPE_VERSION': ('AWS_NATIVE',),
    'REGISTRY_POLICY_SCOPE': ('V2',),
    'BLOB_MOUNTING': ('DISABLED', 'ENABLED'),
}


def get(payload: dict) -> dict:
    name = payload['name']
    if name not in _VALUES:
        raise invalid('name', f'must be one of {", ".join(_VALUES)}')
    return {'name': name, 'value': SETTINGS.get(f'setting/{name}', _VALUES[name][0])}


def put(payload: dict) -> dict:
    name, value = payload['name'], payload['value']
    if value not in _VALUES.get(name, (value,)):
        raise invalid('value', f'must be one of {", ".join(_VALUES[name])}')
    get(payload)
    SETTINGS[f'setting/{name}'] = value
    return {'name': name, 'value': value}


OPERATIONS = {'GetAccountSetting': get, 'PutAccountSetting': put}
