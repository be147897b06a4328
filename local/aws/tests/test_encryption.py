"""Repositories with keys, and what becomes of them when the key does not."""
import json

from .support import Credentials, EcrTestCase, Oci, client, new_account, role


class EncryptionTest(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.kms = client('kms', self.root)
        self.key = self.kms.create_key()['KeyMetadata']

    def create(self, name='app', kind='KMS', ecr=None, **members):
        configuration = {'encryptionType': kind, **members}
        return (ecr or self.ecr).create_repository(repositoryName=name, encryptionConfiguration=configuration)['repository']

    def test_accepts_an_arn_an_id_and_an_alias_and_answers_the_arn(self):
        self.kms.create_alias(AliasName='alias/registry', TargetKeyId=self.key['KeyId'])
        for name, reference in (('arn', self.key['Arn']), ('id', self.key['KeyId']), ('alias', 'alias/registry')):
            self.assertEqual(self.create(name, kmsKey=reference)['encryptionConfiguration'],
                             {'encryptionType': 'KMS', 'kmsKey': self.key['Arn']})

    def test_uses_the_managed_key_when_none_is_named(self):
        first, second = self.create('one'), self.create('two')
        arn = first['encryptionConfiguration']['kmsKey']
        self.assertEqual(second['encryptionConfiguration']['kmsKey'], arn)
        self.assertEqual(self.kms.describe_key(KeyId='alias/aws/ecr')['KeyMetadata']['Arn'], arn)

    def test_makes_two_grants_and_retires_them(self):
        self.create(kmsKey=self.key['Arn'])
        grants = self.kms.list_grants(KeyId=self.key['KeyId'])['Grants']
        self.assertEqual(len(grants), 2)
        arn = f'arn:aws:ecr:us-east-1:{self.account}:repository/app'
        self.assertEqual(grants[0]['Constraints'], {'EncryptionContextSubset': {'aws:ecr:arn': arn}})
        self.ecr.delete_repository(repositoryName='app')
        self.assertEqual(self.kms.list_grants(KeyId=self.key['KeyId'])['Grants'], [])

    def fails(self, error, **members):
        with self.assertRaises(Exception) as caught:
            self.create(**members)
        answer = caught.exception.response
        self.assertEqual((answer['Error']['Code'], answer.get('kmsError')), ('KmsException', error))
        self.assert_fails('RepositoryNotFoundException', self.ecr.describe_repositories, repositoryNames=['app'])

    def test_fails_for_a_key_that_cannot_be_used(self):
        abroad = client('kms', self.root, 'eu-west-1').create_key()['KeyMetadata']['Arn']
        self.fails('NotFoundException', kmsKey=abroad)
        self.fails('NotFoundException', kmsKey='alias/none')
        signing = self.kms.create_key(KeySpec='HMAC_256', KeyUsage='GENERATE_VERIFY_MAC')['KeyMetadata']['Arn']
        self.fails('InvalidKeyUsageException', kmsKey=signing)
        self.kms.disable_key(KeyId=self.key['KeyId'])
        self.fails('DisabledException', kmsKey=self.key['Arn'])
        self.kms.enable_key(KeyId=self.key['KeyId'])
        self.kms.schedule_key_deletion(KeyId=self.key['KeyId'], PendingWindowInDays=7)
        self.fails('KMSInvalidStateException', kmsKey=self.key['Arn'])

    def test_fails_for_types_that_do_not_go_with_the_key_or_the_region(self):
        self.assert_fails('InvalidParameterException', self.create, kind='AES256', kmsKey=self.key['Arn'])
        self.assert_fails('InvalidParameterException', self.create, kind='KMS_DSSE')
        self.create(kind='KMS_DSSE', ecr=client('ecr', self.root, 'us-gov-west-1'))

    def test_a_disabled_key_stops_pushes_and_pulls(self):
        self.create(kmsKey=self.key['Arn'])
        oci = Oci(self.account, self.root)
        digest = oci.push('app', 'v1', 'x')
        self.kms.disable_key(KeyId=self.key['KeyId'])
        self.assertEqual(oci.request('POST', '/v2/app/blobs/uploads/').status, 400)
        self.assertEqual(oci.request('GET', '/v2/app/manifests/v1').status, 400)
        self.assertEqual(oci.request('HEAD', '/v2/app/manifests/v1').status, 200)
        failure = self.ecr.batch_get_image(repositoryName='app', imageIds=[{'imageDigest': digest}])['failures'][0]
        self.assertEqual(failure['failureCode'], 'KmsError')
        self.assert_fails('KmsException', self.ecr.initiate_layer_upload, repositoryName='app')
        self.kms.enable_key(KeyId=self.key['KeyId'])
        self.assertEqual(oci.request('GET', '/v2/app/manifests/v1').status, 200)
        self.kms.schedule_key_deletion(KeyId=self.key['KeyId'], PendingWindowInDays=7)
        self.assertEqual(oci.request('GET', '/v2/app/manifests/v1').status, 400)


class RightsTest(EcrTestCase):
    """The creator of a repository needs three rights on its key."""

    RIGHTS = ['kms:DescribeKey', 'kms:CreateGrant', 'kms:RetireGrant']

    def setUp(self):
        super().setUp()
        self.key = client('kms', self.root).create_key()['KeyMetadata']['Arn']

    def create(self, who, name):
        configuration = {'encryptionType': 'KMS', 'kmsKey': self.key}
        return client('ecr', who).create_repository(repositoryName=name, encryptionConfiguration=configuration)

    def test_all_three_are_enough(self):
        self.create(role(self.account, 'builder', ['ecr:CreateRepository', *self.RIGHTS]), 'app')

    def test_fails_without_any_of_them(self):
        for number, right in enumerate(self.RIGHTS):
            others = [item for item in self.RIGHTS if item != right]
            who = role(self.account, f'builder{number}', ['ecr:CreateRepository', *others])
            self.assertIn(right, self.assert_fails('KmsException', self.create, who=who, name='app'))

    def test_whoever_deletes_needs_to_retire_the_grants(self):
        self.create(self.root, 'app')
        without, with_it = (role(self.account, name, ['ecr:DeleteRepository', *rights])
                            for name, rights in (('without', []), ('with', ['kms:RetireGrant'])))
        self.assertIn('kms:RetireGrant', self.assert_fails('KmsException', client('ecr', without).delete_repository, repositoryName='app'))
        client('ecr', with_it).delete_repository(repositoryName='app')

    def test_a_key_policy_can_name_the_service(self):
        via = {'Effect': 'Allow', 'Principal': {'AWS': f'arn:aws:iam::{self.account}:root'}, 'Action': self.RIGHTS, 'Resource': '*',
               'Condition': {'StringEquals': {'kms:ViaService': 'ecr.us-east-1.amazonaws.com'}}}
        policy = json.dumps({'Version': '2012-10-17', 'Statement': [via]})
        client('kms', self.root).put_key_policy(KeyId=self.key, PolicyName='default', Policy=policy)
        who = role(self.account, 'builder', ['ecr:CreateRepository', *self.RIGHTS])
        self.create(who, 'app')
        client('kms', self.root).put_key_policy(KeyId=self.key, PolicyName='default', Policy=policy.replace('ecr.us-east-1', 's3.us-east-1'))
        self.assert_fails('KmsException', self.create, who=who, name='other')

    def test_a_key_of_another_account_needs_both_policies(self):
        other = new_account()
        who = role(other, 'builder', ['ecr:CreateRepository', *self.RIGHTS])
        self.assert_fails('KmsException', self.create, who=who, name='app')
        statement = {'Effect': 'Allow', 'Principal': {'AWS': f'arn:aws:iam::{other}:root'}, 'Action': 'kms:*', 'Resource': '*'}
        client('kms', self.root).put_key_policy(KeyId=self.key, PolicyName='default',
                                                Policy=json.dumps({'Version': '2012-10-17', 'Statement': [statement]}))
        self.create(who, 'app')
        self.assertEqual(client('ecr', Credentials(other)).describe_repositories()['repositories'][0]['encryptionConfiguration']['kmsKey'], self.key)
