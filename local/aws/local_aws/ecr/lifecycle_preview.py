"""What a lifecycle policy would do to the images of a repository.

Policies are previewed, never carried out.
"""
import time

from ministack.core.responses import get_account_id

from . import images
from .errors import EcrError, invalid
from .lifecycle import parse, storage_class_of
from .lifecycle_evaluation import Candidate, evaluate
from .paging import page
from .repositories import content, require
from .state import LIFECYCLE_POLICIES, PREVIEWS, Content


def start(payload: dict) -> dict:
    """StartLifecyclePolicyPreview. The result is there at once; ECR takes a while."""
    name = payload['repositoryName']
    require(name)
    text = payload.get('lifecyclePolicyText') or LIFECYCLE_POLICIES.get(name)
    if not text:
        raise EcrError('LifecyclePolicyNotFoundException',
                       f"Lifecycle policy does not exist for the repository with name '{name}' "
                       f"in the registry with id '{get_account_id()}'")
    results = [_result(image, rule) for image, rule in evaluate(_candidates(content(name)), parse(text), time.time())]
    PREVIEWS[name] = {'lifecyclePolicyText': text, 'results': results}
    return {**_named(name), 'lifecyclePolicyText': text, 'status': 'IN_PROGRESS'}


def get(payload: dict) -> dict:
    name = payload['repositoryName']
    require(name)
    if name not in PREVIEWS:
        raise EcrError('LifecyclePolicyPreviewNotFoundException',
                       f"Lifecycle policy preview does not exist for the repository with name '{name}' "
                       f"in the registry with id '{get_account_id()}'")
    if payload.get('imageIds') and {'maxResults', 'nextToken', 'filter'} & set(payload):
        raise invalid('imageIds', 'cannot be given together with maxResults, nextToken or filter')
    results = PREVIEWS[name]['results']
    shown, more = page([item for item in results if _is_wanted(item, payload)], payload, lambda item: item['imageDigest'], 100)
    transitions = sum(item['action']['type'] == 'TRANSITION' for item in results)
    summary = {'expiringImageTotalCount': len(results) - transitions}
    if transitions:
        summary['transitioningImageTotalCounts'] = [{'targetStorageClass': 'ARCHIVE', 'imageTotalCount': transitions}]
    return {**_named(name), 'lifecyclePolicyText': PREVIEWS[name]['lifecyclePolicyText'], 'status': 'COMPLETE',
            'previewResults': shown, 'summary': summary, **more}


def _candidates(held: Content) -> list[Candidate]:
    return [Candidate(
        image.digest, tuple(images.tags_of(held, image.digest)), image.pushed_at, image.pulled_at,
        archived_at=image.archived_at if image.status == 'ARCHIVED' else None,
        restored_at=image.activated_at if image.status == 'ACTIVE' else None,
        children=tuple(child['digest'] for child in image.manifest.children),
    ) for image in held.images.values()]


def _result(image: Candidate, rule: dict) -> dict:
    action = {'type': rule['action']['type'].upper()}
    if action['type'] == 'TRANSITION':
        action['targetStorageClass'] = 'ARCHIVE'
    return {'imageTags': list(image.tags), 'imageDigest': image.digest, 'imagePushedAt': image.pushed_at,
            'action': action, 'appliedRulePriority': rule['rulePriority'], 'storageClass': storage_class_of(rule).upper()}


def _is_wanted(result: dict, payload: dict) -> bool:
    ids = payload.get('imageIds')
    if ids:
        return any(item.get('imageDigest') == result['imageDigest'] or item.get('imageTag') in result['imageTags'] for item in ids)
    tagged = 'TAGGED' if result['imageTags'] else 'UNTAGGED'
    return payload.get('filter', {}).get('tagStatus', 'ANY') in ('ANY', tagged)


def _named(name: str) -> dict:
    return {'registryId': get_account_id(), 'repositoryName': name}


OPERATIONS = {'StartLifecyclePolicyPreview': start, 'GetLifecyclePolicyPreview': get}
