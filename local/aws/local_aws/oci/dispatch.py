"""One OCI request: whose registry it is, who asks, whether they may, and what they get."""
import re

from ministack import app
from ministack.core.responses import get_account_id, get_region, set_request_account_id, set_request_region

from .. import access
from ..ecr import authorization, cache, repositories
from ..ecr.errors import EcrError
from . import blobs, manifests
from .responses import Response, document, error, translated, unauthorized
from .routes import Route

_HOST = re.compile(r'(\d{12})\.dkr[.-]ecr\.([a-z0-9-]+)\.')

# The IAM action that each request needs. ECR documents those of docker push and pull; that the state of an upload and
# its cancellation need what the upload itself needs is our reading. Layers cannot be deleted.
_ACTIONS = {
    ('catalog', 'GET'): 'DescribeRepositories',
    ('tags', 'GET'): 'ListImages',
    ('referrers', 'GET'): 'BatchGetImage',
    ('manifest', 'GET'): 'BatchGetImage',
    ('manifest', 'HEAD'): 'BatchGetImage',
    ('manifest', 'PUT'): 'PutImage',
    ('manifest', 'DELETE'): 'BatchDeleteImage',
    ('blob', 'GET'): 'GetDownloadUrlForLayer',
    ('blob', 'HEAD'): 'BatchCheckLayerAvailability',
    ('start', 'POST'): 'InitiateLayerUpload',
    ('upload', 'GET'): 'UploadLayerPart',
    ('upload', 'PATCH'): 'UploadLayerPart',
    ('upload', 'PUT'): 'CompleteLayerUpload',
    ('upload', 'DELETE'): 'UploadLayerPart',
}


def admit(route: Route, method: str, headers: dict[str, str], query: dict[str, str]) -> Response | cache.Pull | None:
    """Enter the registry that a request is addressed to: refuse or answer it, or say what a cache has to fetch before it is carried out."""
    login = authorization.login_of(headers.get('authorization', ''))
    is_named = _enter_registry(headers, query, login)
    if login is None and (app.AUTH or not is_named):
        return unauthorized(f'https://{get_account_id()}.dkr.ecr.{get_region()}.amazonaws.com/')
    access.enter(login and login.caller)
    if route.endpoint == 'ping':
        return document({}) if method in ('GET', 'HEAD') else _not_allowed(method)
    action = _ACTIONS.get((route.endpoint, method))
    if action is None:
        return _not_allowed(method)
    resource = repositories.arn(route.name) if route.name else '*'
    refused = access.denial(f'ecr:{action}', resource, get_account_id())
    if refused:
        return error(403, 'DENIED', refused)
    try:
        return cache.begin(route.name, manifests.image_id(route.reference)) if action == 'BatchGetImage' and route.endpoint == 'manifest' else None
    except EcrError as failure:
        return translated(failure)


def answer(route: Route, method: str, headers: dict[str, str], query: dict[str, str], body: bytes, pull: cache.Pull | None) -> Response:
    """Carry out a request that was admitted."""
    try:
        if pull:
            cache.settle(pull)
        return _carry_out(route, method, headers, query, body)
    except EcrError as failure:
        return translated(failure)


def _enter_registry(headers: dict[str, str], query: dict[str, str], login: authorization.Login | None) -> bool:
    """The registry is that of the host name, or of `ns`, which containerd adds for mirrors, or the one that the token is for.

    Returns whether the request names it. One that does not needs a token even without AUTH, or it would be nobody's.
    """
    match = _HOST.match(headers.get('host', '').lower()) or _HOST.match(query.get('ns', '').lower())
    if match:
        set_request_account_id(match[1])
        set_request_region(match[2])
    elif login:
        set_request_account_id(login.caller.account)
        set_request_region(login.region)
    return match is not None


def _carry_out(route: Route, method: str, headers: dict[str, str], query: dict[str, str], body: bytes) -> Response:
    name, reference = route.name, route.reference
    if route.endpoint == 'catalog':
        return manifests.list_repositories(query)
    if route.endpoint == 'tags':
        return manifests.list_tags(name, query)
    if route.endpoint == 'referrers':
        return manifests.list_referrers(name, reference, query)
    if route.endpoint == 'start':
        return blobs.start(name, query, body)
    if route.endpoint == 'blob':
        return blobs.read(name, reference, headers.get('range'))
    if route.endpoint == 'manifest':
        if method == 'PUT':
            return manifests.write(name, reference, headers.get('content-type'), body)
        return manifests.delete(name, reference) if method == 'DELETE' else manifests.read(name, reference, method == 'GET')
    if method == 'PATCH':
        return blobs.append(name, reference, body, headers.get('content-range'))
    if method == 'PUT':
        return blobs.finish(name, reference, query.get('digest', ''), body)
    return blobs.status(name, reference) if method == 'GET' else blobs.cancel(name, reference)


def _not_allowed(method: str) -> Response:
    return error(405, 'UNSUPPORTED', f'{method} is not supported here')
