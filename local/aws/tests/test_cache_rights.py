"""Who may pull through a cache, with AUTH=true."""
import json

from .access_case import PULL, allow
from .cache_case import IMPORT, CacheCase
from .support import Oci, client, new_account, role


class CacheRightsTest(CacheCase):

    def setUp(self):
        super().setUp()
        self.upstream.push('app', 'v1', 'hello')
        self.upstream.push('app', 'v2', 'goodbye')
        self.arn = f'arn:aws:ecr:us-east-1:{self.account}:repository/public/app'

    def as_role(self, name, actions, account=None):
        return Oci(self.account, role(account or self.account, name, actions))

    def registry_policy(self, *statements):
        self.ecr.put_registry_policy(policyText=json.dumps({'Version': '2012-10-17', 'Statement': statements}))

    def repository_policy(self, principal, actions):
        self.ecr.set_repository_policy(repositoryName='public/app', policyText=json.dumps(
            {'Version': '2012-10-17', 'Statement': [allow(principal, actions)]}))

    def refused(self, oci, right, error='NAME_UNKNOWN', tag='v1'):
        answer = self.pull(f'public/app/manifests/{tag}', oci)
        self.assertEqual((answer.status, answer.error), (404, error))
        self.assertIn(f'not authorized to perform: {right} ', answer.json['errors'][0]['message'])
        self.assertEqual(self.upstream.asked, [])

    def test_the_first_pull_needs_two_rights_more(self):
        for number, right in enumerate(IMPORT):
            self.refused(self.as_role(f'without{number}', [*PULL, *(item for item in IMPORT if item != right)]), right)
        self.assertEqual(self.names(), [])
        self.assertEqual(self.pull('public/app/manifests/v1', self.as_role('with', [*PULL, *IMPORT])).status, 200)

    def test_the_api_says_it_too(self):
        query = {'repositoryName': 'public/app', 'imageIds': [{'imageTag': 'v2'}]}
        puller = client('ecr', role(self.account, 'puller', PULL))
        self.assertIn('ecr:BatchImportUpstreamImage', self.assert_fails('RepositoryNotFoundException', puller.batch_get_image, **query))
        self.pull('public/app/manifests/v1')
        failure, = puller.batch_get_image(**query)['failures']
        self.assertEqual(failure['failureCode'], 'ImageNotFound')
        self.assertIn('Requested image not found', failure['failureReason'])
        self.assertIn('ecr:BatchImportUpstreamImage', failure['failureReason'])

    def test_a_right_to_import_is_none_to_pull(self):
        answer = self.pull('public/app/manifests/v1', self.as_role('importer', ['ecr:GetAuthorizationToken', *IMPORT]))
        self.assertEqual((answer.status, self.upstream.asked), (403, []))

    def test_a_further_image_needs_the_right_to_import_alone(self):
        self.pull('public/app/manifests/v1')
        self.upstream.asked.clear()
        self.refused(self.as_role('puller', PULL), 'ecr:BatchImportUpstreamImage', 'MANIFEST_UNKNOWN', 'v2')
        self.assertEqual(self.pull('public/app/manifests/v2', self.as_role('importer', [*PULL, IMPORT[0]])).status, 200)

    def test_what_is_cached_needs_neither(self):
        self.pull('public/app/manifests/v1')
        self.assertEqual(self.pull('public/app/manifests/v1', self.as_role('puller', PULL)).status, 200)

    def test_the_registry_policy_can_give_both(self):
        self.registry_policy(allow({'AWS': f'arn:aws:iam::{self.account}:role/puller'}, IMPORT, Resource=self.arn))
        self.assertEqual(self.pull('public/app/manifests/v1', self.as_role('puller', PULL)).status, 200)

    def test_the_repository_policy_can_give_the_right_to_import(self):
        self.pull('public/app/manifests/v1')
        puller = self.as_role('puller', PULL)
        self.repository_policy({'AWS': f'arn:aws:iam::{self.account}:role/puller'}, IMPORT[0])
        self.assertEqual(self.pull('public/app/manifests/v2', puller).status, 200)

    def test_another_account_needs_both_policies(self):
        other = new_account()
        with_rights, without = self.as_role('with', [*PULL, *IMPORT], other), self.as_role('without', PULL, other)
        self.registry_policy(allow({'AWS': f'arn:aws:iam::{other}:root'}, PULL[1:], Resource='*'))
        self.refused(with_rights, IMPORT[0])
        self.registry_policy(allow({'AWS': f'arn:aws:iam::{other}:root'}, [*PULL[1:], IMPORT[0]], Resource='*'))
        self.refused(with_rights, IMPORT[1])
        self.registry_policy(allow({'AWS': f'arn:aws:iam::{other}:root'}, [*PULL[1:], *IMPORT], Resource='*'))
        self.refused(without, IMPORT[0])
        self.assertEqual(self.pull('public/app/manifests/v1', with_rights).status, 200)

    def test_the_policy_that_the_template_will_give_lets_another_account_pull(self):
        other = new_account()
        puller = self.as_role('with', [*PULL, *IMPORT], other)
        self.registry_policy(allow({'AWS': f'arn:aws:iam::{other}:root'}, IMPORT, Resource='*'))
        self.assertEqual(self.pull('public/app/manifests/v1', puller).status, 403)
        self.ecr.create_repository_creation_template(prefix='public', appliedFor=['PULL_THROUGH_CACHE'], repositoryPolicy=json.dumps(
            {'Version': '2012-10-17', 'Statement': allow({'AWS': f'arn:aws:iam::{other}:root'}, [*PULL[1:], IMPORT[0]])}))
        self.assertEqual(self.pull('public/app/manifests/v1', puller).status, 200)
        self.ecr.delete_repository(repositoryName='public/app', force=True)
        self.registry_policy(allow({'AWS': f'arn:aws:iam::{other}:root'}, IMPORT[1], Resource='*'))
        self.upstream.asked.clear()
        self.refused(puller, IMPORT[0])

    def test_the_puller_needs_no_right_on_the_secret(self):
        self.rule('hub', 'registry-1.docker.io', credentialArn=self.secret())
        self.upstream.login = 'basic'
        puller = self.as_role('puller', [*PULL, *IMPORT])
        self.assertEqual(self.pull('hub/app/manifests/v1', puller).status, 200)


class StaleTest(CacheCase):

    def test_a_tag_is_not_asked_for_again_by_who_may_not_import(self):
        self.ecr = client('ecr', self.root, recheck='0')
        self.oci = Oci(self.account, self.root, recheck='0')
        self.rule('public', 'public.ecr.aws')
        first = self.upstream.push('app', 'v1', 'hello')
        self.pull('public/app/manifests/v1')
        self.upstream.push('app', 'v1', 'goodbye')
        self.upstream.asked.clear()
        answer = self.pull('public/app/manifests/v1', Oci(self.account, role(self.account, 'puller', PULL, recheck='0'), recheck='0'))
        self.assertEqual((answer.status, answer.headers['docker-content-digest'], self.upstream.asked), (200, first, []))
