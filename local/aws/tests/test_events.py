"""Events on the default bus."""
from .event_queue import EventQueue
from .support import EcrTestCase, Oci


class EventsTest(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')
        self.oci = Oci(self.account, self.root)
        self.received = EventQueue(self.account).received

    def test_a_push_and_a_delete_are_sent(self):
        digest = self.oci.push('app', 'v1', 'x')
        self.ecr.batch_delete_image(repositoryName='app', imageIds=[{'imageTag': 'v1'}])
        pushed, deleted = sorted(self.received(2), key=lambda event: event['detail']['action-type'], reverse=True)
        self.assertEqual((pushed['source'], pushed['detail-type'], pushed['account'], pushed['resources']),
                         ('aws.ecr', 'ECR Image Action', self.account, []))
        self.assertEqual(pushed['detail'], {'result': 'SUCCESS', 'repository-name': 'app', 'image-digest': digest,
                                            'action-type': 'PUSH', 'image-tag': 'v1'})
        self.assertEqual(deleted['detail'], {**pushed['detail'], 'action-type': 'DELETE'})

    def test_nothing_is_sent_for_a_push_that_changes_nothing(self):
        self.oci.push('app', 'v1', 'x')
        self.oci.push('app', 'v1', 'x')
        self.oci.push('app', 'v2', 'x')
        self.assertEqual([event['detail']['image-tag'] for event in self.received(2)], ['v1', 'v2'])

    def test_archiving_and_restoring_are_sent(self):
        self.oci.push('app', 'v1', 'x')
        for storage_class in ('ARCHIVE', 'STANDARD'):
            self.ecr.update_image_storage_class(repositoryName='app', imageId={'imageTag': 'v1'}, targetStorageClass=storage_class)
        details = [event['detail'] for event in self.received(3)][1:]
        self.assertEqual([item['target-storage-class'] for item in details], ['ARCHIVE', 'STANDARD'])
        self.assertEqual([('last-activated-at' in item) for item in details], [False, True])
