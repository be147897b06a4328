"""Tokens for docker login. The password stands for whoever asked for it, for twelve hours."""
import base64
import secrets
import time

from ministack.core.responses import get_account_id, get_region

from .. import access

_LIFETIME_SECONDS = 12 * 3600

_issued: dict[str, tuple[float, access.Caller]] = {}


def get_authorization_token(_payload: dict) -> dict:
    password, until = secrets.token_urlsafe(24), time.time() + _LIFETIME_SECONDS
    _issued[password] = (until, access.caller())
    return {'authorizationData': [{
        'authorizationToken': base64.b64encode(f'AWS:{password}'.encode()).decode(),
        'expiresAt': until,
        'proxyEndpoint': f'https://{get_account_id()}.dkr.ecr.{get_region()}.amazonaws.com',
    }]}


def caller_of(authorization: str) -> access.Caller | None:
    """Who is behind an Authorization header, or None for a token that was never issued or is too old."""
    scheme, _, encoded = authorization.partition(' ')
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(':')
    except ValueError:
        return None
    until, found = _issued.get(password, (0, None))
    return found if scheme.lower() == 'basic' and user == 'AWS' and until > time.time() else None


OPERATIONS = {'GetAuthorizationToken': get_authorization_token}
