"""The HTTP server: MiniStack's application, with the OCI endpoints and layer downloads in front of it.

They are answered before MiniStack sees them, because it sends `/v2/email/...` to another service, takes HEAD
requests for those of S3, and knows fewer endpoints.
"""
import logging
from collections.abc import Callable
from urllib.parse import parse_qsl

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import lambda_runtime
from ministack.core.iam_evaluator import pin_request_origin

from . import settings
from .ecr import downloads
from .lifetime import Lifetime
from .oci import dispatch, routes
from .oci.responses import Response, error


async def application(scope, receive, send) -> None:
    """The ASGI application."""
    if scope['type'] == 'http':
        route = routes.parse(scope['path'])
        if route:
            await _answer_oci(route, scope, receive, send)
            return
        if scope['path'].startswith(downloads.PATH):
            data = downloads.fetch(scope['path'].removeprefix(downloads.PATH))
            response = error(404, 'BLOB_UNKNOWN', 'this URL is unknown or too old') if data is None else Response(200, body=data)
            await _send(response, scope['method'], send)
            return
    await ministack.app(scope, receive, send)


async def _answer_oci(route: routes.Route, scope, receive, send) -> None:
    headers = {name.decode('latin-1').lower(): value.decode('latin-1') for name, value in scope['headers']}
    query = dict(parse_qsl(scope['query_string'].decode(), keep_blank_values=True))
    body = bytearray()
    while True:
        message = await receive()
        if message['type'] != 'http.request':
            return
        body += message.get('body', b'')
        if not message.get('more_body'):
            break
    try:
        response = await _carry_out(route, scope, headers, query, bytes(body))
    except Exception:
        logging.getLogger('local_aws').exception('%s %s', scope['method'], scope['path'])
        response = error(500, 'UNKNOWN', 'the local AWS failed; its log says why')
    await _send(response, scope['method'], send)


async def _carry_out(route: routes.Route, scope, headers: dict[str, str], query: dict[str, str], body: bytes) -> Response:
    """Nothing is held while an upstream registry is asked, which may itself be waiting for this server."""
    async with ministack._get_reset_lock():
        pin_request_origin((scope.get('client') or (settings.HOST,))[0], True)
        admitted = dispatch.admit(route, scope['method'], headers, query)
    if isinstance(admitted, Response):
        return admitted
    if admitted:
        await admitted.ask()
    async with ministack._get_reset_lock():
        return dispatch.answer(route, scope['method'], headers, query, body, admitted)


async def _send(response: Response, method: str, send) -> None:
    complete = response.complete()
    headers = [(name.lower().encode('latin-1'), value.encode('latin-1')) for name, value in complete.headers.items()]
    await send({'type': 'http.response.start', 'status': complete.status, 'headers': headers})
    await send({'type': 'http.response.body', 'body': b'' if method == 'HEAD' else complete.body})


async def serve(port: int, parent: int | None, clean_up: Callable[[], None]) -> None:
    """Serve until the lifetime is over. Lambda functions run in processes of their own, which end with the server."""
    lifetime = Lifetime(lambda_runtime.reset, clean_up)
    lifetime.watch_signals()
    if parent is not None:
        lifetime.watch_parent(parent)
    config = Config()
    config.bind = [f'{settings.HOST}:{port}']
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = 'WARNING'
    await hypercorn_serve(application, config, shutdown_trigger=lifetime.wait)
    # Once more, because an invocation that is retried starts a new process.
    lambda_runtime.reset()
