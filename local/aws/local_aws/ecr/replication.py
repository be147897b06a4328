"""The replication configuration, one for each account and Region. It is kept; nothing is replicated yet.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""
from ministack.core.responses import get_account_id, get_region

from .errors import EcrError
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
    destinations = {(item['registryId'], item['region']) for rule in configuration['rules'] for item in rule['destinations']}
    if len(destinations) > _MAX_DESTINATIONS:
        raise EcrError('ValidationException', f'at most {_MAX_DESTINATIONS} unique destinations across all rules, got {len(destinations)}')
    if (get_account_id(), get_region()) in destinations:
        raise EcrError('ValidationException', 'a destination is this registry in this Region')
    SETTINGS[KEY] = configuration
    return {'replicationConfiguration': configuration}


OPERATIONS = {'DescribeRegistry': describe_registry, 'PutReplicationConfiguration': put}
