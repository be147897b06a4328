"""Everything that the registries hold, by account and Region, in memory only.

Repositories, their policies and their lifecycle policies stay in MiniStack's own dictionaries, because
its tagging API, drift detection and stack imports read them there. The rest is ours.
"""
from dataclasses import dataclass, field

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import ecr

REPOSITORIES = ecr._repositories
REPOSITORY_POLICIES = ecr._repo_policies
LIFECYCLE_POLICIES = ecr._lifecycle_policies


@dataclass
class Upload:
    """A layer that arrives in parts. A part's number of bytes matters to CompleteLayerUpload."""

    data: bytearray = field(default_factory=bytearray)
    parts: list[int] = field(default_factory=list)


@dataclass
class Content:
    """What one repository holds: images by digest, tags, layers by digest, uploads by id, and when a cache checked a tag."""

    images: dict = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    layers: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    checked: dict[str, float] = field(default_factory=dict)


CONTENTS = AccountRegionScopedDict()
PREVIEWS = AccountRegionScopedDict()
SETTINGS = AccountRegionScopedDict()
PULL_THROUGH_CACHE_RULES = AccountRegionScopedDict()
CREATION_TEMPLATES = AccountRegionScopedDict()
EXCLUSIONS = AccountRegionScopedDict()
PUBLIC_REPOSITORIES = AccountRegionScopedDict()

_OURS = (CONTENTS, PREVIEWS, SETTINGS, PULL_THROUGH_CACHE_RULES, CREATION_TEMPLATES, EXCLUSIONS, PUBLIC_REPOSITORIES)


def install() -> None:
    """Make MiniStack's reset endpoint empty our dictionaries too."""
    reset = ecr.reset

    def reset_all():
        reset()
        for store in _OURS:
            store.clear()

    ecr.reset = reset_all
