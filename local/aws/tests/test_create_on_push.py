"""Repositories that are made by a push."""
import json

from .access_case import PULL, PUSH, allow
from .stacks import LIFECYCLE
from .support import OCI_INDEX, Credentials, EcrTestCase, Oci, client, digest_of, new_account, role, service_role

KEY_RIGHTS = ['kms:DescribeKey', 'kms:CreateGrant', 'kms:RetireGrant']
POLICY = json.dumps({'Version': '2012-10-17', 'Statement': [allow({'AWS': '*'}, 'ecr:BatchGetImage')]})
EMPTY_INDEX = json.dumps({'schemaVersion': 2, 'mediaType': OCI_INDEX, 'manifests': []})


class CreateOnPushCase(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.oci = Oci(self.account, self.root)

    def template(self, prefix='team', **members):
        self.ecr.create_repository_creation_template(prefix=prefix, **{'appliedFor': ['CREATE_ON_PUSH'], **members})

    def names(self):
        return [item['repositoryName'] for item in self.ecr.describe_repositories()['repositories']]

    def start(self, name, oci=None):
        return (oci or self.oci).request('POST', f'/v2/{name}/blobs/uploads/')


class SettingsTest(CreateOnPushCase):

    def test_a_repository_has_everything_that_the_template_says(self):
        key = client('kms', self.root).create_key()['KeyMetadata']['Arn']
        creator = service_role(self.account, 'creation', 'ecr.amazonaws.com', ['ecr:CreateRepository', 'ecr:TagResource', *KEY_RIGHTS])
        filters = [{'filterType': 'WILDCARD', 'filter': 'dev*'}]
        self.template(imageTagMutability='IMMUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters=filters, customRoleArn=creator,
                      encryptionConfiguration={'encryptionType': 'KMS', 'kmsKey': key}, lifecyclePolicy=json.dumps(LIFECYCLE),
                      repositoryPolicy=POLICY, resourceTags=[{'Key': 'team', 'Value': 'blue'}])
        self.oci.push('team/app', 'v1', 'x')
        found = self.ecr.describe_repositories(repositoryNames=['team/app'])['repositories'][0]
        self.assertEqual((found['imageTagMutability'], found['imageTagMutabilityExclusionFilters']), ('IMMUTABLE_WITH_EXCLUSION', filters))
        self.assertEqual(found['encryptionConfiguration'], {'encryptionType': 'KMS', 'kmsKey': key})
        self.assertEqual(self.ecr.get_lifecycle_policy(repositoryName='team/app')['lifecyclePolicyText'], json.dumps(LIFECYCLE))
        self.assertEqual(self.ecr.get_repository_policy(repositoryName='team/app')['policyText'], POLICY)
        self.assertEqual(self.ecr.list_tags_for_resource(resourceArn=found['repositoryArn'])['tags'], [{'Key': 'team', 'Value': 'blue'}])

    def test_a_repository_has_defaults_where_the_template_is_silent(self):
        self.template()
        self.oci.push('team/app', 'v1', 'x')
        found = self.ecr.describe_repositories(repositoryNames=['team/app'])['repositories'][0]
        self.assertEqual((found['imageTagMutability'], found['encryptionConfiguration']), ('MUTABLE', {'encryptionType': 'AES256'}))
        self.assertEqual(self.ecr.list_tags_for_resource(resourceArn=found['repositoryArn'])['tags'], [])
        self.assert_fails('RepositoryPolicyNotFoundException', self.ecr.get_repository_policy, repositoryName='team/app')
        self.assert_fails('LifecyclePolicyNotFoundException', self.ecr.get_lifecycle_policy, repositoryName='team/app')

    def test_a_repository_that_is_there_stays_as_it_is(self):
        self.ecr.create_repository(repositoryName='team/app')
        self.template(imageTagMutability='IMMUTABLE')
        self.oci.push('team/app', 'v1', 'x')
        self.assertEqual(self.ecr.describe_repositories()['repositories'][0]['imageTagMutability'], 'MUTABLE')


class MatchTest(CreateOnPushCase):

    def test_the_longest_prefix_wins_and_root_comes_last(self):
        for prefix, mode in (('ROOT', 'IMMUTABLE'), ('te', 'MUTABLE'), ('team', 'IMMUTABLE'), ('team/one/', 'MUTABLE')):
            self.template(prefix, imageTagMutability=mode)
        for name, expected in (('xy', 'IMMUTABLE'), ('te/x', 'MUTABLE'), ('team/x', 'IMMUTABLE'), ('team/one/x', 'MUTABLE'),
                               ('team/one', 'IMMUTABLE'), ('teams/x', 'IMMUTABLE')):
            self.assertEqual(self.start(name).status, 202, name)
            found = self.ecr.describe_repositories(repositoryNames=[name])['repositories'][0]
            self.assertEqual(found['imageTagMutability'], expected, name)

    def test_fails_without_a_template_for_the_name(self):
        self.template()
        for name in ('team', 'teams/x', 'other/team/x'):
            answer = self.start(name)
            self.assertEqual((answer.status, answer.error), (404, 'NAME_UNKNOWN'), name)
        self.assert_fails('RepositoryNotFoundException', self.ecr.initiate_layer_upload, repositoryName='other')
        self.assert_fails('RepositoryNotFoundException', self.ecr.put_image, repositoryName='other', imageManifest=EMPTY_INDEX)
        self.assertEqual(self.names(), [])

    def test_a_template_for_another_use_does_not_count(self):
        self.template('ROOT', imageTagMutability='IMMUTABLE')
        self.template('team', appliedFor=['REPLICATION', 'PULL_THROUGH_CACHE'])
        self.oci.push('team/x', 'v1', 'x')
        self.assertEqual(self.ecr.describe_repositories()['repositories'][0]['imageTagMutability'], 'IMMUTABLE')

    def test_fails_for_a_name_that_no_repository_can_have(self):
        self.template('ROOT')
        for name in ('Team/x', 'x', 'a._b'):
            answer = self.start(name)
            self.assertEqual((answer.status, answer.error), (404, 'NAME_UNKNOWN'))
        self.assertEqual(self.names(), [])


class PushTest(CreateOnPushCase):
    """Every first step of a push makes the repository."""

    def setUp(self):
        super().setUp()
        self.template('ROOT')

    def test_a_manifest_over_http(self):
        answer = self.oci.request('PUT', '/v2/app/manifests/v1', EMPTY_INDEX.encode(), Content_Type=OCI_INDEX)
        self.assertEqual((answer.status, self.names()), (201, ['app']))

    def test_a_layer_that_could_be_mounted(self):
        self.oci.push('base', 'v1', 'x')
        answer = self.oci.request('POST', f'/v2/app/blobs/uploads/?mount={digest_of(b"x")}&from=base')
        self.assertEqual((answer.status, self.names()), (202, ['base', 'app']))
        self.ecr.put_account_setting(name='BLOB_MOUNTING', value='ENABLED')
        answer = self.oci.request('POST', f'/v2/app2/blobs/uploads/?mount={digest_of(b"x")}&from=base')
        self.assertEqual((answer.status, self.names()), (201, ['base', 'app', 'app2']))

    def test_a_layer_and_a_manifest_over_the_api(self):
        self.ecr.initiate_layer_upload(repositoryName='one')
        self.ecr.put_image(repositoryName='two', imageManifest=EMPTY_INDEX, imageTag='v1')
        self.assertEqual(self.names(), ['one', 'two'])

    def test_reading_makes_nothing(self):
        for path in ('manifests/v1', 'tags/list', f'blobs/{digest_of(b"x")}'):
            self.assertEqual(self.oci.request('GET', f'/v2/app/{path}').status, 404)
        self.assert_fails('RepositoryNotFoundException', self.ecr.batch_check_layer_availability, repositoryName='app',
                          layerDigests=[digest_of(b'x')])
        self.assertEqual(self.names(), [])


class PusherTest(CreateOnPushCase):

    def setUp(self):
        super().setUp()
        self.template()
        self.arn = f'arn:aws:ecr:us-east-1:{self.account}:repository/team/app'

    def registry_policy(self, principal, actions):
        self.ecr.put_registry_policy(policyText=json.dumps({'Version': '2012-10-17', 'Statement': [allow(principal, actions, Resource=self.arn)]}))

    def test_needs_the_right_to_create_that_repository(self):
        without = role(self.account, 'without', PUSH)
        answer = self.start('team/app', Oci(self.account, without))
        self.assertEqual((answer.status, answer.error), (403, 'DENIED'))
        self.assertIn('ecr:CreateRepository', answer.json['errors'][0]['message'])
        self.assert_fails('AccessDeniedException', client('ecr', without).initiate_layer_upload, repositoryName='team/app')
        self.assertEqual(self.names(), [])
        with_it = role(self.account, 'with', [*PUSH, 'ecr:CreateRepository'])
        Oci(self.account, with_it).push('team/app', 'v1', 'x')

    def test_a_right_to_create_is_none_to_push(self):
        answer = self.start('team/app', Oci(self.account, role(self.account, 'creator', ['ecr:GetAuthorizationToken', 'ecr:CreateRepository'])))
        self.assertEqual((answer.status, self.names()), (403, []))

    def test_the_registry_policy_can_give_it(self):
        self.registry_policy({'AWS': f'arn:aws:iam::{self.account}:role/without'}, 'ecr:CreateRepository')
        without = Oci(self.account, role(self.account, 'without', PUSH))
        self.assertEqual(self.start('team/other', without).status, 403)
        self.assertEqual(self.start('team/app', without).status, 202)

    def test_another_account_needs_both(self):
        other = new_account()
        with_it, without = (Oci(self.account, role(other, name, actions)) for name, actions in (
            ('with', [*PUSH, 'ecr:CreateRepository']), ('without', PUSH)))
        self.assertEqual(self.start('team/app', with_it).status, 403)
        self.registry_policy({'AWS': f'arn:aws:iam::{other}:root'}, PUSH[1:])
        self.assertEqual(self.start('team/app', with_it).status, 403)
        self.registry_policy({'AWS': f'arn:aws:iam::{other}:root'}, [*PUSH[1:], 'ecr:CreateRepository'])
        self.assertEqual(self.start('team/app', without).status, 403)
        self.assertEqual(self.names(), [])
        with_it.push('team/app', 'v1', 'x')
        self.assertEqual(self.names(), ['team/app'])


class ComingPolicyTest(CreateOnPushCase):
    """The repository policy of the template counts before the repository is there, except for the right to create it."""

    def setUp(self):
        super().setUp()
        self.other = new_account()
        self.their_role = role(self.other, 'pusher', ['ecr:*'])
        self.theirs = Oci(self.account, self.their_role)

    def make(self, *statements, prefix='team', use='CREATE_ON_PUSH'):
        self.template(prefix, appliedFor=[use], repositoryPolicy=json.dumps({'Version': '2012-10-17', 'Statement': statements}))

    def allow_creation(self, name='team/*'):
        statement = allow({'AWS': f'arn:aws:iam::{self.other}:root'}, 'ecr:CreateRepository',
                          Resource=f'arn:aws:ecr:us-east-1:{self.account}:repository/{name}')
        self.ecr.put_registry_policy(policyText=json.dumps({'Version': '2012-10-17', 'Statement': [statement]}))

    def test_lets_another_account_push(self):
        self.make(allow({'AWS': f'arn:aws:iam::{self.other}:root'}, PUSH[1:]))
        self.allow_creation()
        self.theirs.push('team/app', 'v1', 'x')
        client('ecr', self.their_role).initiate_layer_upload(repositoryName='team/api', registryId=self.account)
        self.assertEqual(self.names(), ['team/app', 'team/api'])

    def test_never_lets_it_create(self):
        self.make(allow({'AWS': f'arn:aws:iam::{self.other}:root'}, 'ecr:*'))
        answer = self.start('team/app', self.theirs)
        self.assertEqual((answer.status, self.names()), (403, []))
        self.assertIn('ecr:CreateRepository', answer.json['errors'][0]['message'])
        self.assert_fails('AccessDeniedException', client('ecr', self.their_role).initiate_layer_upload, repositoryName='team/app',
                          registryId=self.account)

    def test_what_it_does_not_allow_is_refused(self):
        for number, statement in enumerate((
            allow({'AWS': f'arn:aws:iam::{self.other}:root'}, PULL), allow({'AWS': f'arn:aws:iam::{new_account()}:root'}, PUSH[1:]),
            {'Effect': 'Allow', 'Principal': {'AWS': f'arn:aws:iam::{self.other}:root'}, 'NotAction': 'ecr:*'},
        )):
            self.make(statement, prefix=f'team/{number}')
            self.allow_creation()
            answer = self.start(f'team/{number}/app', self.theirs)
            self.assertEqual((answer.status, self.names()), (403, []))
            self.assertIn('ecr:InitiateLayerUpload', answer.json['errors'][0]['message'])

    def test_a_deny_counts_for_the_account_itself(self):
        self.make({'Effect': 'Deny', 'Principal': '*', 'NotAction': ['ecr:BatchGetImage']})
        answer = self.start('team/app', Oci(self.account, role(self.account, 'pusher', ['ecr:*'])))
        self.assertEqual((answer.status, self.names()), (403, []))

    def test_one_for_another_use_does_not_count(self):
        self.make(allow({'AWS': f'arn:aws:iam::{self.other}:root'}, PUSH[1:]), prefix='team/app', use='REPLICATION')
        self.template()
        self.allow_creation()
        self.assertEqual(self.start('team/app/x', self.theirs).status, 403)

    def test_it_is_gone_with_the_repository_that_has_its_own(self):
        self.make(allow({'AWS': f'arn:aws:iam::{self.other}:root'}, PUSH[1:]))
        self.allow_creation()
        self.ecr.create_repository(repositoryName='team/app')
        self.assertEqual(self.start('team/app', self.theirs).status, 403)


class CreatorTest(CreateOnPushCase):
    """The role of the template makes the repository."""

    RIGHTS = ['ecr:CreateRepository', 'ecr:TagResource', *KEY_RIGHTS]

    def setUp(self):
        super().setUp()
        self.key = client('kms', self.root).create_key()['KeyMetadata']['Arn']

    def with_role(self, arn, prefix):
        self.template(prefix, customRoleArn=arn, resourceTags=[{'Key': 'a', 'Value': 'b'}],
                      encryptionConfiguration={'encryptionType': 'KMS', 'kmsKey': self.key})

    def refused(self, name):
        answer = self.start(name)
        self.assertEqual((answer.status, answer.error, self.names()), (404, 'NAME_UNKNOWN', []))
        return answer.json['errors'][0]['message']

    def test_fails_without_any_of_its_rights(self):
        for number, right in enumerate(self.RIGHTS):
            prefix = f'team{number}'
            self.with_role(service_role(self.account, prefix, 'ecr.amazonaws.com', [item for item in self.RIGHTS if item != right]), prefix)
            self.assertIn(f'not authorized to perform: {right} on', self.refused(f'{prefix}/app'))

    def test_fails_for_a_repository_outside_its_rights(self):
        arn = service_role(self.account, 'narrow', 'ecr.amazonaws.com', self.RIGHTS, f'arn:aws:ecr:us-east-1:{self.account}:repository/team/app')
        self.template(customRoleArn=arn)
        self.assertIn('ecr:CreateRepository', self.refused('team/other'))
        self.assertEqual(self.start('team/app').status, 202)

    def test_fails_for_a_role_that_ecr_may_not_assume(self):
        self.with_role(service_role(self.account, 'tasks', 'ecs-tasks.amazonaws.com', self.RIGHTS), 'one')
        self.assertIn('does not let ecr.amazonaws.com assume it', self.refused('one/app'))
        trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': f'arn:aws:iam::{self.account}:root'},
                                                         'Action': 'sts:AssumeRole'}]}
        client('iam', self.root).update_assume_role_policy(RoleName='tasks', PolicyDocument=json.dumps(trust))
        self.assertIn('does not let ecr.amazonaws.com assume it', self.refused('one/app'))

    def test_fails_for_a_role_that_is_not_there(self):
        self.with_role(f'arn:aws:iam::{self.account}:role/none', 'one')
        self.assertIn('does not exist in the account', self.refused('one/app'))
        other = new_account()
        service_role(self.account, 'creation', 'ecr.amazonaws.com', self.RIGHTS)
        self.with_role(service_role(other, 'creation', 'ecr.amazonaws.com', self.RIGHTS), 'two')
        self.assertIn('does not exist in the account', self.refused('two/app'))

    def test_fails_for_a_key_that_cannot_be_used(self):
        self.with_role(service_role(self.account, 'creation', 'ecr.amazonaws.com', self.RIGHTS), 'team')
        client('kms', self.root).disable_key(KeyId=self.key)
        self.assertIn('is disabled', self.refused('team/app'))

    def test_the_tags_can_be_a_condition_of_its_rights(self):
        arn = service_role(self.account, 'creation', 'ecr.amazonaws.com', ['ecr:TagResource', *KEY_RIGHTS])
        for value, expected in (('x', 404), ('b', 202)):
            statement = {'Effect': 'Allow', 'Action': 'ecr:CreateRepository', 'Resource': '*',
                         'Condition': {'StringEquals': {'aws:RequestTag/a': value}}}
            client('iam', self.root).put_role_policy(RoleName='creation', PolicyName='q',
                                                     PolicyDocument=json.dumps({'Version': '2012-10-17', 'Statement': statement}))
            if expected == 404:
                self.with_role(arn, 'team')
            self.assertEqual(self.start('team/app').status, expected)

    def test_without_a_role_ecr_s_own_may_create_unless_the_registry_policy_denies_it(self):
        self.template()
        deny = {'Effect': 'Deny', 'Principal': '*', 'Action': 'ecr:CreateRepository', 'Resource': '*',
                'Condition': {'ArnLike': {'aws:PrincipalArn': '*/AWSServiceRoleForECRTemplate/*'}}}
        self.ecr.put_registry_policy(policyText=json.dumps({'Version': '2012-10-17', 'Statement': [deny]}))
        self.assertIn('explicit deny', self.refused('team/app'))
        self.ecr.delete_registry_policy()
        self.assertEqual(self.start('team/app').status, 202)
