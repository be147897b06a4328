"""Images that come from another registry, by replication or through a cache."""
import time

from . import mutability
from .images import Image
from .manifests import Manifest, digest_of
from .repositories import content, require


def take_over(name: str, body: bytes, manifest: Manifest, tag: str | None, blobs: dict[str, bytes]) -> None:
    """Store an image that comes from another registry, without its tag if that one is immutable and another image's.

    It is nobody's push: no listener hears of it, so that what was replicated or cached is not replicated again.
    """
    repository, held = require(name), content(name)
    digest = digest_of(body)
    held.layers.update(blobs)
    if digest not in held.images:
        held.images[digest] = Image(digest, body, manifest, time.time())
    elif held.images[digest].status != 'ACTIVE':
        held.images[digest].restore()
    if tag and (held.tags.get(tag) in (None, digest) or not mutability.is_frozen(repository, tag)):
        held.tags[tag] = digest
