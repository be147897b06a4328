import { aws_ecr as ecr, aws_iam as iam, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { newStack, ORGANIZATION, propertiesOf, PULL_FROM_ORGANIZATION, warningsOf } from './helpers';
import { PullAudience, RepositoryHardening } from '../../src';

/** An L1 with a statement of its own, which has so many characters that the policy with ours in it gets as long as is asked. */
function withPolicyOf(stack: Stack, length: number, audience: PullAudience, ours: object) {
  const document = (sid: string) => ({ Version: '2012-10-17', Statement: [{ Sid: sid }, ours] });
  const sid = 'x'.repeat(length - JSON.stringify(document('')).length);
  new ecr.CfnRepository(stack, 'App', { repositoryPolicyText: { Statement: { Sid: sid } } }).with(RepositoryHardening.inPlace({ audience }));
}

describe('the policy that an audience is added to', () => {
  test('fails when it is only known at deployment', () => {
    const stack = newStack();
    const policy = new CfnParameter(stack, 'Policy');
    new ecr.CfnRepository(stack, 'App', { repositoryPolicyText: policy.valueAsString }).with(RepositoryHardening.inPlace({ audience: ORGANIZATION }));
    expect(() => Template.fromStack(stack)).toThrow('\'repositoryPolicyText\' must be known at synth for statements to be added, got {"Ref":"Policy"}');
  });

  test('fails when both together are too long', () => {
    const stack = newStack();
    withPolicyOf(stack, 10_241, ORGANIZATION, PULL_FROM_ORGANIZATION);
    expect(() => Template.fromStack(stack)).toThrow('the repository policy must have at most 10240 characters, got at least 10241: grant to an organization');
  });

  test('may be as long as ECR takes it', () => {
    const stack = newStack();
    withPolicyOf(stack, 10_240, ORGANIZATION, PULL_FROM_ORGANIZATION);
    expect(warningsOf(stack)).toEqual(['encryptionIsForEver']);
  });

  test.each([
    ['warns where the longest partition makes it', 10_241, ['encryptionIsForEver', 'policyMayBeTooLong']],
    ['says nothing where no partition makes it', 10_240, ['encryptionIsForEver']],
  ])('%s too long', (_, longest, warnings) => {
    const stack = newStack();
    const principal = 'arn:aws-us-gov:iam::222222222222:root';
    withPolicyOf(stack, longest, PullAudience.accounts('222222222222'), {
      ...PULL_FROM_ORGANIZATION, Sid: 'PullFromAccounts', Principal: { AWS: principal }, Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    });
    expect(warningsOf(stack)).toEqual(warnings);
  });

  test('is not measured where its length cannot be known', () => {
    const stack = newStack();
    const sid = new CfnParameter(stack, 'Sid').valueAsString;
    new ecr.CfnRepository(stack, 'App', { repositoryPolicyText: { Statement: { Sid: sid } } }).with(RepositoryHardening.inPlace({ audience: ORGANIZATION }));
    expect(warningsOf(stack)).toEqual(['encryptionIsForEver']);
  });

  test('is left alone, however long, where no audience was given', () => {
    const stack = newStack();
    new ecr.CfnRepository(stack, 'App', { repositoryPolicyText: { Statement: { Sid: 'x'.repeat(10_241) } } }).with(RepositoryHardening.inPlace());
    expect(warningsOf(stack)).toEqual(['encryptionIsForEver']);
  });

  test('takes text, and statements whose name is the same', () => {
    const stack = newStack();
    const theirs = { Sid: 'PullFromOrganization', Effect: 'Allow', Action: 'ecr:BatchGetImage', Principal: { AWS: '333333333333' } };
    new ecr.CfnRepository(stack, 'App', { repositoryPolicyText: JSON.stringify({ Version: '2008-10-17', Id: 'theirs', Statement: theirs }) })
      .with(RepositoryHardening.inPlace({ audience: ORGANIZATION }));
    const { Sid: _, ...unnamed } = PULL_FROM_ORGANIZATION;
    expect(propertiesOf(stack).RepositoryPolicyText).toEqual({ Version: '2008-10-17', Id: 'theirs', Statement: [theirs, unnamed] });
  });

  test('gets what an author of an L2 adds later', () => {
    const stack = newStack();
    const repository = new ecr.Repository(stack, 'App');
    repository.with(RepositoryHardening.inPlace({ audience: ORGANIZATION }));
    repository.addToResourcePolicy(new iam.PolicyStatement({ sid: 'Theirs', actions: ['ecr:BatchGetImage'], principals: [new iam.ServicePrincipal('lambda.amazonaws.com')] }));
    const { Statement } = propertiesOf(stack).RepositoryPolicyText as { Statement: { Sid: string }[] };
    expect(Statement.map(({ Sid }) => Sid)).toEqual(['Theirs', 'PullFromOrganization']);
  });
});
