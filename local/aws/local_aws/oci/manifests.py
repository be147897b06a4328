"""Manifests over HTTP, and the lists that go with them: tags, referrers, repositories."""
from .. import access
from ..ecr import creation, images, referrers, repositories
from ..ecr.errors import EcrError
from ..ecr.manifests import OCI_INDEX, is_digest
from ..ecr.state import REPOSITORIES
from .responses import Response, document, error

_PAGE = 1_000


def write(name: str, reference: str, media_type: str | None, body: bytes) -> Response:
    """Push a manifest under a tag or under its digest."""
    creation.on_push(name)
    by_digest = ':' in reference
    kind = media_type.partition(';')[0].strip() if media_type else None
    image, _ = images.put(name, body, kind, None if by_digest else reference, reference if by_digest else None)
    headers = {'Location': f'/v2/{name}/manifests/{image.digest}', 'Docker-Content-Digest': image.digest}
    if image.manifest.subject:
        # Tells the client that it need not keep a list of referrers in a tag.
        headers['OCI-Subject'] = image.manifest.subject
    return Response(201, headers)


def read(name: str, reference: str, is_pull: bool) -> Response:
    """A manifest by tag or digest. A HEAD request is not a pull."""
    repository, held = repositories.require(name), repositories.content(name)
    image = images.find(held, image_id(reference))
    if is_pull:
        images.pull(repository, image, access.caller_arn())
    elif image.status != 'ACTIVE':
        raise EcrError('ImageNotFound', 'Requested image is archived')
    return Response(200, {'Content-Type': image.manifest.media_type, 'Docker-Content-Digest': image.digest}, image.body)


def delete(name: str, reference: str) -> Response:
    images.delete(name, image_id(reference))
    return Response(202)


def image_id(reference: str) -> dict:
    return {'imageDigest' if ':' in reference else 'imageTag': reference}


def list_tags(name: str, query: dict[str, str]) -> Response:
    found, headers = _page(sorted(repositories.content(name).tags), query, f'/v2/{name}/tags/list')
    return document({'name': name, 'tags': found}, **headers)


def list_repositories(query: dict[str, str]) -> Response:
    found, headers = _page(sorted(REPOSITORIES.keys()), query, '/v2/_catalog')
    return document({'repositories': found}, **headers)


def _page(items: list[str], query: dict[str, str], path: str) -> tuple[list[str], dict[str, str]]:
    """The items after `last`, at most `n`, with a Link to the next page."""
    size = int(query['n']) if query.get('n', '').isdigit() else _PAGE
    rest = [item for item in items if item > query.get('last', '')]
    if not 0 < size < len(rest):
        return rest[:size], {}
    return rest[:size], {'Link': f'<{path}?n={size}&last={rest[size - 1]}>; rel="next"'}


def list_referrers(name: str, digest: str, query: dict[str, str]) -> Response:
    """What refers to a digest, as an OCI index."""
    if not is_digest(digest):
        return error(400, 'DIGEST_INVALID', f"'{digest}' is not a sha256 digest")
    wanted = query.get('artifactType')
    found = [image for image in referrers.find(name, digest)
             if image.status == 'ACTIVE' and wanted in (None, image.manifest.artifact_type)]
    index = {'schemaVersion': 2, 'mediaType': OCI_INDEX, 'manifests': [referrers.descriptor(image) for image in found]}
    return document(index, media_type=OCI_INDEX, **({'OCI-Filters-Applied': 'artifactType'} if wanted else {}))
