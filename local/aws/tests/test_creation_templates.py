"""Repository creation templates."""
import json

from .stacks import LIFECYCLE
from .support import EcrTestCase


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
        self.create(lifecyclePolicy=json.dumps(LIFECYCLE), description='d' * 256, repositoryPolicy=json.dumps(
            {'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': 'ecr:BatchGetImage'}}))

    def test_an_update_is_checked_as_a_whole(self):
        filters = [{'filterType': 'WILDCARD', 'filter': 'dev*'}]
        self.create(imageTagMutability='IMMUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters=filters)
        update = self.ecr.update_repository_creation_template
        self.assert_fails('InvalidParameterException', update, prefix='prod', resourceTags=[{'Key': 'a', 'Value': ''}])
        self.assert_fails('InvalidParameterException', update, prefix='prod', imageTagMutability='MUTABLE_WITH_EXCLUSION')
        changed = update(prefix='prod', imageTagMutability='MUTABLE')['repositoryCreationTemplate']
        self.assertNotIn('imageTagMutabilityExclusionFilters', changed)
