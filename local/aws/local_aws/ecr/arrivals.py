"""Images that come from another registry, by replication or through a cache."""
import time

from . import mutability
from .images import Image
from .manifests import Part, digest_of
from .repositories import content, require
from .state import Content


def part_of(held: Content, image: Image) -> Part:
    digests = [item['digest'] for item in image.manifest.blobs()]
    return Part(image.body, image.manifest, {digest: held.layers[digest] for digest in digests if digest in held.layers})


def family(held: Content, image: Image, with_referrers: bool) -> list[Image]:
    """An image, the ones that an index refers to, and the active ones that refer to them, each once."""
    found = {image.digest: image}
    queue = [image]
    for item in queue:
        related = [held.images[child['digest']] for child in item.manifest.children if child['digest'] in held.images]
        if with_referrers:
            related += [other for other in held.images.values() if other.manifest.subject == item.digest and other.status == 'ACTIVE']
        for other in related:
            if other.digest not in found:
                found[other.digest] = other
                queue.append(other)
    return queue


def take_over(name: str, parts: list[Part], digest: str, tag: str | None) -> None:
    """Store an image, without its tag if that one is immutable and another image's.

    It is nobody's push: no listener hears of it, so that what was replicated or cached is not replicated again.
    For what was cached that is our reading.
    """
    repository, held = require(name), content(name)
    for part in parts:
        own = digest_of(part.body)
        held.layers.update(part.blobs)
        if own not in held.images:
            held.images[own] = Image(own, part.body, part.manifest, time.time())
        elif held.images[own].status != 'ACTIVE':
            held.images[own].restore()
    if tag and (held.tags.get(tag) in (None, digest) or not mutability.is_frozen(repository, tag)):
        held.tags[tag] = digest
