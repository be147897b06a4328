"""Images of a repository: put, find, delete. The API and the OCI endpoints both work through this."""
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ministack.core.responses import get_account_id

from . import encryption, events, metrics, mutability
from .errors import EcrError, invalid
from .manifests import Manifest, digest_of, is_digest, parse
from .repositories import content, require
from .state import EXCLUSIONS, Content

_MAX_TAGS = 1_000
_TAG = re.compile(r'[A-Za-z0-9_][A-Za-z0-9._-]{0,299}')


@dataclass
class Image:
    """One manifest in one repository."""

    digest: str
    body: bytes
    manifest: Manifest
    pushed_at: float
    pulled_at: float | None = None
    archived_at: float | None = None
    activated_at: float | None = None
    status: str = 'ACTIVE'
    replications: dict[tuple[str, str], dict] = field(default_factory=dict)

    def restore(self) -> None:
        self.status, self.activated_at = 'ACTIVE', time.time()


@dataclass(frozen=True)
class Push:
    """What `after_push` functions are told."""

    repository: str
    image: Image
    tag: str | None


after_push: list[Callable[[Push], None]] = []
"""Called after every push that changed something, and for every tag of an image that was restored."""


def announce(name: str, image: Image, tags: list[str]) -> None:
    """Say that an image is new here, or was restored."""
    for tag in tags or [None]:
        for listener in after_push:
            listener(Push(name, image, tag))


def put(name: str, body: bytes, media_type: str | None, tag: str | None = None, digest: str | None = None) -> tuple[Image, bool]:
    """Store a manifest and set a tag. Returns the image and whether anything changed."""
    repository, held = require(name), content(name)
    if tag is not None and not _TAG.fullmatch(tag):
        raise invalid('imageTag', f"must satisfy regular expression '{_TAG.pattern}'")
    actual = digest_of(body)
    if digest is not None and digest != actual:
        raise EcrError('ImageDigestDoesNotMatchException',
                       f"The provided digest '{digest}' does not match the digest '{actual}' of the manifest")
    manifest = parse(body, media_type)
    encryption.require_usable(repository)
    _require_parts(name, held, manifest)
    current = held.tags.get(tag) if tag else None
    image = held.images.get(actual)
    if image is not None and image.status == 'ACTIVE' and (tag is None or current == actual):
        return image, False
    if current not in (None, actual) and mutability.is_frozen(repository, tag):
        raise EcrError('ImageTagAlreadyExistsException',
                       f"The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten "
                       'because the tag is immutable.')
    if tag and current != actual and len(tags_of(held, actual)) >= _MAX_TAGS:
        raise EcrError('LimitExceededException', f'an image can have at most {_MAX_TAGS} tags')
    if image is None:
        image = held.images[actual] = Image(actual, body, manifest, time.time())
    elif image.status != 'ACTIVE':
        # "Pushing an archived image again restores it at once" (user guide, restore-image).
        image.restore()
    if tag:
        held.tags[tag] = actual
    events.image_action('PUSH', name, actual, tag)
    announce(name, image, [tag] if tag else [])
    return image, True


def _require_parts(name: str, held: Content, manifest: Manifest) -> None:
    missing = [item for item in manifest.required_layers() if item not in held.layers]
    if missing:
        raise EcrError('LayersNotFoundException',
                       f"The layers '{', '.join(missing)}' of the manifest are not in the repository with name '{name}' "
                       f"in registry with id '{get_account_id()}'")
    absent = [item['digest'] for item in manifest.children if item['digest'] not in held.images]
    if absent:
        raise EcrError('ReferencedImagesNotFoundException',
                       f"The images '{', '.join(absent)}' of the manifest list are not in the repository with name '{name}' "
                       f"in registry with id '{get_account_id()}'")


def tags_of(held: Content, digest: str) -> list[str]:
    return [tag for tag, target in held.tags.items() if target == digest]


def find(held: Content, image_id: dict) -> Image:
    """The image of an imageId. The error's code is one of ImageFailureCode."""
    digest, tag = image_id.get('imageDigest'), image_id.get('imageTag')
    if digest is None and tag is None:
        raise EcrError('MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null')
    if digest is not None and not is_digest(digest):
        raise EcrError('InvalidImageDigest', 'Invalid request parameters: image digest should satisfy the regex '
                                             "'[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'")
    if tag is not None and not _TAG.fullmatch(tag):
        raise EcrError('InvalidImageTag', 'Invalid request parameters: image tag should satisfy the regex '
                                          f"'{_TAG.pattern}'")
    found = digest if digest is not None else held.tags.get(tag)
    if tag is not None and digest is not None and held.tags.get(tag) != digest:
        if tag in held.tags and digest in held.images:
            raise EcrError('ImageTagDoesNotMatchDigest', 'Requested image tag does not match the image digest')
        found = None
    if found not in held.images:
        raise EcrError('ImageNotFound', 'Requested image not found')
    return held.images[found]


def pull(repository: dict, image: Image, caller_arn: str | None) -> None:
    """Note a pull, or refuse it. A principal that is registered as an exclusion leaves no trace.

    ECR notes a pull at least every 24 hours; here each one is noted at once.
    """
    encryption.require_usable(repository)
    if image.status != 'ACTIVE':
        raise EcrError('ImageNotFound', 'Requested image is archived')
    if role_of(caller_arn) not in EXCLUSIONS:
        image.pulled_at = time.time()
    metrics.pulled(repository['repositoryName'])


def role_of(caller_arn: str | None) -> str | None:
    """The ARN of the role behind a session's ARN; any other ARN as it is."""
    match = re.fullmatch(r'arn:([^:]+):sts::(\d{12}):assumed-role/([^/]+)/.+', caller_arn or '')
    return f'arn:{match[1]}:iam::{match[2]}:role/{match[3]}' if match else caller_arn


def delete(name: str, image_id: dict) -> list[dict]:
    """Remove a tag, or with a digest the image and all its tags. Returns the removed imageIds.

    The last tag takes the image with it, unless an index still refers to it: then it stays, untagged
    (our reading; ECR's page says only that an image which a list refers to cannot be deleted).
    """
    held = content(name)
    image = find(held, image_id)
    by_tag = image_id.get('imageDigest') is None
    removed = [image_id['imageTag']] if by_tag else tags_of(held, image.digest)
    is_last = set(removed) == set(tags_of(held, image.digest))
    lists = lists_of(held, image.digest)
    if lists and not by_tag:
        raise EcrError('ImageReferencedByManifestList', f'Requested image referenced by manifest list: [{", ".join(lists)}]')
    for tag in removed:
        del held.tags[tag]
    if is_last and not lists:
        del held.images[image.digest]
    for tag in removed or [None]:
        events.image_action('DELETE', name, image.digest, tag)
    return [{'imageDigest': image.digest, **({'imageTag': tag} if tag else {})} for tag in removed or [None]]


def lists_of(held: Content, digest: str) -> list[str]:
    """The digests of the indexes that an image is part of."""
    return [image.digest for image in held.images.values() if any(child['digest'] == digest for child in image.manifest.children)]


def size_of(held: Content, image: Image) -> int:
    """Bytes of an image; of an index, those of its largest image (API_ImageDetail)."""
    if not image.manifest.is_index:
        return image.manifest.size
    return max((size_of(held, held.images[child['digest']]) for child in image.manifest.children if child['digest'] in held.images),
               default=0)
