"""A server for the tests, its clients, and images to push.

One server with AUTH=true serves all tests. Each test works in an account of its own, so none sees another's.
"""
import atexit
import base64
import hashlib
import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

PACKAGE = Path(__file__).resolve().parent.parent
MEMBERS = ('111111111111', '222222222222')
ORGANIZATION = ('o-abcd123456:111111111111=r-ab12/ou-ab12-11111111,'
                '222222222222=r-ab12/ou-ab12-22222222/ou-ab12-33333333')
OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar'

_accounts = itertools.count(500_000_000_001)
_session = Session()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Server:
    """A process of the local AWS."""

    def __init__(self, *options: str, auth: bool, **environment: str) -> None:
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.data = tempfile.TemporaryDirectory(prefix='local-aws-tests-')
        self._log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'local_aws', '--port', str(self.port), '--data', self.data.name, *options],
            cwd=PACKAGE, env={**os.environ, 'AUTH': str(auth).lower(), **environment}, stdout=self._log, stderr=self._log)
        self._wait()

    def _wait(self) -> None:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f'{self.url}/_ministack/health', timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
            if self.process.poll() is not None:
                break
        self.stop()
        self._log.seek(0)
        raise RuntimeError(f'the server did not start:\n{self._log.read().decode()}')

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.data.cleanup()


UPSTREAM_PORT = free_port()
_UPSTREAM_HOSTS = ('public.ecr.aws', 'registry-1.docker.io')
DAY = '86400'


@lru_cache(maxsize=None)
def server(auth: bool = True, recheck: str = DAY) -> Server:
    """The server of the tests. What stands for its upstream registries is at UPSTREAM_PORT, if a test puts something there."""
    upstreams = [f'--upstream={host}=http://127.0.0.1:{UPSTREAM_PORT}' for host in _UPSTREAM_HOSTS]
    started = Server('--organization', ORGANIZATION, '--recheck', recheck, *upstreams, auth=auth)
    atexit.register(started.stop)
    return started


@dataclass(frozen=True)
class Credentials:
    """An access key. A 12-digit one is the root of the account of that number."""

    key: str
    secret: str = 'test'
    token: str | None = None


@lru_cache(maxsize=None)
def client(service: str, who: Credentials, region: str = 'us-east-1', auth: bool = True, recheck: str = DAY):
    """A client that sends what it is told to, also when its own model says that it is wrong."""
    return _session.create_client(
        service, region_name=region, endpoint_url=server(auth, recheck).url, aws_access_key_id=who.key,
        aws_secret_access_key=who.secret, aws_session_token=who.token,
        config=Config(parameter_validation=False, retries={'max_attempts': 1}))


def new_account() -> str:
    return str(next(_accounts))


def role(account: str, name: str, actions: list[str], resource: str = '*', recheck: str = DAY) -> Credentials:
    """Credentials of a role that may do `actions`."""
    iam = client('iam', Credentials(account), recheck=recheck)
    trust = {'Version': '2012-10-17', 'Statement': [
        {'Effect': 'Allow', 'Principal': {'AWS': f'arn:aws:iam::{account}:root'}, 'Action': 'sts:AssumeRole'}]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': actions, 'Resource': resource}]}
    iam.put_role_policy(RoleName=name, PolicyName='p', PolicyDocument=json.dumps(policy))
    found = client('sts', Credentials(account), recheck=recheck).assume_role(
        RoleArn=f'arn:aws:iam::{account}:role/{name}', RoleSessionName='s')['Credentials']
    return Credentials(found['AccessKeyId'], found['SecretAccessKey'], found['SessionToken'])


def service_role(account: str, name: str, service: str, actions: list[str], resource: str = '*') -> str:
    """The ARN of a role that a service may assume."""
    iam = client('iam', Credentials(account))
    trust = {'Version': '2012-10-17', 'Statement': [
        {'Effect': 'Allow', 'Principal': {'Service': service}, 'Action': 'sts:AssumeRole'}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))['Role']['Arn']
    policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': actions, 'Resource': resource}]}
    iam.put_role_policy(RoleName=name, PolicyName='p', PolicyDocument=json.dumps(policy))
    return arn


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return self.json['errors'][0]['code']


def digest_of(data: bytes) -> str:
    return f'sha256:{hashlib.sha256(data).hexdigest()}'


class Oci:
    """A client of one registry, logged in as someone or, without credentials, as nobody."""

    def __init__(self, account: str, who: Credentials | None, region: str = 'us-east-1', auth: bool = True,
                 recheck: str = DAY) -> None:
        self._port = server(auth, recheck).port
        self._headers = {'Host': f'{account}.dkr.ecr.{region}.amazonaws.com'}
        if who:
            data = client('ecr', who, region, auth, recheck).get_authorization_token()['authorizationData'][0]
            self._headers['Authorization'] = f'Basic {data["authorizationToken"]}'

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection('127.0.0.1', self._port, timeout=20)
        try:
            connection.request(method, path, body, {**self._headers, **{key.replace('_', '-'): value for key, value in headers.items()}})
            answer = connection.getresponse()
            return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def push_blob(self, name: str, data: bytes) -> dict:
        """A layer in one chunk; returns its descriptor without the media type."""
        started = self.request('POST', f'/v2/{name}/blobs/uploads/')
        assert started.status == 202, started
        location = started.headers['location']
        assert self.request('PATCH', location, data).status == 202
        done = self.request('PUT', f'{location}?digest={digest_of(data)}')
        assert done.status == 201, done
        return {'digest': digest_of(data), 'size': len(data)}

    def push_manifest(self, name: str, reference: str, manifest: dict) -> Answer:
        return self.request('PUT', f'/v2/{name}/manifests/{reference}', json.dumps(manifest).encode(),
                            Content_Type=manifest.get('mediaType', OCI_MANIFEST))

    def manifest(self, name: str, content: str, **members) -> dict:
        """An image whose layer is `content`, with its blobs pushed."""
        config = {'mediaType': OCI_CONFIG, **self.push_blob(name, json.dumps({'content': content}).encode())}
        layer = {'mediaType': OCI_LAYER, **self.push_blob(name, content.encode())}
        return {'schemaVersion': 2, 'mediaType': OCI_MANIFEST, 'config': config, 'layers': [layer], **members}

    def push(self, name: str, reference: str, content: str, **members) -> str:
        """An image; returns its digest."""
        answer = self.push_manifest(name, reference, self.manifest(name, content, **members))
        assert answer.status == 201, answer
        return answer.headers['docker-content-digest']


def descriptor(manifest: dict) -> dict:
    """The descriptor of a manifest, as push_manifest serializes it."""
    body = json.dumps(manifest).encode()
    return {'mediaType': manifest['mediaType'], 'digest': digest_of(body), 'size': len(body)}


def index(*manifests: dict) -> dict:
    return {'schemaVersion': 2, 'mediaType': OCI_INDEX, 'manifests': [descriptor(item) for item in manifests]}


class EcrTestCase(unittest.TestCase):
    """A test with an account of its own, whose root it is."""

    def setUp(self) -> None:
        self.account = new_account()
        self.root = Credentials(self.account)
        self.ecr = client('ecr', self.root)

    def assert_fails(self, code: str, operation, **payload) -> str:
        """The operation must fail with exactly that exception; returns its message."""
        with self.assertRaises(ClientError) as caught:
            operation(**payload)
        self.assertEqual(caught.exception.response['Error']['Code'], code, caught.exception)
        return caught.exception.response['Error']['Message']


def basic(user: str, password: str) -> str:
    return 'Basic ' + base64.b64encode(f'{user}:{password}'.encode()).decode()
