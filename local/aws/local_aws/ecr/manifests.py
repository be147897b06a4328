"""Reads image manifests and rejects malformed ones.

See https://github.com/opencontainers/image-spec/blob/main/manifest.md and image-index.md
"""
import hashlib
import json
import re
from dataclasses import dataclass, field

from .errors import EcrError, invalid

DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
MAX_BYTES = 4_194_304

_INDEXES = {DOCKER_LIST, OCI_INDEX}
_MEDIA_TYPES = {DOCKER_MANIFEST, OCI_MANIFEST, *_INDEXES}
_DIGEST = re.compile(r'sha256:[0-9a-f]{64}')


@dataclass(frozen=True)
class Manifest:
    """What the registry needs to know of a manifest."""

    media_type: str
    artifact_type: str | None
    config: dict | None
    layers: list[dict] = field(default_factory=list)
    children: list[dict] = field(default_factory=list)
    subject: str | None = None
    annotations: dict | None = None

    @property
    def is_index(self) -> bool:
        return self.media_type in _INDEXES

    @property
    def size(self) -> int:
        """Bytes of the configuration and the layers, as ECR counts the size of an image."""
        return sum(item['size'] for item in self.blobs())

    def blobs(self) -> list[dict]:
        return ([self.config] if self.config else []) + self.layers

    def required_layers(self) -> list[str]:
        """Digests that must be in the repository. Foreign layers stay with whoever distributes them."""
        return [item['digest'] for item in self.blobs() if not _is_foreign(item)]


@dataclass(frozen=True)
class Part:
    """A manifest as it was pushed, with its layers: what goes from one registry to another."""

    body: bytes
    manifest: Manifest
    blobs: dict[str, bytes]


def digest_of(data: bytes) -> str:
    return f'sha256:{hashlib.sha256(data).hexdigest()}'


def is_digest(text: str) -> bool:
    return _DIGEST.fullmatch(text) is not None


def parse(body: bytes, media_type: str | None) -> Manifest:
    """The manifest in `body`. Its own mediaType and the one it was sent with must agree."""
    if len(body) > MAX_BYTES:
        raise invalid('imageManifest', f'Member must have length less than or equal to {MAX_BYTES}')
    try:
        document = json.loads(body)
    except ValueError:
        raise _malformed('it is not JSON') from None
    if not isinstance(document, dict) or document.get('schemaVersion') != 2:
        raise _malformed('schemaVersion is not 2')
    own = document.get('mediaType')
    kind = media_type or own or _guess(document)
    if kind not in _MEDIA_TYPES:
        raise _malformed(f"the media type '{kind}' is not supported")
    if own is not None and own != kind:
        raise _malformed(f"it says that it is '{own}' but was sent as '{kind}'")
    return _read(document, kind)


def _read(document: dict, kind: str) -> Manifest:
    subject = document.get('subject')
    if subject is not None:
        _check_descriptor(subject, 'subject')
    annotations = document.get('annotations')
    if annotations is not None and not isinstance(annotations, dict):
        raise _malformed('annotations is not an object')
    common = {'subject': subject and subject['digest'], 'annotations': annotations}
    if kind in _INDEXES:
        if 'layers' in document or 'config' in document:
            raise _malformed('an index has no config and no layers')
        children = _descriptors(document, 'manifests')
        return Manifest(kind, document.get('artifactType'), None, children=children, **common)
    if 'manifests' in document:
        raise _malformed('an image manifest has no manifests')
    config = document.get('config')
    _check_descriptor(config, 'config')
    return Manifest(kind, document.get('artifactType') or config['mediaType'], config,
                    layers=_descriptors(document, 'layers'), **common)


def _descriptors(document: dict, name: str) -> list[dict]:
    items = document.get(name)
    if not isinstance(items, list):
        raise _malformed(f'{name} is not an array')
    for item in items:
        _check_descriptor(item, name)
    return items


def _check_descriptor(item, name: str) -> None:
    if not isinstance(item, dict):
        raise _malformed(f'{name} is not a descriptor')
    if not isinstance(item.get('mediaType'), str) or not item['mediaType']:
        raise _malformed(f'{name} has a descriptor without mediaType')
    if not isinstance(item.get('digest'), str) or not is_digest(item['digest']):
        raise _malformed(f'{name} has a descriptor without a sha256 digest')
    size = item.get('size')
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise _malformed(f'{name} has a descriptor without a size')


def _is_foreign(descriptor: dict) -> bool:
    return '.foreign.' in descriptor['mediaType'] or '.nondistributable.' in descriptor['mediaType']


def _guess(document: dict) -> str:
    """PutImage may omit the media type, and an OCI manifest may omit its own."""
    return OCI_INDEX if 'manifests' in document else OCI_MANIFEST


def _malformed(detail: str) -> EcrError:
    return invalid('imageManifest', f'Invalid manifest provided: {detail}')
