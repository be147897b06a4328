"""Repositories and what is attached to them: policies, lifecycle policy, mutability, tags."""
import time

from ministack.core.responses import get_account_id, get_region

from . import encryption, lifecycle, mutability, policy_text, tags
from .errors import EcrError, invalid
from .paging import page
from .state import CONTENTS, LIFECYCLE_POLICIES, PREVIEWS, REPOSITORIES, REPOSITORY_POLICIES, Content

_OPTIONAL = ('imageTagMutabilityExclusionFilters',)
_SHAPE = ('repositoryArn', 'registryId', 'repositoryName', 'repositoryUri', 'createdAt', 'imageTagMutability',
          'imageScanningConfiguration', 'encryptionConfiguration')


def arn(name: str, region: str | None = None, account: str | None = None) -> str:
    return f'arn:aws:ecr:{region or get_region()}:{account or get_account_id()}:repository/{name}'


def require(name: str) -> dict:
    """The repository, or RepositoryNotFoundException.

    This is the one place where a missing repository becomes an error. What makes repositories when they are
    missed (`creation`) comes before it.
    """
    repository = REPOSITORIES.get(name)
    if repository is None:
        raise EcrError('RepositoryNotFoundException',
                       f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}'")
    return repository


def content(name: str) -> Content:
    require(name)
    return CONTENTS[name]


def create(payload: dict, system_tags: list[dict] | None = None) -> dict:
    """CreateRepository. `system_tags` are the ones that CloudFormation adds and that nobody else may."""
    name = payload['repositoryName']
    mode = payload.get('imageTagMutability', 'MUTABLE')
    filters = payload.get('imageTagMutabilityExclusionFilters')
    mutability.check(mode, filters)
    tags.check(payload.get('tags', []))
    if name in REPOSITORIES:
        raise EcrError('RepositoryAlreadyExistsException',
                       f"The repository with name '{name}' already exists in the registry with id '{get_account_id()}'")
    configuration = encryption.resolve(payload.get('encryptionConfiguration'))
    repository = {
        'repositoryArn': arn(name),
        'registryId': get_account_id(),
        'repositoryName': name,
        'repositoryUri': f'{get_account_id()}.dkr.ecr.{get_region()}.amazonaws.com/{name}',
        'createdAt': int(time.time()),
        'imageTagMutability': mode,
        'imageTagMutabilityExclusionFilters': filters,
        'imageScanningConfiguration': {'scanOnPush': False, **payload.get('imageScanningConfiguration', {})},
        'encryptionConfiguration': configuration,
        'tags': tags.merge(payload.get('tags', []), system_tags or []),
        'grants': encryption.grant(configuration, arn(name)),
    }
    REPOSITORIES[name] = repository
    CONTENTS[name] = Content()
    return {'repository': _shape(repository)}


def describe(payload: dict) -> dict:
    names = payload.get('repositoryNames')
    if names:
        if 'maxResults' in payload or 'nextToken' in payload:
            raise invalid('repositoryNames', 'cannot be given together with maxResults or nextToken')
        return {'repositories': [_shape(require(name)) for name in names]}
    found, more = page(list(REPOSITORIES.values()), payload, lambda item: item['repositoryName'], 100)
    return {'repositories': [_shape(item) for item in found], **more}


def delete(payload: dict) -> dict:
    name = payload['repositoryName']
    repository = require(name)
    if CONTENTS[name].images and not payload.get('force', False):
        raise EcrError('RepositoryNotEmptyException',
                       f"The repository with name '{name}' in registry with id '{get_account_id()}' "
                       'cannot be deleted because it still contains images')
    encryption.retire(repository['grants'])
    for store in (REPOSITORIES, CONTENTS, REPOSITORY_POLICIES, LIFECYCLE_POLICIES, PREVIEWS):
        store.pop(name, None)
    return {'repository': _shape(repository)}


def put_mutability(payload: dict) -> dict:
    repository = require(payload['repositoryName'])
    filters = payload.get('imageTagMutabilityExclusionFilters')
    mutability.check(payload['imageTagMutability'], filters)
    repository['imageTagMutability'] = payload['imageTagMutability']
    repository['imageTagMutabilityExclusionFilters'] = filters
    return _named(payload, imageTagMutability=payload['imageTagMutability'],
                  **({'imageTagMutabilityExclusionFilters': filters} if filters else {}))


def put_scanning(payload: dict) -> dict:
    repository = require(payload['repositoryName'])
    repository['imageScanningConfiguration'] = {'scanOnPush': False, **payload['imageScanningConfiguration']}
    return _named(payload, imageScanningConfiguration=repository['imageScanningConfiguration'])


def get_policy(payload: dict) -> dict:
    name = payload['repositoryName']
    require(name)
    if name not in REPOSITORY_POLICIES:
        raise EcrError('RepositoryPolicyNotFoundException',
                       f"Repository policy does not exist for the repository with name '{name}' "
                       f"in the registry with id '{get_account_id()}'")
    return _named(payload, policyText=REPOSITORY_POLICIES[name])


def set_policy(payload: dict) -> dict:
    require(payload['repositoryName'])
    policy_text.check_repository_policy(payload['policyText'])
    REPOSITORY_POLICIES[payload['repositoryName']] = payload['policyText']
    return _named(payload, policyText=payload['policyText'])


def delete_policy(payload: dict) -> dict:
    answer = get_policy(payload)
    REPOSITORY_POLICIES.pop(payload['repositoryName'])
    return answer


def get_lifecycle_policy(payload: dict) -> dict:
    """The policy; `lastEvaluatedAt` is the epoch, since policies are never carried out here."""
    name = payload['repositoryName']
    require(name)
    if name not in LIFECYCLE_POLICIES:
        raise EcrError('LifecyclePolicyNotFoundException',
                       f"Lifecycle policy does not exist for the repository with name '{name}' "
                       f"in the registry with id '{get_account_id()}'")
    return _named(payload, lifecyclePolicyText=LIFECYCLE_POLICIES[name], lastEvaluatedAt=0)


def put_lifecycle_policy(payload: dict) -> dict:
    require(payload['repositoryName'])
    lifecycle.parse(payload['lifecyclePolicyText'])
    LIFECYCLE_POLICIES[payload['repositoryName']] = payload['lifecyclePolicyText']
    return _named(payload, lifecyclePolicyText=payload['lifecyclePolicyText'])


def delete_lifecycle_policy(payload: dict) -> dict:
    answer = get_lifecycle_policy(payload)
    LIFECYCLE_POLICIES.pop(payload['repositoryName'])
    return answer


def list_tags(payload: dict) -> dict:
    return {'tags': _by_arn(payload['resourceArn'])['tags']}


def tag(payload: dict) -> dict:
    repository = _by_arn(payload['resourceArn'])
    tags.check(payload['tags'])
    merged = tags.merge(repository['tags'], payload['tags'])
    tags.check([item for item in merged if not item['Key'].startswith('aws:')])
    repository['tags'] = merged
    return {}


def untag(payload: dict) -> dict:
    repository = _by_arn(payload['resourceArn'])
    repository['tags'] = [item for item in repository['tags'] if item['Key'] not in payload['tagKeys']]
    return {}


def _by_arn(resource: str) -> dict:
    name = resource.partition(':repository/')[2]
    if not name or resource != arn(name):
        raise invalid('resourceArn', f"'{resource}' is not a repository of this registry")
    return require(name)


def _shape(repository: dict) -> dict:
    return {key: repository[key] for key in _SHAPE} | {key: repository[key] for key in _OPTIONAL if repository.get(key)}


def _named(payload: dict, **members) -> dict:
    return {'registryId': get_account_id(), 'repositoryName': payload['repositoryName'], **members}


OPERATIONS = {
    'CreateRepository': create,
    'DescribeRepositories': describe,
    'DeleteRepository': delete,
    'PutImageTagMutability': put_mutability,
    'PutImageScanningConfiguration': put_scanning,
    'GetRepositoryPolicy': get_policy,
    'SetRepositoryPolicy': set_policy,
    'DeleteRepositoryPolicy': delete_policy,
    'GetLifecyclePolicy': get_lifecycle_policy,
    'PutLifecyclePolicy': put_lifecycle_policy,
    'DeleteLifecyclePolicy': delete_lifecycle_policy,
    'ListTagsForResource': list_tags,
    'TagResource': tag,
    'UntagResource': untag,
}
