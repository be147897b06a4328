"""What is fetched from an upstream registry, and what stops it. No server of the local AWS takes part."""
import json
import time
import unittest
from unittest import mock

from local_aws.ecr.errors import EcrError
from local_aws.upstream import client as upstream_client
from local_aws.upstream import endpoints, fetch
from local_aws.upstream.client import Client, Credentials

from .support import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, descriptor, digest_of, free_port, index
from .upstream_registry import Reply, UpstreamRegistry


class UpstreamCase(unittest.TestCase):

    def setUp(self):
        self.registry = UpstreamRegistry()
        self.addCleanup(self.registry.stop)
        endpoints.configure([f'quay.io=http://127.0.0.1:{self.registry.port}'])
        self.addCleanup(endpoints.configure, [])

    def client(self, host='quay.io', credentials=None, seconds=20):
        return Client(host, credentials, seconds)

    def fetch(self, reference='v1', current=None, client=None):
        return fetch.image(client or self.client(), 'app', reference, current)

    def fails(self, code, **arguments):
        with self.assertRaises(EcrError) as caught:
            self.fetch(**arguments)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception.message


class ContentTest(UpstreamCase):

    def test_an_image_comes_with_its_layers(self):
        digest = self.registry.push('app', 'v1', 'hello')
        found = self.fetch()
        self.assertEqual((found.digest, len(found.parts)), (digest, 1))
        self.assertEqual(digest_of(found.parts[0].body), digest)
        self.assertEqual(sorted(found.parts[0].blobs.values()), [b'hello', b'{"content": "hello"}'])
        self.assertEqual({host for host, _, _ in self.registry.asked}, {'quay.io'})

    def test_an_index_comes_with_its_images_each_once(self):
        manifests = [self.registry.manifest('app', text) for text in ('a', 'b')]
        for manifest in manifests:
            self.registry.put('app', descriptor(manifest)['digest'], manifest)
        digest = self.registry.put('app', 'v1', index(*manifests, manifests[0]))
        found = self.fetch()
        self.assertEqual([digest_of(part.body) for part in found.parts], [digest, *(descriptor(item)['digest'] for item in manifests)])
        self.assertEqual(len(self.registry.asked), 1 + 2 + 4)

    def test_of_the_current_image_only_the_manifest_is_read(self):
        digest = self.registry.push('app', 'v1', 'hello')
        self.assertEqual(self.fetch(current=digest), fetch.Fetched(digest, []))
        self.assertEqual(self.registry.paths(), ['/v2/app/manifests/v1'])

    def test_a_foreign_layer_is_left_where_it_is(self):
        manifest = self.registry.manifest('app', 'x')
        foreign = {'mediaType': 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'digest': digest_of(b'far'), 'size': 3}
        self.registry.put('app', 'v1', {**manifest, 'layers': [foreign]})
        self.assertEqual(list(self.fetch().parts[0].blobs), [manifest['config']['digest']])


class FailureTest(UpstreamCase):

    def test_a_status_becomes_a_failure_code(self):
        for status, code in ((401, 'UpstreamAccessDenied'), (403, 'UpstreamAccessDenied'), (404, 'ImageNotFound'),
                             (429, 'UpstreamTooManyRequests'), (500, 'UpstreamUnavailable'), (204, 'UpstreamUnavailable')):
            self.registry.content['/v2/app/manifests/v1'] = Reply(status)
            self.assertIn(f'answers {status} for app v1', self.fails(code))

    def test_fails_for_a_host_that_has_no_port(self):
        self.assertIn("'ghcr.io' is out of reach", self.fails('UpstreamUnavailable', client=self.client('ghcr.io')))
        self.assertEqual(self.registry.asked, [])

    def test_fails_when_nobody_listens(self):
        endpoints.configure([f'quay.io=http://127.0.0.1:{free_port()}'])
        self.assertIn('quay.io does not answer', self.fails('UpstreamUnavailable'))

    def test_fails_for_what_its_digest_does_not_describe(self):
        digest = self.registry.push('app', 'v1', 'hello')
        self.registry.content[f'/v2/app/manifests/{digest}'].body += b' '
        self.assertIn('not what its digest says', self.fails('UpstreamUnavailable', reference=digest))
        self.registry.content[f'/v2/app/blobs/{digest_of(b"hello")}'].body = b'hullo'
        self.assertIn('not what its digest says', self.fails('UpstreamUnavailable'))

    def test_fails_for_what_is_no_manifest(self):
        self.registry.content['/v2/app/manifests/v1'] = Reply(body=b'<html>')
        self.assertIn('it is not JSON', self.fails('UpstreamUnavailable'))

    def test_fails_for_too_many_manifests(self):
        manifests = [self.registry.manifest('app', str(number)) for number in range(100)]
        for manifest in manifests:
            self.registry.put('app', descriptor(manifest)['digest'], manifest)
        self.registry.put('app', 'v1', index(*manifests[:99]))
        self.assertEqual(len(self.fetch().parts), 100)
        self.registry.put('app', 'v1', index(*manifests))
        self.assertIn('more than 100 manifests', self.fails('UpstreamUnavailable'))

    def layer_of(self, size):
        manifest = self.registry.manifest('app', 'x')
        layer = {'mediaType': OCI_LAYER, 'digest': digest_of(b'x'), 'size': size}
        self.registry.put('app', 'v1', {**manifest, 'layers': [layer]})
        return manifest['config']['size']

    def test_fails_for_too_many_bytes_before_they_are_read(self):
        limit = 512 * 1024 * 1024
        config = self.layer_of(limit)
        self.assertIn('bytes of layers', self.fails('UpstreamUnavailable'))
        self.layer_of(limit - config)
        self.assertEqual(len(self.fetch().parts), 1)

    def test_fails_for_more_bytes_than_the_manifest_says(self):
        self.layer_of(0)
        self.assertIn('sends more than the 0 bytes', self.fails('UpstreamUnavailable'))

    def test_fails_for_a_manifest_that_is_too_long(self):
        manifest = {'schemaVersion': 2, 'mediaType': OCI_MANIFEST, 'layers': [],
                    'config': {'mediaType': OCI_CONFIG, **self.registry.push_blob('app', b'{}')}}
        body = json.dumps(manifest).encode()
        self.registry.content['/v2/app/manifests/v1'] = Reply(body=body + b' ' * (4_194_304 - len(body)))
        self.assertEqual(len(self.fetch().parts), 1)
        self.registry.content['/v2/app/manifests/v1'].body += b' '
        self.assertIn('sends more than the 4194304 bytes', self.fails('UpstreamUnavailable'))

    def test_fails_when_it_takes_too_long(self):
        self.registry.push('app', 'v1', 'hello')
        self.registry.content['/v2/app/manifests/v1'].delay = 1
        self.assertIn('timed out', self.fails('UpstreamUnavailable', client=self.client(seconds=0.2)))
        with mock.patch.object(upstream_client, '_SOCKET_SECONDS', 0.2):
            self.assertIn('timed out', self.fails('UpstreamUnavailable'))

    def test_fails_when_it_comes_drop_by_drop(self):
        self.registry.push('app', 'v1', 'hello')
        self.registry.push_blob('app', b'hello')
        slow = self.registry.content['/v2/app/manifests/v1']
        slow.body, slow.chunk_delay = slow.body + b' ' * 300_000, 0.01
        started = time.monotonic()
        self.assertIn('takes too long', self.fails('UpstreamUnavailable', client=self.client(seconds=0.5)))
        self.assertLess(time.monotonic() - started, 2)


class LoginTest(UpstreamCase):

    OWN = Credentials(UpstreamRegistry.USER, UpstreamRegistry.TOKEN)

    def setUp(self):
        super().setUp()
        self.registry.push('app', 'v1', 'hello')

    def test_logs_in_with_a_password(self):
        self.registry.login = 'basic'
        self.assertEqual(len(self.fetch(client=self.client(credentials=self.OWN)).parts), 1)
        self.fails('UpstreamAccessDenied')
        self.fails('UpstreamAccessDenied', client=self.client(credentials=Credentials('reader', 'wrong')))

    def test_logs_in_with_a_token_once(self):
        self.registry.login = 'bearer'
        for credentials in (self.OWN, None):
            self.registry.asked.clear()
            self.assertEqual(len(self.fetch(client=self.client(credentials=credentials)).parts), 1)
            self.assertEqual(sum(path.startswith('/token') for path in self.registry.paths()), 1)
        self.fails('UpstreamAccessDenied', client=self.client(credentials=Credentials('reader', 'wrong')))

    def test_a_token_can_be_called_access_token(self):
        self.registry.login = 'bearer'
        self.registry._token = lambda *_: Reply(body=b'{"access_token": "good"}')
        self.assertEqual(len(self.fetch().parts), 1)

    def test_fails_when_the_token_is_refused(self):
        self.registry.login = 'bearer'
        self.registry._token = lambda *_: Reply(403, body=b'{"token": "good"}')
        self.fails('UpstreamAccessDenied')

    def test_fails_when_the_token_is_none(self):
        self.registry.login = 'bearer'
        for body in (b'{}', b'[]', b'x', b'{"token": "a\\nb"}'):
            self.registry._token = lambda *_, body=body: Reply(body=body)
            with self.subTest(body), self.assertRaises(EcrError):
                self.fetch()

    def test_fails_when_the_login_is_out_of_reach(self):
        self.registry.login = 'bearer'
        for realm in ('https://auth.docker.io/token', 'http://127.0.0.2:80/token', 'http://127.0.0.1@ghcr.io/token', 'ftp://127.0.0.1:21/'):
            self.registry.realm = realm
            self.assertIn('out of reach', self.fails('UpstreamUnavailable'))

    def test_fails_for_a_challenge_that_it_does_not_know(self):
        for challenge in ('Negotiate realm="x"', 'Bearer service="x"', ''):
            self.registry.asked.clear()
            self.registry.content['/v2/app/manifests/v1'] = Reply(401, headers={'WWW-Authenticate': challenge})
            self.fails('UpstreamAccessDenied', client=self.client(credentials=self.OWN))
            self.assertEqual(len(self.registry.asked), 1)


class RedirectTest(UpstreamCase):

    def setUp(self):
        super().setUp()
        self.registry.push('app', 'v1', 'hello')
        self.path = f'/v2/app/blobs/{digest_of(b"hello")}'

    def redirect(self, path, target):
        self.registry.content[path] = Reply(307, headers={'Location': target})

    def test_follows_one_within_reach(self):
        self.registry.content['/cdn'] = Reply(body=b'hello')
        for target in ('/cdn', f'http://127.0.0.1:{self.registry.port}/cdn'):
            self.redirect(self.path, target)
            self.assertIn(b'hello', self.fetch().parts[0].blobs.values())

    def test_takes_its_password_to_no_other_host(self):
        self.registry.login = 'basic'
        self.registry.content['/cdn'] = Reply(body=b'hello')
        self.redirect(self.path, f'http://127.0.0.1:{self.registry.port}/cdn')
        self.fails('UpstreamAccessDenied', client=self.client(credentials=LoginTest.OWN))
        self.assertEqual([authorization for _, path, authorization in self.registry.asked if path == '/cdn'], [None])

    def test_fails_for_one_out_of_reach(self):
        self.redirect(self.path, 'https://cdn.quay.io/blob')
        self.assertIn("'cdn.quay.io' is out of reach", self.fails('UpstreamUnavailable'))

    def test_follows_three_and_no_more(self):
        self.registry.content['/3'] = Reply(body=b'hello')
        self.redirect(self.path, '/1')
        self.redirect('/1', '/2')
        self.redirect('/2', '/3')
        self.assertEqual(len(self.fetch().parts), 1)
        self.redirect('/3', '/4')
        self.registry.content['/4'] = Reply(body=b'hello')
        self.assertIn('redirects too often', self.fails('UpstreamUnavailable'))


class OptionTest(unittest.TestCase):

    def tearDown(self):
        endpoints.configure([])

    def test_fails_for_what_is_not_on_loopback(self):
        for option in ('quay.io', 'quay.io=http://quay.io:80', 'quay.io=https://127.0.0.1:80', 'quay.io=http://127.0.0.1', 'quay.io=5000'):
            with self.subTest(option), self.assertRaises(ValueError):
                endpoints.configure([option])

    def test_each_host_has_its_port(self):
        endpoints.configure(['quay.io=http://127.0.0.1:5000', 'ghcr.io=http://127.0.0.1:5001/'])
        self.assertEqual([endpoints.port_of(f'https://{host}/v2/') for host in ('quay.io', 'ghcr.io')], [5000, 5001])
        endpoints.configure(['ghcr.io=http://127.0.0.1:5002'])
        self.assertEqual(endpoints.port_of('https://ghcr.io/v2/'), 5002)
        with self.assertRaises(EcrError):
            endpoints.port_of('https://quay.io/v2/')
