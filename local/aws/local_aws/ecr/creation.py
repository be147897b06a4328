"""Repositories that ECR makes by itself, from the template that fits best.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
"""
from ministack.core.responses import get_account_id

from .. import access, service_roles
from . import model, repositories
from .errors import EcrError
from .prefixes import template_for
from .state import LIFECYCLE_POLICIES, REPOSITORIES, REPOSITORY_POLICIES

_MEMBERS = ('imageTagMutability', 'imageTagMutabilityExclusionFilters', 'encryptionConfiguration')


def on_push(name: str) -> None:
    """Make a repository that someone pushes to, if a template says so; without one the push finds nothing to push to.

    Whoever pushes needs ecr:CreateRepository beside the rights of a push, from an identity policy or the registry policy,
    from another account from both. AWS's pages don't say so: it is our reading, after what they say of a first pull through a cache.
    """
    if template_for(name, 'CREATE_ON_PUSH'):
        if_missing(name, 'CREATE_ON_PUSH')


def if_missing(name: str, use: str) -> None:
    """Make a repository that is not there, if the caller may create it: from the template for that use, or with defaults."""
    if name in REPOSITORIES:
        return
    access.require('ecr:CreateRepository', repositories.arn(name))
    template = template_for(name, use)
    if template:
        _from_template(name, template, use)
    else:
        _create(name, {}, [])


def _from_template(name: str, template: dict, use: str) -> None:
    """Make a repository as a template describes it, with the rights of its role, or else of ECR's own role.

    Which error AWS gives when that fails is not documented: here it is the one for a missing repository, with the reason.
    That the role needs ecr:ReplicateImage for a replicated image is our reading of the page that lists its rights.
    See https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-custom.html
    """
    role = template.get('customRoleArn')
    try:
        with access.acting(service_roles.assume(role, service_roles.ECR) if role else service_roles.creating()):
            if role and use == 'REPLICATION':
                access.require('ecr:ReplicateImage', repositories.arn(name))
            _create(name, {key: template[key] for key in _MEMBERS if template.get(key)}, template.get('resourceTags') or [])
    except EcrError as error:
        raise EcrError('RepositoryNotFoundException',
                       f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}', and it could not be "
                       f"created from the template with prefix '{template['prefix']}': {error.message}") from None
    for store, member in ((REPOSITORY_POLICIES, 'repositoryPolicy'), (LIFECYCLE_POLICIES, 'lifecyclePolicy')):
        if template.get(member):
            store[name] = template[member]


def _create(name: str, settings: dict, tags: list[dict]) -> None:
    resource = repositories.arn(name)
    requested = {'aws:TagKeys': [item['Key'] for item in tags], **{f'aws:RequestTag/{item["Key"]}': item['Value'] for item in tags}}
    for action in ('ecr:CreateRepository', 'ecr:TagResource') if tags else ('ecr:CreateRepository',):
        access.require(action, resource, context=requested if tags else None)
    payload = {'repositoryName': name, **settings, 'tags': tags}
    model.check('CreateRepository', payload)
    repositories.create(payload)
