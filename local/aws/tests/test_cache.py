"""Images that are pulled through a cache."""
import json

from .cache_case import CacheCase
from .event_queue import EventQueue
from .stacks import LIFECYCLE
from .support import Oci, client, descriptor, digest_of, index, service_role
from .upstream_registry import Reply

CREATION = ['ecr:CreateRepository', 'ecr:TagResource']


class FirstPullTest(CacheCase):

    def test_brings_the_image_with_its_layers_and_the_repository(self):
        digest = self.upstream.push('team/app', 'v1', 'hello')
        pulled = self.pull('public/team/app/manifests/v1')
        self.assertEqual((pulled.status, pulled.headers['docker-content-digest']), (200, digest))
        self.assertEqual(self.pull(f"public/team/app/blobs/{pulled.json['layers'][0]['digest']}").body, b'hello')
        found = self.ecr.describe_repositories()['repositories'][0]
        self.assertEqual((found['repositoryName'], found['imageTagMutability'], found['encryptionConfiguration']),
                         ('public/team/app', 'MUTABLE', {'encryptionType': 'AES256'}))

    def test_a_head_request_is_enough(self):
        digest = self.upstream.push('app', 'v1', 'hello')
        head = self.pull('public/app/manifests/v1', method='HEAD')
        self.assertEqual((head.status, head.headers['docker-content-digest'], self.names()), (200, digest, ['public/app']))

    def test_the_api_pulls_too(self):
        digest = self.upstream.push('app', 'v1', 'hello')
        found = self.ecr.batch_get_image(repositoryName='public/app', imageIds=[{'imageTag': 'v1'}, {'imageTag': 'gone'}])
        self.assertEqual([item['imageId'] for item in found['images']], [{'imageDigest': digest, 'imageTag': 'v1'}])
        self.assertEqual([(item['imageId'], item['failureCode']) for item in found['failures']], [({'imageTag': 'gone'}, 'ImageNotFound')])

    def test_by_digest_without_a_tag(self):
        digest = self.upstream.push('app', 'v1', 'hello')
        self.assertEqual(self.pull(f'public/app/manifests/{digest}').status, 200)
        self.assertEqual(self.ecr.list_images(repositoryName='public/app')['imageIds'], [{'imageDigest': digest}])

    def test_an_index_brings_all_its_images(self):
        manifests = [self.upstream.manifest('app', text) for text in 'ab']
        for manifest in manifests:
            self.upstream.put('app', descriptor(manifest)['digest'], manifest)
        self.upstream.put('app', 'multi', index(*manifests))
        self.assertEqual(self.pull('public/app/manifests/multi').json, index(*manifests))
        self.upstream.asked.clear()
        for manifest in manifests:
            self.assertEqual(self.pull(f"public/app/manifests/{descriptor(manifest)['digest']}").json, manifest)
            self.assertEqual(self.pull(f"public/app/blobs/{manifest['layers'][0]['digest']}").status, 200)
        self.assertEqual(self.upstream.asked, [])

    def test_what_is_cached_is_not_asked_for_again(self):
        digest = self.upstream.push('app', 'v1', 'hello')
        self.pull('public/app/manifests/v1')
        self.upstream.asked.clear()
        for reference in ('v1', digest):
            self.assertEqual(self.pull(f'public/app/manifests/{reference}').status, 200)
        self.ecr.batch_get_image(repositoryName='public/app', imageIds=[{'imageTag': 'v1'}, {'imageDigest': digest}])
        self.assertEqual(self.upstream.asked, [])

    def test_a_list_of_tags_brings_nothing(self):
        self.upstream.push('app', 'v1', 'hello')
        self.assertEqual(self.pull('public/app/tags/list').error, 'NAME_UNKNOWN')
        self.assertEqual(self.pull('public/app/manifests/v1', method='DELETE').error, 'NAME_UNKNOWN')
        self.assertEqual(self.upstream.asked, [])

    def test_the_key_of_the_repository_must_be_usable(self):
        key = client('kms', self.root).create_key()['KeyMetadata']['KeyId']
        self.ecr.create_repository(repositoryName='public/app', encryptionConfiguration={'encryptionType': 'KMS', 'kmsKey': key})
        client('kms', self.root).disable_key(KeyId=key)
        self.upstream.push('app', 'v1', 'hello')
        self.assertEqual(self.pull('public/app/manifests/v1').status, 400)
        self.assertEqual(self.ecr.list_images(repositoryName='public/app')['imageIds'], [])


class NameTest(CacheCase):

    def asked_for(self, name):
        self.upstream.asked.clear()
        self.assertEqual(self.pull(f'{name}/manifests/v1').status, 404)
        return [(host, path.partition('/manifests/')[0]) for host, path, _ in self.upstream.asked]

    def test_the_prefix_goes_and_the_upstream_s_comes(self):
        self.rule('my-app/', 'public.ecr.aws', upstreamRepositoryPrefix='upstream-app/')
        self.rule('team-a', 'public.ecr.aws', upstreamRepositoryPrefix='team-a')
        for name, upstream in (('public/a/b', 'a/b'), ('my-app/x', 'upstream-app/x'), ('team-a/x', 'team-a/x')):
            self.assertEqual(self.asked_for(name), [('public.ecr.aws', f'/v2/{upstream}')])

    def test_the_longest_prefix_wins_and_root_comes_last(self):
        self.rule('ROOT', 'public.ecr.aws')
        self.rule('public/special', 'registry-1.docker.io', credentialArn=self.secret())
        for name, host, upstream in (('a/b', 'public.ecr.aws', 'a/b'), ('public', 'public.ecr.aws', 'public'), ('public/x', 'public.ecr.aws', 'x'),
                                     ('public/special/x', 'registry-1.docker.io', 'x'), ('public/special', 'public.ecr.aws', 'special')):
            self.assertEqual(self.asked_for(name), [(host, f'/v2/{upstream}')])

    def test_a_name_below_no_prefix_is_not_asked_for(self):
        for name in ('public', 'publicity/x', 'other/x'):
            self.assertEqual(self.asked_for(name), [])

    def test_neither_is_what_can_be_no_repository_or_no_image(self):
        for path in ('public/App/manifests/v1', 'public/../x/manifests/v1', 'public/app/manifests/sha256:1', 'public/app/manifests/-v1'):
            self.assertEqual(self.pull(path).status, 404)
        self.assert_fails('RepositoryNotFoundException', self.ecr.batch_get_image, repositoryName='public/app', imageIds=[{}])
        for request in ({'repositoryName': 'public/app'}, {'repositoryName': 'public/App', 'imageIds': [{'imageTag': 'v1'}]}):
            self.assert_fails('InvalidParameterException', self.ecr.batch_get_image, **request)
        self.assertEqual(self.upstream.asked, [])


class TemplateTest(CacheCase):

    def template(self, role, prefix='public', use='PULL_THROUGH_CACHE'):
        self.ecr.create_repository_creation_template(
            prefix=prefix, appliedFor=[use], lifecyclePolicy=json.dumps(LIFECYCLE), customRoleArn=role, resourceTags=[{'Key': 'a', 'Value': 'b'}])

    def test_the_repository_has_what_it_says(self):
        self.template(service_role(self.account, 'creation', 'ecr.amazonaws.com', CREATION))
        self.template(f'arn:aws:iam::{self.account}:role/none', 'public/app', 'REPLICATION')
        self.upstream.push('app/x', 'v1', 'hello')
        self.assertEqual(self.pull('public/app/x/manifests/v1').status, 200)
        arn = self.ecr.describe_repositories()['repositories'][0]['repositoryArn']
        self.assertEqual(self.ecr.list_tags_for_resource(resourceArn=arn)['tags'], [{'Key': 'a', 'Value': 'b'}])
        self.assertEqual(self.ecr.get_lifecycle_policy(repositoryName='public/app/x')['lifecyclePolicyText'], json.dumps(LIFECYCLE))

    def test_fails_when_its_role_may_not(self):
        self.template(service_role(self.account, 'creation', 'ecr.amazonaws.com', ['ecr:CreateRepository']))
        self.upstream.push('app', 'v1', 'hello')
        answer = self.pull('public/app/manifests/v1')
        self.assertEqual((answer.status, answer.error, self.names()), (404, 'NAME_UNKNOWN', []))
        self.assertIn('ecr:TagResource', answer.json['errors'][0]['message'])
        self.assert_fails('RepositoryNotFoundException', self.ecr.batch_get_image, repositoryName='public/app', imageIds=[{'imageTag': 'v1'}])


class UpstreamFailureTest(CacheCase):

    def test_is_that_of_the_first_pull(self):
        for status, expected, error in ((401, 403, 'DENIED'), (403, 403, 'DENIED'), (404, 404, 'MANIFEST_UNKNOWN'), (429, 429, 'TOOMANYREQUESTS'),
                                        (500, 503, 'UNAVAILABLE')):
            self.upstream.content['/v2/app/manifests/v1'] = Reply(status)
            answer = self.pull('public/app/manifests/v1')
            self.assertEqual((answer.status, answer.error, self.names()), (expected, error, []))

    def test_has_an_exception_of_the_api(self):
        query = {'repositoryName': 'public/app', 'imageIds': [{'imageTag': 'v1'}]}
        self.assertIn('answers 404', self.assert_fails('RepositoryNotFoundException', self.ecr.batch_get_image, **query))
        self.upstream.login = 'basic'
        self.assertIn('answers 401', self.assert_fails('UnableToGetUpstreamImageException', self.ecr.batch_get_image, **query))
        self.ecr.create_repository(repositoryName='public/app')
        failure, = self.ecr.batch_get_image(**query)['failures']
        self.assertEqual(failure['failureCode'], 'UpstreamAccessDenied')

    def test_of_a_registry_that_no_option_names(self):
        self.rule('quay', 'quay.io')
        answer = self.pull('quay/app/manifests/v1')
        self.assertEqual((answer.status, answer.error), (503, 'UNAVAILABLE'))
        self.assertIn("'quay.io' is out of reach", answer.json['errors'][0]['message'])


class CredentialTest(CacheCase):

    def setUp(self):
        super().setUp()
        self.upstream.login = 'bearer'
        self.upstream.push('library/nginx', 'v1', 'hello')

    def test_are_those_of_the_secret(self):
        self.rule('hub', 'registry-1.docker.io', credentialArn=self.secret())
        self.assertEqual(self.pull('hub/library/nginx/manifests/v1').status, 200)
        sent = [authorization for _, path, authorization in self.upstream.asked if path.startswith('/token')]
        self.assertEqual(sent, [self.upstream._basic()])
        self.assertEqual(self.pull('hub/nginx/manifests/v1').error, 'MANIFEST_UNKNOWN')

    def test_fail_when_the_upstream_registry_does_not_take_them(self):
        self.rule('hub', 'registry-1.docker.io', credentialArn=self.secret(token='old'))
        answer = self.pull('hub/library/nginx/manifests/v1')
        self.assertEqual((answer.status, answer.error), (403, 'DENIED'))

    def test_fail_when_the_secret_is_gone(self):
        arn = self.secret()
        self.rule('hub', 'registry-1.docker.io', credentialArn=arn)
        client('secretsmanager', self.root).delete_secret(SecretId=arn)
        answer = self.pull('hub/library/nginx/manifests/v1')
        self.assertEqual((answer.status, answer.error), (403, 'DENIED'))
        self.assertIn('does not exist', answer.json['errors'][0]['message'])
        self.assertEqual(self.upstream.asked, [])

    def test_a_rule_can_be_validated(self):
        arn = self.secret(token='old')
        self.rule('hub', 'registry-1.docker.io', credentialArn=arn)
        self.rule('quay', 'quay.io')
        validate = self.ecr.validate_pull_through_cache_rule
        wrong = validate(ecrRepositoryPrefix='hub')
        self.assertEqual((wrong['isValid'], wrong['credentialArn'], wrong['upstreamRegistryUrl']), (False, arn, 'registry-1.docker.io'))
        self.assertIn('answers 401', wrong['failure'])
        client('secretsmanager', self.root).put_secret_value(
            SecretId=arn, SecretString=json.dumps({'username': self.upstream.USER, 'accessToken': self.upstream.TOKEN}))
        right = validate(ecrRepositoryPrefix='hub')
        self.assertEqual((right['isValid'], 'failure' in right), (True, False))
        self.assertIn('out of reach', validate(ecrRepositoryPrefix='quay')['failure'])
        self.assert_fails('PullThroughCacheRuleNotFoundException', validate, ecrRepositoryPrefix='none')


class RecheckTest(CacheCase):
    """A server that asks for every tag again, as ECR does a day later."""

    RECHECK = '0'

    def setUp(self):
        super().setUp()
        self.ecr = client('ecr', self.root, recheck=self.RECHECK)
        self.oci = Oci(self.account, self.root, recheck=self.RECHECK)
        self.rule('public', 'public.ecr.aws')
        self.first = self.upstream.push('app', 'v1', 'hello')
        self.pull('public/app/manifests/v1')
        self.upstream.asked.clear()

    def served(self):
        answer = self.pull('public/app/manifests/v1')
        self.assertEqual(answer.status, 200)
        return answer.headers['docker-content-digest']

    def test_a_tag_that_did_not_move_costs_one_question(self):
        queue = EventQueue(self.account, recheck=self.RECHECK)
        self.assertEqual((self.served(), self.upstream.paths()), (self.first, ['/v2/app/manifests/v1']))
        self.assertEqual(queue.rest(), [])

    def test_a_digest_is_never_asked_for_again(self):
        self.assertEqual((self.pull(f'public/app/manifests/{self.first}').status, self.upstream.asked), (200, []))

    def test_a_tag_that_moved_moves(self):
        second = self.upstream.push('app', 'v1', 'goodbye')
        self.assertEqual(self.served(), second)
        self.assertEqual(len(self.ecr.list_images(repositoryName='public/app')['imageIds']), 2)

    def test_an_immutable_tag_stays(self):
        self.ecr.put_image_tag_mutability(repositoryName='public/app', imageTagMutability='IMMUTABLE')
        self.upstream.push('app', 'v1', 'goodbye')
        self.assertEqual((self.served(), self.upstream.asked), (self.first, []))

    def test_the_cached_image_is_served_when_the_upstream_registry_fails(self):
        queue = EventQueue(self.account, recheck=self.RECHECK)
        self.upstream.login = 'basic'
        self.assertEqual(self.served(), self.first)
        self.upstream.content.clear()
        self.upstream.login = None
        self.assertEqual(self.served(), self.first)
        self.upstream.stop()
        self.assertEqual(self.served(), self.first)
        self.assertEqual([event['detail']['sync-status'] for event in queue.received(3)], ['FAILED'] * 3)


class EventTest(CacheCase):

    def test_says_what_came(self):
        queue = EventQueue(self.account)
        digest = self.upstream.push('app', 'v1', 'hello')
        self.pull('public/app/manifests/v1')
        event, = queue.received(1)
        self.assertEqual((event['source'], event['detail-type'], event['account']), ('aws.ecr', 'ECR Pull Through Cache Action', self.account))
        self.assertEqual(event['detail'], {
            'rule-version': '1', 'sync-status': 'SUCCESS', 'ecr-repository-prefix': 'public', 'repository-name': 'public/app',
            'upstream-registry-url': 'public.ecr.aws', 'image-tag': 'v1', 'image-digest': digest})
        self.assertEqual(queue.rest(), [])

    def test_a_cached_image_is_not_replicated(self):
        rule = {'destinations': [{'registryId': self.account, 'region': 'eu-west-1'}]}
        self.ecr.put_replication_configuration(replicationConfiguration={'rules': [rule]})
        self.upstream.push('app', 'v1', 'hello')
        self.assertEqual(self.pull('public/app/manifests/v1').status, 200)
        self.assertEqual(client('ecr', self.root, 'eu-west-1').describe_repositories()['repositories'], [])


class WaitingTest(CacheCase):

    def test_others_are_served_while_an_upstream_registry_is_asked(self):
        self.upstream.push('app', 'v1', 'hello')
        self.upstream.push('other', 'v1', 'hello')
        answers = []

        def meanwhile(path):
            if path == '/v2/app/manifests/v1':
                answers.append(self.pull('').status)
                answers.append(self.pull('public/other/manifests/v1').status)
                answers.append(len(self.ecr.describe_repositories()['repositories']))

        self.upstream.before = meanwhile
        self.assertEqual(self.pull('public/app/manifests/v1').status, 200)
        self.assertEqual(answers, [200, 200, 1])

    def test_others_are_served_while_a_rule_is_validated(self):
        answers = []
        self.upstream.before = lambda path: answers.append(self.pull('').status)
        self.assertTrue(self.ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix='public')['isValid'])
        self.assertEqual(answers, [200])

    def test_a_repository_that_goes_meanwhile_is_made_again(self):
        self.upstream.push('app', 'v1', 'hello')
        self.pull('public/app/manifests/v1')
        self.upstream.push('app', 'v2', 'hello')
        self.upstream.before = lambda path: path.endswith('/manifests/v2') and self.ecr.delete_repository(repositoryName='public/app', force=True)
        pulled = self.pull('public/app/manifests/v2')
        self.assertEqual(pulled.status, 200)
        self.assertEqual(self.pull(f"public/app/blobs/{digest_of(b'hello')}").body, b'hello')
