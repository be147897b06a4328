"""Lifecycle policies: what ECR refuses."""
import json
import unittest

from local_aws.ecr.errors import EcrError
from local_aws.ecr.lifecycle import parse

from .lifecycle_rules import rule, since, tagged, text, untagged
from .support import EcrTestCase


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
