"""An image of an upstream registry, with what its index refers to and all layers, checked against their digests."""
from dataclasses import dataclass

from ..ecr.errors import EcrError
from ..ecr.manifests import DOCKER_LIST, DOCKER_MANIFEST, MAX_BYTES, OCI_INDEX, OCI_MANIFEST, Part, digest_of, is_digest, parse
from .client import Answer, Client

_MEDIA_TYPES = ', '.join((OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST))
_MAX_MANIFESTS = 100
_MAX_LAYER_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class Fetched:
    """An image that an upstream registry has: its digest, and what there is to take over."""

    digest: str
    parts: list[Part]


def image(client: Client, name: str, reference: str, current: str | None) -> Fetched:
    """The image of a tag or digest; without its parts if it is the `current` one. Raises EcrError with an image failure code."""
    first = _manifest(client, name, reference)
    digest = digest_of(first.body)
    if digest == current:
        return Fetched(digest, [])
    found = {digest: first}
    queue = [first]
    for part in queue:
        for child in part.manifest.children:
            if child['digest'] not in found:
                if len(found) >= _MAX_MANIFESTS:
                    raise EcrError('UpstreamUnavailable', f'{name} has more than {_MAX_MANIFESTS} manifests')
                found[child['digest']] = _manifest(client, name, child['digest'])
                queue.append(found[child['digest']])
    sizes = {item['digest']: item['size'] for part in queue for item in part.manifest.blobs()
             if item['digest'] in part.manifest.required_layers()}
    if sum(sizes.values()) > _MAX_LAYER_BYTES:
        raise EcrError('UpstreamUnavailable', f'{name} has more than {_MAX_LAYER_BYTES} bytes of layers')
    blobs = {layer: _blob(client, name, layer, size) for layer, size in sizes.items()}
    return Fetched(digest, [Part(part.body, part.manifest, {layer: blobs[layer] for layer in part.manifest.required_layers()})
                            for part in queue])


def ping(client: Client) -> None:
    """Raise EcrError unless the registry lets the client in."""
    _require(client.get('/v2/', MAX_BYTES), 'the registry')


def _manifest(client: Client, name: str, reference: str) -> Part:
    answer = _require(client.get(f'/v2/{name}/manifests/{reference}', MAX_BYTES, _MEDIA_TYPES), f'{name} {reference}')
    if is_digest(reference) and digest_of(answer.body) != reference:
        raise EcrError('UpstreamUnavailable', f'{name} {reference} is not what its digest says')
    try:
        return Part(answer.body, parse(answer.body, answer.headers.get('content-type', '').partition(';')[0].strip() or None), {})
    except EcrError as error:
        raise EcrError('UpstreamUnavailable', f'{name} {reference}: {error.message}') from None


def _blob(client: Client, name: str, digest: str, size: int) -> bytes:
    body = _require(client.get(f'/v2/{name}/blobs/{digest}', size), f'{name} {digest}').body
    if digest_of(body) != digest:
        raise EcrError('UpstreamUnavailable', f'{name} {digest} is not what its digest says')
    return body


def _require(answer: Answer, what: str) -> Answer:
    """The failure codes are those of the API; which status leads to which is our reading.

    See https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageFailure.html
    """
    if answer.status == 200:
        return answer
    code = {401: 'UpstreamAccessDenied', 403: 'UpstreamAccessDenied', 404: 'ImageNotFound', 429: 'UpstreamTooManyRequests'}
    raise EcrError(code.get(answer.status, 'UpstreamUnavailable'), f'the upstream registry answers {answer.status} for {what}')
