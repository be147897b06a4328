"""Stacks for the tests of CloudFormation types."""
import json
import time

from .support import EcrTestCase, client

LIFECYCLE = {'rules': [{'rulePriority': 1, 'selection': {'tagStatus': 'any', 'countType': 'imageCountMoreThan', 'countNumber': 9},
                        'action': {'type': 'expire'}}]}
PULL = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': '*', 'Action': 'ecr:BatchGetImage'}]}
FULL_REPOSITORY = {
    'RepositoryName': 'app', 'ImageTagMutability': 'IMMUTABLE_WITH_EXCLUSION',
    'ImageTagMutabilityExclusionFilters': [
        {'ImageTagMutabilityExclusionFilterType': 'WILDCARD', 'ImageTagMutabilityExclusionFilterValue': 'dev*'}],
    'ImageScanningConfiguration': {'ScanOnPush': 'true'}, 'LifecyclePolicy': {'LifecyclePolicyText': json.dumps(LIFECYCLE)},
    'RepositoryPolicyText': PULL, 'Tags': [{'Key': 'team', 'Value': 'blue'}], 'EmptyOnDelete': True,
}


def registry_policy(account, sid):
    statement = {'Sid': sid, 'Effect': 'Allow', 'Principal': {'AWS': 'arn:aws:iam::222222222222:root'}, 'Action': 'ecr:ReplicateImage',
                 'Resource': f'arn:aws:ecr:us-east-1:{account}:repository/*'}
    return {'PolicyText': {'Version': '2012-10-17', 'Statement': [statement]}}


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

    def change_set(self, body, **options):
        """A change set that creates a stack: what names it, and its description once it is made."""
        name = {'StackName': 'stack', 'ChangeSetName': 'change'}
        self.stacks.create_change_set(**name, TemplateBody=body, **{'ChangeSetType': 'CREATE', **options})
        for _ in range(200):
            found = self.stacks.describe_change_set(**name)
            if found['Status'] in ('CREATE_COMPLETE', 'FAILED'):
                return name, found
            time.sleep(0.02)
        raise AssertionError('the change set is not made')

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
