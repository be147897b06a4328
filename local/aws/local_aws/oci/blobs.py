"""Layers over HTTP: upload in one or more requests, mount from another repository, download in ranges."""
import re

from .. import access
from ..ecr import account_settings, creation, layers, repositories
from ..ecr.manifests import is_digest
from ..ecr.state import REPOSITORIES
from .responses import Response, error


def read(name: str, digest: str, range_header: str | None) -> Response:
    """A layer, or the part of it that a Range header asks for."""
    data = repositories.content(name).layers.get(digest)
    if not is_digest(digest):
        return error(400, 'DIGEST_INVALID', f"'{digest}' is not a sha256 digest")
    if data is None:
        return error(404, 'BLOB_UNKNOWN', f"the layer '{digest}' is not in the repository '{name}'")
    headers = {'Content-Type': 'application/octet-stream', 'Docker-Content-Digest': digest, 'Accept-Ranges': 'bytes'}
    bounds = _bounds(range_header, len(data))
    if bounds is None:
        return Response(200, headers, data)
    first, last = bounds
    if first > last:
        return error(416, 'SIZE_INVALID', 'the range is not in the layer', **{'Content-Range': f'bytes */{len(data)}'})
    return Response(206, {**headers, 'Content-Range': f'bytes {first}-{last}/{len(data)}'}, data[first:last + 1])


def _bounds(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of a Range header; None without one, or with several ranges, which may be ignored."""
    match = re.fullmatch(r'bytes=(\d*)-(\d*)', header or '')
    if not match or match[0] == 'bytes=-':
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size - 1
    return int(match[1]), min(size - 1, int(match[2] or size - 1))


def start(name: str, query: dict[str, str], body: bytes) -> Response:
    """Mount a layer, take a whole one, or start an upload."""
    creation.on_push(name)
    digest = query.get('mount')
    if digest and _mount(name, digest, query.get('from', '')):
        return _created(name, digest)
    upload_id = layers.initiate(name)
    if query.get('digest'):
        return finish(name, upload_id, query['digest'], body)
    return _accepted(name, upload_id, 0)


def _mount(name: str, digest: str, source: str) -> bool:
    """Share a layer with another repository of the registry, as far as ECR does.

    It does when the account setting allows it, both repositories are encrypted alike, and the caller may download
    the layer there; otherwise the client uploads it.
    See https://docs.aws.amazon.com/AmazonECR/latest/userguide/blob-mounting.html
    """
    if source not in REPOSITORIES or account_settings.get({'name': 'BLOB_MOUNTING'})['value'] != 'ENABLED':
        return False
    there, here = repositories.require(source), repositories.require(name)
    data = repositories.content(source).layers.get(digest)
    if data is None or there['encryptionConfiguration'] != here['encryptionConfiguration']:
        return False
    if access.denial('ecr:GetDownloadUrlForLayer', there['repositoryArn'], there['registryId']):
        return False
    repositories.content(name).layers[digest] = data
    return True


def status(name: str, upload_id: str) -> Response:
    received = len(layers.upload(name, upload_id).data)
    return Response(204, _session(name, upload_id, received))


def append(name: str, upload_id: str, body: bytes, content_range: str | None) -> Response:
    """A further chunk. One with a Content-Range must continue where the last one ended."""
    received = len(layers.upload(name, upload_id).data)
    match = re.fullmatch(r'(?:bytes )?(\d+)-(\d+)(?:/.*)?', content_range or '')
    if match and (int(match[1]) != received or int(match[2]) - int(match[1]) + 1 != len(body)):
        return Response(416, _session(name, upload_id, received))
    return _accepted(name, upload_id, len(layers.append(name, upload_id, body).data))


def finish(name: str, upload_id: str, digest: str, body: bytes) -> Response:
    """The end of an upload, with or without a last chunk."""
    if body:
        layers.append(name, upload_id, body)
    layers.complete(name, upload_id, digest)
    return _created(name, digest)


def cancel(name: str, upload_id: str) -> Response:
    layers.upload(name, upload_id)
    del repositories.content(name).uploads[upload_id]
    return Response(204)


def _created(name: str, digest: str) -> Response:
    return Response(201, {'Location': f'/v2/{name}/blobs/{digest}', 'Docker-Content-Digest': digest})


def _accepted(name: str, upload_id: str, received: int) -> Response:
    return Response(202, _session(name, upload_id, received))


def _session(name: str, upload_id: str, received: int) -> dict[str, str]:
    return {'Location': f'/v2/{name}/blobs/uploads/{upload_id}', 'Range': f'0-{max(0, received - 1)}',
            'Docker-Upload-Uuid': upload_id}
