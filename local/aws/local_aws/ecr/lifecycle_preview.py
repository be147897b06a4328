"""What a lifecycle policy would do to the images of a repository.

Policies are previewed, never carried out. The algorithm is the user guide's:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
"""
import re
import time

from ministack.core.responses import get_account_id

from . import images
from .errors import EcrError, invalid
from .images import Image
from .lifecycle import parse, storage_class_of
from .paging import page
from .repositories import content, require
from .state import LIFECYCLE_POLICIES, PREVIEWS, Content

_DAY = 86_400


def evaluate(held: Content, rules: list[dict], now: float) -> list[tuple[Image, dict]]:
    """The images that are acted on, each with its rule.

    An image whose tags match a rule is out of reach for every rule with a higher number, also when the first
    rule keeps it; it still counts there. An image that an index refers to is safe while the index exists.
    """
    claimed: set[str] = set()
    safe = {child['digest'] for image in held.images.values() for child in image.manifest.children}
    acted = []
    for rule in rules:
        pool = [image for image in held.images.values()
                if _storage_class(image) == storage_class_of(rule) and _matches(rule['selection'], images.tags_of(held, image.digest))]
        acted += [(image, rule) for image in _marked(pool, rule['selection'], now)
                  if image.digest not in claimed and image.digest not in safe]
        claimed |= {image.digest for image in pool}
    return acted


def _marked(pool: list[Image], selection: dict, now: float) -> list[Image]:
    """The images of a rule that exceed its count or its age, oldest first."""
    ordered = sorted(pool, key=_since)
    if selection['countType'] == 'imageCountMoreThan':
        return ordered[:max(0, len(ordered) - selection['countNumber'])]
    reference = _pulled if selection['countType'] == 'sinceImagePulled' else _since
    return [image for image in ordered if now - reference(image) > selection['countNumber'] * _DAY]


def _since(image: Image) -> float:
    """When the image came to its storage class: archived, restored or pushed."""
    if image.status == 'ARCHIVED':
        return image.archived_at
    return image.activated_at or image.pushed_at


def _pulled(image: Image) -> float:
    """The last pull; restoring counts as one, and for an image that was never pulled, so does its push."""
    return max(image.pulled_at or 0, _since(image))


def _storage_class(image: Image) -> str:
    return 'archive' if image.status == 'ARCHIVED' else 'standard'


def _matches(selection: dict, tags: list[str]) -> bool:
    """Whether an image with these tags is the rule's. Every entry of a list must match one of them."""
    status = selection['tagStatus']
    if status != 'tagged':
        return status == 'any' or not tags
    patterns = selection.get('tagPatternList') or [f'{prefix}*' for prefix in selection['tagPrefixList']]
    compiled = [re.compile('.*'.join(re.escape(part) for part in pattern.split('*'))) for pattern in patterns]
    return all(any(expression.fullmatch(tag) for tag in tags) for expression in compiled)


def start(payload: dict) -> dict:
    """StartLifecyclePolicyPreview. The result is there at once; ECR takes a while."""
    name = payload['repositoryName']
    require(name)
    text = payload.get('lifecyclePolicyText') or LIFECYCLE_POLICIES.get(name)
    if not text:
        raise EcrError('LifecyclePolicyNotFoundException',
                       f"Lifecycle policy does not exist for the repository with name '{name}' "
                       f"in the registry with id '{get_account_id()}'")
    held = content(name)
    results = [_result(held, image, rule) for image, rule in evaluate(held, parse(text), time.time())]
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


def _result(held: Content, image: Image, rule: dict) -> dict:
    action = {'type': rule['action']['type'].upper()}
    if action['type'] == 'TRANSITION':
        action['targetStorageClass'] = 'ARCHIVE'
    return {'imageTags': images.tags_of(held, image.digest), 'imageDigest': image.digest, 'imagePushedAt': image.pushed_at,
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
