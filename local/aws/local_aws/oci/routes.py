"""Which endpoint a path is.

The last keyword of a path decides, so that repositories may be called `x/tags/y`, `x/blobs/y` or
`email/x`, which is the path of another service in MiniStack.
See https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
"""
import re
from dataclasses import dataclass

_PATH = re.compile(
    r'/v2/(?P<name>.+)/(?:'
    r'blobs/uploads/(?P<upload>[^/]+)|(?P<start>blobs/uploads/?)|blobs/(?P<blob>[^/]+)'
    r'|manifests/(?P<manifest>[^/]+)|(?P<tags>tags/list)|referrers/(?P<referrers>[^/]+))')


@dataclass(frozen=True)
class Route:
    """An endpoint, the repository in its path, and the digest, tag or upload id at its end."""

    endpoint: str
    name: str = ''
    reference: str = ''


def parse(path: str) -> Route | None:
    """The endpoint of a path, or None when the path is another service's."""
    if path in ('/v2', '/v2/'):
        return Route('ping')
    if path == '/v2/_catalog':
        return Route('catalog')
    match = _PATH.fullmatch(path)
    if not match:
        return None
    endpoint = match.lastgroup
    return Route(endpoint, match['name'], match[endpoint])
