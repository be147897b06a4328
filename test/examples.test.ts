import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PaymentsStack } from '../examples/typescript/payments-stack';

describe('the TypeScript example', () => {
  test('synthesizes what it is an example of', () => {
    const { Resources } = Template.fromStack(new PaymentsStack(new App(), 'Payments')).toJSON() as { Resources: Record<string, { Type: string }> };
    expect(Object.values(Resources).map(({ Type }) => Type).sort()).toEqual([
      'AWS::ECR::RegistryScanningConfiguration',
      'AWS::ECR::Repository',
      'AWS::ECR::Repository',
      'AWS::ECR::RepositoryCreationTemplate',
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::KMS::Alias',
      'AWS::KMS::Key',
    ]);
  });
});
