"""The CloudFormation types of a registry: four singletons, cache rules, templates, exclusions, public repositories."""
import json

from .stacks import LIFECYCLE, PULL, StackTestCase, registry_policy
from .support import client

EVERY = [{'Filter': '*', 'FilterType': 'WILDCARD'}]


class SingletonTest(StackTestCase):

    def resources(self, version):
        rule = {'SigningProfileArn': f'arn:aws:signer:us-east-1:{self.account}:/signing-profiles/profile_{version}'}
        return {
            'Policy': ('RegistryPolicy', registry_policy(self.account, f'S{version}')),
            'Replication': ('ReplicationConfiguration', {'ReplicationConfiguration': {'Rules': [{
                'Destinations': [{'Region': f'eu-west-{version}', 'RegistryId': self.account}],
                'RepositoryFilters': [{'Filter': 'prod/', 'FilterType': 'PREFIX_MATCH'}]}]}}),
            'Scanning': ('RegistryScanningConfiguration', {'ScanType': 'ENHANCED', 'Rules': [
                {'ScanFrequency': ('SCAN_ON_PUSH', 'CONTINUOUS_SCAN')[version - 1], 'RepositoryFilters': EVERY}]}),
            'Signing': ('SigningConfiguration', {'Rules': [rule]}),
        }

    def read(self):
        def of(operation, key):
            try:
                return operation()[key]
            except self.ecr.exceptions.ClientError:
                return None
        policy = of(self.ecr.get_registry_policy, 'policyText')
        signing = of(self.ecr.get_signing_configuration, 'signingConfiguration')
        rules = self.ecr.get_registry_scanning_configuration()['scanningConfiguration']['rules']
        replication = self.ecr.describe_registry()['replicationConfiguration']['rules']
        return (policy and json.loads(policy)['Statement'][0]['Sid'], [item['destinations'][0]['region'] for item in replication],
                [item['scanFrequency'] for item in rules], signing and signing['rules'][0]['signingProfileArn'][-9:])

    ONE = ('S1', ['eu-west-1'], ['SCAN_ON_PUSH'], 'profile_1')
    TWO = ('S2', ['eu-west-2'], ['CONTINUOUS_SCAN'], 'profile_2')
    NONE = (None, [], [], None)

    def test_created_updated_rolled_back_and_deleted(self):
        self.assertEqual(self.create(**self.resources(1)), 'CREATE_COMPLETE')
        self.assertEqual((self.read(), self.physical_id('Scanning')), (self.ONE, self.account))
        bad = ('Repository', {'RepositoryName': 'Bad'})
        self.assertEqual(self.update(**self.resources(2), Bad=bad), 'UPDATE_ROLLBACK_COMPLETE')
        self.assertEqual(self.read(), self.ONE)
        self.assertEqual(self.update(**self.resources(2)), 'UPDATE_COMPLETE')
        self.assertEqual(self.read(), self.TWO)
        self.assertEqual(self.delete(), 'DELETE_COMPLETE')
        self.assertEqual(self.read(), self.NONE)

    def test_fails_for_a_second_owner_and_leaves_the_first_alone(self):
        self.create(**self.resources(1))
        for name, resource in self.resources(2).items():
            self.assertIn('HandlerErrorCode: AlreadyExists', self.assert_rejected('already exists', *resource))
            self.assertEqual(self.read(), self.ONE, name)

    def test_an_existing_one_can_be_imported_and_an_absent_one_cannot(self):
        kind, properties = self.resources(1)['Policy']
        body = self.template(Policy=(kind, properties, {'DeletionPolicy': 'Retain'}))
        imported = [{'ResourceType': f'AWS::ECR::{kind}', 'LogicalResourceId': 'Policy', 'ResourceIdentifier': {'RegistryId': self.account}}]
        name, found = self.change_set(body, ChangeSetType='IMPORT', ResourcesToImport=imported)
        self.assertEqual(found['Status'], 'FAILED')
        self.stacks.delete_change_set(**name)
        self.ecr.put_registry_policy(policyText=json.dumps(properties['PolicyText']))
        name, found = self.change_set(body, ChangeSetType='IMPORT', ResourcesToImport=imported)
        self.assertEqual(found['Status'], 'CREATE_COMPLETE')
        self.stacks.execute_change_set(**name)
        self.assertEqual((self.settle('stack'), self.physical_id('Policy')), ('IMPORT_COMPLETE', self.account))

    def test_each_region_and_account_has_its_own(self):
        self.create(**self.resources(1))
        self.stacks = client('cloudformation', self.root, 'eu-west-3')
        resources = self.resources(2)
        del resources['Signing']
        self.assertEqual(self.create(**resources), 'CREATE_COMPLETE')
        self.assertEqual(self.read(), self.ONE)

    def test_fails_for_what_the_schema_or_ecr_refuses(self):
        scan = {'ScanType': 'ENHANCED', 'Rules': [{'ScanFrequency': 'MANUAL', 'RepositoryFilters': EVERY}]}
        basic = {'ScanType': 'BASIC', 'Rules': [{'ScanFrequency': 'CONTINUOUS_SCAN', 'RepositoryFilters': EVERY}]}
        for reason, kind, properties in (
            ('MANUAL is not one of', 'RegistryScanningConfiguration', scan),
            ('not supported with the scan type BASIC', 'RegistryScanningConfiguration', basic),
            ('Invalid registry policy provided', 'RegistryPolicy', {'PolicyText': PULL}),
            ('Member must not be null', 'RegistryPolicy', {}),
            ('Member must not be null', 'ReplicationConfiguration', {}),
            ('a destination is this registry', 'ReplicationConfiguration', {'ReplicationConfiguration': {'Rules': [
                {'Destinations': [{'Region': 'us-east-1', 'RegistryId': self.account}]}]}}),
            ('must satisfy regular expression', 'SigningConfiguration', {'Rules': [{'SigningProfileArn': 'x'}]}),
        ):
            with self.subTest(reason):
                self.assert_rejected(reason, kind, properties)
        self.assertEqual(self.read(), self.NONE)


class PrefixedTypesTest(StackTestCase):

    def rules(self):
        return [item['ecrRepositoryPrefix'] for item in self.ecr.describe_pull_through_cache_rules()['pullThroughCacheRules']]

    def rule(self, prefix='quay', **more):
        return ('PullThroughCacheRule', {'EcrRepositoryPrefix': prefix, 'UpstreamRegistryUrl': 'quay.io', **more})

    def template_resource(self, prefix='prod', **more):
        return ('RepositoryCreationTemplate', {'Prefix': prefix, 'AppliedFor': ['PULL_THROUGH_CACHE'], **more})

    def templates(self):
        return self.ecr.describe_repository_creation_templates()['repositoryCreationTemplates']

    def exclusions(self):
        return self.ecr.list_pull_time_update_exclusions()['pullTimeUpdateExclusions']

    def test_what_does_not_exist_is_created_and_not_imported(self):
        principal = f'arn:aws:iam::{self.account}:role/r'
        body = self.template(Rule=self.rule(), Template=self.template_resource(), Exclusion=('PullTimeUpdateExclusion', {'PrincipalArn': principal}),
                             Public=('PublicRepository', {'RepositoryName': 'app'}), Repository=('Repository', {'RepositoryName': 'app'}))
        _, found = self.change_set(body, ImportExistingResources=True)
        self.assertEqual({change['ResourceChange']['Action'] for change in found['Changes']}, {'Add'})

    def test_a_rule_is_replaced_under_another_prefix_and_not_under_its_own(self):
        self.create(Rule=self.rule())
        self.assertEqual(self.update(Rule=self.rule(UpstreamRegistry='quay')), 'UPDATE_ROLLBACK_COMPLETE')
        self.assertIn('PullThroughCacheRuleAlreadyExistsException', self.reason())
        self.assertEqual(self.rules(), ['quay'])
        self.assertEqual(self.update(Rule=self.rule('quay2', UpstreamRegistry='quay')), 'UPDATE_COMPLETE')
        self.assertEqual(self.rules(), ['quay2'])
        self.delete()
        self.assertEqual(self.rules(), [])

    def test_the_secret_of_a_rule_can_be_a_reference(self):
        credentials = {'Name': 'ecr-pullthroughcache/hub', 'SecretString': json.dumps({'username': 'u', 'accessToken': 't'})}
        secret = ('AWS::SecretsManager::Secret', credentials)
        rule = ('PullThroughCacheRule', {'EcrRepositoryPrefix': 'hub', 'UpstreamRegistryUrl': 'registry-1.docker.io',
                                         'CredentialArn': {'Ref': 'Secret'}})
        self.assertEqual(self.create(Secret=secret, Rule=rule), 'CREATE_COMPLETE')
        described = ('AWS::SecretsManager::Secret', {**credentials, 'Description': 'd'})
        self.assertEqual(self.update(Secret=described, Rule=rule), 'UPDATE_COMPLETE')
        secrets = client('secretsmanager', self.root)
        self.assertEqual(secrets.describe_secret(SecretId='ecr-pullthroughcache/hub')['Description'], 'd')
        self.assertEqual(self.delete(), 'DELETE_COMPLETE')
        self.assertEqual(secrets.list_secrets()['SecretList'], [])

    def test_fails_for_a_rule_that_ecr_refuses(self):
        self.assert_rejected('credentialArn', 'PullThroughCacheRule',
                             {'EcrRepositoryPrefix': 'hub', 'UpstreamRegistryUrl': 'registry-1.docker.io'})
        self.assert_rejected('Member must not be null', 'PullThroughCacheRule', {'UpstreamRegistryUrl': 'quay.io'})

    def test_a_template_is_updated_and_replaced_under_another_prefix(self):
        policies = {'LifecyclePolicy': json.dumps(LIFECYCLE), 'RepositoryPolicy': json.dumps(PULL)}
        self.assertEqual(self.create(Template=self.template_resource(Description='one', **policies)), 'CREATE_COMPLETE')
        self.assertEqual(json.loads(self.templates()[0]['lifecyclePolicy']), LIFECYCLE)
        self.assertEqual(self.update(Template=self.template_resource(ImageTagMutability='IMMUTABLE')), 'UPDATE_COMPLETE')
        found = self.templates()[0]
        self.assertEqual((found['imageTagMutability'], found.get('description')), ('IMMUTABLE', ''))
        self.assertEqual(self.update(Template=self.template_resource('other')), 'UPDATE_COMPLETE')
        self.assertEqual([item['prefix'] for item in self.templates()], ['other'])
        self.delete()
        self.assertEqual(self.templates(), [])

    def test_fails_for_a_template_that_the_schema_or_ecr_refuses(self):
        self.ecr.create_repository_creation_template(prefix='taken', appliedFor=['REPLICATION'])
        for reason, more in (('expected type: String', {'LifecyclePolicy': LIFECYCLE}), ('expected type: String', {'RepositoryPolicy': PULL}),
                             ('expected minLength: 100', {'LifecyclePolicy': '{"rules":[]}'}),
                             ('is required with resource tags', {'ResourceTags': [{'Key': 'a', 'Value': ''}]}),
                             ('TemplateAlreadyExistsException', {'Prefix': 'taken'})):
            with self.subTest(more):
                self.assert_rejected(reason, *self.template_resource(**more))

    def test_an_exclusion_is_replaced_and_deleted(self):
        arns = [f'arn:aws:iam::{self.account}:role/{name}' for name in ('one', 'two')]
        self.assertEqual(self.create(Exclusion=('PullTimeUpdateExclusion', {'PrincipalArn': arns[0]})), 'CREATE_COMPLETE')
        self.assert_rejected('ExclusionAlreadyExistsException', 'PullTimeUpdateExclusion', {'PrincipalArn': arns[0]})
        self.assertEqual(self.update(Exclusion=('PullTimeUpdateExclusion', {'PrincipalArn': arns[1]})), 'UPDATE_COMPLETE')
        self.assertEqual(self.exclusions(), [arns[1]])
        self.delete()
        self.assertEqual(self.exclusions(), [])

    def test_a_public_repository_lives_in_one_region(self):
        public = client('ecr-public', self.root)
        resource = ('PublicRepository', {'RepositoryName': 'app', 'RepositoryCatalogData': {'RepositoryDescription': 'one'},
                                         'RepositoryPolicyText': PULL, 'Tags': [{'Key': 'a', 'Value': 'b'}]})
        self.assertEqual(self.create(Public=resource), 'CREATE_COMPLETE')
        self.assertEqual(public.get_repository_catalog_data(repositoryName='app')['catalogData'], {'description': 'one'})
        self.assertEqual(json.loads(public.get_repository_policy(repositoryName='app')['policyText']), PULL)
        arn = f'arn:aws:ecr-public::{self.account}:repository/app'
        self.assertEqual(public.list_tags_for_resource(resourceArn=arn)['tags'], [{'Key': 'a', 'Value': 'b'}])
        self.assert_rejected('RepositoryAlreadyExistsException', *resource)
        self.assertEqual(self.update(Public=('PublicRepository', {'RepositoryName': 'app2'})), 'UPDATE_COMPLETE')
        self.assertEqual([item['repositoryName'] for item in public.describe_repositories()['repositories']], ['app2'])
        self.assert_fails('RepositoryPolicyNotFoundException', public.get_repository_policy, repositoryName='app2')
        self.delete()
        self.assert_fails('RepositoryNotFoundException', public.describe_repositories, repositoryNames=['app2'])
        self.stacks = client('cloudformation', self.root, 'eu-west-1')
        self.assert_rejected('us-east-1 only', *resource)
