import { App, aws_iam as iam, aws_signer as signer, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { errorOf } from './messages';
import type { RegistryNamespaceOptions } from '../../src';
import { CentralRegistry, ImageProfile, PullAudience, RepositoryCreationTemplate } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const ORGANIZATION = PullAudience.organization('o-abcd123456');
const CI = 'arn:aws:iam::222222222222:role/ci';
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];
const BELOW_PAYMENTS = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:us-east-1:111111111111:repository/payments/*']] };

function given() {
  const app = new App();
  const stack = new Stack(app, 'Central', { env: ENV });
  const central = new CentralRegistry(stack, 'Registry', { audience: ORGANIZATION });
  const role = new iam.Role(stack, 'Ci', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') });
  return { app, stack, central, role, foreigner: new iam.AccountPrincipal('222222222222') };
}

/** Statements of the policy of a repository, or of those that a template makes. */
const policyOf = (stack: Stack, name: string) => {
  const [found] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository', { Properties: { RepositoryName: name } }));
  return found.Properties?.RepositoryPolicyText.Statement as { Sid?: string; Action: string[] }[];
};
const templatePolicyOf = (stack: Stack, prefix: string) => {
  const [found] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::RepositoryCreationTemplate', { Properties: { Prefix: prefix } }));
  const text = found.Properties?.RepositoryPolicy as string | { 'Fn::Join': [string, unknown[]] };
  return JSON.parse(typeof text === 'string' ? text : text['Fn::Join'][1].map(part => typeof part === 'string' ? part : 'aws').join(''))
    .Statement as { Sid?: string; Principal: object; Action: string[] }[];
};

describe('a namespace', () => {
  test('has a template for repositories that a push makes, with the profile and the audience of the registry', () => {
    const { stack, central } = given();
    central.addNamespace('payments', { description: 'The payments team' });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::RepositoryCreationTemplate', {
      Prefix: 'payments',
      AppliedFor: ['CREATE_ON_PUSH'],
      Description: 'The payments team',
      ImageTagMutability: 'IMMUTABLE',
      EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': [Match.stringLikeRegexp('^RegistryKey'), 'Arn'] } },
      CustomRoleArn: Match.anyValue(),
    });
    expect(templatePolicyOf(stack, 'payments').map(({ Sid }) => Sid)).toEqual(['PullFromOrganization']);
    Template.fromStack(stack).resourceCountIs('AWS::ECR::RegistryPolicy', 0);
  });

  test.each<[string, RegistryNamespaceOptions, string[], string]>([
    ['settings over the registry', { audience: PullAudience.accounts('222222222222') }, ['PullFromAccounts'], 'platform'],
    ['a profile over the registry', { profile: ImageProfile.release({ tags: { team: 'payments' } }) }, ['PullFromOrganization'], 'payments'],
    ['settings over a profile', { profile: ImageProfile.release({ tags: { team: 'a' } }), tags: { team: 'b' } }, ['PullFromOrganization'], 'b'],
  ])('the nearer wins: %s', (_, options, sids, team) => {
    const stack = new Stack(new App(), 'Central', { env: ENV });
    new CentralRegistry(stack, 'Registry', { audience: ORGANIZATION, profile: ImageProfile.release({ tags: { team: 'platform' } }) })
      .addNamespace('payments', options);
    expect(templatePolicyOf(stack, 'payments').map(({ Sid }) => Sid)).toEqual(sids);
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::RepositoryCreationTemplate', { ResourceTags: [{ Key: 'team', Value: team }] });
  });

  test('lets a role of the account push below the prefix and make repositories there, and nowhere else', () => {
    const { stack, central, role } = given();
    const grant = central.addNamespace('payments', { pushers: [role] }).grantPush(role);
    expect(grant.success).toBe(true);
    expect(JSON.stringify(role.node.metadata)).toContain('AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecr:us-east-1:111111111111:repository/payments/*]');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: ['ecr:CreateRepository', ...PUSH], Resource: BELOW_PAYMENTS },
          { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
        ],
      },
      Roles: [{ Ref: Match.stringLikeRegexp('^Ci') }],
    });
    Template.fromStack(stack).resourceCountIs('AWS::ECR::RegistryPolicy', 0);
    expect(templatePolicyOf(stack, 'payments')).toHaveLength(1);
  });

  test('lets another account push: repositories say so, and the registry that it may make them', () => {
    const { stack, central, foreigner } = given();
    central.addRepository('payments/before');
    central.addRepository('search/before');
    const grant = central.addNamespace('payments').grantPush(foreigner);
    central.addRepository('payments/after');
    central.addRepository('search/api');
    expect(grant.success).toBe(true);
    const principal = { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:root']] } };
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::RegistryPolicy', {
      PolicyText: { Statement: [{ Effect: 'Allow', Principal: principal, Action: 'ecr:CreateRepository', Resource: BELOW_PAYMENTS }] },
    });
    for (const name of ['payments/before', 'payments/after']) {
      expect(policyOf(stack, name).slice(1)).toEqual([{ Effect: 'Allow', Principal: principal, Action: PUSH }]);
    }
    expect(policyOf(stack, 'search/before')).toHaveLength(1);
    expect(policyOf(stack, 'search/api')).toHaveLength(1);
    expect(templatePolicyOf(stack, 'payments').slice(1)).toEqual([
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222222222222:root' }, Action: PUSH },
    ]);
  });

  test('a second account joins the first in the policies', () => {
    const { stack, central, foreigner } = given();
    central.addNamespace('payments', { pushers: [foreigner, new iam.AccountPrincipal('333333333333')] });
    expect(templatePolicyOf(stack, 'payments').slice(1).map(({ Principal }) => Principal)).toEqual([
      { AWS: ['arn:aws:iam::222222222222:root', 'arn:aws:iam::333333333333:root'] },
    ]);
  });

  test('takes a role of another account, which has no policy to write to here', () => {
    const { stack, central } = given();
    central.addNamespace('payments', { pushers: [iam.Role.fromRoleArn(stack, 'Foreign', 'arn:aws:iam::222222222222:role/ci')] });
    expect(templatePolicyOf(stack, 'payments')[1].Principal).toEqual({ AWS: 'arn:aws:iam::222222222222:role/ci' });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('takes a role of another account that the app makes, by a tag, because its policy may be deployed first', () => {
    const { app, stack, central } = given();
    const other = new Stack(app, 'Other', { env: { account: '222222222222', region: 'us-east-1' } });
    const grant = central.addNamespace('payments').grantPush(new iam.Role(other, 'Ci', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(grant.success).toBe(true);
    expect(errorOf(() => app.synth())).toBe('');
    const tag = templatePolicyOf(stack, 'payments')[1] as object as { Condition: { StringEquals: { [key: string]: string } } };
    expect(tag).toMatchObject({ Principal: { AWS: 'arn:aws:iam::222222222222:root' }, Condition: { StringEquals: { 'aws:PrincipalTag/aws-cdk:id': expect.stringMatching('^Other_') } } });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::RegistryPolicy', { PolicyText: { Statement: [{ Condition: tag.Condition }] } });
    Template.fromStack(other).hasResourceProperties('AWS::IAM::Role', { Tags: [{ Key: 'aws-cdk:id', Value: tag.Condition.StringEquals['aws:PrincipalTag/aws-cdk:id'] }] });
    Template.fromStack(other).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: ['ecr:CreateRepository', ...PUSH], Resource: BELOW_PAYMENTS })]) },
    });
  });

  test('says it in both places where it is not known whether a role is of this account', () => {
    const stack = new Stack(new App(), 'Agnostic');
    const role = iam.Role.fromRoleArn(stack, 'Ci', 'arn:aws:iam::222222222222:role/ci');
    const grant = new CentralRegistry(stack, 'Registry').addNamespace('payments').grantPush(role);
    expect([grant.success, grant.principalStatements.length, grant.resourceStatements.length]).toEqual([true, 1, 1]);
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::RegistryPolicy', {
      PolicyText: { Statement: [Match.objectLike({ Principal: { AWS: 'arn:aws:iam::222222222222:role/ci' }, Action: 'ecr:CreateRepository' })] },
    });
    expect(templatePolicyOf(stack, 'payments')[0].Principal).toEqual({ AWS: 'arn:aws:iam::222222222222:role/ci' });
  });

  test.each([
    ['the outer one first', ['payments', 'payments/batch']], ['the inner one first', ['payments/batch', 'payments']],
  ])('pushers of a namespace push to what one below it holds, and not the other way round: %s', (_, prefixes) => {
    const { stack, central, foreigner } = given();
    const inner = new iam.AccountPrincipal('333333333333');
    prefixes.forEach(prefix => central.addNamespace(prefix, { pushers: [prefix === 'payments' ? foreigner : inner] }));
    central.addNamespace('search', { pushers: [inner] });
    const accounts = (prefix: string) => JSON.stringify(templatePolicyOf(stack, prefix).slice(1)).match(/[0-9]{12}/g);
    expect(accounts('payments')).toEqual(['222222222222']);
    expect(accounts('payments/batch')!.sort()).toEqual(['222222222222', '333333333333']);
    expect(accounts('search')).toEqual(['333333333333']);
  });

  test.each<[string, (stack: Stack) => string, string]>([
    ['that is not known', stack => new CfnParameter(stack, 'Team').valueAsString,
      "'prefix' must be known at synth, got a token: what a namespace holds follows from its text [Central/Registry]"],
    ['of every repository', () => RepositoryCreationTemplate.ROOT,
      '\'prefix\' must be that of a team, got "ROOT": its pushers could push to every repository. For a template without pushers use PrivateRegistry.addCreationTemplate() [Central/Registry]'],
    ['that is none', () => 'Payments', "'prefix' must be 1 to 256 lowercase letters"],
  ])('fails with a prefix %s', (_, prefix, message) => {
    const { stack, central } = given();
    expect(() => central.addNamespace(prefix(stack))).toThrow(message);
  });

  test('grants to whoever takes statements, also when that is no construct', () => {
    const { stack, central } = given();
    const statements: iam.PolicyStatement[] = [];
    class Elsewhere extends iam.ArnPrincipal {
      public override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
        statements.push(statement);
        return { statementAdded: true, policyDependable: stack };
      }
    }
    const namespace = central.addNamespace('payments');
    expect(namespace.grantPush(new Elsewhere('arn:aws:iam::111111111111:role/ci')).success).toBe(true);
    expect(statements.flatMap(({ actions }) => actions).sort()).toEqual(['ecr:CreateRepository', ...PUSH, 'ecr:GetAuthorizationToken'].sort());
  });

  test('grants to an account in the policies of this registry, and says that it did', () => {
    const { central, foreigner } = given();
    expect(central.addNamespace('payments').grantPush(foreigner).success).toBe(true);
  });

  test('lets pushers sign, where the registry signs something below the prefix', () => {
    const { stack, central, role } = given();
    central.addNamespace('payments', { pushers: [role] });
    const profile = (id: string) => new signer.SigningProfile(stack, id, { platform: signer.Platform.NOTATION_OCI_SHA384_ECDSA });
    central.registry.signWith(profile('One'), { repositoryFilters: ['payments/api'] });
    central.registry.signWith(profile('Two'), { repositoryFilters: ['search/*'] });
    const statements = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))[0].Properties?.PolicyDocument.Statement;
    const signing = statements.filter(({ Action }: { Action: string }) => Action === 'signer:SignPayload');
    expect(signing.map(({ Resource }: { Resource: object }) => Resource)).toEqual([{ 'Fn::GetAtt': [expect.stringMatching('^One'), 'Arn'] }]);
  });

  test.each<[string, iam.IGrantable, string]>([
    ['an organization', new iam.OrganizationPrincipal('o-abcd123456'),
      '\'pushers\' must be roles, users or accounts, got {"AWS":["*"],"StringEquals":{"aws:PrincipalOrgID":"o-abcd123456"}}: name the roles that push [Central/Registry/Namespace:payments]'],
    ['everyone', new iam.AnyPrincipal(), 'got {"AWS":["*"]}'],
    ['roles by a wildcard', new iam.ArnPrincipal('arn:aws:iam::222222222222:role/ci-*'), 'got {"AWS":["arn:aws:iam::222222222222:role/ci-*"]}: name the roles that push'],
    ['a star', new iam.StarPrincipal(), 'got {"LiteralString":["*"]}'],
    ['a service', new iam.ServicePrincipal('codebuild.amazonaws.com'), 'got {"Service":["codebuild.amazonaws.com"]}'],
    ['a service beside a role', new iam.CompositePrincipal(new iam.ArnPrincipal(CI), new iam.ServicePrincipal('codebuild.amazonaws.com')),
      `got {"AWS":["${CI}"],"Service":["codebuild.amazonaws.com"]}`],
    ['a wildcard beside a role', new iam.CompositePrincipal(new iam.ArnPrincipal(CI), new iam.ArnPrincipal(`${CI}-*`)), `got {"AWS":["${CI}","${CI}-*"]}`],
  ])('fails with %s for a pusher', (_, pusher, message) => {
    const { central } = given();
    expect(() => central.addNamespace('payments', { pushers: [pusher] })).toThrow(message);
  });

  test.each([
    ['payments', 'payments/api', true],
    ['payments', 'payments/batch/worker', true],
    ['payments/', 'payments/api', true],
    ['payments', 'payments', false],
    ['payments', 'payments-eu/api', false],
    ['payments/batch', 'payments/api', false],
  ])('%s is for %s: %s', (prefix, name, holds) => {
    const { stack, central, foreigner } = given();
    central.addNamespace(prefix, { pushers: [foreigner] });
    central.addRepository(name);
    expect(policyOf(stack, name)).toHaveLength(holds ? 2 : 1);
  });

  test('fails when there is one for the prefix already', () => {
    const { central } = given();
    central.addNamespace('payments');
    expect(() => central.addNamespace('payments/')).toThrow(/There is already a Construct|'prefix' must be the prefix of one template/);
  });

  test('fails when pushers make the policy longer than ECR takes', () => {
    const { app, central } = given();
    const pushers = (count: number) => Array.from({ length: count }, (_, i) => new iam.ArnPrincipal(`arn:aws:iam::222222222222:role/${'x'.repeat(60)}${i}`));
    central.addNamespace('payments', { pushers: pushers(200) });
    expect(errorOf(() => app.synth())).toMatch(/\[Central\/Registry\/Namespace:payments\/Template\] the repository policy must have at most 10240 characters, got at least \d+/);
  });
});
