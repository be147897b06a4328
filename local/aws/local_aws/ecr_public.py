"""Public repositories: what AWS::ECR::PublicRepository sets and the ecr-public API reads back. Nothing else.

See https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/Welcome.html
"""
import json
import re
import time

from ministack import app
from ministack.core import router
from ministack.core.responses import get_account_id

from .ecr.errors import EcrError, invalid
from .ecr.state import PUBLIC_REPOSITORIES

_NAME = re.compile(r'(?=.{2,205}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*')
_SHAPE = ('repositoryArn', 'registryId', 'repositoryName', 'repositoryUri', 'createdAt')


def create(name: str, catalog: dict, policy: str | None, tags: list[dict]) -> None:
    if not _NAME.fullmatch(name):
        raise invalid('repositoryName', f"must satisfy regular expression '{_NAME.pattern}'")
    if name in PUBLIC_REPOSITORIES:
        raise EcrError('RepositoryAlreadyExistsException',
                       f"The repository with name '{name}' already exists in the registry with id '{get_account_id()}'")
    PUBLIC_REPOSITORIES[name] = {
        'repositoryArn': f'arn:aws:ecr-public::{get_account_id()}:repository/{name}', 'registryId': get_account_id(),
        'repositoryName': name, 'repositoryUri': f'public.ecr.aws/local/{name}', 'createdAt': time.time(),
        'catalog': catalog, 'policy': policy, 'tags': tags,
    }


def update(name: str, catalog: dict, policy: str | None, tags: list[dict]) -> None:
    require(name).update(catalog=catalog, policy=policy, tags=tags)


def delete(name: str) -> None:
    PUBLIC_REPOSITORIES.pop(name, None)


def require(name: str) -> dict:
    repository = PUBLIC_REPOSITORIES.get(name)
    if repository is None:
        raise EcrError('RepositoryNotFoundException',
                       f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}'")
    return repository


def _describe(payload: dict) -> dict:
    names = payload.get('repositoryNames') or list(PUBLIC_REPOSITORIES.keys())
    return {'repositories': [{key: require(name)[key] for key in _SHAPE} for name in names]}


def _policy(payload: dict) -> dict:
    repository = require(payload['repositoryName'])
    if not repository['policy']:
        raise EcrError('RepositoryPolicyNotFoundException', f"Repository policy does not exist for '{repository['repositoryName']}'")
    return {'registryId': get_account_id(), 'repositoryName': repository['repositoryName'], 'policyText': repository['policy']}


_OPERATIONS = {
    'DescribeRepositories': _describe,
    'GetRepositoryCatalogData': lambda payload: {'catalogData': require(payload['repositoryName'])['catalog']},
    'GetRepositoryPolicy': _policy,
    'ListTagsForResource': lambda payload: {'tags': require(payload['resourceArn'].partition(':repository/')[2])['tags']},
}


async def handle_request(_method, _path, headers, body, _query_params):
    operation = headers.get('x-amz-target', '').rpartition('.')[2]
    try:
        if operation not in _OPERATIONS:
            raise EcrError('UnsupportedCommandException', f'{operation} of ecr-public is not modelled by the local AWS')
        answer = _OPERATIONS[operation](json.loads(body or b'{}'))
    except KeyError as error:
        return invalid(str(error), 'Member must not be null').response()
    except EcrError as error:
        return error.response()
    return 200, {'Content-Type': 'application/x-amz-json-1.1'}, json.dumps(answer).encode()


def install() -> None:
    """Add the service, which MiniStack does not have, to its handlers and to its routing."""
    app.SERVICE_HANDLERS['ecr-public'] = handle_request
    router.SERVICE_PATTERNS['ecr-public'] = {
        'target_prefixes': ['SpencerFrontendService'], 'host_patterns': [r'api\.ecr-public\.'], 'credential_scope': 'ecr-public',
    }
