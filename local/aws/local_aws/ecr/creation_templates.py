"""Templates for repositories that ECR creates by itself: kept and checked here, used by `creation`.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
"""
import re
import time

from ministack.core.responses import get_account_id

from .. import access
from . import lifecycle, mutability, policy_text, tags
from .errors import EcrError, invalid
from .paging import page
from .state import CREATION_TEMPLATES

_ROLE_ARN = re.compile(r'arn:aws[-a-z0-9]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_-]+')
_UPDATABLE = ('description', 'encryptionConfiguration', 'resourceTags', 'imageTagMutability',
              'imageTagMutabilityExclusionFilters', 'repositoryPolicy', 'lifecyclePolicy', 'appliedFor', 'customRoleArn')


def create(payload: dict) -> dict:
    prefix = payload['prefix']
    _check(payload)
    _require_rights(payload)
    if prefix in CREATION_TEMPLATES:
        raise EcrError('TemplateAlreadyExistsException',
                       f"A repository creation template with prefix '{prefix}' already exists in the registry with id '{get_account_id()}'")
    now = time.time()
    CREATION_TEMPLATES[prefix] = {'imageTagMutability': 'MUTABLE', 'encryptionConfiguration': {'encryptionType': 'AES256'},
                                  **payload, 'createdAt': now, 'updatedAt': now}
    return _answer(CREATION_TEMPLATES[prefix])


def describe(payload: dict) -> dict:
    """Prefixes that have no template are left out of the answer (our reading: the API has no error for them)."""
    wanted = payload.get('prefixes') or list(CREATION_TEMPLATES.keys())
    known = [CREATION_TEMPLATES[prefix] for prefix in wanted if prefix in CREATION_TEMPLATES]
    found, more = page(known, payload, lambda item: item['prefix'], 100)
    return {'registryId': get_account_id(), 'repositoryCreationTemplates': found, **more}


def update(payload: dict) -> dict:
    """Members that are not given stay as they are; exclusion filters go when the mutability no longer takes any."""
    current = _require(payload['prefix'])
    changed = {**current, **{key: payload[key] for key in _UPDATABLE if key in payload}}
    if 'imageTagMutability' in payload and 'imageTagMutabilityExclusionFilters' not in payload:
        changed.pop('imageTagMutabilityExclusionFilters', None)
    _check(changed)
    _require_rights(payload)
    CREATION_TEMPLATES[payload['prefix']] = {**changed, 'updatedAt': time.time()}
    return _answer(CREATION_TEMPLATES[payload['prefix']])


def delete(payload: dict) -> dict:
    template = _require(payload['prefix'])
    CREATION_TEMPLATES.pop(payload['prefix'])
    return _answer(template)


def _require(prefix: str) -> dict:
    template = CREATION_TEMPLATES.get(prefix)
    if template is None:
        raise EcrError('TemplateNotFoundException',
                       f"The repository creation template with prefix '{prefix}' does not exist in the registry with id '{get_account_id()}'")
    return template


def _check(template: dict) -> None:
    """What a template must fulfil. ECR reports a missing role only when it creates a repository; CloudFormation's
    documentation calls it required, and so it is refused here at once (our reading)."""
    applied = template['appliedFor']
    if not applied or len(set(applied)) != len(applied):
        raise invalid('appliedFor', 'must name at least one use, and each only once')
    mutability.check(template.get('imageTagMutability', 'MUTABLE'), template.get('imageTagMutabilityExclusionFilters'))
    encryption = template.get('encryptionConfiguration') or {'encryptionType': 'AES256'}
    key = encryption.get('kmsKey')
    if key and encryption['encryptionType'] == 'AES256':
        raise invalid('encryptionConfiguration', 'kmsKey is allowed only with the encryption types KMS and KMS_DSSE')
    tags.check(template.get('resourceTags', []))
    role = template.get('customRoleArn')
    if role and not _ROLE_ARN.fullmatch(role):
        raise invalid('customRoleArn', 'must be the ARN of a role without a path')
    if not role and (template.get('resourceTags') or encryption['encryptionType'] != 'AES256'):
        raise invalid('customRoleArn', 'is required with resource tags or KMS encryption')
    if template.get('lifecyclePolicy'):
        lifecycle.parse(template['lifecyclePolicy'])
    if template.get('repositoryPolicy'):
        policy_text.check_repository_policy(template['repositoryPolicy'])


def _require_rights(payload: dict) -> None:
    """Who makes a template must be able to do what it makes ECR do."""
    if payload.get('customRoleArn'):
        access.require('iam:PassRole', payload['customRoleArn'])
    for member, action in (('lifecyclePolicy', 'ecr:PutLifecyclePolicy'), ('repositoryPolicy', 'ecr:SetRepositoryPolicy')):
        if payload.get(member):
            access.require(action)


def _answer(template: dict) -> dict:
    return {'registryId': get_account_id(), 'repositoryCreationTemplate': template}


OPERATIONS = {
    'CreateRepositoryCreationTemplate': create,
    'DescribeRepositoryCreationTemplates': describe,
    'UpdateRepositoryCreationTemplate': update,
    'DeleteRepositoryCreationTemplate': delete,
}
