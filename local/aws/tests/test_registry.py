"""Settings that a registry has once, creation templates, cache rules, exclusions and account settings."""
import json

from .support import EcrTestCase, Oci, client, new_account, role

PROFILE = 'arn:aws:signer:us-east-1:{}:/signing-profiles/release_1'
LIFECYCLE = json.dumps({'rules': [{'rulePriority': 1, 'selection': {'tagStatus': 'any', 'countType': 'imageCountMoreThan', 'countNumber': 9},
                                   'action': {'type': 'expire'}}]})


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


class TemplateTest(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.role = f'arn:aws:iam::{self.account}:role/ecr-creation'
        self.key = f'arn:aws:kms:us-east-1:{self.account}:key/11111111-2222-3333-4444-555555555555'

    def create(self, prefix='prod', **members):
        return self.ecr.create_repository_creation_template(prefix=prefix, **{'appliedFor': ['PULL_THROUGH_CACHE'], **members})

    def test_is_described_updated_and_deleted(self):
        self.create(description='one')
        self.create('ROOT', appliedFor=['REPLICATION', 'CREATE_ON_PUSH'])
        self.create('team/x/')
        found = self.ecr.describe_repository_creation_templates()['repositoryCreationTemplates']
        self.assertEqual([item['prefix'] for item in found], ['prod', 'ROOT', 'team/x/'])
        self.assertEqual((found[0]['imageTagMutability'], found[0]['encryptionConfiguration']), ('MUTABLE', {'encryptionType': 'AES256'}))
        changed = self.ecr.update_repository_creation_template(prefix='prod', imageTagMutability='IMMUTABLE')['repositoryCreationTemplate']
        self.assertEqual((changed['imageTagMutability'], changed['description']), ('IMMUTABLE', 'one'))
        self.ecr.delete_repository_creation_template(prefix='prod')
        for operation in (self.ecr.delete_repository_creation_template, self.ecr.update_repository_creation_template):
            self.assert_fails('TemplateNotFoundException', operation, prefix='prod')
        self.assertEqual(self.ecr.describe_repository_creation_templates(prefixes=['prod'])['repositoryCreationTemplates'], [])

    def test_fails_for_a_prefix_that_is_taken(self):
        self.create()
        self.assert_fails('TemplateAlreadyExistsException', self.create)

    def test_a_key_or_tags_need_a_role(self):
        encrypted = {'encryptionConfiguration': {'encryptionType': 'KMS', 'kmsKey': self.key}}
        tagged = {'resourceTags': [{'Key': 'a', 'Value': ''}]}
        for number, members in enumerate((encrypted, tagged)):
            self.assert_fails('InvalidParameterException', self.create, **members)
            self.create(f'with-role-{number}', customRoleArn=self.role, **members)

    def test_fails_for_what_a_repository_could_not_have(self):
        for members in (
            {'appliedFor': []}, {'appliedFor': ['REPLICATION', 'REPLICATION']}, {'appliedFor': ['PUSH']}, {'prefix': 'Prod'},
            {'description': 'd' * 257}, {'imageTagMutability': 'IMMUTABLE_WITH_EXCLUSION'},
            {'encryptionConfiguration': {'encryptionType': 'KMS', 'kmsKey': 'alias/x'}, 'customRoleArn': self.role},
            {'encryptionConfiguration': {'encryptionType': 'AES256', 'kmsKey': self.key}, 'customRoleArn': self.role},
            {'customRoleArn': f'arn:aws:iam::{self.account}:role/path/ecr-creation'}, {'customRoleArn': 'ecr-creation'},
            {'lifecyclePolicy': '{"rules":[]}'}, {'repositoryPolicy': '{}'}, {'repositoryPolicy': ' ' * 10_241},
        ):
            with self.subTest(members):
                self.assert_fails('InvalidParameterException', self.create, **members)
        self.create(lifecyclePolicy=LIFECYCLE, description='d' * 256, repositoryPolicy=json.dumps(
            {'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 'ecr:BatchGetImage'}}))

    def test_an_update_is_checked_as_a_whole(self):
        filters = [{'filterType': 'WILDCARD', 'filter': 'dev*'}]
        self.create(imageTagMutability='IMMUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters=filters)
        update = self.ecr.update_repository_creation_template
        self.assert_fails('InvalidParameterException', update, prefix='prod', resourceTags=[{'Key': 'a', 'Value': ''}])
        self.assert_fails('InvalidParameterException', update, prefix='prod', imageTagMutability='MUTABLE_WITH_EXCLUSION')
        changed = update(prefix='prod', imageTagMutability='MUTABLE')['repositoryCreationTemplate']
        self.assertNotIn('imageTagMutabilityExclusionFilters', changed)


class PullThroughCacheTest(EcrTestCase):

    def secret(self, name='ecr-pullthroughcache/hub', value=None, **members):
        text = json.dumps({'username': 'u', 'accessToken': 't'} if value is None else value)
        return client('secretsmanager', self.root).create_secret(Name=name, SecretString=text, **members)['ARN']

    def create(self, prefix='quay', url='quay.io', **members):
        return self.ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=prefix, upstreamRegistryUrl=url, **members)

    def test_every_upstream_works_with_what_it_needs(self):
        credential = self.secret()
        for prefix, url, name, needs in (
            ('public', 'public.ecr.aws', 'ecr-public', False), ('k8s', 'registry.k8s.io', 'k8s', False), ('quay', 'quay.io', 'quay', False),
            ('hub', 'registry-1.docker.io', 'docker-hub', True), ('ghcr', 'ghcr.io', 'github-container-registry', True),
            ('gitlab', 'registry.gitlab.com', 'gitlab-container-registry', True), ('cgr', 'cgr.dev', 'chainguard', True),
            ('azure', 'mine.azurecr.io', 'azure-container-registry', True),
        ):
            with self.subTest(name):
                with_it, without = (self.create, prefix, {'credentialArn': credential}), (self.create, prefix, {})
                wrong, right = (without, with_it) if needs else (with_it, without)
                self.assert_fails('InvalidParameterException', wrong[0], prefix=prefix, url=url, **wrong[2])
                self.assertEqual(right[0](prefix, url, **right[2])['upstreamRegistry'], name)

    def test_another_registry_of_ecr_needs_a_role_when_it_is_another_account_s(self):
        mine, other = (f'{account}.dkr.ecr.eu-west-1.amazonaws.com' for account in (self.account, new_account()))
        self.create('mine', mine)
        self.assert_fails('InvalidParameterException', self.create, prefix='other', url=other)
        self.assert_fails('InvalidParameterException', self.create, prefix='other', url=other, customRoleArn='arn:aws:iam::111111111111:role/r')
        self.create('other', other, customRoleArn=f'arn:aws:iam::{self.account}:role/r')
        self.assert_fails('InvalidParameterException', self.create, customRoleArn=f'arn:aws:iam::{self.account}:role/r')

    def test_fails_for_an_unknown_or_a_wrongly_named_upstream(self):
        self.assert_fails('UnsupportedUpstreamRegistryException', self.create, url='example.com')
        self.assert_fails('InvalidParameterException', self.create, upstreamRegistry='k8s')
        self.create(upstreamRegistry='quay')

    def test_fails_where_the_feature_does_not_exist(self):
        for region in ('cn-north-1', 'us-gov-west-1'):
            ecr = client('ecr', self.root, region)
            self.assert_fails('UnsupportedUpstreamRegistryException', ecr.create_pull_through_cache_rule,
                              ecrRepositoryPrefix='quay', upstreamRegistryUrl='quay.io')

    def test_prefixes(self):
        self.create('ROOT')
        self.create('my/team/', upstreamRepositoryPrefix='their')
        self.assert_fails('PullThroughCacheRuleAlreadyExistsException', self.create, prefix='ROOT')
        for prefix in ('a', 'a' * 31, 'Team', 'a//b', '/a'):
            self.assert_fails('InvalidParameterException', self.create, prefix=prefix)
        self.ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix='ROOT')
        self.assert_fails('InvalidParameterException', self.create, prefix='ROOT', upstreamRepositoryPrefix='their')

    def test_fifty_rules_and_no_more(self):
        for number in range(50):
            self.create(f'quay{number}')
        self.assert_fails('LimitExceededException', self.create)

    def test_the_secret_must_be_one_that_ecr_can_use(self):
        key = client('kms', self.root).create_key()['KeyMetadata']['KeyId']
        absent = f'arn:aws:secretsmanager:us-east-1:{self.account}:secret:ecr-pullthroughcache/none-abcdef'
        for code, arn in (
            ('InvalidParameterException', self.secret('other')),
            ('SecretNotFoundException', absent),
            ('UnableToAccessSecretException', absent.replace('us-east-1', 'eu-west-1')),
            ('UnableToAccessSecretException', absent.replace(self.account, new_account())),
            ('UnableToDecryptSecretValueException', self.secret('ecr-pullthroughcache/cmk', KmsKeyId=key)),
            ('UnableToAccessSecretException', self.secret('ecr-pullthroughcache/no-token', {'username': 'u'})),
            ('UnableToAccessSecretException', self.secret('ecr-pullthroughcache/no-user', {'accessToken': 't'})),
            ('UnableToAccessSecretException', self.secret('ecr-pullthroughcache/list', [])),
        ):
            with self.subTest(arn):
                self.assert_fails(code, self.create, prefix='hub', url='registry-1.docker.io', credentialArn=arn)

    def test_an_update_changes_the_credentials_only(self):
        self.create('hub', 'registry-1.docker.io', credentialArn=self.secret())
        other = self.secret('ecr-pullthroughcache/hub2')
        changed = self.ecr.update_pull_through_cache_rule(ecrRepositoryPrefix='hub', credentialArn=other)
        self.assertEqual(changed['credentialArn'], other)
        found = self.ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=['hub'])['pullThroughCacheRules'][0]
        self.assertEqual((found['credentialArn'], found['upstreamRepositoryPrefix']), (other, 'ROOT'))
        self.assert_fails('SecretNotFoundException', self.ecr.update_pull_through_cache_rule, ecrRepositoryPrefix='hub',
                          credentialArn=f'arn:aws:secretsmanager:us-east-1:{self.account}:secret:ecr-pullthroughcache/none-abcdef')

    def test_fails_for_an_unknown_rule(self):
        for operation, payload in ((self.ecr.delete_pull_through_cache_rule, {'ecrRepositoryPrefix': 'none'}),
                                   (self.ecr.update_pull_through_cache_rule, {'ecrRepositoryPrefix': 'none'}),
                                   (self.ecr.describe_pull_through_cache_rules, {'ecrRepositoryPrefixes': ['none']})):
            self.assert_fails('PullThroughCacheRuleNotFoundException', operation, **payload)


class ExclusionTest(EcrTestCase):

    def arn(self, name='scanner'):
        return f'arn:aws:iam::{self.account}:role/{name}'

    def test_is_listed_and_removed(self):
        self.ecr.register_pull_time_update_exclusion(principalArn=self.arn())
        self.assertEqual(self.ecr.list_pull_time_update_exclusions()['pullTimeUpdateExclusions'], [self.arn()])
        self.assert_fails('ExclusionAlreadyExistsException', self.ecr.register_pull_time_update_exclusion, principalArn=self.arn())
        self.ecr.deregister_pull_time_update_exclusion(principalArn=self.arn())
        self.assert_fails('ExclusionNotFoundException', self.ecr.deregister_pull_time_update_exclusion, principalArn=self.arn())

    def test_one_hundred_and_no_more(self):
        for number in range(100):
            self.ecr.register_pull_time_update_exclusion(principalArn=self.arn(str(number)))
        self.assert_fails('LimitExceededException', self.ecr.register_pull_time_update_exclusion, principalArn=self.arn())

    def test_fails_for_what_is_no_role_or_user(self):
        for arn in (f'arn:aws:iam::{self.account}:root', f'arn:aws:iam::{self.account}:group/x', 'x', self.arn('r' * 200)):
            self.assert_fails('InvalidParameterException', self.ecr.register_pull_time_update_exclusion, principalArn=arn)

    def is_pulled(self):
        return 'lastRecordedPullTime' in self.ecr.describe_images(repositoryName='app')['imageDetails'][0]

    def test_its_pulls_leave_no_trace(self):
        self.ecr.create_repository(repositoryName='app')
        Oci(self.account, self.root).push('app', 'v1', 'x')
        self.ecr.register_pull_time_update_exclusion(principalArn=self.arn())
        scanner = role(self.account, 'scanner', ['ecr:*'])
        Oci(self.account, scanner).request('GET', '/v2/app/manifests/v1')
        client('ecr', scanner).batch_get_image(repositoryName='app', imageIds=[{'imageTag': 'v1'}])
        self.assertFalse(self.is_pulled())
        Oci(self.account, role(self.account, 'user', ['ecr:*'])).request('GET', '/v2/app/manifests/v1')
        self.assertTrue(self.is_pulled())


class AccountSettingTest(EcrTestCase):

    def test_each_has_its_values(self):
        for name, default, other in (('BASIC_SCAN_TYPE_VERSION', 'AWS_NATIVE', 'CLAIR'), ('REGISTRY_POLICY_SCOPE', 'V2', 'V1'),
                                     ('BLOB_MOUNTING', 'DISABLED', 'ON')):
            self.assertEqual(self.ecr.get_account_setting(name=name)['value'], default)
            self.ecr.put_account_setting(name=name, value=default)
            self.assert_fails('InvalidParameterException', self.ecr.put_account_setting, name=name, value=other)

    def test_keeps_a_value(self):
        self.ecr.put_account_setting(name='BLOB_MOUNTING', value='ENABLED')
        self.assertEqual(self.ecr.get_account_setting(name='BLOB_MOUNTING')['value'], 'ENABLED')

    def test_fails_for_an_unknown_one(self):
        self.assert_fails('InvalidParameterException', self.ecr.get_account_setting, name='NONE')
        self.assert_fails('InvalidParameterException', self.ecr.put_account_setting, name='NONE', value='x')


class NotModelledTest(EcrTestCase):

    def test_says_so(self):
        self.ecr.create_repository(repositoryName='app')
        self.assertIn('not modelled', self.assert_fails('UnsupportedCommandException', self.ecr.start_image_scan, repositoryName='app',
                                                        imageId={'imageTag': 'v1'}))
