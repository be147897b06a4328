"""How the server starts and ends."""
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile
from pathlib import Path
from unittest import mock

from botocore.session import Session

from local_aws import __main__ as start
from local_aws import version
from local_aws.organization import Organization

from .support import PACKAGE, Server, server


class ProcessTest(unittest.TestCase):

    def test_ends_on_sigterm_within_five_seconds_and_leaves_the_port(self):
        started = Server(auth=False)
        began = time.monotonic()
        started.process.send_signal(signal.SIGTERM)
        self.assertEqual(started.process.wait(5), 0)
        self.assertLess(time.monotonic() - began, 5)
        with socket.socket() as probe:
            self.assertNotEqual(probe.connect_ex(('127.0.0.1', started.port)), 0)
        started.stop()

    def test_credentials_in_its_environment_do_not_become_those_of_its_accounts(self):
        started = Server(auth=True, AWS_ACCESS_KEY_ID='AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY='other', SERVICES='s3')
        sts = Session().create_client('sts', region_name='us-east-1', endpoint_url=started.url, aws_access_key_id='111111111111',
                                      aws_secret_access_key='test')
        self.assertEqual(sts.get_caller_identity()['Account'], '111111111111')
        started.stop()

    def test_ends_when_its_parent_is_gone(self):
        parent = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdin=subprocess.PIPE)
        started = Server('--parent', str(parent.pid), auth=False)
        self.assertIsNone(started.process.poll())
        parent.kill()
        parent.communicate()
        self.assertEqual(started.process.wait(10), 0)
        started.stop()

    def test_ends_with_a_lambda_function_that_never_answers(self):
        started = Server(auth=False)
        function = Session().create_client('lambda', region_name='us-east-1', endpoint_url=started.url, aws_access_key_id='111111111111',
                                           aws_secret_access_key='test')
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, 'w') as code:
            code.writestr('index.py', 'import time\ndef handler(event, context):\n    open(event, "w").close()\n    time.sleep(600)\n')
        function.create_function(FunctionName='hangs', Runtime='python3.12', Handler='index.handler', Timeout=300,
                                 Role='arn:aws:iam::111111111111:role/r', Code={'ZipFile': archive.getvalue()})
        entered = Path(started.data.name) / 'entered'
        function.invoke(FunctionName='hangs', InvocationType='Event', Payload=json.dumps(str(entered)))
        for _ in range(150):
            if entered.exists():
                break
            time.sleep(0.1)
        self.assertTrue(entered.exists(), 'the function runs')
        written = (Path(started.data.name) / 'tmp').iterdir()
        self.assertTrue(any(path.name.startswith('ministack-lambda-hangs-') for path in written), 'its code is below the data folder')
        children = self.children(started.process.pid)
        self.assertTrue(children)
        started.process.send_signal(signal.SIGTERM)
        self.assertEqual(started.process.wait(5), 0)
        for _ in range(20):
            left = [pid for pid in children if self.runs(pid)]
            if not left:
                break
            time.sleep(0.1)
        self.assertEqual(left, [])
        started.stop()

    def runs(self, pid):
        """A zombie that nobody has reaped yet does not run."""
        try:
            return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
        except OSError:
            return False

    def children(self, pid):
        return [int(child) for task in Path(f'/proc/{pid}/task').iterdir() for child in (task / 'children').read_text().split()]

    def test_listens_on_loopback_only(self):
        listening = []
        for line in Path(f'/proc/{server().process.pid}/net/tcp').read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            if state == '0A' and int(address.partition(':')[2], 16) == server().port:
                listening.append(address.partition(':')[0])
        self.assertEqual(listening, ['0100007F'])

    def test_writes_below_its_data_folder_only(self):
        written = {str(path.relative_to(server().data.name)) for path in Path(server().data.name).rglob('*')}
        self.assertIn('tmp', written)
        pid_file = Path(tempfile.gettempdir()) / f'ministack-{server().port}.pid'
        self.assertFalse(pid_file.exists())

    def test_fails_for_an_organization_that_is_not_one(self):
        result = subprocess.run([sys.executable, '-m', 'local_aws', '--organization', 'nonsense'], cwd=PACKAGE,
                                capture_output=True, text=True, timeout=30, check=False, env={**os.environ})
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("organization id 'nonsense'", result.stderr)


    def test_fails_for_an_upstream_registry_that_is_elsewhere(self):
        result = subprocess.run([sys.executable, '-m', 'local_aws', '--upstream', 'quay.io=https://quay.io'], cwd=PACKAGE,
                                capture_output=True, text=True, timeout=30, check=False, env={**os.environ})
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("'quay.io=https://quay.io' is not like", result.stderr)


class OptionTest(unittest.TestCase):

    def test_a_cached_tag_is_good_for_a_day(self):
        with mock.patch.object(sys, 'argv', ['local_aws']):
            self.assertEqual(start._options().recheck, 24 * 3600)


class VersionTest(unittest.TestCase):

    def test_accepts_the_version_it_was_written_for(self):
        version.check()

    def test_fails_for_any_other_version(self):
        with mock.patch.object(version, 'version', return_value='1.5.34'), self.assertRaises(version.WrongVersion) as caught:
            version.check()
        self.assertIn('1.5.33, found 1.5.34', str(caught.exception))

    def test_fails_without_ministack(self):
        with mock.patch.object(version, 'version', side_effect=version.PackageNotFoundError), \
                self.assertRaises(version.WrongVersion):
            version.check()


class OrganizationTest(unittest.TestCase):

    def test_reads_members_and_their_paths(self):
        found = Organization.parse('o-abcd123456:111111111111=r-ab12,222222222222=r-ab12/ou-ab12-11111111')
        self.assertEqual(found.path('111111111111'), 'o-abcd123456/r-ab12/')
        self.assertEqual(found.path('222222222222'), 'o-abcd123456/r-ab12/ou-ab12-11111111/')

    def test_fails_for_a_member_without_a_root(self):
        for text in ('o-abcd123456:111111111111=ou-ab12-11111111', 'o-abcd123456:1=r-ab12', 'o-abcd123456:', 'o-x:111111111111=r-ab12'):
            with self.subTest(text), self.assertRaises(ValueError):
                Organization.parse(text)
