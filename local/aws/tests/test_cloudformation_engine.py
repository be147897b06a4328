"""What is repaired in the engine: execution roles and conditions."""
import json

from .stacks import FULL_REPOSITORY, LIFECYCLE, PULL, StackTestCase, registry_policy
from .support import client, role


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
            'Repository', {**FULL_REPOSITORY, 'EncryptionConfiguration': {'EncryptionType': 'KMS', 'KmsKey': key}})

    def test_the_other_types_need_theirs(self):
        secret = client('secretsmanager', self.root).create_secret(
            Name='ecr-pullthroughcache/hub', SecretString=json.dumps({'username': 'u', 'accessToken': 't'}))['ARN']
        self.assert_needs(['ecr:CreatePullThroughCacheRule', 'secretsmanager:GetSecretValue'], 'PullThroughCacheRule',
                          {'EcrRepositoryPrefix': 'hub', 'UpstreamRegistryUrl': 'registry-1.docker.io', 'CredentialArn': secret})
        self.assert_needs(['ecr:CreateRepositoryCreationTemplate', 'iam:PassRole', 'ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy'],
                          'RepositoryCreationTemplate',
                          {'Prefix': 'prod', 'AppliedFor': ['REPLICATION'], 'CustomRoleArn': f'arn:aws:iam::{self.account}:role/r',
                           'LifecyclePolicy': json.dumps(LIFECYCLE), 'RepositoryPolicy': json.dumps(PULL)})
        self.assert_needs(['ecr:PutRegistryPolicy'], 'RegistryPolicy', registry_policy(self.account, 'S'))
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

    def test_an_update_needs_a_right_for_each_thing_that_changes(self):
        policies = {'LifecyclePolicy': FULL_REPOSITORY['LifecyclePolicy'], 'RepositoryPolicyText': PULL}
        base = {'RepositoryName': 'app', 'Tags': [{'Key': 'a', 'Value': '1'}, {'Key': 'b', 'Value': '1'}]}
        self.create_as(self.role_arn('creator', 'ecr:*'), 'stack', Repository=('Repository', {**base, **policies}))
        for number, (needed, changed) in enumerate({
            'ecr:PutImageTagMutability': {**base, **policies, 'ImageTagMutability': 'IMMUTABLE'},
            'ecr:PutImageScanningConfiguration': {**base, **policies, 'ImageScanningConfiguration': {'ScanOnPush': True}},
            'ecr:TagResource': {**base, **policies, 'Tags': [{'Key': 'a', 'Value': '2'}, {'Key': 'b', 'Value': '1'}]},
            'ecr:UntagResource': {**base, **policies, 'Tags': [{'Key': 'a', 'Value': '1'}]},
            'ecr:DeleteLifecyclePolicy': {**base, 'RepositoryPolicyText': PULL},
            'ecr:DeleteRepositoryPolicy': {**base, 'LifecyclePolicy': policies['LifecyclePolicy']},
        }.items()):
            with self.subTest(needed):
                for name, right, expected in (('without', 'ecr:Describe*', 'UPDATE_ROLLBACK_COMPLETE'), ('with', needed, 'UPDATE_COMPLETE')):
                    self.stacks.update_stack(StackName='stack', TemplateBody=self.template(Repository=('Repository', changed)),
                                             RoleARN=self.role_arn(f'{name}{number}', right))
                    self.assertEqual(self.settle('stack'), expected)
                self.stacks.update_stack(StackName='stack', TemplateBody=self.template(Repository=('Repository', {**base, **policies})),
                                         RoleARN=f'arn:aws:iam::{self.account}:role/creator')
                self.assertEqual(self.settle('stack'), 'UPDATE_COMPLETE')

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
