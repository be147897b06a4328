"""Another registry of ECR as an upstream: it is in this process, so its images are read where they are.

What that registry would itself have to pull through a cache of its own is not fetched (our reading), so that caches cannot wait
for each other. See https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private.html
"""
from ministack.core.responses import get_account_id, request_scope

from .. import access, service_roles
from ..upstream.fetch import Fetched
from . import arrivals, encryption, images, repositories
from .errors import EcrError


def read(rule: dict, name: str, upstream_name: str, image_id: dict, current: str | None) -> Fetched:
    """The image that is to be cached as `name`. Raises EcrError with an image failure code.

    It is read as the rule's role, whose rights count on both sides, or within an account as ECR's own.
    """
    account, region = rule['upstreamRegistryUrl'].split('.')[0], rule['upstreamRegistryUrl'].split('.')[3]
    try:
        role = rule.get('customRoleArn')
        with access.acting(service_roles.assume(role, service_roles.PULL_THROUGH_CACHE) if role else service_roles.caching()):
            access.require('ecr:GetAuthorizationToken')
            for action in service_roles.WRITE_CACHE:
                access.require(action, repositories.arn(name))
            with request_scope(account, region):
                return _read(upstream_name, image_id, current)
    except EcrError as error:
        code = {'AccessDeniedException': 'UpstreamAccessDenied', 'RepositoryNotFoundException': 'ImageNotFound'}
        raise EcrError(code.get(error.code, error.code), error.message) from None


def _read(name: str, image_id: dict, current: str | None) -> Fetched:
    for action in service_roles.READ_UPSTREAM:
        access.require(action, repositories.arn(name), get_account_id())
    repository, held = repositories.require(name), repositories.content(name)
    image = images.find(held, image_id)
    encryption.require_usable(repository)
    if image.status != 'ACTIVE':
        raise EcrError('ImageNotFound', 'Requested image is archived')
    if image.digest == current:
        return Fetched(current, [])
    return Fetched(image.digest, [arrivals.part_of(held, item) for item in arrivals.family(held, image, with_referrers=False)])
