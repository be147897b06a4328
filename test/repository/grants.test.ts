import { App, aws_ecr as ecr, aws_iam as iam, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { HardenedRepository, PullAudience } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];
const ORGANIZATION = new iam.OrganizationPrincipal('o-abcd123456');

type Method = 'grantPull' | 'grantPush' | 'grantPullPush' | 'grantRead';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Team', { env: ENV });
});

/** The statements of the repository policy in the template. */
function repositoryStatements(): Record<string, unknown>[] {
  const [repository] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
  return repository.Properties.RepositoryPolicyText?.Statement ?? [];
}

/** The statements of all identity policies in the template. */
function identityStatements(): { Action: string | string[]; Resource: unknown }[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(policy => policy.Properties.PolicyDocument.Statement);
}

function actionsOf(statements: { Action: string | string[] }[]): string[] {
  return statements.flatMap(statement => statement.Action).sort();
}

describe('a repository of ours', () => {
  let repository: HardenedRepository;
  beforeEach(() => {
    repository = new HardenedRepository(stack, 'App');
  });

  test.each<[Method, string[]]>([
    ['grantPull', [...PULL, 'ecr:GetAuthorizationToken']],
    ['grantPush', [...PUSH, 'ecr:GetAuthorizationToken']],
    ['grantPullPush', [...new Set([...PULL, ...PUSH]), 'ecr:GetAuthorizationToken']],
    ['grantRead', ['ecr:DescribeImages', 'ecr:DescribeRepositories']],
  ])('%s writes the identity policy of a role in the stack and nothing else', (method, actions) => {
    const grant = repository[method](new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(grant.success).toBe(true);
    expect(actionsOf(identityStatements())).toEqual([...actions].sort());
    expect(repositoryStatements()).toEqual([]);
    for (const { Action, Resource } of identityStatements()) {
      expect(Resource).toEqual(Action === 'ecr:GetAuthorizationToken' ? '*' : { 'Fn::GetAtt': ['AppF1B96344', 'Arn'] });
    }
  });

  test('grantPull to an imported role of another account writes the repository policy', () => {
    const grant = repository.grantPull(iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::222222222222:role/puller'));
    expect(grant.success).toBe(true);
    expect(repositoryStatements()).toEqual([{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222222222222:role/puller' }, Action: PULL.sort() }]
      .map(statement => expect.objectContaining({ ...statement, Action: expect.arrayContaining(statement.Action) })));
    expect(repositoryStatements()[0]).not.toHaveProperty('Resource');
  });

  test('grantPush to another account writes the repository policy', () => {
    expect(repository.grantPush(new iam.AccountPrincipal('222222222222')).success).toBe(true);
    expect(actionsOf(repositoryStatements() as { Action: string[] }[])).toEqual(PUSH);
  });

  test('grantPull to a service writes the repository policy', () => {
    expect(repository.grantPull(new iam.ServicePrincipal('lambda.amazonaws.com')).success).toBe(true);
    expect(repositoryStatements()).toEqual([expect.objectContaining({ Principal: { Service: 'lambda.amazonaws.com' } })]);
  });

  test('grantPull to a role of another stack in another account goes by the tag of the role, which is not there yet', () => {
    repository = new HardenedRepository(stack, 'Named', { repositoryName: 'team/app' });
    stack.node.tryRemoveChild('App');
    const far = new Stack(stack.node.root as App, 'Far', { env: { account: '222222222222', region: 'us-east-1' } });
    const role = new iam.Role(far, 'Role', { assumedBy: new iam.AccountRootPrincipal(), roleName: 'puller' });
    expect(repository.grantPull(role).success).toBe(true);
    expect(repositoryStatements()).toEqual([expect.objectContaining({ Condition: { StringEquals: { 'aws:PrincipalTag/aws-cdk:id': expect.any(String) } } })]);
    Template.fromStack(far).resourceCountIs('AWS::IAM::Policy', 1);
  });

  test('grantPull to an organization is the statement of the audience', () => {
    const grant = repository.grantPull(ORGANIZATION);
    expect(grant.success).toBe(true);
    expect(repositoryStatements()).toEqual(PullAudience.organization('o-abcd123456')._statements(stack));
  });

  test('grantPull to several organizations is one statement', () => {
    repository.grantPull(ORGANIZATION);
    repository.grantPull(new iam.OrganizationPrincipal('o-zyxw987654'));
    repository.grantPull(ORGANIZATION);
    expect(repositoryStatements()).toEqual(PullAudience.anyOf(PullAudience.organization('o-abcd123456'), PullAudience.organization('o-zyxw987654'))._statements(stack));
  });

  test('grantPull to an organization acknowledges what cdk-nag says of it', () => {
    repository.grantPull(ORGANIZATION);
    expect(repository.node.metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules').at(-1)?.data).toHaveProperty(['AwsSolutions::AwsSolutions-ECR1']);
  });

  test('grantPull to an organization with one more condition keeps both', () => {
    repository.grantPull(ORGANIZATION.withConditions({ StringEquals: { 'aws:PrincipalTag/team': 'payments' } }));
    expect(repositoryStatements()).toEqual([expect.objectContaining({
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456', 'aws:PrincipalTag/team': 'payments' } },
    })]);
  });

  test('grantPull to an organization with a condition of another kind keeps both', () => {
    repository.grantPull(ORGANIZATION.withConditions({ Bool: { 'aws:SecureTransport': 'true' } }));
    expect(repositoryStatements()).toEqual([expect.objectContaining({
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' }, Bool: { 'aws:SecureTransport': 'true' } },
    })]);
  });

  test('grantRead to an organization keeps its condition', () => {
    repository.grantRead(ORGANIZATION);
    expect(repositoryStatements()).toEqual([expect.objectContaining({
      Action: ['ecr:DescribeImages', 'ecr:DescribeRepositories'],
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' } },
    })]);
  });

  test('grants three read actions that are not a pull as they are', () => {
    repository.grant(ORGANIZATION, 'ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:ListImages');
    expect(repositoryStatements()).toEqual([expect.objectContaining({ Action: ['ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:ListImages'] })]);
  });

  test.each<[string, Method, iam.IPrincipal, string]>([
    ['push to an organization', 'grantPush', ORGANIZATION, "'grantee' must not be everyone of an organization for [\"ecr:CompleteLayerUpload\""],
    ['pull and push to an organization', 'grantPullPush', ORGANIZATION, "'grantee' must not be everyone of an organization for"],
    ['push to everyone', 'grantPush', new iam.AnyPrincipal(), "'grantee' must not be everyone for [\"ecr:CompleteLayerUpload\""],
    ['push to a star', 'grantPush', new iam.StarPrincipal(), "'grantee' must not be everyone for"],
    ['pull to everyone', 'grantPull', new iam.AnyPrincipal(), "'grantee' must not be everyone, got \"*\": name the organization"],
    ['pull to a star', 'grantPull', new iam.StarPrincipal(), "'grantee' must not be everyone, got \"*\": name the organization"],
  ])('fails to grant %s', (_, method, principal, message) => {
    expect(() => repository[method](principal)).toThrow(message);
    expect(() => repository[method](principal)).toThrow('[Team/App]');
  });

  test('fails to grant deletion to an organization', () => {
    expect(() => repository.grant(ORGANIZATION, 'ecr:BatchGetImage', 'ecr:BatchDeleteImage')).toThrow('for ["ecr:BatchDeleteImage"]: name the roles that do it [Team/App]');
  });

  test('grants that are alike become one statement', () => {
    for (const account of ['222222222222', '333333333333']) {
      repository.grant(new iam.AccountPrincipal(account), 'ecr:PutImage');
    }
    expect(repositoryStatements()).toHaveLength(1);
  });

  test('a policy that is granted too much for ECR fails at synth', () => {
    for (let i = 0; i < 290; i++) {
      repository.grantPush(new iam.ArnPrincipal(`arn:aws:iam::222222222222:role/${i}`));
    }
    expect(() => Template.fromStack(stack)).toThrow(/the repository policy must have at most 10240 characters, got at least 1\d{4}: grant to an organization/);
  });

  test('a policy that may be too long is a warning at synth', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    const far = new HardenedRepository(agnostic, 'App');
    far.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.AccountPrincipal('222222222222')],
      actions: PULL,
      conditions: { StringEquals: { 'aws:SourceArn': Array.from({ length: 118 }, (_, i) => `arn:aws:lambda:${agnostic.region}:222222222222:function:${'f'.repeat(30)}${1000 + i}`) } },
    }));
    Annotations.fromStack(agnostic).hasWarning('/Agnostic/App', Match.stringLikeRegexp('policyMayBeTooLong'));
  });
});

describe('a statement of the policy', () => {
  const statement = (props: iam.PolicyStatementProps = {}) =>
    new iam.PolicyStatement({ principals: [new iam.AccountPrincipal('222222222222')], actions: PULL, ...props });

  test('is added, and says so', () => {
    const repository = new HardenedRepository(stack, 'App');
    const { statementAdded, policyDependable } = repository.addToResourcePolicy(statement());
    expect(statementAdded).toBe(true);
    expect(policyDependable).toBe(repository);
    expect(repositoryStatements()).toHaveLength(1);
  });

  test.each<[string, (repository: HardenedRepository) => string]>([
    ['everything', () => '*'],
    ['this repository', repository => repository.repositoryArn],
  ])('loses its resource when that is %s', (_, resource) => {
    const repository = new HardenedRepository(stack, 'App');
    const given = statement({ resources: [resource(repository)] });
    repository.addToResourcePolicy(given);
    expect(repositoryStatements()[0]).not.toHaveProperty('Resource');
    expect(given.resources).toHaveLength(1);
  });

  test('fails when it names another repository', () => {
    expect(() => new HardenedRepository(stack, 'App').addToResourcePolicy(statement({ resources: ['*', 'arn:aws:ecr:us-east-1:111111111111:repository/other'] })))
      .toThrow("'resources' must be left out of a repository's policy, got [\"arn:aws:ecr:us-east-1:111111111111:repository/other\"]: it is about this repository alone [Team/App]");
  });

  test.each<[string, iam.PolicyStatementProps, boolean]>([
    ['everyone', { principals: [new iam.AnyPrincipal()] }, true],
    ['a star', { principals: [new iam.StarPrincipal()] }, true],
    ['everyone and somebody', { principals: [new iam.AccountPrincipal('222222222222'), new iam.AnyPrincipal()] }, true],
    ['everyone under a condition', { principals: [new iam.AnyPrincipal()], conditions: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' } } }, false],
    ['everyone under a condition on something else', { principals: [new iam.AnyPrincipal()], conditions: { Bool: { 'aws:SecureTransport': 'true' } } }, true],
    ['everyone of any organization', { principals: [new iam.AnyPrincipal()], conditions: { StringLike: { 'aws:PrincipalOrgID': '*' } } }, true],
    ['everyone of an organization', { principals: [ORGANIZATION] }, false],
    ['nobody', { principals: [new iam.AnyPrincipal()], effect: iam.Effect.DENY }, false],
    ['an account', {}, false],
  ])('about %s warns: it is open', (_, props, warns) => {
    new HardenedRepository(stack, 'App').addToResourcePolicy(statement(props));
    const found = Annotations.fromStack(stack).findWarning('/Team/App', Match.stringLikeRegexp('openToEveryone'));
    expect(found).toHaveLength(warns ? 1 : 0);
  });
});

describe('a repository of someone else', () => {
  let repository: ecr.IRepository;
  beforeEach(() => {
    repository = HardenedRepository.fromRepositoryArn(stack, 'Import', 'arn:aws:ecr:us-east-1:222222222222:repository/team/app');
  });
  const warning = () => Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));

  test('of this account is granted in the identity policy', () => {
    const here = HardenedRepository.fromRepositoryName(stack, 'Here', 'team/app');
    const grant = here.grantPull(new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(grant.success).toBe(true);
    expect(actionsOf(identityStatements())).toEqual([...PULL, 'ecr:GetAuthorizationToken'].sort());
    expect(warning()).toEqual([]);
  });

  test('of another account is granted there too, and the owner is told what to add', () => {
    const grant = repository.grantPush(new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(grant.success).toBe(true);
    expect(actionsOf(identityStatements())).toEqual([...PUSH, 'ecr:GetAuthorizationToken'].sort());
    const [message, ...more] = warning();
    expect(more).toEqual([]);
    expect(message).toContain('the grantee is in another account than the repository: '
      + 'its owner must add {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":["ecr:BatchCheckLayerAvailability",');
    expect(message).toContain('[ack: cdk-hardened-ecr:RepositoryGrants.ownerMustAllow]');
  });

  test('is granted where accounts are not known', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    const imported = HardenedRepository.fromRepositoryName(agnostic, 'Import', 'team/app');
    imported.grantPull(new iam.Role(agnostic, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
    Annotations.fromStack(agnostic).hasNoWarning('*', Match.anyValue());
  });

  test.each<[string, iam.IPrincipal, string]>([
    ['an account', new iam.AccountPrincipal('333333333333'), '"Effect":"Allow","Principal":{"AWS":['],
    ['an organization', ORGANIZATION, '"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abcd123456"},"Bool":{"aws:SecureTransport":"true"}}}'],
    ['a role by its ARN', new iam.ArnPrincipal('arn:aws:iam::333333333333:role/puller'), '"Principal":{"AWS":["arn:aws:iam::333333333333:role/puller"]}'],
  ])('fails to be granted to %s, with what the owner must add', (_, principal, statement) => {
    expect(() => repository.grantPull(principal)).toThrow("'grantee' must have an identity policy, because the policy of an imported repository is out of reach: its owner must add {");
    expect(() => repository.grantPull(principal)).toThrow(statement);
    expect(() => repository.grantPull(principal)).toThrow('[Team/Import]');
  });

  test('an account gets no condition that it does not have', () => {
    expect(() => repository.grantPull(new iam.AccountPrincipal('333333333333'))).not.toThrow(/Condition/);
  });

  test('warns of a service and claims no success', () => {
    const grant = repository.grantPull(new iam.ServicePrincipal('lambda.amazonaws.com'));
    expect(grant.success).toBe(false);
    const [message] = warning();
    expect(message).toContain('a service has no identity policy and the policy of an imported repository is out of reach: its owner must add {');
    expect(message).toContain('"Principal":{"Service":"lambda.amazonaws.com"}');
    expect(message).toContain('[ack: cdk-hardened-ecr:RepositoryGrants.serviceNotGranted]');
  });

  test('takes no statement and says so', () => {
    expect(repository.addToResourcePolicy(new iam.PolicyStatement())).toEqual({ statementAdded: false });
  });

  test('a principal whose account is a token is not guessed at', () => {
    const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${Lazy.string({ produce: () => '333333333333' })}:role/puller`);
    repository.grantPull(role);
    expect(warning()).toEqual([]);
  });
});
