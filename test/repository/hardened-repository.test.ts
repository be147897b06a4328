import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HardenedRepository } from '../../src';

describe('HardenedRepository', () => {
  test('is immutable, encrypted with a key of the customer, scanned, cleaned and retained', () => {
    const stack = new Stack(new App(), 'Team');
    new HardenedRepository(stack, 'App');
    Template.fromStack(stack).hasResource('AWS::ECR::Repository', {
      Properties: {
        EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] } },
        ImageScanningConfiguration: { ScanOnPush: true },
        ImageTagMutability: 'IMMUTABLE',
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });
});
