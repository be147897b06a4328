"""Pull-time exclusions, account settings, and operations that are not modelled."""
from .support import EcrTestCase, Oci, client, role


class ExclusionTest(EcrTestCase):

    def arn(self, name='scanner'):
        return f'arn:aws:iam::{self.account}:role/{name}'

    def test_is_listed_and_removed(self):
        self.ecr.register_pull_time_update_exclusion(principalArn=self.arn())
        self.assertEqual(self.ecr.list_pull_time_update_exclusions()['pullTimeUpdateExclusions'], [self.arn()])
        self.assert_fails('ExclusionAlreadyExistsException', self.ecr.register_pull_time_update_exclusion, principalArn=self.arn())
        self.ecr.deregister_pull_time_update_exclusion(principalArn=self.arn())
        self.assert_fails('ExclusionNotFoundException', self.ecr.deregister_pull_time_update_exclusion, principalArn=self.arn())

    def test_one_hundred_and_no_more(self):
        for number in range(100):
            self.ecr.register_pull_time_update_exclusion(principalArn=self.arn(str(number)))
        self.assert_fails('LimitExceededException', self.ecr.register_pull_time_update_exclusion, principalArn=self.arn())

    def test_fails_for_what_is_no_role_or_user(self):
        for arn in (f'arn:aws:iam::{self.account}:root', f'arn:aws:iam::{self.account}:group/x', 'x', self.arn('r' * 200)):
            self.assert_fails('InvalidParameterException', self.ecr.register_pull_time_update_exclusion, principalArn=arn)

    def is_pulled(self):
        return 'lastRecordedPullTime' in self.ecr.describe_images(repositoryName='app')['imageDetails'][0]

    def test_its_pulls_leave_no_trace(self):
        self.ecr.create_repository(repositoryName='app')
        Oci(self.account, self.root).push('app', 'v1', 'x')
        self.ecr.register_pull_time_update_exclusion(principalArn=self.arn())
        scanner = role(self.account, 'scanner', ['ecr:*'])
        Oci(self.account, scanner).request('GET', '/v2/app/manifests/v1')
        client('ecr', scanner).batch_get_image(repositoryName='app', imageIds=[{'imageTag': 'v1'}])
        self.assertFalse(self.is_pulled())
        Oci(self.account, role(self.account, 'user', ['ecr:*'])).request('GET', '/v2/app/manifests/v1')
        self.assertTrue(self.is_pulled())


class AccountSettingTest(EcrTestCase):

    def test_each_has_its_values(self):
        for name, default, other in (('BASIC_SCAN_TYPE_VERSION', 'AWS_NATIVE', 'CLAIR'), ('REGISTRY_POLICY_SCOPE', 'V2', 'V1'),
                                     ('BLOB_MOUNTING', 'DISABLED', 'ON')):
            self.assertEqual(self.ecr.get_account_setting(name=name)['value'], default)
            self.ecr.put_account_setting(name=name, value=default)
            self.assert_fails('InvalidParameterException', self.ecr.put_account_setting, name=name, value=other)

    def test_keeps_a_value(self):
        self.ecr.put_account_setting(name='BLOB_MOUNTING', value='ENABLED')
        self.assertEqual(self.ecr.get_account_setting(name='BLOB_MOUNTING')['value'], 'ENABLED')

    def test_fails_for_an_unknown_one(self):
        self.assert_fails('InvalidParameterException', self.ecr.get_account_setting, name='NONE')
        self.assert_fails('InvalidParameterException', self.ecr.put_account_setting, name='NONE', value='x')


class NotModelledTest(EcrTestCase):

    def test_says_so(self):
        self.ecr.create_repository(repositoryName='app')
        self.assertIn('not modelled', self.assert_fails('UnsupportedCommandException', self.ecr.start_image_scan, repositoryName='app',
                                                        imageId={'imageTag': 'v1'}))
