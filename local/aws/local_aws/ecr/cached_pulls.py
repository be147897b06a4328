"""The operations of the ECR API that may have to ask an upstream registry, and wait for it."""
import asyncio

from ministack.core.responses import get_account_id

from .. import service_roles
from ..upstream import fetch
from ..upstream.client import Client
from . import cache, images_api, pull_through_cache
from .errors import EcrError
from .state import REPOSITORIES


async def batch_get_image(payload: dict) -> dict:
    """BatchGetImage, through the cache. Without a repository there is nothing but the error."""
    name = payload['repositoryName']
    refused: dict[int, EcrError] = {}
    for number, image_id in enumerate(payload['imageIds']):
        try:
            pull = cache.begin(name, image_id)
            if pull:
                await pull.ask()
                cache.settle(pull)
        except EcrError as error:
            refused[number] = error
    if refused and name not in REPOSITORIES:
        raise _as_exception(name, next(iter(refused.values())))
    return images_api.batch_get_image(payload, refused)


def _as_exception(name: str, error: EcrError) -> EcrError:
    if error.code == 'ImageNotFound':
        return EcrError('RepositoryNotFoundException',
                        f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}': {error.message}")
    return EcrError('UnableToGetUpstreamImageException', error.message) if error.code.startswith('Upstream') else error


async def validate(payload: dict) -> dict:
    """ValidatePullThroughCacheRule: whether the upstream registry lets ECR in. AWS does not list the texts of `failure`."""
    rule = pull_through_cache.require(payload['ecrRepositoryPrefix'])
    answer = {key: rule[key] for key in ('ecrRepositoryPrefix', 'registryId', 'upstreamRegistryUrl', 'upstreamRepositoryPrefix',
                                         'credentialArn', 'customRoleArn') if key in rule}
    try:
        if rule['upstreamRegistry'] != 'ecr':
            await asyncio.to_thread(fetch.ping, Client(rule['upstreamRegistryUrl'], cache.credentials_of(rule)))
        elif 'customRoleArn' in rule:
            service_roles.assume(rule['customRoleArn'], service_roles.PULL_THROUGH_CACHE)
    except EcrError as error:
        return {**answer, 'isValid': False, 'failure': error.message}
    return {**answer, 'isValid': True}


OPERATIONS = {'BatchGetImage': batch_get_image, 'ValidatePullThroughCacheRule': validate}
