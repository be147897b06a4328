"""Another registry of ECR as the upstream of a cache."""
import json

from .access_case import allow
from .event_queue import EventQueue
from .support import Credentials, EcrTestCase, Oci, client, descriptor, index, new_account, service_role

SERVICE = 'pullthroughcache.ecr.amazonaws.com'
READ = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchImportUpstreamImage', 'ecr:GetImageCopyStatus']
WRITE = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage']
RIGHTS = ['ecr:GetAuthorizationToken', *READ, *WRITE]


class EcrUpstreamCase(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.other = new_account()
        self.oci = Oci(self.account, self.root)
        self.their_ecr, self.their_oci = client('ecr', Credentials(self.other)), Oci(self.other, Credentials(self.other))
        self.their_ecr.create_repository(repositoryName='base/app')

    def rule(self, prefix, account, region, **members):
        url = f'{account}.dkr.ecr.{region}.amazonaws.com'
        self.ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=prefix, upstreamRegistryUrl=url, **members)

    def let_in(self, actions=READ, name='base/app'):
        statement = allow({'AWS': f'arn:aws:iam::{self.account}:root'}, actions, Resource=f'arn:aws:ecr:us-east-1:{self.other}:repository/{name}')
        self.their_ecr.put_registry_policy(policyText=json.dumps({'Version': '2012-10-17', 'Statement': [statement]}))

    def pull(self, name, reference='v1'):
        return self.oci.request('GET', f'/v2/{name}/manifests/{reference}')

    def refused(self, name, *words):
        answer = self.pull(name)
        self.assertEqual((answer.status, answer.error), (403, 'DENIED'))
        for word in words:
            self.assertIn(word, answer.json['errors'][0]['message'])
        self.assertEqual(self.ecr.describe_repositories()['repositories'], [])


class OtherAccountTest(EcrUpstreamCase):

    def test_an_image_comes_with_all_that_its_index_refers_to(self):
        manifests = [self.their_oci.manifest('base/app', text) for text in 'ab']
        for manifest in manifests:
            self.their_oci.push_manifest('base/app', descriptor(manifest)['digest'], manifest)
        self.their_oci.push_manifest('base/app', 'v1', index(*manifests))
        self.their_oci.push('base/app', 'signature', 's', subject=descriptor(index(*manifests)))
        self.let_in()
        self.rule('team', self.other, 'us-east-1', upstreamRepositoryPrefix='base',
                  customRoleArn=service_role(self.account, 'cache', SERVICE, RIGHTS))
        self.assertEqual(self.pull('team/app').json, index(*manifests))
        found = self.ecr.list_images(repositoryName='team/app')['imageIds']
        self.assertEqual((len(found), [item['imageTag'] for item in found if 'imageTag' in item]), (3, ['v1']))
        self.assertEqual(self.oci.request('GET', f"/v2/team/app/blobs/{manifests[0]['layers'][0]['digest']}").body, b'a')

    def test_fails_without_any_right_of_the_role(self):
        self.their_oci.push('base/app', 'v1', 'hello')
        self.let_in()
        for number, right in enumerate(RIGHTS):
            role = service_role(self.account, f'cache{number}', SERVICE, [item for item in RIGHTS if item != right])
            self.rule(f'team{number}', self.other, 'us-east-1', upstreamRepositoryPrefix='base', customRoleArn=role)
            self.refused(f'team{number}/app', f'assumed-role/cache{number}/', f'perform: {right} on')

    def test_fails_without_any_right_on_the_other_side(self):
        self.their_oci.push('base/app', 'v1', 'hello')
        self.rule('team', self.other, 'us-east-1', upstreamRepositoryPrefix='base',
                  customRoleArn=service_role(self.account, 'cache', SERVICE, RIGHTS))
        self.refused('team/app', 'ecr:BatchGetImage', self.other)
        for right in READ:
            self.let_in([item for item in READ if item != right])
            self.refused('team/app', f'perform: {right} on')
        self.let_in(name='other')
        self.refused('team/app')
        self.their_ecr.set_repository_policy(repositoryName='base/app', policyText=json.dumps(
            {'Version': '2012-10-17', 'Statement': [allow({'AWS': f'arn:aws:iam::{self.account}:root'}, READ)]}))
        self.assertEqual(self.pull('team/app').status, 200)

    def test_fails_for_a_role_that_the_cache_may_not_assume(self):
        self.their_oci.push('base/app', 'v1', 'hello')
        self.let_in()
        role = service_role(self.account, 'cache', 'ecr.amazonaws.com', RIGHTS)
        self.rule('team', self.other, 'us-east-1', upstreamRepositoryPrefix='base', customRoleArn=role)
        self.refused('team/app', f'does not let {SERVICE} assume it')
        answer = self.ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix='team')
        self.assertEqual((answer['isValid'], answer['customRoleArn']), (False, role))


class SameAccountTest(EcrUpstreamCase):

    def setUp(self):
        super().setUp()
        client('ecr', self.root, 'eu-west-1').create_repository(repositoryName='app')
        self.abroad = Oci(self.account, self.root, 'eu-west-1')
        self.rule('eu', self.account, 'eu-west-1')

    def test_needs_no_role(self):
        digest = self.abroad.push('app', 'v1', 'hello')
        self.assertEqual(self.pull('eu/app').headers['docker-content-digest'], digest)
        self.assertTrue(self.ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix='eu')['isValid'])

    def test_fails_for_what_is_not_there(self):
        for name in ('eu/app', 'eu/none'):
            answer = self.pull(name)
            self.assertEqual((answer.status, answer.error), (404, 'MANIFEST_UNKNOWN'))

    def test_fails_for_an_archived_image(self):
        self.abroad.push('app', 'v1', 'hello')
        client('ecr', self.root, 'eu-west-1').update_image_storage_class(repositoryName='app', imageId={'imageTag': 'v1'}, targetStorageClass='ARCHIVE')
        self.assertEqual(self.pull('eu/app').status, 404)

    def test_fails_for_a_key_that_cannot_be_used(self):
        kms = client('kms', self.root, 'eu-west-1')
        key = kms.create_key()['KeyMetadata']['KeyId']
        client('ecr', self.root, 'eu-west-1').create_repository(repositoryName='locked', encryptionConfiguration={'encryptionType': 'KMS', 'kmsKey': key})
        self.abroad.push('locked', 'v1', 'hello')
        kms.disable_key(KeyId=key)
        answer = self.pull('eu/locked')
        self.assertEqual((answer.status, answer.error), (400, 'DENIED'))

    def test_two_caches_that_pull_from_each_other_end(self):
        client('ecr', self.root, 'eu-west-1').create_pull_through_cache_rule(
            ecrRepositoryPrefix='us', upstreamRegistryUrl=f'{self.account}.dkr.ecr.us-east-1.amazonaws.com', upstreamRepositoryPrefix='eu')
        self.ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix='eu')
        self.rule('eu', self.account, 'eu-west-1', upstreamRepositoryPrefix='us')
        self.assertEqual(self.pull('eu/app').error, 'MANIFEST_UNKNOWN')

    def test_the_current_image_is_not_taken_over_again(self):
        ecr, oci = client('ecr', self.root, recheck='0'), Oci(self.account, self.root, recheck='0')
        client('ecr', self.root, 'eu-west-1', recheck='0').create_repository(repositoryName='app')
        abroad = Oci(self.account, self.root, 'eu-west-1', recheck='0')
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix='eu', upstreamRegistryUrl=f'{self.account}.dkr.ecr.eu-west-1.amazonaws.com')
        queue = EventQueue(self.account, recheck='0')
        for text in ('hello', 'hello', 'goodbye'):
            digest = abroad.push('app', 'v1', text)
            self.assertEqual(oci.request('GET', '/v2/eu/app/manifests/v1').headers['docker-content-digest'], digest)
        self.assertEqual(len(ecr.list_images(repositoryName='eu/app')['imageIds']), 2)
        self.assertEqual(([event['detail']['image-digest'] == digest for event in queue.received(2)], queue.rest()), ([False, True], []))
