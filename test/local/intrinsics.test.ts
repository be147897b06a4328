import { DeployedStack, resolve } from '../../local/intrinsics';

const STACK: DeployedStack = {
  account: '111111111111',
  region: 'us-east-1',
  stackName: 'App',
  stackId: 'arn:aws:cloudformation:us-east-1:111111111111:stack/App/1',
  resources: {
    Repository: { type: 'AWS::ECR::Repository', physicalId: 'payments/api' },
    Key: { type: 'AWS::KMS::Key', physicalId: '1234-5678' },
    Role: { type: 'AWS::IAM::Role', physicalId: 'App-Role' },
    Nested: { type: 'AWS::CloudFormation::Stack', physicalId: 'arn:nested' },
    Topic: { type: 'AWS::SNS::Topic', physicalId: 'arn:topic' },
  },
  parameters: { Stage: 'prod' },
  exports: { 'Shared:Key': 'arn:shared' },
  outputs: { Nested: { KeyArn: 'arn:of-nested' } },
};

const REPOSITORY_ARN = 'arn:aws:ecr:us-east-1:111111111111:repository/payments/api';

describe('what a function of a template stands for', () => {
  test.each<[string, unknown, unknown]>([
    ['plain values as they are', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
    ['Ref to a resource', { Ref: 'Repository' }, 'payments/api'],
    ['Ref to a parameter', { Ref: 'Stage' }, 'prod'],
    ['the account', { Ref: 'AWS::AccountId' }, '111111111111'],
    ['the Region', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['the partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['the stack', [{ Ref: 'AWS::StackName' }, { Ref: 'AWS::StackId' }], ['App', STACK.stackId]],
    ['GetAtt of a repository', { 'Fn::GetAtt': ['Repository', 'Arn'] }, REPOSITORY_ARN],
    ['GetAtt of a repository in dotted form', { 'Fn::GetAtt': 'Repository.RepositoryUri' }, '111111111111.dkr.ecr.us-east-1.amazonaws.com/payments/api'],
    ['GetAtt of a key', { 'Fn::GetAtt': ['Key', 'Arn'] }, 'arn:aws:kms:us-east-1:111111111111:key/1234-5678'],
    ['GetAtt of a role', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::111111111111:role/App-Role'],
    ['GetAtt of a nested stack', { 'Fn::GetAtt': ['Nested', 'Outputs.KeyArn'] }, 'arn:of-nested'],
    ['Join', { 'Fn::Join': [':', ['arn', { Ref: 'AWS::Partition' }, 'ecr']] }, 'arn:aws:ecr'],
    ['Select of Split', { 'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Repository', 'Arn'] }] }] }, 'repository/payments/api'],
    ['Sub with names of the stack', { 'Fn::Sub': '${AWS::Region}/${Repository}/${Repository.Arn}' }, `us-east-1/payments/api/${REPOSITORY_ARN}`],
    ['Sub with names of its own', { 'Fn::Sub': ['${Name}-${!Literal}', { Name: { Ref: 'Stage' } }] }, 'prod-${Literal}'],
    ['ImportValue', { 'Fn::ImportValue': 'Shared:Key' }, 'arn:shared'],
    ['a property without a value', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['an item without a value', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
    ['an object with one key that is no function', { Tags: 'x' }, { Tags: 'x' }],
  ])('resolves %s', (_, value, expected) => {
    expect(resolve(value, STACK)).toEqual(expected);
  });

  test('resolves AWS::NoValue to nothing at all', () => {
    expect(resolve({ Ref: 'AWS::NoValue' }, STACK)).toBeUndefined();
  });

  test.each<[string, unknown, string]>([
    ['a function without a rule', { 'Fn::Cidr': ['10.0.0.0/16', 2] }, 'no rule for Fn::Cidr'],
    ['an attribute without a rule', { 'Fn::GetAtt': ['Topic', 'TopicName'] }, 'no rule for the attribute TopicName of AWS::SNS::Topic'],
    ['a resource that is not deployed', { Ref: 'Absent' }, '"Absent" is not deployed in App'],
    ['an export that is not there', { 'Fn::ImportValue': 'Absent' }, 'the export "Absent" is not deployed in App'],
    ['an output that is not there', { 'Fn::GetAtt': ['Nested', 'Outputs.Absent'] }, 'Nested.Outputs.Absent is not deployed in App'],
  ])('fails with %s, it is never passed over', (_, value, message) => {
    expect(() => resolve(value, STACK)).toThrow(message);
  });
});
