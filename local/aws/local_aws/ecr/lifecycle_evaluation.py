"""Which images a lifecycle policy acts on.

The algorithm is the user guide's: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
"""
import re
from dataclasses import dataclass

from .lifecycle import storage_class_of

_DAY = 86_400


@dataclass(frozen=True)
class Candidate:
    """An image as a policy sees it. Times are seconds; an image that is archived has no restored_at."""

    digest: str
    tags: tuple[str, ...]
    pushed_at: float
    pulled_at: float | None = None
    archived_at: float | None = None
    restored_at: float | None = None
    children: tuple[str, ...] = ()

    @property
    def storage_class(self) -> str:
        return 'standard' if self.archived_at is None else 'archive'

    @property
    def since(self) -> float:
        """When it came to its storage class: archived, restored or pushed."""
        return self.archived_at or self.restored_at or self.pushed_at

    @property
    def used_at(self) -> float:
        """The last pull; for an image that was never pulled since it came to its storage class, that moment."""
        return max(self.pulled_at or 0, self.since)


def evaluate(images: list[Candidate], rules: list[dict], now: float) -> list[tuple[Candidate, dict]]:
    """The images that are acted on, each with its rule; `rules` are in ascending priority.

    An image whose tags match a rule is out of reach for every rule with a higher number, also when the first
    rule keeps it; it still counts there. An image that an index refers to is safe while the index exists.
    """
    claimed: set[str] = set()
    safe = {child for image in images for child in image.children}
    acted = []
    for rule in rules:
        pool = [image for image in images if image.storage_class == storage_class_of(rule) and _matches(rule['selection'], image.tags)]
        acted += [(image, rule) for image in _marked(pool, rule['selection'], now)
                  if image.digest not in claimed and image.digest not in safe]
        claimed |= {image.digest for image in pool}
    return acted


def _marked(pool: list[Candidate], selection: dict, now: float) -> list[Candidate]:
    """The images of a rule that exceed its count or its age, oldest first."""
    ordered = sorted(pool, key=lambda image: image.since)
    if selection['countType'] == 'imageCountMoreThan':
        return ordered[:max(0, len(ordered) - selection['countNumber'])]
    by_use = selection['countType'] == 'sinceImagePulled'
    return [image for image in ordered
            if now - (image.used_at if by_use else image.since) > selection['countNumber'] * _DAY]


def _matches(selection: dict, tags: tuple[str, ...]) -> bool:
    """Whether an image with these tags is the rule's. Every entry of a list must match one of them."""
    status = selection['tagStatus']
    if status != 'tagged':
        return status == 'any' or not tags
    patterns = selection.get('tagPatternList') or [f'{prefix}*' for prefix in selection['tagPrefixList']]
    compiled = [re.compile('.*'.join(re.escape(part) for part in pattern.split('*'))) for pattern in patterns]
    return all(any(expression.fullmatch(tag) for tag in tags) for expression in compiled)
