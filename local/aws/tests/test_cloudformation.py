"""The nine CloudFormation types: create, update, replace, roll back, delete, import."""
import json
import time

from .support import Credentials, EcrTestCase, Oci, client, new_account, role

LIFECYCLE = {'rules': [{'rulePriority': 1, 'selection': {'tagStatus': 'any', 'countType': 'imageCountMoreThan', 'countNumber': 9},
                        'action': {'type': 'expire'}}]}
PULL = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': '*', 'Action': 'ecr:BatchGetImage'}]}
EVERY = [{'Filter': '*', 'FilterType': 'WILDCARD'}]


class StackTestCase(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.stacks = client('cloudformation', self.root)

    def template(self, **resources):
        """Resources as `Name=(type, properties)` or `Name=(type, properties, attributes)`; each depends on the one before it."""
        declared, before = {}, None
        for name, (kind, properties, *more) in resources.items():
            declared[name] = {'Type': kind if '::' in kind[3:] else f'AWS::ECR::{kind}', 'Properties': properties, **(more[0] if more else {})}
            if before:
                declared[name]['DependsOn'] = before
            before = name
        return json.dumps({'Resources': declared})

    def settle(self, name):
        for _ in range(200):
            stack = self.stacks.describe_stacks(StackName=name)['Stacks'][0]
            if not stack['StackStatus'].endswith('_IN_PROGRESS'):
                return stack['StackStatus']
            time.sleep(0.02)
        raise AssertionError(f'{name} does not settle')

    def create(self, name='stack', **resources):
        stack = self.stacks.create_stack(StackName=name, TemplateBody=self.template(**resources))['StackId']
        return self.settle(stack)

    def update(self, name='stack', **resources):
        self.stacks.update_stack(StackName=name, TemplateBody=self.template(**resources))
        return self.settle(name)

    def delete(self, name='stack'):
        stack = self.stacks.describe_stacks(StackName=name)['Stacks'][0]['StackId']
        self.stacks.delete_stack(StackName=name)
        return self.settle(stack)

    def reason(self, name='stack'):
        """Why the first resource failed."""
        events = self.stacks.describe_stack_events(StackName=name)['StackEvents']
        return next(event['ResourceStatusReason'] for event in reversed(events)
                    if event['ResourceStatus'].endswith('_FAILED') and event['ResourceType'] != 'AWS::CloudFormation::Stack')

    def physical_id(self, logical_id, name='stack'):
        return self.stacks.describe_stack_resource(StackName=name, LogicalResourceId=logical_id)['StackResourceDetail']['PhysicalResourceId']

    def assert_rejected(self, reason, kind, properties, *more):
        """A stack with only this resource fails for that reason, which is returned whole."""
        name = f'rejected{time.monotonic_ns()}'
        self.assertEqual(self.create(name, Resource=(kind, properties, *more)), 'ROLLBACK_COMPLETE')
        self.assertIn(reason, self.reason(name))
        return self.reason(name)

    def repositories(self):
        return {item['repositoryName']: item for item in self.ecr.describe_repositories()['repositories']}


class RepositoryTest(StackTestCase):

    FULL = {
        'RepositoryName': 'app', 'ImageTagMutability': 'IMMUTABLE_WITH_EXCLUSION',
        'ImageTagMutabilityExclusionFilters': [
            {'ImageTagMutabilityExclusionFilterType': 'WILDCARD', 'ImageTagMutabilityExclusionFilterValue': 'dev*'}],
        'ImageScanningConfiguration': {'ScanOnPush': 'true'}, 'LifecyclePolicy': {'LifecyclePolicyText': json.dumps(LIFECYCLE)},
        'RepositoryPolicyText': PULL, 'Tags': [{'Key': 'team', 'Value': 'blue'}], 'EmptyOnDelete': True,
    }

    def test_has_all_that_the_template_says(self):
        self.assertEqual(self.create(Repository=('Repository', self.FULL)), 'CREATE_COMPLETE')
        found = self.repositories()['app']
        self.assertEqual(found['imageTagMutability'], 'IMMUTABLE_WITH_EXCLUSION')
        self.assertEqual(found['imageTagMutabilityExclusionFilters'], [{'filterType': 'WILDCARD', 'filter': 'dev*'}])
        self.assertEqual(found['imageScanningConfiguration'], {'scanOnPush': True})
        self.assertEqual(json.loads(self.ecr.get_lifecycle_policy(repositoryName='app')['lifecyclePolicyText']), LIFECYCLE)
        self.assertEqual(json.loads(self.ecr.get_repository_policy(repositoryName='app')['policyText']), PULL)
        tags = {item['Key']: item['Value'] for item in self.ecr.list_tags_for_resource(resourceArn=found['repositoryArn'])['tags']}
        self.assertEqual((tags['team'], tags['aws:cloudformation:stack-name']), ('blue', 'stack'))
        self.assertEqual(tags['aws:cloudformation:logical-id'], 'Repository')

    def test_an_update_changes_in_place_and_removes_what_is_gone(self):
        self.create(Repository=('Repository', self.FULL))
        Oci(self.account, self.root).push('app', 'v1', 'x')
        created = self.repositories()['app']['createdAt']
        smaller = {'RepositoryName': 'app', 'Tags': [{'Key': 'team', 'Value': 'red'}]}
        self.assertEqual(self.update(Repository=('Repository', smaller)), 'UPDATE_COMPLETE')
        found = self.repositories()['app']
        self.assertEqual((found['createdAt'], found['imageTagMutability']), (created, 'MUTABLE'))
        self.assertNotIn('imageTagMutabilityExclusionFilters', found)
        self.assertEqual(found['imageScanningConfiguration'], {'scanOnPush': True}, 'removing the property does not turn scanning off')
        self.assert_fails('LifecyclePolicyNotFoundException', self.ecr.get_lifecycle_policy, repositoryName='app')
        self.assert_fails('RepositoryPolicyNotFoundException', self.ecr.get_repository_policy, repositoryName='app')
        self.assertEqual(len(self.ecr.list_images(repositoryName='app')['imageIds']), 1)
        self.update(Repository=('Repository', {'RepositoryName': 'app', 'ImageScanningConfiguration': {'ScanOnPush': False}}))
        self.assertEqual(self.repositories()['app']['imageScanningConfiguration'], {'scanOnPush': False})
        self.assertNotIn('team', [item['Key'] for item in self.ecr.list_tags_for_resource(resourceArn=found['repositoryArn'])['tags']])

    def test_a_generated_name_is_lower_case_and_is_replaced_with_another_encryption(self):
        self.create(Repository=('Repository', {}))
        first = self.physical_id('Repository')
        self.assertRegex(first, '^stack-repository-[a-z0-9]+$')
        self.assertEqual(self.update(Repository=('Repository', {'EncryptionConfiguration': {'EncryptionType': 'KMS'}})), 'UPDATE_COMPLETE')
        second = self.physical_id('Repository')
        self.assertEqual((list(self.repositories()), first == second), ([second], False))

    def test_a_fixed_name_cannot_be_replaced(self):
        self.create(Repository=('Repository', {'RepositoryName': 'app'}))
        encrypted = {'RepositoryName': 'app', 'EncryptionConfiguration': {'EncryptionType': 'KMS'}}
        self.assertEqual(self.update(Repository=('Repository', encrypted)), 'UPDATE_ROLLBACK_COMPLETE')
        self.assertIn('custom-named resource requires replacing', self.reason())
        self.assertEqual(self.repositories()['app']['encryptionConfiguration'], {'encryptionType': 'AES256'})

    def test_fails_for_what_ecr_refuses(self):
        for reason, properties in (
            ('must satisfy regular expression', {'RepositoryName': 'App'}),
            ('Member must satisfy enum value set', {'ImageTagMutability': 'FROZEN'}),
            ('exclusion filters are required', {'ImageTagMutability': 'IMMUTABLE_WITH_EXCLUSION'}),
            ('Lifecycle policy validation failure', {'LifecyclePolicy': {'LifecyclePolicyText': json.dumps({**LIFECYCLE, 'extra': 1})}}),
            ('Member must have length greater than or equal to 100', {'LifecyclePolicy': {'LifecyclePolicyText': '{"rules":[]}'}}),
            ('Invalid repository policy provided', {'RepositoryPolicyText': {**PULL, 'Statement': [{**PULL['Statement'][0], 'Resource': '*'}]}}),
            ('Member must have length less than or equal to 10240', {'RepositoryPolicyText': json.dumps(PULL).ljust(10_241)}),
            ('KmsException', {'EncryptionConfiguration': {'EncryptionType': 'KMS', 'KmsKey': 'alias/none'}}),
            ('needs a key of 1 to 127', {'Tags': [{'Key': 'a', 'Value': ''}]}),
            ('needs a key of 1 to 127', {'Tags': [{'Key': 'a' * 128, 'Value': 'v'}]}),
            ('TooManyTagsException', {'Tags': [{'Key': f'k{number}', 'Value': 'v'} for number in range(51)]}),
            ('extraneous key [Lifecycle] is not permitted', {'Lifecycle': {}}),
            ('extraneous key [Type] is not permitted', {'EncryptionConfiguration': {'Type': 'KMS'}}),
        ):
            with self.subTest(properties):
                self.assert_rejected(reason, 'Repository', properties)
        self.assertEqual(self.repositories(), {})

    def test_fails_for_a_name_that_is_taken_and_leaves_its_owner_alone(self):
        self.ecr.create_repository(repositoryName='app', imageTagMutability='IMMUTABLE')
        self.assert_rejected('RepositoryAlreadyExistsException', 'Repository', {'RepositoryName': 'app'})
        self.assertEqual(self.repositories()['app']['imageTagMutability'], 'IMMUTABLE')

    def test_a_failed_update_changes_nothing(self):
        self.create(Repository=('Repository', self.FULL))
        before = self.repositories()
        broken = {**self.FULL, 'ImageTagMutability': 'MUTABLE', 'ImageTagMutabilityExclusionFilters': [], 'RepositoryPolicyText': {}}
        self.assertEqual(self.update(Repository=('Repository', {**broken, 'RepositoryPolicyText': {'Statement': []}})), 'UPDATE_ROLLBACK_COMPLETE')
        self.assertEqual(self.repositories(), before)
        self.assertEqual(json.loads(self.ecr.get_repository_policy(repositoryName='app')['policyText']), PULL)

    def test_a_repository_with_images_stays_unless_it_is_emptied(self):
        for name, empty in (('kept', False), ('emptied', True)):
            self.create(name, Repository=('Repository', {'RepositoryName': name, 'EmptyOnDelete': empty}))
            Oci(self.account, self.root).push(name, 'v1', 'x')
        self.assertEqual(self.delete('kept'), 'DELETE_FAILED')
        self.assertIn('RepositoryNotEmptyException', self.reason('kept'))
        self.assertEqual(self.delete('emptied'), 'DELETE_COMPLETE')
        self.assertEqual(list(self.repositories()), ['kept'])

    def test_a_repository_that_is_gone_can_be_deleted(self):
        self.create(Repository=('Repository', {'RepositoryName': 'app'}))
        self.ecr.delete_repository(repositoryName='app')
        self.assertEqual(self.delete(), 'DELETE_COMPLETE')

    def test_retained_repositories_stay(self):
        for policy in ('Retain', 'RetainExceptOnCreate'):
            name = policy.lower()
            self.create(name, Repository=('Repository', {'RepositoryName': name}, {'DeletionPolicy': policy}))
            self.assertEqual(self.delete(name), 'DELETE_COMPLETE')
        self.assertEqual(set(self.repositories()), {'retain', 'retainexceptoncreate'})

    def test_a_failed_creation_keeps_retain_and_not_retain_except_on_create(self):
        taken = ('Repository', {'RepositoryName': 'taken'})
        self.ecr.create_repository(repositoryName='taken')
        for policy in ('Retain', 'RetainExceptOnCreate'):
            name = policy.lower()
            kept = ('Repository', {'RepositoryName': name}, {'DeletionPolicy': policy})
            self.assertEqual(self.create(name, Kept=kept, Taken=taken), 'ROLLBACK_COMPLETE')
        self.assertEqual(set(self.repositories()), {'taken', 'retain'})

    def test_an_existing_repository_can_be_imported(self):
        self.ecr.create_repository(repositoryName='app')
        body = self.template(Repository=('Repository', {'RepositoryName': 'app'}, {'DeletionPolicy': 'Retain'}))
        change_set = {'StackName': 'stack', 'ChangeSetName': 'import'}
        self.stacks.create_change_set(**change_set, ChangeSetType='CREATE', TemplateBody=body, ImportExistingResources=True)
        for _ in range(100):
            found = self.stacks.describe_change_set(**change_set)
            if found['Status'] == 'CREATE_COMPLETE':
                break
            time.sleep(0.02)
        self.assertEqual(found['Changes'][0]['ResourceChange']['Action'], 'Import')
        self.stacks.execute_change_set(**change_set)
        self.assertEqual(self.settle('stack'), 'CREATE_COMPLETE')
        self.assertEqual(self.physical_id('Repository'), 'app')


class SingletonTest(StackTestCase):

    def registry_policy(self, sid):
        statement = {'Sid': sid, 'Effect': 'Allow', 'Principal': {'AWS': 'arn:aws:iam::222222222222:root'}, 'Action': 'ecr:ReplicateImage',
                     'Resource': f'arn:aws:ecr:us-east-1:{self.account}:repository/*'}
        return {'PolicyText': {'Version': '2012-10-17', 'Statement': [statement]}}

    def resources(self, version):
        rule = {'SigningProfileArn': f'arn:aws:signer:us-east-1:{self.account}:/signing-profiles/profile_{version}'}
        return {
            'Policy': ('RegistryPolicy', self.registry_policy(f'S{version}')),
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


class AccountsTest(StackTestCase):

    def test_a_stack_works_in_its_own_account(self):
        self.create(Repository=('Repository', {'RepositoryName': 'app'}))
        other = new_account()
        self.assertEqual(list(self.repositories()), ['app'])
        self.assertEqual(client('ecr', Credentials(other)).describe_repositories()['repositories'], [])


class ExecutionRoleTest(StackTestCase):
    """A stack has the rights of its role, and without one those of its caller."""

    def role_arn(self, name, *actions):
        iam = client('iam', self.root)
        trust = {'Version': '2012-10-17', 'Statement': [
            {'Effect': 'Allow', 'Principal': {'Service': 'cloudformation.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))['Role']['Arn']
        policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': list(actions), 'Resource': '*'}]}
        iam.put_role_policy(RoleName=name, PolicyName='p', PolicyDocument=json.dumps(policy))
        return arn

    def create_as(self, role, name, **resources):
        self.stacks.create_stack(StackName=name, TemplateBody=self.template(**resources), RoleARN=role)
        return self.settle(name)

    def assert_needs(self, actions, kind, properties):
        """The stack deploys with all of the actions and fails without any of them."""
        for number, missing in enumerate([None, *actions]):
            name = f'{kind.lower()}{number}'
            rights = [action for action in [*actions, 'ecr:Delete*', 'ecr:Deregister*'] if action != missing]
            status = self.create_as(self.role_arn(name, *rights), name, Resource=(kind, properties))
            if missing is None:
                self.assertEqual(status, 'CREATE_COMPLETE', self.stacks.describe_stack_events(StackName=name))
                self.assertEqual(self.delete(name), 'DELETE_COMPLETE')
            else:
                self.assertEqual(status, 'ROLLBACK_COMPLETE', missing)
                self.assertIn(f'is not authorized to perform: {missing}', self.reason(name))

    def test_a_repository_needs_a_right_for_each_thing_it_has(self):
        key = client('kms', self.root).create_key()['KeyMetadata']['Arn']
        self.assert_needs(
            ['ecr:CreateRepository', 'ecr:TagResource', 'ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy',
             'kms:DescribeKey', 'kms:CreateGrant', 'kms:RetireGrant'],
            'Repository', {**RepositoryTest.FULL, 'EncryptionConfiguration': {'EncryptionType': 'KMS', 'KmsKey': key}})

    def test_the_other_types_need_theirs(self):
        secret = client('secretsmanager', self.root).create_secret(
            Name='ecr-pullthroughcache/hub', SecretString=json.dumps({'username': 'u', 'accessToken': 't'}))['ARN']
        self.assert_needs(['ecr:CreatePullThroughCacheRule', 'secretsmanager:GetSecretValue'], 'PullThroughCacheRule',
                          {'EcrRepositoryPrefix': 'hub', 'UpstreamRegistryUrl': 'registry-1.docker.io', 'CredentialArn': secret})
        self.assert_needs(['ecr:CreateRepositoryCreationTemplate', 'iam:PassRole', 'ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy'],
                          'RepositoryCreationTemplate',
                          {'Prefix': 'prod', 'AppliedFor': ['REPLICATION'], 'CustomRoleArn': f'arn:aws:iam::{self.account}:role/r',
                           'LifecyclePolicy': json.dumps(LIFECYCLE), 'RepositoryPolicy': json.dumps(PULL)})
        self.assert_needs(['ecr:PutRegistryPolicy'], 'RegistryPolicy', SingletonTest.registry_policy(self, 'S'))
        self.assert_needs(['ecr:RegisterPullTimeUpdateExclusion'], 'PullTimeUpdateExclusion',
                          {'PrincipalArn': f'arn:aws:iam::{self.account}:role/r'})

    def test_the_role_stays_with_the_stack(self):
        role = self.role_arn('creator', 'ecr:CreateRepository')
        self.assertEqual(self.create_as(role, 'stack', Repository=('Repository', {'RepositoryName': 'app'})), 'CREATE_COMPLETE')
        self.assertEqual(self.update(Repository=('Repository', {'RepositoryName': 'app', 'ImageTagMutability': 'IMMUTABLE'})),
                         'UPDATE_ROLLBACK_COMPLETE')
        self.assertIn('ecr:PutImageTagMutability', self.reason())
        self.assertEqual(self.delete(), 'DELETE_FAILED')
        self.assertIn('app', self.repositories())

    def test_without_a_role_the_caller_s_rights_count(self):
        for name, rights, expected in (('with', ['cloudformation:*', 'ecr:CreateRepository'], 'CREATE_COMPLETE'),
                                       ('without', ['cloudformation:*'], 'ROLLBACK_COMPLETE')):
            self.stacks = client('cloudformation', role(self.account, name, rights))
            self.assertEqual(self.create(name, Repository=('Repository', {'RepositoryName': name})), expected)


class ConditionsTest(StackTestCase):

    def test_functions_and_pseudo_parameters_are_resolved(self):
        conditions = {
            'HasList': {'Fn::Not': [{'Fn::Equals': ['', {'Fn::Join': ['', {'Ref': 'List'}]}]}]},
            'IsHere': {'Fn::Equals': [{'Ref': 'AWS::Region'}, 'us-east-1']},
            'IsMapped': {'Fn::Equals': [{'Fn::FindInMap': ['Map', {'Ref': 'AWS::Region'}, 'Key']}, 'value']},
            'IsElsewhere': {'Fn::Equals': [{'Fn::Sub': '${AWS::Region}'}, 'eu-west-1']},
        }
        resources = {name: {'Type': 'AWS::ECR::Repository', 'Condition': name, 'Properties': {'RepositoryName': name.lower()}}
                     for name in conditions}
        body = json.dumps({'Parameters': {'List': {'Type': 'CommaDelimitedList', 'Default': ''}}, 'Conditions': conditions,
                           'Mappings': {'Map': {'us-east-1': {'Key': 'value'}}}, 'Resources': resources})
        self.stacks.create_stack(StackName='stack', TemplateBody=body)
        self.assertEqual(self.settle('stack'), 'CREATE_COMPLETE')
        self.assertEqual(set(self.repositories()), {'ishere', 'ismapped'})
        self.stacks.update_stack(StackName='stack', TemplateBody=body, Parameters=[{'ParameterKey': 'List', 'ParameterValue': 'a,b'}])
        self.assertEqual(self.settle('stack'), 'UPDATE_COMPLETE')
        self.assertEqual(set(self.repositories()), {'haslist', 'ishere', 'ismapped'})
