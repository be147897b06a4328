"""URLs from which a layer can be fetched without credentials for an hour, like the presigned ones of ECR."""
import os
import secrets
import time

PATH = '/_local_aws/layers/'
_LIFETIME_SECONDS = 3600

_issued: dict[str, tuple[float, bytes]] = {}


def url(data: bytes) -> str:
    token = secrets.token_urlsafe(24)
    _issued[token] = (time.time() + _LIFETIME_SECONDS, data)
    return f'http://127.0.0.1:{os.environ["GATEWAY_PORT"]}{PATH}{token}'


def fetch(token: str) -> bytes | None:
    """The layer behind a URL, or None when the URL is unknown or too old."""
    now = time.time()
    for old in [key for key, (until, _) in _issued.items() if until < now]:
        del _issued[old]
    return _issued.get(token, (0, None))[1]
