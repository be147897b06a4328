"""Which tags of a repository may move.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""
import re

from .errors import invalid

_MAX_WILDCARDS = 2


def check(mode: str, filters: list[dict] | None) -> None:
    """Filters go with a *_WITH_EXCLUSION mode and only there; each has at most two wildcards.

    The two wildcards are Terraform's reading of ECR, not a sentence of AWS.
    """
    if mode.endswith('_WITH_EXCLUSION') != bool(filters):
        raise invalid('imageTagMutabilityExclusionFilters',
                      'exclusion filters are required with a *_WITH_EXCLUSION mutability and allowed with no other')
    for item in filters or []:
        if item['filter'].count('*') > _MAX_WILDCARDS:
            raise invalid('imageTagMutabilityExclusionFilters', f'at most {_MAX_WILDCARDS} wildcards in a filter')


def is_frozen(repository: dict, tag: str) -> bool:
    """Whether a tag, once set, may not be given to another image."""
    mode = repository.get('imageTagMutability', 'MUTABLE')
    excluded = any(_matches(item['filter'], tag) for item in repository.get('imageTagMutabilityExclusionFilters') or [])
    return mode.startswith('IMMUTABLE') != excluded


def _matches(pattern: str, tag: str) -> bool:
    return re.fullmatch('.*'.join(re.escape(part) for part in pattern.split('*')), tag) is not None
