"""Pages of a list, with tokens that stay valid while the list changes between two pages."""
import base64
import binascii
import json
from collections.abc import Callable, Sequence

from .errors import invalid


def page(items: Sequence, payload: dict, key: Callable[[object], str], size: int) -> tuple[list, dict]:
    """The requested page of `items`, and a dict with `nextToken` if there are more.

    A token names the last item of its page. If that item is gone since, the page is empty and the list ends.
    """
    keys = [key(item) for item in items]
    start = 0
    if payload.get('nextToken'):
        last = _decode(payload['nextToken'])
        start = keys.index(last) + 1 if last in keys else len(keys)
    end = start + payload.get('maxResults', size)
    return list(items[start:end]), ({'nextToken': _encode(keys[end - 1])} if end < len(items) else {})


def _encode(key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps({'after': key}).encode()).decode()


def _decode(token: str) -> str:
    try:
        return json.loads(base64.urlsafe_b64decode(token))['after']
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise invalid('nextToken', 'not a token of this operation') from None
