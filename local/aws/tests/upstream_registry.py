"""A registry for the tests to pull from, in a thread, that fails in whatever way a test asks for."""
import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .support import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, descriptor, digest_of


@dataclass
class Reply:
    status: int = 200
    body: bytes = b''
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    chunk_delay: float = 0


class UpstreamRegistry:
    """What it holds is open to everybody, until `login` is set to 'basic' or 'bearer'."""

    USER, TOKEN = 'reader', 'secret-token'

    def __init__(self, port: int = 0) -> None:
        self.content: dict[str, Reply] = {'/v2/': Reply(body=b'{}')}
        self.asked: list[tuple[str, str, str | None]] = []
        self.login: str | None = None
        self.realm: str | None = None
        self.before: Callable[[str], None] = lambda path: None
        registry = self

        class Handler(BaseHTTPRequestHandler):

            def do_GET(self):
                registry._answer(self)

            def log_message(self, *_args):
                """Tests print nothing."""

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(('127.0.0.1', port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]

    def push_blob(self, name: str, data: bytes) -> dict:
        self.content[f'/v2/{name}/blobs/{digest_of(data)}'] = Reply(body=data)
        return {'digest': digest_of(data), 'size': len(data)}

    def manifest(self, name: str, text: str) -> dict:
        config = {'mediaType': OCI_CONFIG, **self.push_blob(name, json.dumps({'content': text}).encode())}
        return {'schemaVersion': 2, 'mediaType': OCI_MANIFEST, 'config': config,
                'layers': [{'mediaType': OCI_LAYER, **self.push_blob(name, text.encode())}]}

    def put(self, name: str, reference: str, manifest: dict) -> str:
        """Offer a manifest under a tag and its digest; returns the digest."""
        digest = descriptor(manifest)['digest']
        for item in (reference, digest):
            self.content[f'/v2/{name}/manifests/{item}'] = Reply(body=json.dumps(manifest).encode(), headers={'Content-Type': manifest['mediaType']})
        return digest

    def push(self, name: str, reference: str, text: str) -> str:
        return self.put(name, reference, self.manifest(name, text))

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path, _, query = request.path.partition('?')
        authorization = request.headers.get('Authorization')
        self.asked.append((request.headers['Host'], request.path, authorization))
        self.before(path)
        reply = self._token(query, authorization) if path == '/token' else self._content(path, authorization)
        time.sleep(reply.delay)
        request.send_response(reply.status)
        for name, value in {'Content-Length': str(len(reply.body)), **reply.headers}.items():
            request.send_header(name, value)
        request.end_headers()
        try:
            for start in range(0, len(reply.body), 1024):
                request.wfile.write(reply.body[start:start + 1024])
                time.sleep(reply.chunk_delay)
        except OSError:
            """The client may hang up."""

    def _content(self, path: str, authorization: str | None) -> Reply:
        expected = {None: authorization, 'basic': self._basic(), 'bearer': 'Bearer good'}[self.login]
        if authorization != expected:
            realm = self.realm or f'http://127.0.0.1:{self.port}/token'
            challenge = 'Basic realm="x"' if self.login == 'basic' else f'Bearer realm="{realm}",service="upstream",scope="repository:x:pull"'
            return Reply(401, headers={'WWW-Authenticate': challenge})
        return self.content.get(path, Reply(404, b'{}'))

    def _token(self, query: str, authorization: str | None) -> Reply:
        assert query == 'service=upstream&scope=repository%3Ax%3Apull', query
        return Reply(body=b'{"token": "good"}') if authorization in (None, self._basic()) else Reply(401)

    def _basic(self) -> str:
        return f'Basic {base64.b64encode(f"{self.USER}:{self.TOKEN}".encode()).decode()}'
