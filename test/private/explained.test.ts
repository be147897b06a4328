import { App, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ImageEncryption, ImageProfile, PrivateRegistry, TemplateUse } from '../../src';
import { explain } from '../../src/private/explained';

const findings = (stack: Stack) => new AwsSolutionsChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName);

const HERE = { account: '111111111111', region: 'us-east-1' };

describe.each([
  ['unknown', {}, false],
  ['known', HERE, false],
  ['known, with its partition', HERE, true],
])('cdk-nag, in an environment that is %s', (_, env, enablePartitionLiterals) => {
  let stack: Stack;
  let registry: PrivateRegistry;

  beforeEach(() => {
    stack = new Stack(new App({ context: { '@aws-cdk/core:enablePartitionLiterals': enablePartitionLiterals } }), 'Stack', { env });
    registry = PrivateRegistry.of(stack);
  });

  test('finds nothing in a policy whose finding is explained, and what another has', () => {
    const policy = (id: string) => new iam.ManagedPolicy(stack, id, { statements: [new iam.PolicyStatement({ actions: ['ecr:PutImage'], resources: ['arn:aws:iam::1:*'] })] });
    explain(policy('Explained'), 'AwsSolutions-IAM5[Resource::arn:aws:iam::1:*]', 'because');
    expect(findings(stack)).toEqual([]);

    policy('Other');
    expect(findings(stack)).toEqual(['AwsSolutions-IAM5[Resource::arn:aws:iam::1:*]']);
  });

  test('finds nothing in the roles of templates, whatever the key', () => {
    registry.addCreationTemplate('Root', { prefix: 'ROOT', appliedFor: [TemplateUse.CREATE_ON_PUSH] });
    registry.addCreationTemplate('Managed', {
      prefix: 'prod', appliedFor: [TemplateUse.CREATE_ON_PUSH], profile: ImageProfile.of({ encryption: ImageEncryption.AWS_MANAGED_KEY }),
    });
    expect(findings(stack)).toEqual([]);
  });

  test('finds what a template does not explain', () => {
    const template = registry.addCreationTemplate('Root', { prefix: 'ROOT', appliedFor: [TemplateUse.CREATE_ON_PUSH] });
    const policy = template.node.findChild('Role').node.findChild('Policy') as iam.ManagedPolicy;
    policy.addStatements(new iam.PolicyStatement({ actions: ['ecr:PutImage'], resources: ['*'] }));
    expect(findings(stack)).toEqual(['AwsSolutions-IAM5[Resource::*]']);
    expect(policy.node.metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules')).toHaveLength(1);
  });

  test('finds nothing in a registry policy that is pinned to an organization', () => {
    registry.addToRegistryPolicy(new iam.PolicyStatement({ principals: [new iam.OrganizationPrincipal('o-abcd123456')], actions: ['ecr:ReplicateImage'] }));
    expect(findings(stack)).toEqual([]);
  });

  test('explains nothing where there is nothing to explain', () => {
    registry.addToRegistryPolicy(new iam.PolicyStatement({ principals: [new iam.AccountPrincipal('222222222222')], actions: ['ecr:ReplicateImage'] }));
    expect(registry.node.findChild('Policy').node.metadata.map(({ type }) => type)).not.toContain('aws:cdk:acknowledged-rules');
  });
});
