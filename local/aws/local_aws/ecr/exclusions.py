"""Principals whose pulls do not count as pulls, scanners for instance.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
"""
import time

from .errors import EcrError
from .paging import page
from .state import EXCLUSIONS

_MAX = 100


def register(payload: dict) -> dict:
    arn = payload['principalArn']
    if arn in EXCLUSIONS:
        raise EcrError('ExclusionAlreadyExistsException', f"An exclusion for '{arn}' already exists")
    if len(EXCLUSIONS) >= _MAX:
        raise EcrError('LimitExceededException', f'an account can have at most {_MAX} pull time update exclusions')
    EXCLUSIONS[arn] = time.time()
    return {'principalArn': arn, 'createdAt': EXCLUSIONS[arn]}


def deregister(payload: dict) -> dict:
    arn = payload['principalArn']
    if arn not in EXCLUSIONS:
        raise EcrError('ExclusionNotFoundException', f"There is no exclusion for '{arn}'")
    EXCLUSIONS.pop(arn)
    return {'principalArn': arn}


def list_exclusions(payload: dict) -> dict:
    found, more = page(list(EXCLUSIONS.keys()), payload, str, 100)
    return {'pullTimeUpdateExclusions': found, **more}


OPERATIONS = {
    'RegisterPullTimeUpdateExclusion': register,
    'DeregisterPullTimeUpdateExclusion': deregister,
    'ListPullTimeUpdateExclusions': list_exclusions,
}
