"""AWS::ECR::Repository."""
from ministack.services.cloudformation import provisioners

from ..ecr import lifecycle, model, mutability, policy_text, repositories, tags
from ..ecr.errors import EcrError
from ..ecr.state import LIFECYCLE_POLICIES, REPOSITORY_POLICIES
from .convert import members, text
from .resource_type import HandlerError, Properties, ResourceType, Result, call_if_present, failure, require

_NOT_IN_CREATE = ('LifecyclePolicy', 'RepositoryPolicyText', 'EmptyOnDelete')
_MAX_TAG_KEY = 127


def create(logical_id: str, properties: Properties, stack: str) -> Result:
    """Check everything, then create: a failing policy leaves no repository behind."""
    name = properties.get('RepositoryName') or provisioners._physical_name(stack, logical_id, lowercase=True, max_len=256)
    payload, system_tags = _request(properties)
    payload['repositoryName'] = name
    try:
        lifecycle_text, policy = _attachments(name, properties)
        model.check('CreateRepository', payload)
        _require(name, {'CreateRepository': True, 'TagResource': payload['tags'], 'PutLifecyclePolicy': lifecycle_text,
                        'SetRepositoryPolicy': policy})
        repositories.create(payload, system_tags)
    except EcrError as error:
        raise failure(error) from None
    _attach(name, lifecycle_text, policy)
    return find(name)


def update(name: str, old: Properties, new: Properties, _stack: str) -> Result:
    """Change in place. ImageScanningConfiguration that a template no longer has stays as it was, as in AWS."""
    payload, system_tags = _request(new)
    payload['repositoryName'] = name
    try:
        repository = repositories.require(name)
        lifecycle_text, policy = _attachments(name, new)
        model.check('CreateRepository', payload)
        mutability.check(payload.get('imageTagMutability', 'MUTABLE'), payload.get('imageTagMutabilityExclusionFilters'))
        tags.check(payload.get('tags', []))
        _require(name, _changes(repository, old, new, lifecycle_text, policy))
    except EcrError as error:
        raise failure(error) from None
    repository['imageTagMutability'] = payload.get('imageTagMutability', 'MUTABLE')
    repository['imageTagMutabilityExclusionFilters'] = payload.get('imageTagMutabilityExclusionFilters')
    if 'imageScanningConfiguration' in payload:
        repository['imageScanningConfiguration'] = {'scanOnPush': False, **payload['imageScanningConfiguration']}
    kept = [tag for tag in repository['tags'] if tag['Key'] not in _keys(old)]
    repository['tags'] = tags.merge(kept, payload.get('tags', []) + system_tags)
    _attach(name, lifecycle_text, policy)
    return find(name)


def delete(name: str, properties: Properties) -> None:
    force = str(properties.get('EmptyOnDelete', False)).lower() == 'true'
    call_if_present('DeleteRepository', {'repositoryName': name, 'force': force})


def find(name: str) -> Result:
    repository = repositories.require(name)
    return name, {'Arn': repository['repositoryArn'], 'RepositoryUri': repository['repositoryUri']}


def _request(properties: Properties) -> tuple[dict, list[dict]]:
    """The members of CreateRepository, and apart from them the tags that CloudFormation adds."""
    payload = members('CreateRepository', {key: value for key, value in properties.items() if key not in _NOT_IN_CREATE})
    all_tags = payload.get('tags') or []
    own = [tag for tag in all_tags if not tag['Key'].startswith('aws:cloudformation:')]
    for tag in own:
        # The type's schema is narrower here than the API.
        if len(tag['Key']) > _MAX_TAG_KEY or not 1 <= len(tag.get('Value', '')) <= 255:
            raise HandlerError(f"#/Tags: the tag '{tag['Key']}' needs a key of 1 to {_MAX_TAG_KEY} and a value of 1 to 255 characters")
    return {**payload, 'tags': own}, [tag for tag in all_tags if tag not in own]


def _attachments(name: str, properties: Properties) -> tuple[str | None, str | None]:
    """The texts of the lifecycle policy and the repository policy, both checked."""
    holder = properties.get('LifecyclePolicy') or {}
    for key in holder:
        if key not in ('LifecyclePolicyText', 'RegistryId'):
            raise HandlerError(f'#/LifecyclePolicy: extraneous key [{key}] is not permitted')
    lifecycle_text = holder.get('LifecyclePolicyText')
    policy = properties.get('RepositoryPolicyText')
    if lifecycle_text:
        model.check('PutLifecyclePolicy', {'repositoryName': name, 'lifecyclePolicyText': lifecycle_text})
        lifecycle.parse(lifecycle_text)
    if policy:
        policy = text(policy)
        model.check('SetRepositoryPolicy', {'repositoryName': name, 'policyText': policy})
        policy_text.check_repository_policy(policy)
    return lifecycle_text, policy


def _changes(repository: dict, old: Properties, new: Properties, lifecycle_text: str | None, policy: str | None) -> dict:
    """The operations that an update comes down to, each with whether it is needed."""
    name = repository['repositoryName']
    return {
        'PutImageTagMutability': _differs(old, new, 'ImageTagMutability', 'ImageTagMutabilityExclusionFilters'),
        'PutImageScanningConfiguration': 'ImageScanningConfiguration' in new and _differs(old, new, 'ImageScanningConfiguration'),
        'TagResource': any(tag not in (old.get('Tags') or []) for tag in new.get('Tags') or []),
        'UntagResource': _keys(old) - _keys(new),
        'PutLifecyclePolicy': lifecycle_text and lifecycle_text != LIFECYCLE_POLICIES.get(name),
        'DeleteLifecyclePolicy': not lifecycle_text and name in LIFECYCLE_POLICIES,
        'SetRepositoryPolicy': policy and policy != REPOSITORY_POLICIES.get(name),
        'DeleteRepositoryPolicy': not policy and name in REPOSITORY_POLICIES,
    }


def _differs(old: Properties, new: Properties, *names: str) -> bool:
    return any(old.get(name) != new.get(name) for name in names)


def _keys(properties: Properties) -> set[str]:
    return {tag['Key'] for tag in properties.get('Tags') or []}


def _require(name: str, operations: dict) -> None:
    """Raise EcrError unless the stack may carry out all the operations that are needed."""
    for operation, is_needed in operations.items():
        if is_needed:
            require(operation, name)


def _attach(name: str, lifecycle_text: str | None, policy: str | None) -> None:
    for store, value in ((LIFECYCLE_POLICIES, lifecycle_text), (REPOSITORY_POLICIES, policy)):
        if value:
            store[name] = value
        else:
            store.pop(name, None)


TYPE = ResourceType('AWS::ECR::Repository', 'RepositoryName', ('RepositoryName', 'EncryptionConfiguration'),
                    create, delete, find, update)
