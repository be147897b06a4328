"""The scanning configuration, one for each account and Region. Images are not scanned here.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
"""
import re

from ministack.core.responses import get_account_id

from . import repositories
from .errors import invalid
from .state import REPOSITORIES, SETTINGS

KEY = 'scanning'
_FREQUENCIES = {'BASIC': {'SCAN_ON_PUSH', 'MANUAL'}, 'ENHANCED': {'SCAN_ON_PUSH', 'CONTINUOUS_SCAN', 'MANUAL'}}
DEFAULT = {'scanType': 'BASIC', 'rules': []}


def configuration() -> dict:
    return SETTINGS.get(KEY) or DEFAULT


def get(_payload: dict) -> dict:
    return {'registryId': get_account_id(), 'scanningConfiguration': configuration()}


def put(payload: dict) -> dict:
    """PutRegistryScanningConfiguration. That two rules need different frequencies is our reading."""
    kind, rules = payload.get('scanType', 'BASIC'), payload.get('rules', [])
    frequencies = [rule['scanFrequency'] for rule in rules]
    for frequency in frequencies:
        if frequency not in _FREQUENCIES[kind]:
            raise invalid('rules', f'the scan frequency {frequency} is not supported with the scan type {kind}')
    if len(set(frequencies)) != len(frequencies):
        raise invalid('rules', 'two rules have the same scan frequency')
    SETTINGS[KEY] = {'scanType': kind, 'rules': rules}
    return {'registryScanningConfiguration': SETTINGS[KEY]}


def repository_scanning(payload: dict) -> dict:
    """BatchGetRepositoryScanningConfiguration: the frequency that results for each repository."""
    found, failures = [], []
    for name in payload['repositoryNames']:
        repository = REPOSITORIES.get(name)
        if repository is None:
            failures.append({'repositoryName': name, 'failureCode': 'REPOSITORY_NOT_FOUND',
                             'failureReason': 'The repository does not exist'})
        else:
            found.append(_result(repository))
    return {'scanningConfigurations': found, 'failures': failures}


def _result(repository: dict) -> dict:
    """Continuous scanning wins over scan on push; what no rule matches is scanned by hand only."""
    name, current = repository['repositoryName'], configuration()
    applied = {rule['scanFrequency']: [item for item in rule['repositoryFilters'] if _matches(item['filter'], name)]
               for rule in current['rules']}
    frequency = next((item for item in ('CONTINUOUS_SCAN', 'SCAN_ON_PUSH') if applied.get(item)), None)
    if frequency is None and current == DEFAULT and repository['imageScanningConfiguration']['scanOnPush']:
        frequency = 'SCAN_ON_PUSH'
    return {'repositoryArn': repositories.arn(name), 'repositoryName': name, 'scanOnPush': frequency == 'SCAN_ON_PUSH',
            'scanFrequency': frequency or 'MANUAL', 'appliedScanFilters': applied.get(frequency, [])}


def _matches(pattern: str, name: str) -> bool:
    """A filter without a wildcard matches every name that contains it."""
    wild = pattern if '*' in pattern else f'*{pattern}*'
    return re.fullmatch('.*'.join(re.escape(part) for part in wild.split('*')), name) is not None


OPERATIONS = {
    'GetRegistryScanningConfiguration': get,
    'PutRegistryScanningConfiguration': put,
    'BatchGetRepositoryScanningConfiguration': repository_scanning,
}
