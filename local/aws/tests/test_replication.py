"""Images that are replicated to other Regions and accounts."""
import json

from .access_case import allow
from .event_queue import EventQueue
from .stacks import LIFECYCLE
from .support import Credentials, EcrTestCase, Oci, client, descriptor, index, new_account, service_role

RIGHTS = ['ecr:CreateRepository', 'ecr:ReplicateImage', 'ecr:TagResource', 'kms:DescribeKey', 'kms:CreateGrant', 'kms:RetireGrant']


class ReplicationCase(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.other = new_account()
        self.oci = Oci(self.account, self.root)
        self.abroad = client('ecr', self.root, 'eu-west-1')
        self.foreign = client('ecr', Credentials(self.other))
        self.ecr.create_repository(repositoryName='app')

    def replicate(self, *destinations, filters=()):
        rule = {'destinations': [{'registryId': account, 'region': region} for account, region in destinations],
                **({'repositoryFilters': [{'filter': item, 'filterType': 'PREFIX_MATCH'} for item in filters]} if filters else {})}
        self.ecr.put_replication_configuration(replicationConfiguration={'rules': [rule]})

    def to_region(self):
        self.replicate((self.account, 'eu-west-1'))

    def to_account(self, *statements):
        self.replicate((self.other, 'us-east-1'))
        if statements:
            self.foreign.put_registry_policy(policyText=json.dumps({'Version': '2012-10-17', 'Statement': statements}))

    def let_in(self, *actions, name='*', account=None):
        return allow({'AWS': f'arn:aws:iam::{account or self.account}:root'}, list(actions),
                     Resource=f'arn:aws:ecr:us-east-1:{self.other}:repository/{name}')

    def tags(self, ecr, name='app'):
        return sorted(item.get('imageTag', '') for item in ecr.list_images(repositoryName=name)['imageIds'])

    def names(self, ecr):
        return [item['repositoryName'] for item in ecr.describe_repositories()['repositories']]

    def status(self, tag='v1', name='app'):
        answer = self.ecr.describe_image_replication_status(repositoryName=name, imageId={'imageTag': tag})
        self.assertEqual(len(answer['replicationStatuses']), 1, answer)
        return answer['replicationStatuses'][0]

    def failed(self, tag='v1'):
        found = self.status(tag)
        self.assertEqual(found['status'], 'FAILED')
        return found['failureCode']


class ContentTest(ReplicationCase):

    def test_an_image_is_pulled_from_the_other_region(self):
        self.to_region()
        digest = self.oci.push('app', 'v1', 'hello')
        there = Oci(self.account, self.root, 'eu-west-1')
        pulled = there.request('GET', '/v2/app/manifests/v1')
        self.assertEqual((pulled.status, pulled.headers['docker-content-digest']), (200, digest))
        self.assertEqual(there.request('GET', f"/v2/app/blobs/{pulled.json['layers'][0]['digest']}").body, b'hello')
        self.assertEqual(there.request('GET', f"/v2/app/blobs/{pulled.json['config']['digest']}").status, 200)

    def test_a_foreign_layer_goes_along_if_it_was_pushed(self):
        layer = {'mediaType': 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', **self.oci.push_blob('app', b'far')}
        manifest = self.oci.manifest('app', 'x')
        self.to_region()
        self.oci.push_manifest('app', 'v1', {**manifest, 'layers': [layer]})
        self.assertEqual(Oci(self.account, self.root, 'eu-west-1').request('GET', f"/v2/app/blobs/{layer['digest']}").body, b'far')

    def test_an_index_brings_its_images_and_what_refers_to_it(self):
        manifests = [self.oci.manifest('app', text) for text in 'ab']
        for manifest in manifests:
            self.oci.push_manifest('app', descriptor(manifest)['digest'], manifest)
        multi = index(*manifests)
        signature = self.oci.push('app', 'sig', 'signature', subject=descriptor(multi))
        self.to_region()
        self.oci.push_manifest('app', 'multi', multi)
        there = Oci(self.account, self.root, 'eu-west-1')
        self.assertEqual(there.request('GET', '/v2/app/manifests/multi').json, multi)
        for manifest in manifests:
            self.assertEqual(there.request('GET', f"/v2/app/manifests/{descriptor(manifest)['digest']}").json, manifest)
        referrers = there.request('GET', f"/v2/app/referrers/{descriptor(multi)['digest']}").json['manifests']
        self.assertEqual([item['digest'] for item in referrers], [signature])
        self.assertEqual(self.tags(self.abroad), ['', '', '', 'multi'])

    def test_an_image_without_a_tag_is_copied_too(self):
        self.to_region()
        manifest = self.oci.manifest('app', 'x')
        self.oci.push_manifest('app', descriptor(manifest)['digest'], manifest)
        self.assertEqual(self.tags(self.abroad), [''])

    def test_an_index_that_reaches_an_image_on_a_million_ways_takes_it_once(self):
        manifest = self.oci.manifest('app', 'x')
        self.oci.push_manifest('app', 'v1', manifest)
        for level in range(30):
            manifest = {**index(manifest, manifest), 'annotations': {'level': str(level)}}
            if level == 29:
                self.to_region()
            self.oci.push_manifest('app', 'multi', manifest)
        self.assertEqual(len(self.abroad.list_images(repositoryName='app')['imageIds']), 31)

    def test_a_signature_that_is_archived_stays(self):
        manifest = self.oci.manifest('app', 'x')
        signature = self.oci.push('app', 'sig', 'signature', subject=descriptor(manifest))
        self.ecr.update_image_storage_class(repositoryName='app', imageId={'imageDigest': signature}, targetStorageClass='ARCHIVE')
        self.to_region()
        self.oci.push_manifest('app', 'v1', manifest)
        self.assertEqual(self.tags(self.abroad), ['v1'])

    def test_what_was_there_before_is_not_copied(self):
        self.oci.push('app', 'v1', 'x')
        self.to_region()
        self.assertEqual(self.names(self.abroad), [])
        self.oci.push('app', 'v2', 'y')
        self.assertEqual(self.tags(self.abroad), ['v2'])

    def test_a_restored_image_is_copied_with_all_its_tags(self):
        self.oci.push('app', 'v1', 'x')
        self.oci.push('app', 'v2', 'x')
        self.to_region()
        self.ecr.update_image_storage_class(repositoryName='app', imageId={'imageTag': 'v1'}, targetStorageClass='ARCHIVE')
        self.assertEqual(self.names(self.abroad), [])
        self.ecr.update_image_storage_class(repositoryName='app', imageId={'imageTag': 'v1'}, targetStorageClass='STANDARD')
        self.assertEqual(self.tags(self.abroad), ['v1', 'v2'])

    def test_an_image_that_is_archived_there_is_restored(self):
        self.to_region()
        self.oci.push('app', 'v1', 'x')
        self.abroad.update_image_storage_class(repositoryName='app', imageId={'imageTag': 'v1'}, targetStorageClass='ARCHIVE')
        self.oci.push('app', 'v2', 'x')
        self.assertEqual(self.tags(self.abroad), ['v1', 'v2'])

    def test_a_deletion_is_not_replicated(self):
        self.to_region()
        self.oci.push('app', 'v1', 'x')
        self.ecr.batch_delete_image(repositoryName='app', imageIds=[{'imageTag': 'v1'}])
        self.assertEqual(self.tags(self.abroad), ['v1'])

    def test_a_tag_that_moves_moves_there_too(self):
        self.to_region()
        self.oci.push('app', 'v1', 'x')
        digest = self.oci.push('app', 'v1', 'y')
        self.assertEqual(Oci(self.account, self.root, 'eu-west-1').request('GET', '/v2/app/manifests/v1').headers['docker-content-digest'], digest)

    def test_a_tag_that_is_immutable_there_stays_and_the_image_comes_without_it(self):
        self.abroad.create_repository(repositoryName='app', imageTagMutability='IMMUTABLE')
        self.to_region()
        self.oci.push('app', 'v1', 'x')
        first = self.abroad.describe_images(repositoryName='app', imageIds=[{'imageTag': 'v1'}])['imageDetails'][0]['imageDigest']
        self.oci.push('app', 'v1', 'y')
        self.assertEqual(self.status()['status'], 'COMPLETE')
        self.assertEqual(self.tags(self.abroad), ['', 'v1'])
        self.assertEqual(self.abroad.describe_images(repositoryName='app', imageIds=[{'imageTag': 'v1'}])['imageDetails'][0]['imageDigest'], first)


class RuleTest(ReplicationCase):

    def test_a_filter_is_the_beginning_of_the_name(self):
        self.replicate((self.account, 'eu-west-1'), filters=['prod', 'x/'])
        for name in ('prod', 'production/a', 'x/y', 'dev/prod', 'xy'):
            self.ecr.create_repository(repositoryName=name)
            self.oci.push(name, 'v1', 'x')
        self.assertEqual(self.names(self.abroad), ['prod', 'production/a', 'x/y'])

    def test_every_rule_and_every_destination_counts(self):
        rules = [{'destinations': [{'registryId': self.account, 'region': region} for region in regions]}
                 for regions in (['eu-west-1', 'eu-north-1'], ['eu-west-1', 'ap-south-1'])]
        self.ecr.put_replication_configuration(replicationConfiguration={'rules': rules})
        queue = EventQueue(self.account, 'eu-west-1')
        self.oci.push('app', 'v1', 'x')
        self.assertEqual((len(queue.received(1)), queue.rest()), (1, []))
        found = self.ecr.describe_image_replication_status(repositoryName='app', imageId={'imageTag': 'v1'})['replicationStatuses']
        self.assertEqual(found, [{'region': region, 'registryId': self.account, 'status': 'COMPLETE'}
                                 for region in ('eu-west-1', 'eu-north-1', 'ap-south-1')])
        for item in found:
            self.assertEqual(self.tags(client('ecr', self.root, item['region'])), ['v1'])

    def test_a_copy_is_not_copied_on(self):
        self.to_region()
        rule = {'destinations': [{'registryId': self.account, 'region': 'ap-south-1'}]}
        self.abroad.put_replication_configuration(replicationConfiguration={'rules': [rule]})
        self.oci.push('app', 'v1', 'x')
        self.assertEqual(self.tags(self.abroad), ['v1'])
        self.assertEqual(self.names(client('ecr', self.root, 'ap-south-1')), [])
        answer = self.abroad.describe_image_replication_status(repositoryName='app', imageId={'imageTag': 'v1'})
        self.assertEqual(answer['replicationStatuses'], [])
        Oci(self.account, self.root, 'eu-west-1').push('app', 'v2', 'y')
        self.assertEqual(self.tags(client('ecr', self.root, 'ap-south-1')), ['v2'])

    def test_the_status_of_an_image_that_is_not_there_fails(self):
        self.assert_fails('ImageNotFoundException', self.ecr.describe_image_replication_status, repositoryName='app', imageId={'imageTag': 'none'})
        self.assert_fails('RepositoryNotFoundException', self.ecr.describe_image_replication_status, repositoryName='none',
                          imageId={'imageTag': 'none'})


class RepositoryTest(ReplicationCase):

    def test_is_made_with_defaults(self):
        self.ecr.put_image_tag_mutability(repositoryName='app', imageTagMutability='IMMUTABLE')
        self.ecr.put_lifecycle_policy(repositoryName='app', lifecyclePolicyText=json.dumps(LIFECYCLE))
        self.to_region()
        self.oci.push('app', 'v1', 'x')
        found = self.abroad.describe_repositories()['repositories'][0]
        self.assertEqual((found['imageTagMutability'], found['encryptionConfiguration']), ('MUTABLE', {'encryptionType': 'AES256'}))
        self.assert_fails('LifecyclePolicyNotFoundException', self.abroad.get_lifecycle_policy, repositoryName='app')

    def template(self, role):
        key = client('kms', self.root, 'eu-west-1').create_key()['KeyMetadata']['Arn']
        self.abroad.create_repository_creation_template(
            prefix='ROOT', appliedFor=['REPLICATION'], imageTagMutability='IMMUTABLE', customRoleArn=role, lifecyclePolicy=json.dumps(LIFECYCLE),
            encryptionConfiguration={'encryptionType': 'KMS', 'kmsKey': key}, resourceTags=[{'Key': 'a', 'Value': 'b'}])
        return key

    def test_is_made_from_the_template_of_the_destination(self):
        key = self.template(service_role(self.account, 'creation', 'ecr.amazonaws.com', RIGHTS))
        self.abroad.create_repository_creation_template(prefix='app', appliedFor=['CREATE_ON_PUSH'])
        self.to_region()
        self.oci.push('app', 'v1', 'x')
        found = self.abroad.describe_repositories()['repositories'][0]
        self.assertEqual((found['imageTagMutability'], found['encryptionConfiguration']), ('IMMUTABLE', {'encryptionType': 'KMS', 'kmsKey': key}))
        self.assertEqual(self.abroad.get_lifecycle_policy(repositoryName='app')['lifecyclePolicyText'], json.dumps(LIFECYCLE))

    def test_fails_when_the_role_of_the_template_lacks_a_right(self):
        for right in ('ecr:ReplicateImage', 'ecr:CreateRepository', 'kms:CreateGrant'):
            arn = service_role(self.account, right.partition(':')[2], 'ecr.amazonaws.com', [item for item in RIGHTS if item != right])
            self.template(arn)
            self.to_region()
            self.oci.push('app', right.partition(':')[2], right)
            self.assertIn(right, self.failed(right.partition(':')[2]))
            self.assertEqual(self.names(self.abroad), [])
            self.abroad.delete_repository_creation_template(prefix='ROOT')

    def test_a_template_without_a_role_needs_none(self):
        self.abroad.create_repository_creation_template(prefix='ROOT', appliedFor=['REPLICATION'], imageTagMutability='IMMUTABLE')
        self.to_region()
        self.oci.push('app', 'v1', 'x')
        self.assertEqual(self.abroad.describe_repositories()['repositories'][0]['imageTagMutability'], 'IMMUTABLE')

    def test_fails_when_the_key_there_cannot_be_used(self):
        kms = client('kms', self.root, 'eu-west-1')
        key = kms.create_key()['KeyMetadata']['Arn']
        self.abroad.create_repository(repositoryName='app', encryptionConfiguration={'encryptionType': 'KMS', 'kmsKey': key})
        kms.disable_key(KeyId=key)
        self.to_region()
        self.oci.push('app', 'v1', 'x')
        self.assertIn('is disabled', self.failed())
        self.assertEqual(self.tags(self.abroad), [])


class OtherAccountTest(ReplicationCase):

    def test_fails_without_a_policy_there_and_the_push_succeeds(self):
        self.to_account()
        self.oci.push('app', 'v1', 'x')
        self.assertIn('AccessDeniedException', self.failed())
        self.assertIn('ecr:ReplicateImage', self.failed())
        self.assertEqual(self.names(self.foreign), [])

    def test_the_policy_must_let_in_this_account_this_action_and_this_repository(self):
        for number, statement in enumerate((
            self.let_in('ecr:CreateRepository'), self.let_in('ecr:ReplicateImage', account=new_account()),
            self.let_in('ecr:ReplicateImage', name='other'),
        )):
            self.to_account(statement)
            self.oci.push('app', f'v{number}', str(number))
            self.assertIn('ecr:ReplicateImage', self.failed(f'v{number}'))

    def test_a_missing_repository_needs_a_second_right(self):
        self.to_account(self.let_in('ecr:ReplicateImage'))
        self.oci.push('app', 'v1', 'x')
        self.assertIn('ecr:CreateRepository', self.failed())
        self.foreign.create_repository(repositoryName='app')
        self.oci.push('app', 'v2', 'y')
        self.assertEqual((self.status('v2')['status'], self.tags(self.foreign)), ('COMPLETE', ['v2']))

    def test_with_both_rights_the_repository_is_made(self):
        self.to_account(self.let_in('ecr:ReplicateImage', 'ecr:CreateRepository'))
        self.oci.push('app', 'v1', 'x')
        self.assertEqual(self.status(), {'region': 'us-east-1', 'registryId': self.other, 'status': 'COMPLETE'})
        self.assertEqual(self.tags(self.foreign), ['v1'])

    def test_a_template_does_not_replace_the_second_right(self):
        self.foreign.create_repository_creation_template(prefix='ROOT', appliedFor=['REPLICATION'])
        self.to_account(self.let_in('ecr:ReplicateImage'))
        self.oci.push('app', 'v1', 'x')
        self.assertIn('ecr:CreateRepository', self.failed())

    def test_a_deny_stops_the_account_s_own_copies(self):
        self.abroad.put_registry_policy(policyText=json.dumps({'Version': '2012-10-17', 'Statement': [
            {'Effect': 'Deny', 'Principal': '*', 'Action': 'ecr:ReplicateImage', 'Resource': '*'}]}))
        self.to_region()
        self.oci.push('app', 'v1', 'x')
        self.assertIn('explicit deny', self.failed())

    def test_a_role_of_the_source_that_may_replicate_is_not_asked_for(self):
        self.to_account(allow({'AWS': f'arn:aws:iam::{self.account}:role/replicator'}, 'ecr:ReplicateImage',
                              Resource=f'arn:aws:ecr:us-east-1:{self.other}:repository/*'))
        self.oci.push('app', 'v1', 'x')
        self.assertIn('AWSServiceRoleForECRReplication', self.failed())


class EventTest(ReplicationCase):

    def expected(self, digest, result='SUCCESS'):
        return {'result': result, 'repository-name': 'app', 'image-digest': digest, 'source-account': self.account,
                'source-region': 'us-east-1', 'action-type': 'REPLICATE', 'image-tag': 'v1'}

    def test_is_sent_at_the_destination(self):
        queue = EventQueue(self.account, 'eu-west-1')
        self.to_region()
        digest = self.oci.push('app', 'v1', 'x')
        event, = queue.received(1)
        self.assertEqual((event['source'], event['detail-type'], event['account'], event['region']),
                         ('aws.ecr', 'ECR Replication Action', self.account, 'eu-west-1'))
        self.assertEqual(event['detail'], self.expected(digest))
        self.assertEqual(queue.rest(), [])

    def test_says_that_a_copy_failed(self):
        queue = EventQueue(self.other)
        self.to_account(self.let_in('ecr:ReplicateImage'))
        digest = self.oci.push('app', 'v1', 'x')
        self.assertEqual([event['detail'] for event in queue.received(1)], [self.expected(digest, 'FAILED')])

    def test_is_not_sent_where_the_registry_lets_nobody_in(self):
        queue = EventQueue(self.other)
        self.to_account()
        self.oci.push('app', 'v1', 'x')
        self.assertEqual(queue.rest(), [])
