"""Asks an upstream registry, as a client of the OCI distribution protocol: logs in, follows redirects, and gives up in time.

It runs in a thread of its own and knows nothing of the registries here. The login is that of the distribution project.
See https://distribution.github.io/distribution/spec/auth/token/
"""
import base64
import http.client
import json
import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from ..ecr.errors import EcrError
from . import endpoints

_SECONDS = 30
_SOCKET_SECONDS = 5
_REDIRECTS = 3
_CHUNK = 1 << 16
_TOKEN_BYTES = 1 << 16


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Credentials:
    """What the secret of a cache rule holds."""

    username: str
    token: str

    def header(self) -> str:
        return f'Basic {base64.b64encode(f"{self.username}:{self.token}".encode()).decode()}'


class Client:
    """A session with one registry, which has to be over after some seconds."""

    def __init__(self, host: str, credentials: Credentials | None = None, seconds: float = _SECONDS) -> None:
        self._url = f'https://{host}'
        self._credentials = credentials
        self._until = time.monotonic() + seconds
        self._authorization: str | None = None

    def get(self, path: str, limit: int, accept: str = '*/*') -> Answer:
        """An answer with at most `limit` bytes; one that asks for a login is asked again, once, with one."""
        url = f'{self._url}{path}'
        answer = self._follow(url, limit, accept, self._authorization)
        if answer.status == 401 and self._authorization is None:
            self._authorization = self._log_in(answer.headers.get('www-authenticate', ''))
            if self._authorization:
                answer = self._follow(url, limit, accept, self._authorization)
        return answer

    def _log_in(self, challenge: str) -> str | None:
        """The Authorization header that a challenge asks for, or None when there is none to give."""
        own = self._credentials.header() if self._credentials else None
        scheme, _, rest = challenge.partition(' ')
        if scheme.lower() == 'basic':
            return own
        asked = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme.lower() != 'bearer' or 'realm' not in asked:
            return None
        query = urlencode({key: asked[key] for key in ('service', 'scope') if key in asked})
        answer = self._follow(f'{asked["realm"]}?{query}', _TOKEN_BYTES, '*/*', own)
        try:
            given = json.loads(answer.body)
            return f'Bearer {given.get("token") or given["access_token"]}' if answer.status == 200 else None
        except (ValueError, KeyError, AttributeError):
            return None

    def _follow(self, url: str, limit: int, accept: str, authorization: str | None) -> Answer:
        for _ in range(_REDIRECTS + 1):
            answer = self._request(url, limit, {'Accept': accept, **({'Authorization': authorization} if authorization else {})})
            if answer.status not in (301, 302, 303, 307, 308) or 'location' not in answer.headers:
                return answer
            target = urljoin(url, answer.headers['location'])
            if urlsplit(target).netloc != urlsplit(url).netloc:
                authorization = None
            url = target
        raise EcrError('UpstreamUnavailable', f'{urlsplit(url).netloc} redirects too often')

    def _request(self, url: str, limit: int, headers: dict[str, str]) -> Answer:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection('127.0.0.1', endpoints.port_of(url), timeout=min(_SOCKET_SECONDS, self._left(parts.netloc)))
        try:
            connection.request('GET', urlunsplit(('', '', parts.path or '/', parts.query, '')), headers={**headers, 'Host': parts.netloc})
            response = connection.getresponse()
            body = bytearray()
            while chunk := response.read(_CHUNK):
                body += chunk
                self._left(parts.netloc)
                if len(body) > limit:
                    raise EcrError('UpstreamUnavailable', f'{parts.netloc} sends more than the {limit} bytes that are expected')
            return Answer(response.status, {key.lower(): value for key, value in response.getheaders()}, bytes(body))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise EcrError('UpstreamUnavailable', f'{parts.netloc} does not answer: {error or type(error).__name__}') from None
        finally:
            connection.close()

    def _left(self, host: str) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise EcrError('UpstreamUnavailable', f'{host} takes too long')
        return left
