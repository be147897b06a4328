"""The operations of the ECR API on images."""
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from types import MappingProxyType

from ministack.core.responses import get_account_id

from .. import access
from . import creation, events, images
from .errors import EcrError, invalid
from .images import Image
from .paging import page
from .repositories import content, require
from .state import Content


def put_image(payload: dict) -> dict:
    name, tag = payload['repositoryName'], payload.get('imageTag')
    body = payload['imageManifest'].encode()
    creation.on_push(name)
    image, changed = images.put(name, body, payload.get('imageManifestMediaType'), tag, payload.get('imageDigest'))
    if not changed:
        with_tag = f" and tag '{tag}'" if tag else ''
        raise EcrError('ImageAlreadyExistsException',
                       f"Image with digest '{image.digest}'{with_tag} already exists in the repository with name '{name}' "
                       f"in registry with id '{get_account_id()}'")
    return {'image': _image(name, image, tag)}


def batch_get_image(payload: dict, refused: Mapping[int, EcrError] = MappingProxyType({})) -> dict:
    """BatchGetImage; `refused` says which of its images a cache could not get."""
    name = payload['repositoryName']
    repository, held = require(name), content(name)
    found, failures = [], []
    for number, image_id in enumerate(payload['imageIds']):
        try:
            if number in refused:
                raise refused[number]
            image = images.find(held, image_id)
            accepted = payload.get('acceptedMediaTypes')
            if accepted and image.manifest.media_type not in accepted:
                raise EcrError('ImageNotFound', 'Requested image not found in an accepted media type')
            images.pull(repository, image, access.caller_arn())
            found.append(_image(name, image, image_id.get('imageTag')))
        except EcrError as error:
            failures.append(_failure(image_id, error))
    return {'images': found, 'failures': failures}


def batch_delete_image(payload: dict) -> dict:
    """Indexes go before the images they refer to, so that one request can delete both."""
    name = payload['repositoryName']
    held = content(name)
    deleted, failures = [], []
    for image_id in sorted(payload['imageIds'], key=lambda item: not _is_index(held, item)):
        try:
            deleted += images.delete(name, image_id)
        except EcrError as error:
            failures.append(_failure(image_id, error))
    return {'imageIds': deleted, 'failures': failures}


def describe_images(payload: dict) -> dict:
    name = payload['repositoryName']
    held = content(name)
    if payload.get('imageIds'):
        if {'maxResults', 'nextToken', 'filter'} & set(payload):
            raise invalid('imageIds', 'cannot be given together with maxResults, nextToken or filter')
        wanted = {image.digest: image for image in (find(name, held, image_id) for image_id in payload['imageIds'])}
        return {'imageDetails': [_detail(name, held, image) for image in wanted.values()]}
    found, more = page(_filtered(held, payload), payload, lambda image: image.digest, 100)
    return {'imageDetails': [_detail(name, held, image) for image in found], **more}


def list_images(payload: dict) -> dict:
    """One entry for each tag, and one for each image without tags."""
    held = content(payload['repositoryName'])
    ids = []
    for image in _filtered(held, payload):
        ids += [{'imageDigest': image.digest, 'imageTag': tag} for tag in images.tags_of(held, image.digest)] \
            or [{'imageDigest': image.digest}]
    found, more = page(ids, payload, lambda item: f"{item['imageDigest']} {item.get('imageTag', '')}", 100)
    return {'imageIds': found, **more}


def update_storage_class(payload: dict) -> dict:
    """Archive or restore an image. Restoring takes ECR up to 20 minutes; here it is done at once."""
    name, target = payload['repositoryName'], payload['targetStorageClass']
    held = content(name)
    image = find(name, held, payload['imageId'])
    if (image.status == 'ARCHIVED') == (target == 'ARCHIVE'):
        raise EcrError('ImageStorageClassUpdateNotSupportedException', f'the image is in the storage class {target} already')
    lists = [digest for digest in images.lists_of(held, image.digest) if held.images[digest].status != 'ARCHIVED']
    if target == 'ARCHIVE' and lists:
        # The guide to lifecycle policies says that it is not done before the list is; which error says so is not documented.
        raise EcrError('ImageStorageClassUpdateNotSupportedException', f'the image is referenced by manifest list: [{", ".join(lists)}]')
    if target == 'ARCHIVE':
        image.status, image.archived_at = 'ARCHIVED', time.time()
    else:
        image.restore()
    restored = datetime.fromtimestamp(image.activated_at, timezone.utc).isoformat() if target == 'STANDARD' else None
    events.storage_class_change(name, image.digest, image.manifest.media_type, image.manifest.artifact_type, target, restored)
    if target == 'STANDARD':
        images.announce(name, image, images.tags_of(held, image.digest))
    return {'registryId': get_account_id(), 'repositoryName': name, 'imageId': {'imageDigest': image.digest},
            'imageStatus': image.status}


def find(name: str, held: Content, image_id: dict) -> Image:
    try:
        return images.find(held, image_id)
    except EcrError as error:
        if error.code not in ('ImageNotFound', 'ImageTagDoesNotMatchDigest'):
            raise invalid('imageId', error.message) from None
        shown = f"{{imageDigest:'{image_id.get('imageDigest', 'null')}', imageTag:'{image_id.get('imageTag', 'null')}'}}"
        raise EcrError('ImageNotFoundException',
                       f"The image with imageId {shown} does not exist within the repository with name '{name}' "
                       f"in the registry with id '{get_account_id()}'") from None


def _filtered(held: Content, payload: dict) -> list[Image]:
    wanted = payload.get('filter', {})
    status, tagged = wanted.get('imageStatus', 'ACTIVE'), wanted.get('tagStatus', 'ANY')
    return [image for image in held.images.values()
            if status in ('ANY', image.status)
            and tagged in ('ANY', 'TAGGED' if images.tags_of(held, image.digest) else 'UNTAGGED')]


def _detail(name: str, held: Content, image: Image) -> dict:
    optional = {
        'imageTags': images.tags_of(held, image.digest),
        'artifactMediaType': image.manifest.artifact_type,
        'lastRecordedPullTime': image.pulled_at,
        'subjectManifestDigest': image.manifest.subject,
        'lastArchivedAt': image.archived_at,
        'lastActivatedAt': image.activated_at,
    }
    return {
        'registryId': get_account_id(), 'repositoryName': name, 'imageDigest': image.digest,
        'imageSizeInBytes': images.size_of(held, image), 'imagePushedAt': image.pushed_at,
        'imageManifestMediaType': image.manifest.media_type, 'imageStatus': image.status,
        **{key: value for key, value in optional.items() if value},
    }


def _image(name: str, image: Image, tag: str | None) -> dict:
    return {'registryId': get_account_id(), 'repositoryName': name,
            'imageId': {'imageDigest': image.digest, **({'imageTag': tag} if tag else {})},
            'imageManifest': image.body.decode(), 'imageManifestMediaType': image.manifest.media_type}


def _is_index(held: Content, image_id: dict) -> bool:
    try:
        return images.find(held, image_id).manifest.is_index
    except EcrError:
        return False


def _failure(image_id: dict, error: EcrError) -> dict:
    code = 'KmsError' if error.code == 'KmsException' else error.code
    return {'imageId': image_id, 'failureCode': code, 'failureReason': error.message}


OPERATIONS = {
    'PutImage': put_image,
    'BatchGetImage': batch_get_image,
    'BatchDeleteImage': batch_delete_image,
    'DescribeImages': describe_images,
    'ListImages': list_images,
    'UpdateImageStorageClass': update_storage_class,
}
