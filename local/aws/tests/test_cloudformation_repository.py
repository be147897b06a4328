"""AWS::ECR::Repository: create, update, replace, roll back, retain, delete, import."""
import json

from .stacks import FULL_REPOSITORY, LIFECYCLE, PULL, StackTestCase
from .support import Credentials, Oci, client, new_account


class RepositoryTest(StackTestCase):

    def test_has_all_that_the_template_says(self):
        self.assertEqual(self.create(Repository=('Repository', FULL_REPOSITORY)), 'CREATE_COMPLETE')
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
        self.create(Repository=('Repository', FULL_REPOSITORY))
        Oci(self.account, self.root).push('app', 'v1', 'x')
        created = self.repositories()['app']['createdAt']
        smaller = {'RepositoryName': 'app', 'Tags': [{'Key': 'team', 'Value': 7}]}
        self.assertEqual(self.update(Repository=('Repository', smaller)), 'UPDATE_COMPLETE')
        arn = self.repositories()['app']['repositoryArn']
        self.assertIn({'Key': 'team', 'Value': '7'}, self.ecr.list_tags_for_resource(resourceArn=arn)['tags'])
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
            ('extraneous key [Rules] is not permitted', {'LifecyclePolicy': {'Rules': LIFECYCLE['rules']}}),
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
        self.create(Repository=('Repository', FULL_REPOSITORY))
        before = self.repositories()
        broken = {**FULL_REPOSITORY, 'ImageTagMutability': 'MUTABLE', 'ImageTagMutabilityExclusionFilters': [], 'RepositoryPolicyText': {}}
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
        change_set, found = self.change_set(body, ImportExistingResources=True)
        self.assertEqual(found['Changes'][0]['ResourceChange']['Action'], 'Import')
        self.stacks.execute_change_set(**change_set)
        self.assertEqual(self.settle('stack'), 'CREATE_COMPLETE')
        self.assertEqual(self.physical_id('Repository'), 'app')


class AccountsTest(StackTestCase):

    def test_a_stack_works_in_its_own_account(self):
        self.create(Repository=('Repository', {'RepositoryName': 'app'}))
        other = new_account()
        self.assertEqual(list(self.repositories()), ['app'])
        self.assertEqual(client('ecr', Credentials(other)).describe_repositories()['repositories'], [])
