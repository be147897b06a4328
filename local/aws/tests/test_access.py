"""Who gets 200 and who gets 403 in the account of the repository, with AUTH=true."""
import base64
import json

from .access_case import PULL, PUSH, TOKEN_ONLY, AccessTestCase, allow
from .support import Oci, basic, client, digest_of, role


class LoginTest(AccessTestCase):

    def test_everybody_is_asked_to_log_in(self):
        for path in ('/v2/', '/v2/_catalog', '/v2/app/manifests/v1', '/v2/app/tags/list'):
            answer = Oci(self.account, None).request('GET', path)
            self.assertEqual((answer.status, answer.error), (401, 'UNAUTHORIZED'))
            self.assertTrue(answer.headers['www-authenticate'].startswith(f'Basic realm="https://{self.account}.dkr.ecr.us-east-1.'))

    def test_a_token_logs_in(self):
        self.assertEqual(self.admin.request('GET', '/v2/').status, 200)

    def test_fails_with_a_password_that_is_no_token(self):
        for header in (basic('AWS', 'x'), 'Basic ###', 'Bearer x'):
            self.assertEqual(Oci(self.account, None).request('GET', '/v2/', Authorization=header).status, 401)

    def test_fails_with_a_token_under_another_user_name(self):
        data = self.ecr.get_authorization_token()['authorizationData'][0]['authorizationToken']
        password = base64.b64decode(data).decode().partition(':')[2]
        self.assertEqual(Oci(self.account, None).request('GET', '/v2/', Authorization=basic('AWS', password)).status, 200)
        self.assertEqual(Oci(self.account, None).request('GET', '/v2/', Authorization=basic('root', password)).status, 401)


class SameAccountTest(AccessTestCase):

    def test_a_role_that_may_pull_pulls_and_does_not_push(self):
        puller = self.as_role(self.account, 'puller', PULL)
        self.assertEqual(self.pulls(puller), (200, 200))
        started = puller.request('POST', '/v2/app/blobs/uploads/')
        self.assertEqual((started.status, started.error), (403, 'DENIED'))
        self.assertIn('ecr:InitiateLayerUpload', started.json['errors'][0]['message'])

    def test_a_role_that_may_push_pushes(self):
        self.as_role(self.account, 'pusher', PUSH).push('app', 'v2', 'two')
        self.assertEqual(self.admin.request('GET', '/v2/app/manifests/v2').status, 200)

    def test_a_role_that_may_only_log_in_gets_nothing(self):
        nobody = self.as_role(self.account, 'nobody', TOKEN_ONLY)
        self.assertEqual(self.pulls(nobody), (403, 403))
        for method, path in (('GET', '/v2/_catalog'), ('GET', '/v2/app/tags/list'), ('GET', f'/v2/app/referrers/{self.digest}'),
                             ('HEAD', '/v2/app/manifests/v1'), ('HEAD', f'/v2/app/blobs/{self.digest}'),
                             ('DELETE', f'/v2/app/manifests/{self.digest}'), ('PUT', '/v2/app/manifests/v2')):
            self.assertEqual(nobody.request(method, path).status, 403, path)

    def test_an_upload_needs_a_right_at_each_step(self):
        location = self.admin.request('POST', '/v2/app/blobs/uploads/').headers['location']
        starter = self.as_role(self.account, 'starter', PULL + ['ecr:InitiateLayerUpload'])
        self.assertEqual(starter.request('POST', '/v2/app/blobs/uploads/').status, 202)
        for method, path in (('GET', location), ('PATCH', location), ('DELETE', location), ('PUT', f'{location}?digest={self.digest}')):
            self.assertEqual(starter.request(method, path).status, 403, method)

    def test_a_repository_policy_alone_lets_a_role_in(self):
        self.policy(allow({'AWS': f'arn:aws:iam::{self.account}:role/guest'}, ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']))
        self.assertEqual(self.pulls(self.as_role(self.account, 'guest', TOKEN_ONLY)), (200, 200))
        self.assertEqual(self.pulls(self.as_role(self.account, 'stranger', TOKEN_ONLY)), (403, 403))

    def test_a_right_on_one_repository_is_none_on_another(self):
        self.ecr.create_repository(repositoryName='other')
        Oci(self.account, self.root).push('other', 'v1', 'x')
        credentials = role(self.account, 'narrow', PULL + ['ecr:DescribeRepositories', 'ecr:DescribeImages'], self.arn)
        ecr = client('ecr', credentials)
        self.assertEqual(len(ecr.describe_repositories(repositoryNames=['app'])['repositories']), 1)
        self.assert_fails('AccessDeniedException', ecr.describe_repositories, repositoryNames=['app', 'other'])
        self.assert_fails('AccessDeniedException', ecr.describe_repositories)
        self.assert_fails('AccessDeniedException', ecr.describe_images, repositoryName='other')

    def test_layers_cannot_be_deleted_by_anyone(self):
        answer = self.admin.request('DELETE', f'/v2/app/blobs/{digest_of(b"hello")}')
        self.assertEqual((answer.status, answer.error), (405, 'UNSUPPORTED'))
        self.assertEqual(self.pulls(self.admin), (200, 200))

    def test_a_resource_tag_can_be_a_condition(self):
        self.ecr.tag_resource(resourceArn=self.arn, tags=[{'Key': 'team', 'Value': 'blue'}])
        iam = client('iam', self.root)
        credentials = role(self.account, 'tagged', TOKEN_ONLY)
        for value, expected in (('blue', 200), ('red', 403)):
            statement = {'Effect': 'Allow', 'Action': 'ecr:BatchGetImage', 'Resource': '*',
                         'Condition': {'StringEquals': {'ecr:ResourceTag/team': value}}}
            iam.put_role_policy(RoleName='tagged', PolicyName='q',
                                PolicyDocument=json.dumps({'Version': '2012-10-17', 'Statement': [statement]}))
            self.assertEqual(Oci(self.account, credentials).request('GET', '/v2/app/manifests/v1').status, expected)
            result = client('ecr', credentials)
            if expected == 200:
                self.assertEqual(result.batch_get_image(repositoryName='app', imageIds=[{'imageTag': 'v1'}])['failures'], [])
            else:
                self.assert_fails('AccessDeniedException', result.batch_get_image, repositoryName='app', imageIds=[{'imageTag': 'v1'}])

    def test_an_account_setting_can_be_a_condition(self):
        credentials = role(self.account, 'settings', TOKEN_ONLY)
        statement = {'Effect': 'Allow', 'Action': 'ecr:PutAccountSetting', 'Resource': '*',
                     'Condition': {'StringEquals': {'ecr:AccountSetting': 'BLOB_MOUNTING'}}}
        client('iam', self.root).put_role_policy(RoleName='settings', PolicyName='q',
                                                 PolicyDocument=json.dumps({'Version': '2012-10-17', 'Statement': [statement]}))
        ecr = client('ecr', credentials)
        ecr.put_account_setting(name='BLOB_MOUNTING', value='ENABLED')
        self.assert_fails('AccessDeniedException', ecr.put_account_setting, name='REGISTRY_POLICY_SCOPE', value='V2')

    def test_a_removed_tag_key_can_be_a_condition(self):
        self.ecr.tag_resource(resourceArn=self.arn, tags=[{'Key': 'a', 'Value': '1'}, {'Key': 'b', 'Value': '1'}])
        credentials = role(self.account, 'untagger', TOKEN_ONLY)
        statement = {'Effect': 'Allow', 'Action': 'ecr:UntagResource', 'Resource': self.arn,
                     'Condition': {'ForAllValues:StringEquals': {'aws:TagKeys': ['a']}}}
        client('iam', self.root).put_role_policy(RoleName='untagger', PolicyName='q',
                                                 PolicyDocument=json.dumps({'Version': '2012-10-17', 'Statement': [statement]}))
        ecr = client('ecr', credentials)
        ecr.untag_resource(resourceArn=self.arn, tagKeys=['a'])
        self.assert_fails('AccessDeniedException', ecr.untag_resource, resourceArn=self.arn, tagKeys=['b'])

    def test_referrers_need_the_right_to_pull(self):
        query = {'repositoryName': 'app', 'subjectId': {'imageDigest': self.digest}}
        self.assertEqual(client('ecr', role(self.account, 'puller', PULL)).list_image_referrers(**query)['referrers'], [])
        self.assert_fails('AccessDeniedException', client('ecr', role(self.account, 'lister', ['ecr:ListImageReferrers'])).list_image_referrers,
                          **query)
