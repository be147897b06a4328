"""Who gets 200 and who gets 403, with AUTH=true."""
import base64
import json
import urllib.error
import urllib.request

from .support import MEMBERS, Credentials, EcrTestCase, Oci, basic, client, digest_of, new_account, role

PULL = ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability']
PUSH = PULL + ['ecr:PutImage', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload']
TOKEN_ONLY = ['ecr:GetAuthorizationToken']


def allow(principal, actions, **members):
    return {'Effect': 'Allow', 'Principal': principal, 'Action': actions, **members}


class AccessTestCase(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')
        self.admin = Oci(self.account, self.root)
        self.digest = self.admin.push('app', 'v1', 'hello')
        self.arn = f'arn:aws:ecr:us-east-1:{self.account}:repository/app'

    def as_role(self, account, name, actions, resource='*'):
        return Oci(self.account, role(account, name, actions, resource))

    def policy(self, *statements):
        text = json.dumps({'Version': '2012-10-17', 'Statement': statements})
        self.ecr.set_repository_policy(repositoryName='app', policyText=text)

    def pulls(self, oci):
        return (oci.request('GET', '/v2/app/manifests/v1').status, oci.request('GET', f'/v2/app/blobs/{digest_of(b"hello")}').status)


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


class CrossAccountTest(AccessTestCase):

    def setUp(self):
        super().setUp()
        self.other = new_account()

    def test_needs_an_identity_policy_and_a_repository_policy(self):
        far, far_without = self.as_role(self.other, 'far', PULL), self.as_role(self.other, 'without', TOKEN_ONLY)
        root = Oci(self.account, Credentials(self.other))
        for oci in (far, far_without, root):
            self.assertEqual(self.pulls(oci), (403, 403))
        self.policy(allow({'AWS': f'arn:aws:iam::{self.other}:root'}, ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']))
        self.assertEqual(self.pulls(far), (200, 200))
        self.assertEqual(self.pulls(far_without), (403, 403))
        self.assertEqual(self.pulls(root), (200, 200))

    def test_a_deny_wins(self):
        self.policy(allow({'AWS': f'arn:aws:iam::{self.other}:root'}, ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']),
                    {'Effect': 'Deny', 'Principal': '*', 'Action': 'ecr:*',
                     'Condition': {'ArnLike': {'aws:PrincipalArn': '*/banned/*'}}})
        self.assertEqual(self.pulls(self.as_role(self.other, 'far', PULL)), (200, 200))
        self.assertEqual(self.pulls(self.as_role(self.other, 'banned', PULL)), (403, 403))

    def test_the_api_reads_the_registry_that_registry_id_names(self):
        ecr = client('ecr', role(self.other, 'far', PULL + ['ecr:DescribeImages']))
        query = {'repositoryName': 'app', 'registryId': self.account}
        self.assert_fails('AccessDeniedException', ecr.describe_images, **query)
        self.assert_fails('AccessDeniedException', client('ecr', Credentials(self.other)).describe_images, **query)
        self.policy(allow({'AWS': f'arn:aws:iam::{self.other}:root'}, ['ecr:DescribeImages']))
        self.assertEqual(ecr.describe_images(**query)['imageDetails'][0]['registryId'], self.account)
        self.assertEqual(client('ecr', Credentials(self.other)).describe_images(**query)['imageDetails'][0]['imageTags'], ['v1'])
        self.assert_fails('RepositoryNotFoundException', client('ecr', Credentials(self.other)).describe_images, repositoryName='app')

    def test_a_layer_url_needs_no_credentials(self):
        url = self.ecr.get_download_url_for_layer(repositoryName='app', layerDigest=digest_of(b'hello'))['downloadUrl']
        with urllib.request.urlopen(url, timeout=5) as answer:
            self.assertEqual(answer.read(), b'hello')
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f'{url}x', timeout=5)
        caught.exception.close()
        self.assertEqual(caught.exception.code, 404)


class RegistryPolicyTest(AccessTestCase):

    def put(self, *statements):
        self.ecr.put_registry_policy(policyText=json.dumps({'Version': '2012-10-17', 'Statement': statements}))

    def test_an_allow_lets_another_account_in_for_the_repositories_it_names(self):
        other = new_account()
        self.put(allow({'AWS': f'arn:aws:iam::{other}:root'}, ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], Resource=self.arn))
        self.assertEqual(self.pulls(self.as_role(other, 'far', PULL)), (200, 200))
        self.put(allow({'AWS': f'arn:aws:iam::{other}:root'}, ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], Resource=f'{self.arn}-2'))
        self.assertEqual(self.pulls(self.as_role(other, 'far2', PULL)), (403, 403))

    def test_a_deny_holds_for_the_account_itself(self):
        admin = client('ecr', role(self.account, 'admin', ['ecr:*']))
        admin.put_registry_scanning_configuration(scanType='BASIC', rules=[])
        self.put({'Effect': 'Deny', 'Principal': '*', 'Action': 'ecr:PutRegistryScanningConfiguration', 'Resource': '*'})
        self.assert_fails('AccessDeniedException', admin.put_registry_scanning_configuration, scanType='BASIC', rules=[])
        self.assertEqual(len(admin.describe_repositories()['repositories']), 1)


class OrganizationTest(EcrTestCase):
    """The two members of the organization are shared by the tests, so each uses a repository and roles of its own."""

    def pull(self, condition, name):
        owner, member = Credentials(MEMBERS[0]), MEMBERS[1]
        ecr = client('ecr', owner)
        ecr.create_repository(repositoryName=name)
        Oci(MEMBERS[0], owner).push(name, 'v1', 'x')
        statement = allow({'AWS': '*'}, ['ecr:BatchGetImage'], Condition=condition)
        ecr.set_repository_policy(repositoryName=name, policyText=json.dumps({'Version': '2012-10-17', 'Statement': [statement]}))
        inside, outside = role(member, f'{name}-in', PULL), role(self.account, f'{name}-out', PULL)
        return tuple(Oci(MEMBERS[0], who).request('GET', f'/v2/{name}/manifests/v1').status for who in (inside, outside))

    def test_the_organization_id_tells_members_from_strangers(self):
        self.assertEqual(self.pull({'StringEquals': {'aws:PrincipalOrgID': 'o-abcd123456'}}, 'org-id'), (200, 403))

    def test_a_path_reaches_the_accounts_below_it(self):
        for path, expected, name in (('r-ab12/ou-ab12-22222222/*', 200, 'org-ou'), ('r-ab12/ou-ab12-11111111/*', 403, 'org-other-ou'),
                                     ('r-ab12/ou-ab12-22222222/ou-ab12-33333333/', 200, 'org-exact')):
            condition = {'ForAnyValue:StringLike': {'aws:PrincipalOrgPaths': [f'o-abcd123456/{path}']}}
            self.assertEqual(self.pull(condition, name), (expected, 403), path)

    def test_a_request_counts_as_tls(self):
        condition = {'StringEquals': {'aws:PrincipalOrgID': 'o-abcd123456'}, 'Bool': {'aws:SecureTransport': 'true'}}
        self.assertEqual(self.pull(condition, 'org-tls'), (200, 403))

    def test_the_owner_of_the_repository_can_be_a_condition_too(self):
        for value, expected, name in (('o-abcd123456', 200, 'org-resource'), ('o-zzzz123456', 403, 'org-resource-2')):
            condition = {'StringEquals': {'aws:PrincipalOrgID': 'o-abcd123456', 'aws:ResourceOrgID': value}}
            self.assertEqual(self.pull(condition, name), (expected, 403))


class UserTest(AccessTestCase):

    def test_a_user_of_another_account_is_one_of_that_account(self):
        other = new_account()
        iam = client('iam', Credentials(other))
        iam.create_user(UserName='ci')
        policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': PULL, 'Resource': '*'}]}
        iam.put_user_policy(UserName='ci', PolicyName='p', PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName='ci')['AccessKey']
        user = Oci(self.account, Credentials(key['AccessKeyId'], key['SecretAccessKey']))
        self.assertEqual(self.pulls(user), (403, 403))
        self.policy(allow({'AWS': f'arn:aws:iam::{other}:user/ci'}, ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']))
        self.assertEqual(self.pulls(user), (200, 200))
