"""Lifecycle policies: what ECR refuses, and what a policy would do."""
import json
import unittest

from local_aws.ecr.errors import EcrError
from local_aws.ecr.lifecycle import parse
from local_aws.ecr.lifecycle_evaluation import Candidate, evaluate

from .support import EcrTestCase, Oci, descriptor, index

DAY = 86_400


def rule(priority=1, action='expire', **selection):
    chosen = {'tagStatus': 'any', 'countType': 'imageCountMoreThan', 'countNumber': 1, **selection}
    act = {'type': action, **({'targetStorageClass': 'archive'} if action == 'transition' else {})}
    return {'rulePriority': priority, 'selection': {key: value for key, value in chosen.items() if value is not None}, 'action': act}


def text(*rules):
    return json.dumps({'rules': list(rules)})


def since(kind, days, priority=1, action='expire', **selection):
    return rule(priority, action, countType=kind, countUnit='days', countNumber=days, **selection)


def untagged(priority, **selection):
    return rule(priority, tagStatus='untagged', **selection)


def tagged(priority, *patterns, **selection):
    return rule(priority, tagStatus='tagged', tagPatternList=list(patterns), **selection)


class ParseTest(unittest.TestCase):

    def accepts(self, *rules):
        parse(text(*rules))

    def refuses(self, message, *rules):
        with self.assertRaises(EcrError) as caught:
            parse(text(*rules))
        self.assertEqual(caught.exception.code, 'InvalidParameterException')
        self.assertIn("Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: "
                      + message, caught.exception.message)

    def test_accepts_every_legal_combination(self):
        for action in ('expire', 'transition'):
            self.accepts(rule(action=action))
            self.accepts(since('sinceImagePushed', 1, action=action))
            self.accepts(rule(action=action, storageClass='standard'))
        self.accepts(since('sinceImagePulled', 1, action='transition'))
        self.accepts(since('sinceImageTransitioned', 90, storageClass='archive'))

    def test_fails_for_every_other_one(self):
        self.refuses('countType=sinceImagePulled goes with', since('sinceImagePulled', 1))
        self.refuses('countType=sinceImageTransitioned goes with',
                     since('sinceImageTransitioned', 90, action='transition', storageClass='archive'))
        self.refuses('storageClass=archive goes with', since('sinceImageTransitioned', 90))
        self.refuses('storageClass=archive goes with', rule(storageClass='archive'))
        self.refuses('storageClass=archive goes with', since('sinceImagePushed', 1, storageClass='archive'))
        self.refuses('numeric instance is lower than the required minimum (minimum: 90, found: 89)',
                     since('sinceImageTransitioned', 89, storageClass='archive'))

    def test_a_count_has_no_unit_and_an_age_needs_one(self):
        self.refuses('countUnit is not allowed', rule(countUnit='days'))
        self.refuses("countUnit must be 'days'", rule(countType='sinceImagePushed'))
        self.refuses("countUnit must be 'days'", rule(countType='sinceImagePushed', countUnit='hours'))

    def test_fails_for_numbers_below_one_and_for_what_is_no_number(self):
        self.refuses('numeric instance is lower than the required minimum (minimum: 1, found: 0)', rule(countNumber=0))
        self.refuses('numeric instance is lower than the required minimum (minimum: 1, found: 0)', rule(priority=0))
        for value in ('1', 1.5, True):
            self.refuses('instance type does not match', rule(countNumber=value))
            self.refuses('instance type does not match', rule(priority=value))

    def test_one_any_rule_a_storage_class_and_it_is_the_last(self):
        archived = since('sinceImageTransitioned', 90, priority=1, storageClass='archive')
        self.accepts(archived, rule(2))
        self.accepts(rule(1), {**archived, 'rulePriority': 2})
        self.accepts(untagged(1), rule(2))
        self.refuses('Rule for tagStatus=ANY must have the lowest priority per storage class', rule(1), untagged(2))
        self.refuses('Rule for tagStatus=ANY must have the lowest priority per storage class', rule(1), rule(2))

    def test_one_untagged_rule_a_storage_class(self):
        archived = since('sinceImageTransitioned', 90, priority=2, tagStatus='untagged', storageClass='archive')
        self.accepts(untagged(1), archived)
        self.refuses('Only one rule can select Untagged images per storage class', untagged(1), untagged(2))

    def test_priorities_are_unique(self):
        self.accepts(untagged(7), rule(9))
        self.refuses('rulePriority must be unique', untagged(1), rule(1))

    def test_tag_lists_go_with_tagged_and_only_there(self):
        self.accepts(tagged(1, 'v*'))
        self.accepts(rule(tagStatus='tagged', tagPrefixList=['v']))
        self.refuses('Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.', rule(tagStatus='tagged'))
        self.refuses('tagPatternList is allowed only when', rule(tagPatternList=['v*']))
        self.refuses('tagPrefixList is allowed only when', untagged(1, tagPrefixList=['v']))
        self.refuses('tagPrefixList and tagPatternList are mutually exclusive', tagged(1, 'v*', tagPrefixList=['v']))
        self.refuses('array is too short', tagged(1))
        self.refuses('tagPatternList must be an array', rule(tagStatus='tagged', tagPatternList='v*'))
        for entry in ('', 1):
            self.refuses('tagPatternList must hold non-empty strings', rule(tagStatus='tagged', tagPatternList=[entry]))

    def test_a_pattern_has_at_most_four_wildcards(self):
        self.accepts(tagged(1, '*a*b*c*'))
        self.refuses('a tag pattern may have at most 4 wildcards', tagged(1, '*a*b*c*d*'))
        self.accepts(rule(tagStatus='tagged', tagPrefixList=['a*b*c*d*e*']))

    def test_a_prefix_appears_once_a_storage_class(self):
        first, second = (rule(number, tagStatus='tagged', tagPrefixList=['v']) for number in (1, 2))
        self.refuses('a tag prefix may appear in one rule', first, second)
        self.accepts(first, since('sinceImageTransitioned', 90, priority=2, tagStatus='tagged', tagPrefixList=['v'], storageClass='archive'))

    def test_fails_for_unknown_words(self):
        for change in ({'tagStatus': 'ANY'}, {'countType': 'imageCount'}, {'storageClass': 'glacier'}):
            self.refuses('instance failed to match exactly one schema', rule(**change))
        self.refuses('instance failed to match exactly one schema', rule(action='delete'))
        for action in ({'type': 'expire', 'targetStorageClass': 'archive'}, {'type': 'expire', 'targetStorageClass': None},
                       {'type': 'transition'}, {'type': 'transition', 'targetStorageClass': 'standard'}):
            self.refuses('instance failed to match exactly one schema', {**rule(), 'action': action})

    def test_fails_for_missing_and_for_unknown_members(self):
        for name in ('rulePriority', 'selection', 'action'):
            self.refuses(f'object has missing required properties (["{name}"])', {key: value for key, value in rule().items() if key != name})
        for name in ('tagStatus', 'countType', 'countNumber'):
            self.refuses(f'object has missing required properties (["{name}"])', rule(**{name: None}))
        self.refuses('object has missing required properties (["type"])', {**rule(), 'action': {}})
        self.refuses('object instance has properties which are not allowed by the schema: (["extra"])', {**rule(), 'extra': 1})
        self.refuses('object instance has properties which are not allowed by the schema: (["extra"])', rule(extra=1))
        self.refuses('object instance has properties which are not allowed', {**rule(), 'action': {'type': 'expire', 'extra': 1}})

    def test_fails_for_what_is_no_rule(self):
        self.refuses('a rule is not an object', 'x')
        self.refuses('selection and action must be objects', {**rule(), 'selection': []})
        self.refuses('description must be a string', {**rule(), 'description': 1})
        self.accepts({**rule(), 'description': 'keep one'})
        self.refuses('array is too short')
        for document in ('{', '[]', '1'):
            with self.assertRaisesRegex(EcrError, 'Could not map policyString into LifecyclePolicy.'):
                parse(document)
        with self.assertRaisesRegex(EcrError, 'not allowed by the schema'):
            parse(json.dumps({'rules': [rule()], 'version': 1}))
        with self.assertRaisesRegex(EcrError, 'rules must be an array'):
            parse('{"rules": {}}')

    def test_fifty_rules_and_no_more(self):
        rules = [tagged(number, f'v{number}') for number in range(1, 52)]
        self.accepts(*rules[:50])
        self.refuses('array is too long', *rules)


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


class ApiTest(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')

    def test_keeps_the_text(self):
        self.ecr.put_lifecycle_policy(repositoryName='app', lifecyclePolicyText=text(rule()))
        found = self.ecr.get_lifecycle_policy(repositoryName='app')
        self.assertEqual((found['lifecyclePolicyText'], found['lastEvaluatedAt'].timestamp()), (text(rule()), 0))
        self.ecr.delete_lifecycle_policy(repositoryName='app')
        self.assert_fails('LifecyclePolicyNotFoundException', self.ecr.get_lifecycle_policy, repositoryName='app')

    def test_fails_below_100_and_above_30720_characters(self):
        body = text(rule())
        put = self.ecr.put_lifecycle_policy
        put(repositoryName='app', lifecyclePolicyText=body + ' ' * (30_720 - len(body)))
        for length in (99, 30_721):
            self.assert_fails('InvalidParameterException', put, repositoryName='app', lifecyclePolicyText=body[:99].ljust(length))

    def test_fails_for_an_illegal_policy_and_keeps_the_old_one(self):
        self.ecr.put_lifecycle_policy(repositoryName='app', lifecyclePolicyText=text(rule()))
        self.assert_fails('InvalidParameterException', self.ecr.put_lifecycle_policy, repositoryName='app',
                          lifecyclePolicyText=text(rule(1), rule(2)))
        self.assertEqual(self.ecr.get_lifecycle_policy(repositoryName='app')['lifecyclePolicyText'], text(rule()))


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

    def test_fails_for_an_illegal_policy(self):
        self.assert_fails('InvalidParameterException', self.ecr.start_lifecycle_policy_preview, repositoryName='app',
                          lifecyclePolicyText=text(rule(1), rule(2)))
