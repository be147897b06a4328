"""Settings that a registry has once: policy, replication, scanning, signing."""
import json

from .support import EcrTestCase, new_account

PROFILE = 'arn:aws:signer:us-east-1:{}:/signing-profiles/release_1'


def wildcard(*values, kind='WILDCARD'):
    return [{'filter': value, 'filterType': kind} for value in values]


class RegistryPolicyTest(EcrTestCase):

    def document(self, **changes):
        statement = {'Effect': 'Allow', 'Principal': {'AWS': 'arn:aws:iam::222222222222:root'}, 'Action': ['ecr:ReplicateImage'],
                     'Resource': f'arn:aws:ecr:us-east-1:{self.account}:repository/prod/*', **changes}
        statement = {key: value for key, value in statement.items() if value is not None}
        return json.dumps({'Version': '2012-10-17', 'Statement': [statement]})

    def test_is_kept_replaced_and_deleted(self):
        self.assert_fails('RegistryPolicyNotFoundException', self.ecr.get_registry_policy)
        self.ecr.put_registry_policy(policyText=self.document())
        self.ecr.put_registry_policy(policyText=self.document(Resource='*'))
        self.assertEqual(self.ecr.get_registry_policy()['policyText'], self.document(Resource='*'))
        self.ecr.delete_registry_policy()
        self.assert_fails('RegistryPolicyNotFoundException', self.ecr.delete_registry_policy)

    def test_fails_without_a_resource_and_for_what_is_no_repository(self):
        for changes in ({'Resource': None}, {'Resource': []}, {'Resource': 'arn:aws:s3:::bucket'}, {'Resource': 'prod/*'},
                        {'Principal': None}, {'Action': 's3:GetObject'}):
            with self.subTest(changes):
                message = self.assert_fails('InvalidParameterException', self.ecr.put_registry_policy, policyText=self.document(**changes))
                self.assertIn('Invalid registry policy provided', message)

    def test_accepts_10240_characters_and_fails_for_more(self):
        text = self.document()
        self.ecr.put_registry_policy(policyText=text.ljust(10_240))
        self.assert_fails('InvalidParameterException', self.ecr.put_registry_policy, policyText=text.ljust(10_241))


class ReplicationTest(EcrTestCase):

    def put(self, *rules):
        return self.ecr.put_replication_configuration(replicationConfiguration={'rules': list(rules)})

    def to(self, *regions, account='222222222222', **more):
        return {'destinations': [{'region': region, 'registryId': account} for region in regions], **more}

    def test_is_kept_and_emptied(self):
        self.assertEqual(self.ecr.describe_registry()['replicationConfiguration'], {'rules': []})
        rule = self.to('eu-west-1', repositoryFilters=wildcard('prod/', kind='PREFIX_MATCH'))
        self.put(rule)
        self.assertEqual(self.ecr.describe_registry()['replicationConfiguration'], {'rules': [rule]})
        self.put()
        self.assertEqual(self.ecr.describe_registry()['replicationConfiguration'], {'rules': []})

    def test_twenty_five_rules_and_destinations_and_no_more(self):
        regions = [f'eu-west-{number}' for number in range(26)]
        self.put(*[self.to(region) for region in regions[:25]])
        self.put(self.to(*regions[:25]), self.to(*regions[:25]))
        with self.assertRaisesRegex(Exception, 'InvalidParameterException'):
            self.put(*[self.to(regions[0])] * 26)
        with self.assertRaisesRegex(Exception, 'ValidationException.*25 unique destinations'):
            self.put(self.to(*regions[:20]), self.to(*regions[20:]))

    def test_fails_for_the_registry_itself_and_not_for_its_neighbours(self):
        self.put(self.to('us-east-1'), self.to('eu-west-1', account=self.account))
        with self.assertRaisesRegex(Exception, 'ValidationException'):
            self.put(self.to('us-east-1', account=self.account))

    def test_fails_for_an_illegal_filter(self):
        self.put(self.to('eu-west-1', repositoryFilters=wildcard('ab', kind='PREFIX_MATCH')))
        for filters in (wildcard('a', kind='PREFIX_MATCH'), wildcard('prod*', kind='PREFIX_MATCH'), wildcard('prod'), [],
                        wildcard('a' * 257, kind='PREFIX_MATCH')):
            with self.subTest(filters), self.assertRaisesRegex(Exception, 'InvalidParameterException|ValidationException'):
                self.put(self.to('eu-west-1', repositoryFilters=filters))


class ScanningTest(EcrTestCase):

    def put(self, kind, *rules):
        return self.ecr.put_registry_scanning_configuration(
            scanType=kind, rules=[{'scanFrequency': frequency, 'repositoryFilters': wildcard(*filters)} for frequency, *filters in rules])

    def test_is_basic_by_default(self):
        self.assertEqual(self.ecr.get_registry_scanning_configuration()['scanningConfiguration'], {'scanType': 'BASIC', 'rules': []})

    def test_keeps_two_rules_of_different_frequency(self):
        self.put('ENHANCED', ('CONTINUOUS_SCAN', 'prod*'), ('SCAN_ON_PUSH', '*'))
        found = self.ecr.get_registry_scanning_configuration()['scanningConfiguration']
        self.assertEqual((found['scanType'], [item['scanFrequency'] for item in found['rules']]), ('ENHANCED', ['CONTINUOUS_SCAN', 'SCAN_ON_PUSH']))

    def test_fails_for_rules_that_do_not_go_together(self):
        for kind, *rules in (('BASIC', ('CONTINUOUS_SCAN', '*')), ('ENHANCED', ('SCAN_ON_PUSH', 'a*'), ('SCAN_ON_PUSH', 'b*')),
                             ('ENHANCED', ('CONTINUOUS_SCAN', 'a'), ('SCAN_ON_PUSH', 'b'), ('MANUAL', 'c')),
                             ('BASIC', ('SCAN_ON_PUSH', 'a/')), ('BASIC', ('SCAN_ON_PUSH', 'a--b')), ('BASIC', ('SCAN_ON_PUSH', 'A')),
                             ('BASIC', ('SCAN_ON_PUSH', '')), ('BASIC', ('SCAN_ON_PUSH', 'a' * 254 + '-!')), ('FULL',),
                             ('BASIC', ('SCAN_ON_PUSH', *(f'a{number}' for number in range(101))))):
            with self.subTest((kind, rules)), self.assertRaisesRegex(Exception, 'InvalidParameterException'):
                self.put(kind, *rules)
        self.put('BASIC', ('SCAN_ON_PUSH', *(f'a{number}' for number in range(100))))

    def frequencies(self, *names):
        answer = self.ecr.batch_get_repository_scanning_configuration(repositoryNames=list(names))
        return [item['scanFrequency'] for item in answer['scanningConfigurations']]

    def test_says_how_each_repository_is_scanned(self):
        for name in ('my-prod-app', 'test', 'edge'):
            self.ecr.create_repository(repositoryName=name)
        self.put('ENHANCED', ('CONTINUOUS_SCAN', 'prod', 'edge'), ('SCAN_ON_PUSH', 'test*', 'edge'))
        answer = self.ecr.batch_get_repository_scanning_configuration(repositoryNames=['my-prod-app', 'test', 'edge', 'none'])
        self.assertEqual([(item['repositoryName'], item['scanFrequency'], item['appliedScanFilters']) for item in answer['scanningConfigurations']],
                         [('my-prod-app', 'CONTINUOUS_SCAN', wildcard('prod')), ('test', 'SCAN_ON_PUSH', wildcard('test*')),
                          ('edge', 'CONTINUOUS_SCAN', wildcard('edge'))])
        self.assertEqual([item['failureCode'] for item in answer['failures']], ['REPOSITORY_NOT_FOUND'])

    def test_a_wildcard_makes_a_filter_exact_and_the_repository_counts_while_the_registry_says_nothing(self):
        for name, on_push in (('prod-app', True), ('app-prod', False)):
            self.ecr.create_repository(repositoryName=name, imageScanningConfiguration={'scanOnPush': on_push})
        self.assertEqual(self.frequencies('prod-app', 'app-prod'), ['SCAN_ON_PUSH', 'MANUAL'])
        self.put('BASIC', ('SCAN_ON_PUSH', '*prod'))
        self.assertEqual(self.frequencies('prod-app', 'app-prod'), ['MANUAL', 'SCAN_ON_PUSH'])


class SigningTest(EcrTestCase):

    def put(self, *rules):
        return self.ecr.put_signing_configuration(signingConfiguration={'rules': list(rules)})

    def rule(self, **changes):
        return {'signingProfileArn': PROFILE.format(self.account), **changes}

    def test_is_kept_and_deleted(self):
        self.assert_fails('SigningConfigurationNotFoundException', self.ecr.get_signing_configuration)
        rule = self.rule(repositoryFilters=wildcard('prod/*', kind='WILDCARD_MATCH'))
        self.put(rule)
        self.assertEqual(self.ecr.get_signing_configuration()['signingConfiguration'], {'rules': [rule]})
        self.ecr.delete_signing_configuration()
        self.assert_fails('SigningConfigurationNotFoundException', self.ecr.delete_signing_configuration)

    def test_ten_rules_and_no_more(self):
        self.put(*[self.rule()] * 10)
        with self.assertRaisesRegex(Exception, 'InvalidParameterException'):
            self.put(*[self.rule()] * 11)

    def test_a_profile_of_another_account_works_and_one_of_another_region_does_not(self):
        self.put(self.rule(signingProfileArn=PROFILE.format(new_account())))
        with self.assertRaisesRegex(Exception, 'ValidationException'):
            self.put(self.rule(signingProfileArn=PROFILE.format(self.account).replace('us-east-1', 'eu-west-1')))

    def test_fails_for_a_version_of_a_profile_and_for_an_illegal_filter(self):
        for changes in ({'signingProfileArn': PROFILE.format(self.account) + '/abc'}, {'repositoryFilters': []},
                        {'repositoryFilters': wildcard('prod/', kind='WILDCARD_MATCH')}, {'repositoryFilters': wildcard('prod')},
                        {'repositoryFilters': wildcard('Prod', kind='WILDCARD_MATCH')}):
            with self.subTest(changes), self.assertRaisesRegex(Exception, 'InvalidParameterException'):
                self.put(self.rule(**changes))
