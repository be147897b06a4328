"""Answers of the OCI endpoints, errors included.

See https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
"""
import json
from dataclasses import dataclass, field

from ..ecr.errors import EcrError

_VERSION = {'Docker-Distribution-Api-Version': 'registry/2.0'}
# ECR's exception, the code that clients understand, and the status that goes with it.
_ERRORS = {
    'AccessDeniedException': ('DENIED', 403),
    'RepositoryNotFoundException': ('NAME_UNKNOWN', 404),
    'ImageNotFound': ('MANIFEST_UNKNOWN', 404),
    'ImageReferencedByManifestList': ('DENIED', 405),
    'ImageTagAlreadyExistsException': ('TAG_INVALID', 400),
    'ImageDigestDoesNotMatchException': ('DIGEST_INVALID', 400),
    'InvalidLayerException': ('DIGEST_INVALID', 400),
    'InvalidImageDigest': ('DIGEST_INVALID', 400),
    'InvalidImageTag': ('MANIFEST_INVALID', 400),
    'InvalidParameterException': ('MANIFEST_INVALID', 400),
    'LayersNotFoundException': ('MANIFEST_BLOB_UNKNOWN', 400),
    'ReferencedImagesNotFoundException': ('MANIFEST_BLOB_UNKNOWN', 400),
    'UploadNotFoundException': ('BLOB_UPLOAD_UNKNOWN', 404),
    'LimitExceededException': ('TOOMANYREQUESTS', 429),
    'UpstreamAccessDenied': ('DENIED', 403),
    'UpstreamTooManyRequests': ('TOOMANYREQUESTS', 429),
    'UpstreamUnavailable': ('UNAVAILABLE', 503),
    'KmsException': ('DENIED', 400),
}


@dataclass(frozen=True)
class Response:
    """A status, headers and a body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b''

    def complete(self) -> 'Response':
        """With the headers that every answer has."""
        return Response(self.status, {**_VERSION, 'Content-Length': str(len(self.body)), **self.headers}, self.body)


def document(value, status: int = 200, media_type: str = 'application/json', **headers: str) -> Response:
    return Response(status, {'Content-Type': media_type, **headers}, json.dumps(value).encode())


def error(status: int, code: str, message: str, **headers: str) -> Response:
    return document({'errors': [{'code': code, 'message': message}]}, status, **headers)


def translated(failure: EcrError) -> Response:
    """An error of the API in the words of the distribution spec."""
    code, status = _ERRORS.get(failure.code, ('UNKNOWN', 500))
    return error(status, code, failure.message)


def unauthorized(realm: str) -> Response:
    return error(401, 'UNAUTHORIZED', 'Not Authorized',
                 **{'Www-Authenticate': f'Basic realm="{realm}",service="ecr.amazonaws.com"'})
