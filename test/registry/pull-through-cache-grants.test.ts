import { App, aws_iam as iam, aws_lambda as lambda, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { messagesOf } from './messages';
import { ImageProfile, PrivateRegistry, PullAudience, PullThroughCache, TemplateUse, UpstreamRegistry } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];
const IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];
const POLICY = 'AWS::ECR::RegistryPolicy';

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
  stack = new Stack(app, 'Stack', { env: ENV });
});

const QUAY = 'arn:aws:ecr:us-east-1:111111111111:repository/quay/*';
const make = (profile?: ImageProfile, prefix?: string, scope = stack) => new PullThroughCache(scope, 'Cache', { upstream: UpstreamRegistry.QUAY, profile, prefix });
const service = (name: string) => new iam.ServicePrincipal(name);
const role = (scope: Stack, roleName?: string) => new iam.Role(scope, 'Puller', { assumedBy: service('ecs-tasks.amazonaws.com'), roleName });

/** What the policies here allow: that of the registry, and that of the repositories which will be made. */
const policies = () => {
  const template = Template.fromStack(stack);
  const [registry] = Object.values(template.findResources(POLICY));
  const [{ Properties: { RepositoryPolicy: repositories } }] = Object.values(template.findResources('AWS::ECR::RepositoryCreationTemplate'));
  return [registry?.Properties.PolicyText.Statement, repositories && JSON.parse(repositories).Statement];
};
const allowed = (principal: unknown, conditions: object = {}) => [
  [{ Effect: 'Allow', Principal: { AWS: principal }, Action: IMPORT, Resource: QUAY, ...Object.keys(conditions).length > 0 ? { Condition: conditions } : {} }],
  [{ Effect: 'Allow', Principal: { AWS: principal }, Action: PULL.slice(0, 3), Condition: { ...conditions, Bool: { 'aws:SecureTransport': 'true' } } }],
];
const hasIdentityPolicy = (of: Stack, resource: string) => Template.fromStack(of).hasResourceProperties('AWS::IAM::Policy', {
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      { Effect: 'Allow', Action: PULL, Resource: resource },
    ],
  },
});

describe('grantPull', () => {
  test.each([
    [undefined, QUAY],
    ['argo/', 'arn:aws:ecr:us-east-1:111111111111:repository/argo/*'],
    ['argo/cd', 'arn:aws:ecr:us-east-1:111111111111:repository/argo/cd/*'],
    [PullThroughCache.ROOT, 'arn:aws:ecr:us-east-1:111111111111:repository/*'],
  ])('lets a role of the account log in, pull, fetch and make repositories below the prefix: %s', (prefix, resource) => {
    expect(make(undefined, prefix).grantPull(role(stack)).success).toBe(true);

    hasIdentityPolicy(stack, resource);
    expect(policies()).toEqual([undefined, undefined]);
    expect(messagesOf(app)).toEqual([]);
  });

  test('needs no more where accounts are not known', () => {
    const unknown = new Stack(app, 'Unknown');
    make(undefined, undefined, unknown).grantPull(role(unknown));

    Template.fromStack(unknown).resourceCountIs('AWS::IAM::Policy', 1);
    Template.fromStack(unknown).resourceCountIs(POLICY, 0);
  });

  test('lets whoever takes statements, also when that is no construct', () => {
    const statements: iam.PolicyStatement[] = [];
    class Elsewhere extends iam.ArnPrincipal {
      public override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
        statements.push(statement);
        return { statementAdded: true, policyDependable: stack };
      }
    }
    expect(make().grantPull(new Elsewhere('arn:aws:iam::111111111111:role/ci')).success).toBe(true);
    expect(statements.flatMap(({ actions }) => actions)).toContain('ecr:BatchImportUpstreamImage');
  });

  test('takes a principal with an identity policy for one of the account, when it says of none', () => {
    const grantPrincipal = Object.create(role(stack), { principalAccount: { value: undefined } }) as iam.IPrincipal;
    expect(make().grantPull({ grantPrincipal }).success).toBe(true);
    hasIdentityPolicy(stack, QUAY);
    expect(policies()).toEqual([undefined, undefined]);
  });

  test('lets a role of another account pull, by the policies of both', () => {
    const away = new Stack(app, 'Away', { env: { ...ENV, account: '222222222222' } });
    stack.addDependency(away);
    const grant = make().grantPull(role(away, 'puller'));

    expect(grant.success).toBe(true);
    expect(grant.principalStatements).toHaveLength(1);
    expect(grant.resourceStatements).toHaveLength(2);
    hasIdentityPolicy(away, QUAY);
    expect(policies()).toEqual(allowed('arn:aws:iam::222222222222:role/puller'));
    expect(messagesOf(app)).toEqual([]);
  });

  test('recognizes a role of another account by a tag, when it is deployed later', () => {
    const away = new Stack(app, 'Away', { env: { ...ENV, account: '222222222222' } });
    make().grantPull(role(away));

    const [{ Properties: { Tags: [{ Key, Value }] } }] = Object.values(Template.fromStack(away).findResources('AWS::IAM::Role'));
    expect(Key).toBe('aws-cdk:id');
    expect(policies()).toEqual(allowed('arn:aws:iam::222222222222:root', { StringEquals: { 'aws:PrincipalTag/aws-cdk:id': Value } }));
  });

  test('writes nothing into a role of another account that is imported', () => {
    const grant = make().grantPull(iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::222222222222:role/puller'));

    expect(grant.success).toBe(true);
    expect(grant.principalStatements).toEqual([]);
    expect(policies()).toEqual(allowed('arn:aws:iam::222222222222:role/puller'));
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });

  test.each([
    ['an organization', new iam.OrganizationPrincipal('o-abcd123456'), '*', { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' } }],
    ['an account', new iam.AccountPrincipal('222222222222'), 'arn:aws:iam::222222222222:root', {}],
    ['a principal of the account without a policy here', new iam.ArnPrincipal('arn:aws:iam::111111111111:user/puller'), 'arn:aws:iam::111111111111:user/puller', {}],
  ])('lets %s pull, which has identity policies of its own', (_, principal, named, conditions) => {
    expect(make().grantPull(principal).success).toBe(true);
    expect(policies()).toEqual(allowed(named, conditions));
    expect(messagesOf(app)).toEqual([]);
  });

  test('lets others pull beside the audience, and with a template that was there', () => {
    const profile = ImageProfile.cache({ audience: PullAudience.accounts('333333333333') });
    PrivateRegistry.of(stack).addCreationTemplate('T', { prefix: 'quay', appliedFor: [TemplateUse.PULL_THROUGH_CACHE], profile });
    make().grantPull(new iam.AccountPrincipal('222222222222'));

    const [imports, pull] = policies();
    const [theirs, ours] = allowed('arn:aws:iam::222222222222:root');
    expect(imports).toEqual(theirs);
    expect(pull).toEqual([expect.objectContaining({ Sid: 'PullFromAccounts', Principal: { AWS: 'arn:aws:iam::333333333333:root' } }), ...ours]);
  });

  test('is of the registry that the cache is in', () => {
    const registry = PrivateRegistry.of(new Stack(app, 'Platform', { env: ENV }));
    new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.QUAY, registry }).grantPull(new iam.AccountPrincipal('222222222222'));

    Template.fromStack(Stack.of(registry)).hasResourceProperties(POLICY, { PolicyText: Match.objectLike({ Statement: allowed('arn:aws:iam::222222222222:root')[0] }) });
    Template.fromStack(stack).resourceCountIs(POLICY, 0);
  });

  test('can be waited for', () => {
    const grant = make().grantPull(new iam.AccountPrincipal('222222222222'));
    const waiting = new iam.Role(stack, 'Waiting', { assumedBy: service('ecs-tasks.amazonaws.com') });
    grant.applyBefore(waiting);

    const template = Template.fromStack(stack);
    const [[policy], [settings]] = [POLICY, 'AWS::ECR::RepositoryCreationTemplate'].map(type => Object.keys(template.findResources(type)));
    const [{ DependsOn }] = Object.values(template.findResources('AWS::IAM::Role', {
      Properties: {
        AssumeRolePolicyDocument: Match.objectLike({
          Statement: [Match.objectLike({ Principal: { Service: 'ecs-tasks.amazonaws.com' } })],
        }),
      },
    }));
    expect(DependsOn).toEqual(expect.arrayContaining([policy, settings]));
  });

  test('fails for everyone', () => {
    expect(() => make().grantPull(new iam.AnyPrincipal())).toThrow('\'grantee\' must not be everyone, got "*"');
  });

  test('fails for someone whom no policy of ECR takes', () => {
    expect(() => make().grantPull(new iam.WebIdentityPrincipal('accounts.google.com'))).toThrow('\'grantee\' must be an AWS principal or a service');
  });

  test('explains to cdk-nag why repositories are named by a prefix', () => {
    const puller = role(stack);
    make().grantPull(puller);
    expect(puller.node.metadata).toContainEqual(expect.objectContaining({
      type: 'aws:cdk:acknowledged-rules', data: expect.objectContaining({ [`AwsSolutions-IAM5[Resource::${QUAY}]`]: expect.any(String) }),
    }));
  });

  test('fails for a service', () => {
    expect(() => make().grantPull(service('codebuild.amazonaws.com'))).toThrow(
      '\'grantee\' must be a role, user, account or organization, got {"Service":["codebuild.amazonaws.com"]}: '
      + 'no service pulls through a cache by itself, grant to the role that it pulls as [Stack/Cache]');
  });

  test('warns of Lambda, which does not pull through, and grants it nothing', () => {
    expect(make().grantPull(service('lambda.amazonaws.com')).success).toBe(false);

    expect(policies()).toEqual([undefined, undefined]);
    expect(messagesOf(app)).toEqual([
      '/Stack/Cache: nothing is granted to Lambda, which never pulls through a cache: copy the image to a repository of its own, '
      + 'and make the function of that [ack: cdk-hardened-ecr:PullThroughCache.lambdaCannotPullThrough]',
    ]);
  });

  test('takes the role of a function for a role: it may run a client that pulls', () => {
    const fn = new lambda.Function(stack, 'Fn', { code: lambda.Code.fromInline('-'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_LATEST });
    expect(make().grantPull(fn).success).toBe(true);
  });
});
