"""Repositories and what is attached to them, with what ECR refuses."""
import json

from .support import EcrTestCase, Oci, client

POLICY = {'Version': '2012-10-17', 'Statement': [{'Sid': 'Pull', 'Effect': 'Allow', 'Principal': '*', 'Action': 'ecr:BatchGetImage'}]}


def filters(*values):
    return [{'filterType': 'WILDCARD', 'filter': value} for value in values]


class CreateTest(EcrTestCase):

    def test_answers_what_describe_answers(self):
        created = self.ecr.create_repository(repositoryName='team/app', imageScanningConfiguration={'scanOnPush': True})['repository']
        self.assertEqual(self.ecr.describe_repositories(repositoryNames=['team/app'])['repositories'], [created])
        self.assertEqual(created['repositoryArn'], f'arn:aws:ecr:us-east-1:{self.account}:repository/team/app')
        self.assertEqual(created['repositoryUri'], f'{self.account}.dkr.ecr.us-east-1.amazonaws.com/team/app')
        self.assertEqual((created['imageTagMutability'], created['encryptionConfiguration']), ('MUTABLE', {'encryptionType': 'AES256'}))
        self.assertEqual(created['imageScanningConfiguration'], {'scanOnPush': True})
        self.assertNotIn('imageTagMutabilityExclusionFilters', created)

    def test_accepts_every_legal_name(self):
        for name in ('ab', 'a' * 256, '1a', 'a--b', 'a__b', 'a.b/c-d/e_f'):
            self.ecr.create_repository(repositoryName=name)

    def test_fails_for_an_illegal_name(self):
        for name in ('a', 'a' * 257, 'App', 'a/', '/a', 'a//b', 'a.-b', 'a___b', 'a..b', '-a', 'a-', 'a b', ''):
            with self.subTest(name):
                self.assert_fails('InvalidParameterException', self.ecr.create_repository, repositoryName=name)
        self.assert_fails('InvalidParameterException', self.ecr.create_repository)

    def test_fails_for_a_name_that_is_taken(self):
        self.ecr.create_repository(repositoryName='app')
        self.assert_fails('RepositoryAlreadyExistsException', self.ecr.create_repository, repositoryName='app')
        client('ecr', self.root, 'eu-west-1').create_repository(repositoryName='app')

    def test_accepts_fifty_tags_and_fails_for_more(self):
        tags = [{'Key': f'k{number}', 'Value': ''} for number in range(51)]
        self.assert_fails('TooManyTagsException', self.ecr.create_repository, repositoryName='app', tags=tags)
        arn = self.ecr.create_repository(repositoryName='app', tags=tags[:50])['repository']['repositoryArn']
        self.ecr.tag_resource(resourceArn=arn, tags=[{'Key': 'k0', 'Value': 'new'}])
        self.assert_fails('TooManyTagsException', self.ecr.tag_resource, resourceArn=arn, tags=tags[50:])

    def test_fails_for_tags_that_no_resource_may_have(self):
        for tags in ([{'Key': 'aws:x', 'Value': ''}], [{'Key': 'AWS:x', 'Value': ''}], [{'Key': 'a', 'Value': ''}] * 2,
                     [{'Key': '', 'Value': ''}], [{'Key': 'a' * 129, 'Value': ''}], [{'Key': 'a', 'Value': 'v' * 257}]):
            self.assert_fails('InvalidTagParameterException', self.ecr.create_repository, repositoryName='app', tags=tags)
        self.ecr.create_repository(repositoryName='app', tags=[{'Key': 'a' * 128, 'Value': 'v' * 256}])

    def test_fails_for_values_outside_the_enums(self):
        for values in ({'imageTagMutability': 'FROZEN'}, {'encryptionConfiguration': {'encryptionType': 'NONE'}},
                       {'encryptionConfiguration': {}}):
            self.assert_fails('InvalidParameterException', self.ecr.create_repository, repositoryName='app', **values)


class MutabilityTest(EcrTestCase):

    def test_filters_go_with_an_exclusion_mode(self):
        self.ecr.create_repository(repositoryName='app', imageTagMutability='IMMUTABLE_WITH_EXCLUSION',
                                   imageTagMutabilityExclusionFilters=filters('a*', 'b*', 'c*', 'd*', 'e*b*'))
        found = self.ecr.describe_repositories()['repositories'][0]
        self.assertEqual(found['imageTagMutabilityExclusionFilters'], filters('a*', 'b*', 'c*', 'd*', 'e*b*'))
        changed = self.ecr.put_image_tag_mutability(repositoryName='app', imageTagMutability='MUTABLE')
        self.assertEqual(changed['imageTagMutability'], 'MUTABLE')
        self.assertNotIn('imageTagMutabilityExclusionFilters', self.ecr.describe_repositories()['repositories'][0])

    def test_fails_for_filters_without_one_and_one_without_filters(self):
        self.ecr.create_repository(repositoryName='app')
        for mode, values in (('IMMUTABLE', filters('a')), ('MUTABLE', filters('a')), ('IMMUTABLE_WITH_EXCLUSION', None),
                             ('MUTABLE_WITH_EXCLUSION', None), ('IMMUTABLE_WITH_EXCLUSION', []),
                             ('IMMUTABLE_WITH_EXCLUSION', filters('a', 'b', 'c', 'd', 'e', 'f')),
                             ('IMMUTABLE_WITH_EXCLUSION', filters('a***')), ('IMMUTABLE_WITH_EXCLUSION', filters('a/b')),
                             ('IMMUTABLE_WITH_EXCLUSION', filters('a' * 129)),
                             ('IMMUTABLE_WITH_EXCLUSION', [{'filterType': 'PREFIX', 'filter': 'a'}])):
            payload = {'imageTagMutability': mode, **({} if values is None else {'imageTagMutabilityExclusionFilters': values})}
            with self.subTest(payload):
                self.assert_fails('InvalidParameterException', self.ecr.create_repository, repositoryName='new', **payload)
                self.assert_fails('InvalidParameterException', self.ecr.put_image_tag_mutability, repositoryName='app', **payload)


class DeleteTest(EcrTestCase):

    def test_deletes_an_empty_repository(self):
        self.ecr.create_repository(repositoryName='app')
        self.ecr.delete_repository(repositoryName='app')
        self.assert_fails('RepositoryNotFoundException', self.ecr.describe_repositories, repositoryNames=['app'])

    def test_fails_for_one_with_images_unless_forced(self):
        self.ecr.create_repository(repositoryName='app')
        Oci(self.account, self.root).push('app', 'v1', 'x')
        self.assert_fails('RepositoryNotEmptyException', self.ecr.delete_repository, repositoryName='app')
        self.ecr.delete_repository(repositoryName='app', force=True)
        self.ecr.create_repository(repositoryName='app')
        self.assertEqual(self.ecr.list_images(repositoryName='app')['imageIds'], [])

    def test_fails_for_an_unknown_repository(self):
        for operation, extra in (('delete_repository', {}), ('get_repository_policy', {}), ('get_lifecycle_policy', {}),
                                 ('delete_repository_policy', {}), ('delete_lifecycle_policy', {}), ('list_images', {}),
                                 ('put_image_scanning_configuration', {'imageScanningConfiguration': {'scanOnPush': True}}),
                                 ('set_repository_policy', {'policyText': json.dumps(POLICY)})):
            self.assert_fails('RepositoryNotFoundException', getattr(self.ecr, operation), repositoryName='none', **extra)


class DescribeTest(EcrTestCase):

    def test_pages(self):
        names = [f'app{number}' for number in range(5)]
        for name in names:
            self.ecr.create_repository(repositoryName=name)
        first = self.ecr.describe_repositories(maxResults=3)
        second = self.ecr.describe_repositories(maxResults=3, nextToken=first['nextToken'])
        self.assertEqual([item['repositoryName'] for item in first['repositories'] + second['repositories']], names)
        self.assertNotIn('nextToken', second)

    def test_fails_for_a_token_that_is_none(self):
        self.assert_fails('InvalidParameterException', self.ecr.describe_repositories, nextToken='x')

    def test_fails_for_names_with_paging(self):
        self.ecr.create_repository(repositoryName='app')
        self.assert_fails('InvalidParameterException', self.ecr.describe_repositories, repositoryNames=['app'], maxResults=3)

    def test_fails_for_a_page_that_is_too_large(self):
        self.ecr.describe_repositories(maxResults=1000)
        self.assert_fails('InvalidParameterException', self.ecr.describe_repositories, maxResults=1001)
        self.assert_fails('InvalidParameterException', self.ecr.describe_repositories, maxResults=0)


class TagsTest(EcrTestCase):

    def test_sets_and_removes_tags(self):
        arn = self.ecr.create_repository(repositoryName='app', tags=[{'Key': 'a', 'Value': '1'}])['repository']['repositoryArn']
        self.ecr.tag_resource(resourceArn=arn, tags=[{'Key': 'a', 'Value': '2'}, {'Key': 'b', 'Value': '3'}])
        self.ecr.untag_resource(resourceArn=arn, tagKeys=['a'])
        self.assertEqual(self.ecr.list_tags_for_resource(resourceArn=arn)['tags'], [{'Key': 'b', 'Value': '3'}])

    def test_the_tagging_api_sees_them(self):
        self.ecr.create_repository(repositoryName='app', tags=[{'Key': 'a', 'Value': '1'}])
        found = client('resourcegroupstaggingapi', self.root).get_resources(TagFilters=[{'Key': 'a'}])['ResourceTagMappingList']
        self.assertEqual([item['ResourceARN'].rpartition('/')[2] for item in found], ['app'])

    def test_fails_for_an_arn_that_is_no_repository_of_this_registry(self):
        for arn in (f'arn:aws:ecr:eu-west-1:{self.account}:repository/app', 'app', f'arn:aws:ecr:us-east-1:{self.account}:repository/'):
            self.assert_fails('InvalidParameterException', self.ecr.list_tags_for_resource, resourceArn=arn)


class PolicyTest(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')

    def put(self, document):
        text = document if isinstance(document, str) else json.dumps(document)
        return {'repositoryName': 'app', 'policyText': text}

    def test_is_kept_as_it_was_sent_and_can_be_deleted(self):
        text = json.dumps(POLICY, indent=1)
        self.ecr.set_repository_policy(**self.put(text))
        self.assertEqual(self.ecr.get_repository_policy(repositoryName='app')['policyText'], text)
        self.assertEqual(self.ecr.delete_repository_policy(repositoryName='app')['policyText'], text)
        self.assert_fails('RepositoryPolicyNotFoundException', self.ecr.get_repository_policy, repositoryName='app')
        self.assert_fails('RepositoryPolicyNotFoundException', self.ecr.delete_repository_policy, repositoryName='app')

    def test_accepts_the_shapes_that_a_statement_may_have(self):
        base = POLICY['Statement'][0]
        for change in ({'Principal': {'AWS': ['111111111111', 'arn:aws:iam::222222222222:root'], 'Service': 'lambda.amazonaws.com'}},
                       {'Action': ['ecr:*', 'ecr:Batch*']}, {'Condition': {'StringEquals': {'aws:PrincipalOrgID': 'o-abcd123456'}}},
                       {'Sid': 'with spaces, which IAM refuses'}):
            self.ecr.set_repository_policy(**self.put({**POLICY, 'Statement': [{**base, **change}]}))
        self.ecr.set_repository_policy(**self.put({'Statement': base}))

    def test_fails_for_a_document_that_is_no_policy(self):
        base = POLICY['Statement'][0]
        without = [{key: value for key, value in base.items() if key != name} for name in ('Effect', 'Principal', 'Action')]
        broken = ['{', '[]', {}, {'Version': '2012-10-17', 'Statement': []}, {**POLICY, 'Version': '2020-01-01'}, {**POLICY, 'Extra': 1},
                  {**POLICY, 'Statement': 'x'}, *[{**POLICY, 'Statement': [item]} for item in without]]
        changes = ({'Effect': 'allow'}, {'Principal': 'x'}, {'Principal': {}}, {'Principal': {'AWS': []}}, {'Principal': {'Who': 'x'}},
                   {'NotPrincipal': '*'}, {'Action': []}, {'Action': 's3:GetObject'}, {'Action': 1}, {'NotAction': 'ecr:*'},
                   {'Condition': []}, {'Resource': '*'}, {'NotResource': '*'}, {'Wrong': 1})
        broken += [{**POLICY, 'Statement': [{**base, **change}]} for change in changes]
        for document in broken:
            with self.subTest(document):
                message = self.assert_fails('InvalidParameterException', self.ecr.set_repository_policy, **self.put(document))
                self.assertIn('Invalid repository policy provided', message)

    def test_accepts_10240_characters_and_fails_for_more(self):
        text = json.dumps(POLICY)
        self.ecr.set_repository_policy(**self.put(text + ' ' * (10_240 - len(text))))
        self.assert_fails('InvalidParameterException', self.ecr.set_repository_policy, **self.put(text + ' ' * (10_241 - len(text))))
