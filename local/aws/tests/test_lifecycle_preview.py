"""What a lifecycle policy would do."""
import unittest

from local_aws.ecr.lifecycle import parse
from local_aws.ecr.lifecycle_evaluation import Candidate, evaluate

from .lifecycle_rules import DAY, rule, since, tagged, text, untagged
from .support import EcrTestCase, Oci, descriptor, index


class EvaluateTest(unittest.TestCase):
    """Ages are in days before now."""

    def acted(self, images, *rules):
        return [(image.digest, chosen['rulePriority']) for image, chosen in evaluate(images, parse(text(*rules)), 1_000 * DAY)]

    def image(self, digest, age, *tags, **times):
        moments = {key: (1_000 - value) * DAY for key, value in times.items() if key != 'children'}
        return Candidate(digest, tags, (1_000 - age) * DAY, children=times.get('children', ()), **moments)

    def test_the_example_of_the_user_guide(self):
        """ "Filtering on all images", example B: the last rule counts what the others identified and may only expire D."""
        images = [self.image('A', 5, 'alpha-1'), self.image('B', 4), self.image('C', 3, 'alpha-2'), self.image('D', 2, 'git-hash'),
                  self.image('E', 0.5)]
        rules = (tagged(1, 'alpha*'), since('sinceImagePushed', 1, priority=2, tagStatus='untagged'), rule(3))
        self.assertEqual(self.acted(images, *rules), [('A', 1), ('B', 2), ('D', 3)])

    def test_an_age_must_be_exceeded(self):
        images = [self.image('A', 14), self.image('B', 14.01)]
        self.assertEqual(self.acted(images, since('sinceImagePushed', 14)), [('B', 1)])

    def test_an_image_that_was_never_pulled_counts_from_its_push(self):
        images = [self.image('never', 20), self.image('lately', 20, pulled_at=5), self.image('long ago', 40, pulled_at=20)]
        self.assertEqual(self.acted(images, since('sinceImagePulled', 14, action='transition')), [('long ago', 1), ('never', 1)])

    def test_restoring_an_image_counts_as_its_push(self):
        images = [self.image('restored', 90, restored_at=2, pulled_at=80), self.image('plain', 30)]
        self.assertEqual(self.acted(images, since('sinceImagePushed', 14)), [('plain', 1)])
        self.assertEqual(self.acted(images, since('sinceImagePulled', 14, action='transition')), [('plain', 1)])
        self.assertEqual(self.acted(images, rule()), [('plain', 1)])

    def test_archived_images_age_from_their_archival(self):
        images = [self.image('old', 300, archived_at=91), self.image('new', 300, archived_at=89), self.image('standard', 300)]
        self.assertEqual(self.acted(images, since('sinceImageTransitioned', 90, storageClass='archive')), [('old', 1)])

    def test_storage_classes_do_not_shield_each_other(self):
        images = [self.image('archived', 300, archived_at=100), self.image('standard', 300)]
        rules = (since('sinceImagePulled', 14, priority=1, action='transition'),
                 since('sinceImageTransitioned', 90, priority=2, storageClass='archive'))
        self.assertEqual(self.acted(images, *rules), [('standard', 1), ('archived', 2)])

    def test_an_image_of_an_index_is_safe_and_still_counts(self):
        images = [self.image('child', 5), self.image('index', 4, 'v1', children=('child',)), self.image('new', 3, 'v2')]
        self.assertEqual(self.acted(images, rule(countNumber=1)), [('index', 1)])


class PreviewTest(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')
        self.oci = Oci(self.account, self.root)

    def preview(self, *rules, **query):
        body = text(*rules).ljust(100)
        self.ecr.start_lifecycle_policy_preview(repositoryName='app', lifecyclePolicyText=body)
        return self.ecr.get_lifecycle_policy_preview(repositoryName='app', **query)

    def expired(self, *rules):
        return [(item['imageTags'], item['appliedRulePriority']) for item in self.preview(*rules)['previewResults']]

    def test_a_rule_keeps_what_it_keeps_from_later_rules(self):
        self.oci.push('app', 'keep-1', '1')
        self.oci.push('app', 'old', '2')
        self.oci.push('app', 'new', '3')
        self.assertEqual(self.expired(tagged(1, 'keep-*', countNumber=5), rule(2)), [(['old'], 2)])

    def test_all_patterns_of_a_list_must_match(self):
        self.oci.push('app', 'main-1', 'both')
        self.oci.push('app', 'pr-1', 'both')
        self.oci.push('app', 'main-2', 'one')
        self.oci.push('app', 'last', 'last')
        both = tagged(1, 'main-*', 'pr-*', countNumber=1)
        self.assertEqual(self.expired(both), [])
        self.oci.push('app', 'main-3', 'again')
        self.oci.push('app', 'pr-3', 'again')
        self.assertEqual(self.expired(both), [(['main-1', 'pr-1'], 1)])

    def test_a_pattern_without_wildcard_is_the_tag_and_a_prefix_is_a_prefix(self):
        for tag in ('v1', 'v10', 'v11'):
            self.oci.push('app', tag, tag)
        self.assertEqual(self.expired(tagged(1, 'v1')), [])
        self.assertEqual(self.expired(rule(tagStatus='tagged', tagPrefixList=['v1'], countNumber=2)), [(['v1'], 1)])

    def test_an_image_of_an_index_is_safe_and_an_untagged_image_is_not(self):
        child, loose = self.oci.manifest('app', 'child'), self.oci.manifest('app', 'loose')
        for manifest in (child, loose):
            self.oci.push_manifest('app', descriptor(manifest)['digest'], manifest)
        self.oci.push_manifest('app', 'multi', index(child))
        self.oci.push('app', 'other', 'x')
        newest = self.oci.manifest('app', 'newest')
        self.oci.push_manifest('app', descriptor(newest)['digest'], newest)
        found = self.preview(untagged(1))['previewResults']
        self.assertEqual([item['imageDigest'] for item in found], [descriptor(loose)['digest']])

    def test_archives_and_counts_what_it_archives(self):
        for tag in ('a', 'b', 'c'):
            self.oci.push('app', tag, tag)
        found = self.preview(rule(action='transition'))
        self.assertEqual(found['summary'], {'expiringImageTotalCount': 0,
                                            'transitioningImageTotalCounts': [{'targetStorageClass': 'ARCHIVE', 'imageTotalCount': 2}]})
        self.assertEqual(found['previewResults'][0]['action'], {'type': 'TRANSITION', 'targetStorageClass': 'ARCHIVE'})
        self.assertEqual(found['previewResults'][0]['storageClass'], 'STANDARD')

    def test_an_archived_image_is_out_of_reach_for_standard_rules(self):
        for tag in ('a', 'b', 'c'):
            self.oci.push('app', tag, tag)
        self.ecr.update_image_storage_class(repositoryName='app', imageId={'imageTag': 'a'}, targetStorageClass='ARCHIVE')
        self.assertEqual(self.expired(rule()), [(['b'], 1)])

    def test_uses_the_policy_of_the_repository(self):
        for tag in ('a', 'b'):
            self.oci.push('app', tag, tag)
        self.assert_fails('LifecyclePolicyNotFoundException', self.ecr.start_lifecycle_policy_preview, repositoryName='app')
        self.assert_fails('LifecyclePolicyPreviewNotFoundException', self.ecr.get_lifecycle_policy_preview, repositoryName='app')
        self.ecr.put_lifecycle_policy(repositoryName='app', lifecyclePolicyText=text(rule()))
        self.assertEqual(self.ecr.start_lifecycle_policy_preview(repositoryName='app')['status'], 'IN_PROGRESS')
        found = self.ecr.get_lifecycle_policy_preview(repositoryName='app')
        self.assertEqual((found['status'], found['summary']), ('COMPLETE', {'expiringImageTotalCount': 1}))

    def test_filters_and_pages_the_results_but_not_the_summary(self):
        for tag in ('a', 'b', 'c', 'd'):
            self.oci.push('app', tag, tag)
        first = self.preview(rule(), maxResults=2)
        second = self.ecr.get_lifecycle_policy_preview(repositoryName='app', maxResults=2, nextToken=first['nextToken'])
        self.assertEqual([item['imageTags'] for item in first['previewResults'] + second['previewResults']], [['a'], ['b'], ['c']])
        self.assertEqual(second['summary'], {'expiringImageTotalCount': 3})
        self.assertEqual(self.preview(rule(), filter={'tagStatus': 'UNTAGGED'})['previewResults'], [])
        chosen = self.preview(rule(), imageIds=[{'imageTag': 'b'}, {'imageTag': 'd'}])['previewResults']
        self.assertEqual([item['imageTags'] for item in chosen], [['b']])

    def test_fails_for_image_ids_with_paging(self):
        self.preview(rule(), imageIds=[{'imageTag': 'v1'}])
        self.assert_fails('InvalidParameterException', self.ecr.get_lifecycle_policy_preview, repositoryName='app',
                          imageIds=[{'imageTag': 'v1'}], maxResults=1)

    def test_fails_for_an_illegal_policy(self):
        self.assert_fails('InvalidParameterException', self.ecr.start_lifecycle_policy_preview, repositoryName='app',
                          lifecyclePolicyText=text(rule(1), rule(2)))
