"""Who gets 200 and who gets 403 from other accounts, with AUTH=true."""
import json
import urllib.error
import urllib.request

from .access_case import PULL, TOKEN_ONLY, AccessTestCase, allow
from .support import MEMBERS, Credentials, EcrTestCase, Oci, client, digest_of, new_account, role


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
