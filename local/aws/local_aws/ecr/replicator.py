"""Copies what is pushed or restored to the destinations of the replication configuration, at once.

ECR takes up to half an hour. A destination that fails never fails the push: the image's replication status says why.
See https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""
import logging

from ministack.core.responses import get_account_id, get_region, request_scope

from .. import access, service_roles
from . import arrivals, creation, encryption, events, replication, repositories
from .errors import EcrError
from .images import Image, Push


def after_push(push: Push) -> None:
    """Replicate an image, its tag, what an index refers to, and what refers to the image.

    That referrers which were there before go along is our reading: the page is silent on them.
    """
    for account, region in replication.destinations(push.repository):
        status = {'region': region, 'registryId': account, 'status': 'COMPLETE'}
        copied = arrivals.family(repositories.content(push.repository), push.image, with_referrers=True)
        try:
            _copy(push, copied, account, region)
        except EcrError as error:
            status = {**status, 'status': 'FAILED', 'failureCode': f'{error.code}: {error.message}'}
            logging.getLogger('local_aws').warning('%s was not replicated to %s in %s: %s', push.repository, account, region, error)
        for image in copied:
            image.replications[account, region] = status


def _copy(push: Push, copied: list[Image], account: str, region: str) -> None:
    """Copy as the service-linked role of the source, which another account's registry policy must let in.

    No event says of a registry which refuses ECR that it did, or anyone could send events there (our reading).
    """
    name, source, role = push.repository, (get_account_id(), get_region()), service_roles.replicating()
    parts = [arrivals.part_of(repositories.content(name), image) for image in copied]
    with request_scope(account, region), access.acting(role):
        access.require('ecr:ReplicateImage', repositories.arn(name))
        try:
            creation.if_missing(name, 'REPLICATION')
            encryption.require_usable(repositories.require(name))
        except EcrError:
            events.replication('FAILED', name, push.image.digest, push.tag, source)
            raise
        arrivals.take_over(name, parts, push.image.digest, push.tag)
        events.replication('SUCCESS', name, push.image.digest, push.tag, source)
