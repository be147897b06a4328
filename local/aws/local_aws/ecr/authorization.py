"""Tokens for docker login. The password stands for whoever asked for it, for twelve hours."""
import base64
import secrets
import time
from dataclasses import dataclass

from ministack.core.responses import get_account_id, get_region

from .. import access

_LIFETIME_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Login:
    """What a token stands for: who asked for it, and in which Region."""

    caller: access.Caller
    region: str
    until: float


_issued: dict[str, Login] = {}


def get_authorization_token(_payload: dict) -> dict:
    password, until = secrets.token_urlsafe(24), time.time() + _LIFETIME_SECONDS
    _issued[password] = Login(access.caller(), get_region(), until)
    return {'authorizationData': [{
        'authorizationToken': base64.b64encode(f'AWS:{password}'.encode()).decode(),
        'expiresAt': until,
        'proxyEndpoint': f'https://{get_account_id()}.dkr.ecr.{get_region()}.amazonaws.com',
    }]}


def login_of(authorization: str) -> Login | None:
    """Who is behind an Authorization header, or None for a token that was never issued or is too old."""
    scheme, _, encoded = authorization.partition(' ')
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(':')
    except ValueError:
        return None
    found = _issued.get(password)
    return found if found and scheme.lower() == 'basic' and user == 'AWS' and found.until > time.time() else None


OPERATIONS = {'GetAuthorizationToken': get_authorization_token}
