"""Pulls through a cache: which ones have to be fetched, with whose rights, and what becomes of what is fetched.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""
import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ministack.core.responses import get_account_id

from .. import access, service_roles
from ..upstream import fetch
from ..upstream.client import Client
from . import arrivals, cache_credentials, creation, encryption, events, images, model, mutability, prefixes, repositories, upstream_repository
from .errors import EcrError
from .state import CONTENTS, PULL_THROUGH_CACHE_RULES, REPOSITORIES, Content

recheck_seconds = 24 * 3600.0
"""For how long a tag counts as the upstream's."""


@dataclass
class Pull:
    """A pull for which the upstream registry has to be asked; `current` is the digest that is served if it cannot be."""

    name: str
    image_id: dict
    rule: dict
    current: str | None
    source: Callable[[], fetch.Fetched]
    found: fetch.Fetched | None = None
    failure: EcrError | None = None

    async def ask(self) -> None:
        """Ask in a thread: other requests go on meanwhile, also those of an upstream registry that is in this process."""
        try:
            self.found = await asyncio.to_thread(self.source)
        except EcrError as error:
            self.failure = error


def begin(name: str, image_id: dict) -> Pull | None:
    """The pull that is needed before an image can be served, or None. Fails as documented without the rights of a cache.

    An immutable tag is never asked for again. Neither is one by a caller who may not import: the cached image is served (our reading).
    """
    rule = rule_for(name)
    held = CONTENTS.get(name) or Content()
    if rule is None or not _could_be(name, held, image_id):
        return None
    tag = image_id.get('imageTag')
    current = held.tags.get(tag) if tag else image_id['imageDigest']
    if current not in held.images:
        current = None
    elif tag is None or _is_checked(held, tag) or mutability.is_frozen(REPOSITORIES[name], tag):
        return None
    refused = _refused(name)
    if refused and current:
        return None
    if refused and name in REPOSITORIES:
        raise EcrError('ImageNotFound', f'Requested image not found: {refused}')
    if refused:
        raise EcrError('RepositoryNotFoundException',
                       f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}': {refused}")
    return Pull(name, image_id, rule, current, _source(rule, name, image_id, current))


def settle(pull: Pull) -> None:
    """Take over what the upstream registry gave; what is cached stays as it is if it gave nothing."""
    tag = pull.image_id.get('imageTag')
    try:
        if pull.failure:
            raise pull.failure
        creation.if_missing(pull.name, 'PULL_THROUGH_CACHE')
        encryption.require_usable(repositories.require(pull.name))
    except EcrError as error:
        logging.getLogger('local_aws').warning('%s was not pulled through: %s', pull.name, error)
        events.pull_through_cache('FAILED', pull.rule, pull.name, pull.current or '', tag)
        if pull.current:
            return
        raise
    if pull.found.parts:
        arrivals.take_over(pull.name, pull.found.parts, pull.found.digest, tag)
        events.pull_through_cache('SUCCESS', pull.rule, pull.name, pull.found.digest, tag)
    if tag:
        repositories.content(pull.name).checked[tag] = time.time()


def rule_for(name: str) -> dict | None:
    """The rule with the longest prefix above a repository; ROOT is above everything. ECR's page is silent on overlaps (our reading)."""
    found = [rule for rule in PULL_THROUGH_CACHE_RULES.values() if prefixes.is_below(name, rule['ecrRepositoryPrefix'])]
    return max(found, key=lambda rule: prefixes.depth(rule['ecrRepositoryPrefix']), default=None)


def upstream_name(rule: dict, name: str) -> str:
    """What a repository is called upstream: the prefix of the rule goes, that of the upstream registry comes."""
    prefix, upstream = rule['ecrRepositoryPrefix'].rstrip('/'), rule['upstreamRepositoryPrefix'].rstrip('/')
    rest = name if prefix == prefixes.ROOT else name[len(prefix) + 1:]
    return rest if upstream == prefixes.ROOT else f'{upstream}/{rest}'


def _could_be(name: str, held: Content, image_id: dict) -> bool:
    """Whether there can be such a repository and such an image, here or upstream. Otherwise the pull fails as any other does."""
    try:
        model.check('CreateRepository', {'repositoryName': name})
        images.find(held, image_id)
    except EcrError as error:
        return error.code == 'ImageNotFound'
    return True


def _is_checked(held: Content, tag: str) -> bool:
    return time.time() - held.checked.get(tag, 0) < recheck_seconds


def _refused(name: str) -> str | None:
    """Why the caller may not pull through. The policy of a repository that is not there cannot give the right to create it."""
    resource = repositories.arn(name)
    refused = access.denial('ecr:BatchImportUpstreamImage', resource, get_account_id())
    if refused is None and name not in REPOSITORIES:
        refused = access.denial('ecr:CreateRepository', resource, get_account_id())
    return refused


def _source(rule: dict, name: str, image_id: dict, current: str | None) -> Callable[[], fetch.Fetched]:
    """What fetches the image. It may run in a thread, so it holds all that it needs from here."""
    upstream = upstream_name(rule, name)
    try:
        if rule['upstreamRegistry'] == 'ecr':
            found = upstream_repository.read(rule, name, upstream, image_id, current)
            return lambda: found
        client = Client(rule['upstreamRegistryUrl'], credentials_of(rule))
    except EcrError as error:
        return partial(_fail, error)
    return partial(fetch.image, client, upstream, image_id.get('imageTag') or image_id['imageDigest'], current)


def credentials_of(rule: dict):
    """The username and the token of a rule, read as ECR's own role, or None for a rule without."""
    if not rule.get('credentialArn'):
        return None
    try:
        with access.acting(service_roles.caching()):
            return cache_credentials.read(rule['credentialArn'])
    except EcrError as error:
        raise EcrError('UpstreamAccessDenied', error.message) from None


def _fail(error: EcrError):
    raise error
