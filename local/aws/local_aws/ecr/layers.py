"""Layers: uploads in parts, availability, downloads."""
import base64
import uuid

from ministack.core.responses import get_account_id

from . import creation, downloads, encryption
from .errors import EcrError
from .manifests import digest_of, is_digest
from .repositories import content, require
from .state import Upload

_PART_SIZE = 10_485_760
_MIN_PART = 5_242_880


def initiate(name: str) -> str:
    """Start an upload; returns its id."""
    held = content(name)
    encryption.require_usable(require(name))
    upload_id = str(uuid.uuid4())
    held.uploads[upload_id] = Upload()
    return upload_id


def upload(name: str, upload_id: str) -> Upload:
    found = content(name).uploads.get(upload_id)
    if found is None:
        raise EcrError('UploadNotFoundException',
                       f"Layer upload with id '{upload_id}' cannot be found in registry '{get_account_id()}' and repository '{name}'")
    return found


def append(name: str, upload_id: str, data: bytes) -> Upload:
    encryption.require_usable(require(name))
    found = upload(name, upload_id)
    found.data += data
    found.parts.append(len(data))
    return found


def complete(name: str, upload_id: str, digest: str) -> None:
    """Make a layer of an upload, which must have that digest."""
    found = upload(name, upload_id)
    encryption.require_usable(require(name))
    actual = digest_of(found.data)
    if actual != digest:
        raise EcrError('InvalidLayerException', f"Layer digest '{digest}' does not match the digest '{actual}' of what was uploaded")
    held = content(name)
    held.layers[digest] = bytes(found.data)
    del held.uploads[upload_id]


def initiate_layer_upload(payload: dict) -> dict:
    creation.on_push(payload['repositoryName'])
    return {**_named(payload), 'uploadId': initiate(payload['repositoryName']), 'partSize': _PART_SIZE}


def upload_layer_part(payload: dict) -> dict:
    """A part must begin where the one before it ended."""
    name, upload_id = payload['repositoryName'], payload['uploadId']
    found = upload(name, upload_id)
    data = base64.b64decode(payload['layerPartBlob'])
    first, last = payload['partFirstByte'], payload['partLastByte']
    if first != len(found.data) or last - first + 1 != len(data):
        raise EcrError('InvalidLayerPartException',
                       f'The layer part from {first} to {last} does not continue the upload at {len(found.data)}',
                       **_named(payload), uploadId=upload_id, lastValidByteReceived=len(found.data) - 1)
    append(name, upload_id, data)
    return {**_named(payload), 'uploadId': upload_id, 'lastByteReceived': last}


def complete_layer_upload(payload: dict) -> dict:
    name, upload_id = payload['repositoryName'], payload['uploadId']
    digests = payload['layerDigests']
    found = upload(name, upload_id)
    if not found.data:
        raise EcrError('EmptyUploadException', f"The upload with id '{upload_id}' has no parts")
    if any(size < _MIN_PART for size in found.parts[:-1]):
        raise EcrError('LayerPartTooSmallException', f'Layer parts must be at least {_MIN_PART} bytes, except the last one')
    if digests[0] in content(name).layers:
        raise EcrError('LayerAlreadyExistsException', f"A layer with digest '{digests[0]}' exists in the repository '{name}' already")
    complete(name, upload_id, digests[0])
    return {**_named(payload), 'uploadId': upload_id, 'layerDigest': digests[0]}


def batch_check_layer_availability(payload: dict) -> dict:
    held = content(payload['repositoryName'])
    found, failures = [], []
    for digest in payload['layerDigests']:
        if not is_digest(digest):
            failures.append({'layerDigest': digest, 'failureCode': 'InvalidLayerDigest',
                             'failureReason': 'Invalid layer digest provided'})
        elif digest in held.layers:
            media_type = next((blob['mediaType'] for image in held.images.values() for blob in image.manifest.blobs()
                               if blob['digest'] == digest), None)
            found.append({'layerDigest': digest, 'layerAvailability': 'AVAILABLE', 'layerSize': len(held.layers[digest]),
                          **({'mediaType': media_type} if media_type else {})})
        else:
            found.append({'layerDigest': digest, 'layerAvailability': 'UNAVAILABLE'})
    return {'layers': found, 'failures': failures}


def get_download_url(payload: dict) -> dict:
    name, digest = payload['repositoryName'], payload['layerDigest']
    data = content(name).layers.get(digest)
    if data is None:
        raise EcrError('LayersNotFoundException',
                       f"The layer '{digest}' is not in the repository with name '{name}' in registry with id '{get_account_id()}'")
    encryption.require_usable(require(name))
    return {'downloadUrl': downloads.url(data), 'layerDigest': digest}


def _named(payload: dict) -> dict:
    return {'registryId': get_account_id(), 'repositoryName': payload['repositoryName']}


OPERATIONS = {
    'InitiateLayerUpload': initiate_layer_upload,
    'UploadLayerPart': upload_layer_part,
    'CompleteLayerUpload': complete_layer_upload,
    'BatchCheckLayerAvailability': batch_check_layer_availability,
    'GetDownloadUrlForLayer': get_download_url,
}
