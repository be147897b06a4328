"""The replication configuration, one for each account and Region, and what became of each image. `replicator` copies.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""
from ministack.core.responses import get_account_id, get_region

from . import images_api
from .errors import EcrError
from .repositories import content
from .state import SETTINGS

KEY = 'replication'
_MAX_DESTINATIONS = 25


def describe_registry(_payload: dict) -> dict:
    return {'registryId': get_account_id(), 'replicationConfiguration': SETTINGS.get(KEY) or {'rules': []}}


def put(payload: dict) -> dict:
    """PutReplicationConfiguration; empty rules turn replication off.

    AWS's pages give 10 and 25 as the limit of rules. The service model says 25, and so do we.
    """
    configuration = payload['replicationConfiguration']
    named = {(item['registryId'], item['region']) for rule in configuration['rules'] for item in rule['destinations']}
    if len(named) > _MAX_DESTINATIONS:
        raise EcrError('ValidationException', f'at most {_MAX_DESTINATIONS} unique destinations across all rules, got {len(named)}')
    if (get_account_id(), get_region()) in named:
        raise EcrError('ValidationException', 'a destination is this registry in this Region')
    SETTINGS[KEY] = configuration
    return {'replicationConfiguration': configuration}


def destinations(repository: str) -> list[tuple[str, str]]:
    """Accounts and Regions to which the images of a repository go. A filter is the beginning of a name, slash or not."""
    rules = (SETTINGS.get(KEY) or {'rules': []})['rules']
    return list(dict.fromkeys(
        (item['registryId'], item['region']) for rule in rules for item in rule['destinations']
        if not rule.get('repositoryFilters') or any(repository.startswith(found['filter']) for found in rule['repositoryFilters'])))


def describe_status(payload: dict) -> dict:
    """DescribeImageReplicationStatus. The page lists no values of `failureCode`: here it is the error and its message."""
    name = payload['repositoryName']
    image = images_api.find(name, content(name), payload['imageId'])
    return {'repositoryName': name, 'imageId': payload['imageId'], 'replicationStatuses': list(image.replications.values())}


OPERATIONS = {'DescribeRegistry': describe_registry, 'PutReplicationConfiguration': put, 'DescribeImageReplicationStatus': describe_status}
