import { App, aws_codebuild as codebuild, aws_ecr as ecr, aws_iam as iam, aws_signer as signer, Fn, Lazy, Resource, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { aws_ecr as ecrRefs } from 'aws-cdk-lib/interfaces';
import { HardenedRepository, ImageProfile, PrivateRegistry, PullAudience, RepositoryGrants, RepositoryHardening } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const MEMBER = { account: '222222222222', region: 'us-east-1' };
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];
const TOKEN = 'ecr:GetAuthorizationToken';
const ORGANIZATION = new iam.OrganizationPrincipal('o-abcd123456');
const LAMBDA = new iam.ServicePrincipal('lambda.amazonaws.com');

interface StatementJson {
  readonly Sid?: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
  stack = new Stack(app, 'Team', { env: ENV });
});

const grantsOf = (repository: ecrRefs.IRepositoryRef) => RepositoryGrants.fromRepository(repository);
const role = (scope = stack, props: Partial<iam.RoleProps> = {}) => new iam.Role(scope, 'Role', { assumedBy: new iam.AccountRootPrincipal(), ...props });

/** Has an identity policy, and does not say where. */
class Somebody extends iam.ArnPrincipal {
  public readonly statements: iam.PolicyStatement[] = [];

  public override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.statements.push(statement);
    return { statementAdded: true, policyDependable: stack };
  }
}

function policyStatements(of = stack): StatementJson[] {
  const [repository] = Object.values(Template.fromStack(of).findResources('AWS::ECR::Repository'));
  return repository.Properties?.RepositoryPolicyText?.Statement ?? [];
}

function identityStatements(of = stack): StatementJson[] {
  return Object.values(Template.fromStack(of).findResources('AWS::IAM::Policy')).flatMap(policy => policy.Properties.PolicyDocument.Statement);
}

const actionsOf = (statements: StatementJson[]) => statements.flatMap(({ Action }) => Action).sort();
const warnings = (of = stack) => Annotations.fromStack(of).findWarning('*', Match.stringLikeRegexp('RepositoryGrants')).map(({ entry }) => String(entry.data));

describe.each<[string, (scope: Stack, repositoryName?: string) => ecrRefs.IRepositoryRef]>([
  ['CfnRepository', (scope, repositoryName) => new ecr.CfnRepository(scope, 'App', { repositoryName })],
  ['ecr.Repository', (scope, repositoryName) => new ecr.Repository(scope, 'App', { repositoryName })],
  ['HardenedRepository', (scope, repositoryName) => new HardenedRepository(scope, 'App', { repositoryName })],
])('%s', (kind, make) => {
  test.each<[string, (grants: RepositoryGrants, grantee: iam.IGrantable) => iam.Grant, string[]]>([
    ['a pull', (grants, grantee) => grants.pull(grantee), [...PULL, TOKEN]],
    ['a push', (grants, grantee) => grants.push(grantee), [...PUSH, TOKEN]],
    ['both', (grants, grantee) => grants.pullPush(grantee), [...new Set([...PULL, ...PUSH]), TOKEN]],
    ['a look', (grants, grantee) => grants.read(grantee), ['ecr:DescribeImages', 'ecr:DescribeRepositories']],
    ['an action', (grants, grantee) => grants.actions(grantee, ['ecr:BatchDeleteImage']), ['ecr:BatchDeleteImage']],
  ])('grants %s to a role of the account in its identity policy alone', (_, grant, actions) => {
    const repository = make(stack);
    expect(grant(grantsOf(repository), role()).success).toBe(true);
    expect(actionsOf(identityStatements())).toEqual([...actions].sort());
    for (const { Action, Resource: resource } of identityStatements()) {
      expect(resource).toEqual(Action === TOKEN ? '*' : { 'Fn::GetAtt': [expect.stringMatching(/^App/), 'Arn'] });
    }
    expect(policyStatements()).toEqual([]);
  });

  test('grants to a policy, which has no principal', () => {
    expect(grantsOf(make(stack)).push(new iam.ManagedPolicy(stack, 'Push')).success).toBe(true);
    expect(policyStatements()).toEqual([]);
  });

  test('grants a pull to an imported role of another account in the repository policy, without a resource', () => {
    const grant = grantsOf(make(stack)).pull(iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::222222222222:role/puller'));
    expect(grant.success).toBe(true);
    expect(policyStatements()).toEqual([{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222222222222:role/puller' }, Action: PULL }]);
    expect(grant.resourceStatements).toHaveLength(1);
    expect(grant.principalStatements).toEqual([]);
  });

  test('grants on both sides to a role in another account of the app', () => {
    const repository = make(stack, 'team/app');
    const far = new Stack(app, 'Far', { env: MEMBER });
    const grant = grantsOf(repository).pull(role(far, { roleName: 'puller' }));
    expect(grant.success).toBe(true);
    expect([grant.principalStatements.length, grant.resourceStatements.length]).toEqual([1, 1]);
    const tag = `Far_${far.node.findChild('Role').node.addr}`;
    expect(policyStatements()).toEqual([{
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::222222222222:root' },
      Action: PULL,
      Condition: { StringEquals: { 'aws:PrincipalTag/aws-cdk:id': tag } },
    }]);
    Template.fromStack(far).hasResourceProperties('AWS::IAM::Role', { Tags: [{ Key: 'aws-cdk:id', Value: tag }] });
    expect(identityStatements(far)).toEqual([
      { Effect: 'Allow', Action: PULL, Resource: 'arn:aws:ecr:us-east-1:111111111111:repository/team/app' },
      { Effect: 'Allow', Action: TOKEN, Resource: '*' },
    ]);
  });

  test('names a role in another account whose stack is deployed before', () => {
    const far = new Stack(app, 'Far', { env: MEMBER });
    const repository = make(stack, 'team/app');
    stack.addDependency(far);
    const puller = role(far, { roleName: 'puller' });
    grantsOf(repository).pull(puller);
    expect(policyStatements()).toEqual([{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222222222222:role/puller' }, Action: PULL }]);
    Template.fromStack(far).hasResourceProperties('AWS::IAM::Role', { Tags: Match.absent() });
  });

  test('grants to a role of the account in another Region by the name of the repository', () => {
    const repository = make(stack, 'team/app');
    const far = new Stack(app, 'Far', { env: { ...ENV, region: 'eu-west-1' } });
    grantsOf(repository).pull(role(far));
    expect(identityStatements(far)[0].Resource).toBe('arn:aws:ecr:us-east-1:111111111111:repository/team/app');
    expect(policyStatements()).toEqual([]);
  });

  test('leaves what has no name to CDK when it is granted across Regions', () => {
    const far = new Stack(app, 'Far', { env: { ...ENV, region: 'eu-west-1' } });
    grantsOf(make(stack)).pull(role(far));
    if (kind === 'CfnRepository') {
      expect(identityStatements(far)[0].Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ExportsReader/), expect.any(String)] });
    } else {
      expect(() => Template.fromStack(far)).toThrow("the resource's physical name must be explicit set");
    }
  });

  test('grants on both sides to a principal whose account is not known', () => {
    const somebody = new Somebody('arn:aws:iam::222222222222:role/puller');
    grantsOf(make(stack)).read(somebody);
    expect(somebody.statements).toHaveLength(1);
    expect(policyStatements()).toEqual([expect.objectContaining({ Principal: { AWS: 'arn:aws:iam::222222222222:role/puller' } })]);
  });

  test('grants to an account in the repository policy', () => {
    grantsOf(make(stack)).push(new iam.AccountPrincipal('222222222222'));
    expect(policyStatements()).toEqual([expect.objectContaining({ Action: PUSH, Principal: { AWS: 'arn:aws:iam::222222222222:root' } })]);
  });

  test('grants to the own account in the repository policy, as it has no policy of its own', () => {
    const grant = grantsOf(make(stack)).pull(new iam.AccountPrincipal('111111111111'));
    expect(grant.success).toBe(true);
    expect(policyStatements()).toEqual([expect.objectContaining({ Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: PULL })]);
  });

  test('grants a pull to an organization as the audience does, several in one statement', () => {
    const repository = make(stack);
    const grant = grantsOf(repository).pull(ORGANIZATION);
    grantsOf(repository).pull(new iam.OrganizationPrincipal('o-zyxw987654'));
    grantsOf(repository).pull(new iam.AccountPrincipal('222222222222'));
    expect(grant.success).toBe(true);
    expect(grant.resourceStatement!.toStatementJson()).toEqual(PullAudience.organization('o-abcd123456')._statements(stack)[0]);
    expect(policyStatements()).toHaveLength(2);
    expect(policyStatements()).toEqual(expect.arrayContaining([
      ...PullAudience.anyOf(PullAudience.organization('o-abcd123456'), PullAudience.organization('o-zyxw987654'))._statements(stack),
      expect.objectContaining({ Principal: { AWS: 'arn:aws:iam::222222222222:root' } }),
    ]));
  });

  test('keeps a narrower condition on an organization', () => {
    const conditions = { StringEquals: { 'aws:PrincipalTag/team': 'payments' } };
    grantsOf(make(stack)).pull(ORGANIZATION.withConditions(conditions));
    expect(policyStatements()).toEqual([expect.objectContaining({
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456', 'aws:PrincipalTag/team': 'payments' } },
    })]);
  });

  test('grants a part of a pull to an organization, and not the rest', () => {
    grantsOf(make(stack)).actions(ORGANIZATION, ['ecr:BatchGetImage']);
    expect(actionsOf(policyStatements())).toEqual(['ecr:BatchGetImage']);
  });

  test('grants a look to an organization, which is no pull', () => {
    grantsOf(make(stack)).read(ORGANIZATION);
    expect(policyStatements()).toHaveLength(1);
    expect(actionsOf(policyStatements())).toEqual(['ecr:DescribeImages', 'ecr:DescribeRepositories']);
  });

  test.each<[string, (grants: RepositoryGrants) => unknown, string]>([
    ['push to an organization', grants => grants.push(ORGANIZATION), "'grantee' must not be everyone of an organization for [\"ecr:CompleteLayerUpload\",\"ecr:InitiateLayerUpload\",\"ecr:PutImage\",\"ecr:UploadLayerPart\"]: name the roles that do it [Team/App]"],
    ['pull and push to an organization', grants => grants.pullPush(ORGANIZATION), "'grantee' must not be everyone of an organization for"],
    ['push to everyone', grants => grants.push(new iam.AnyPrincipal()), "'grantee' must not be everyone for [\"ecr:CompleteLayerUpload\""],
    ['pull to everyone', grants => grants.pull(new iam.AnyPrincipal()), "'grantee' must not be everyone, got \"*\": name the organization, accounts or roles"],
    ['pull to a star', grants => grants.pull(new iam.StarPrincipal()), "'grantee' must not be everyone, got \"*\""],
    ['pull to a federated user', grants => grants.pull(new iam.WebIdentityPrincipal('accounts.google.com')),
      '\'grantee\' must be an AWS principal or a service, got ["Federated"]: make a role that it assumes and grant to the role [Team/App]'],
    ['pull to a canonical user', grants => grants.pull(new iam.CanonicalUserPrincipal('79a5')), "'grantee' must be an AWS principal or a service, got [\"CanonicalUser\"]"],
  ])('fails to grant %s', (_, grant, message) => {
    const grants = grantsOf(make(stack));
    expect(() => grant(grants)).toThrow(message);
  });

  test("lets Lambda's service pull for the functions of the account and Region, once", () => {
    const repository = make(stack);
    expect(grantsOf(repository).pull(LAMBDA).success).toBe(true);
    grantsOf(repository).pull(LAMBDA);
    expect(policyStatements()).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: PULL,
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:us-east-1:111111111111:function:*' } },
    }]);
    expect(warnings()).toEqual([]);
  });

  test.each<[string, Record<string, Record<string, unknown>>]>([
    ['an account', { StringEquals: { 'aws:SourceAccount': '222222222222' } }],
    ['an ARN, however its key is written', { StringLike: { 'AWS:sourceARN': 'arn:aws:lambda:us-east-1:222222222222:function:api' } }],
    ['an organization', { StringEquals: { 'aws:SourceOrgID': 'o-abcd123456' } }],
    ['a part of an organization', { 'ForAnyValue:StringLike': { 'aws:SourceOrgPaths': 'o-abcd123456/r-ab12/*' } }],
  ])("leaves a condition of Lambda's service alone that names %s", (_, conditions) => {
    grantsOf(make(stack)).pull(LAMBDA.withConditions(conditions));
    expect(policyStatements()).toEqual([expect.objectContaining({ Condition: conditions })]);
  });

  test('pins what a condition on something else leaves open', () => {
    grantsOf(make(stack)).pull(LAMBDA.withConditions({ StringEqualsIfExists: { 'aws:SourceAccount': '222222222222' } }));
    expect(policyStatements()).toEqual([expect.objectContaining({
      Condition: {
        StringEqualsIfExists: { 'aws:SourceAccount': '222222222222' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:us-east-1:111111111111:function:*' },
      },
    })]);
  });

  test.each<[string, iam.IPrincipal, boolean]>([
    ['another service', new iam.ServicePrincipal('codebuild.amazonaws.com'), true],
    ['Lambda and another service', new iam.CompositePrincipal(LAMBDA, new iam.ServicePrincipal('codebuild.amazonaws.com')), true],
    ['Lambda and an account', new iam.CompositePrincipal(LAMBDA, new iam.AccountPrincipal('222222222222')), true],
    ['a service of any account', new iam.ServicePrincipal('codebuild.amazonaws.com', { conditions: { StringLike: { 'aws:SourceAccount': '*' } } }), true],
    ['a service of an account', new iam.ServicePrincipal('codebuild.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': ENV.account } } }), false],
    ['an account', new iam.AccountPrincipal('222222222222'), false],
  ])('warns of %s when it acts for every account', (_, principal, warns) => {
    grantsOf(make(stack)).pull(principal);
    expect(warnings()).toEqual(warns ? [expect.stringContaining('acts for every AWS account that uses it: give it conditions on aws:SourceAccount')] : []);
    expect(warnings().join()).toMatch(warns ? /\[ack: cdk-hardened-ecr:RepositoryGrants.serviceNotPinned\]/ : /^$/);
  });

  test('refers to what is in another stack', () => {
    const elsewhere = role(new Stack(app, 'Other', { env: ENV }));
    grantsOf(make(stack)).pull(new iam.AccountPrincipal('222222222222').withConditions({ ArnEquals: { 'aws:PrincipalArn': elsewhere.roleArn } }));
    expect(policyStatements()).toEqual([expect.objectContaining({
      Condition: { ArnEquals: { 'aws:PrincipalArn': { 'Fn::ImportValue': expect.stringMatching(/^Other:/) } } },
    })]);
  });

  describe('with projects of CodeBuild', () => {
    const ARN = 'arn:aws:codebuild:us-east-1:111111111111:project/build';
    const project = (scope: Stack, name?: string) => new codebuild.CfnProject(scope, 'Build', {
      name,
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: { computeType: 'BUILD_GENERAL1_SMALL', image: 'aws/codebuild/standard:7.0', type: 'LINUX_CONTAINER' },
      serviceRole: 'arn:aws:iam::111111111111:role/build',
      source: { type: 'NO_SOURCE' },
    });

    test.each<[string, () => Parameters<RepositoryGrants['pullByCodeBuild']>[0]]>([
      ['an L1', () => project(stack, 'build')],
      ['an L1 of another stack', () => project(new Stack(app, 'Other', { env: ENV }), 'build')],
      ['an L2', () => new codebuild.Project(stack, 'Build', { projectName: 'build', buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }) })],
      ['one imported by its ARN', () => codebuild.Project.fromProjectArn(stack, 'Build', ARN)],
      ['one imported by its name', () => codebuild.Project.fromProjectName(stack, 'Build', 'build')],
      ['one imported as an L1', () => codebuild.CfnProject.fromProjectName(stack, 'Build', 'build')],
    ])("lets CodeBuild's service pull for %s", (_, build) => {
      expect(grantsOf(make(stack)).pullByCodeBuild(build()).success).toBe(true);
      expect(policyStatements()).toEqual([{
        Effect: 'Allow',
        Principal: { Service: 'codebuild.amazonaws.com' },
        Action: PULL,
        Condition: { StringEquals: { 'aws:SourceAccount': '111111111111', 'aws:SourceArn': ARN } },
      }]);
      expect(warnings()).toEqual([]);
    });

    test.each<[string, () => Parameters<RepositoryGrants['pullByCodeBuild']>[0]]>([
      ['L1', () => project(stack)],
      ['L2', () => new codebuild.Project(stack, 'Build', { buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }) })],
    ])('fails for an %s without a name', (_, build) => {
      const grants = grantsOf(make(stack));
      expect(() => grants.pullByCodeBuild(build())).toThrow('\'project\' must have a name that is known at synth, got "Team/Build" without one: '
        + 'its image refers to the repository, and the policy of the repository would refer to the project, in a circle [Team/App]');
    });

    test('fails for one of another account', () => {
      const grants = grantsOf(make(stack, 'team/app'));
      expect(() => grants.pullByCodeBuild(project(new Stack(app, 'Far', { env: MEMBER }), 'build'))).toThrow(
        '\'project\' must be in the repository\'s account, "111111111111", got "222222222222": across accounts give it '
        + 'ImagePullPrincipalType.SERVICE_ROLE, and grant the pull to its role [Team/App]');
    });

    test('an account that is not known is not guessed at', () => {
      const agnostic = new Stack(app, 'Agnostic');
      expect(() => grantsOf(make(agnostic)).pullByCodeBuild(project(agnostic, 'build'))).not.toThrow();
    });
  });

  test('lets pushers sign in the registry that is given, by the name of the repository', () => {
    const registry = { ensureScanned: jest.fn(), allowSigning: jest.fn() };
    const pusher = role();
    const grants = RepositoryGrants.fromRepository(make(stack, 'team/app'), { registry });
    grants.push(pusher);
    grants.pullPush(pusher);
    grants.pull(pusher);
    grants.actions(pusher, ['ecr:PutImage']);
    expect(registry.allowSigning.mock.calls).toEqual([[pusher, 'team/app'], [pusher, 'team/app']]);
  });

  test('a repository that CloudFormation names may be one whose images are signed', () => {
    const registry = PrivateRegistry.of(stack);
    registry.signWith(new signer.SigningProfile(stack, 'Releases', { platform: signer.Platform.NOTATION_OCI_SHA384_ECDSA }), { repositoryFilters: ['other'] });
    RepositoryGrants.fromRepository(make(stack), { registry }).push(role());
    expect(actionsOf(identityStatements())).toContain('signer:SignPayload');
  });

  test('a policy that is granted too much for ECR fails at synth', () => {
    const grants = grantsOf(make(stack));
    grants.pull(ORGANIZATION);
    for (let i = 0; i < 300; i++) {
      grants.push(new iam.ArnPrincipal(`arn:aws:iam::222222222222:role/${i}`));
    }
    expect(() => Template.fromStack(stack)).toThrow(/the repository policy must have at most 10240 characters, got at least \d{5}: grant to an organization/);
  });
});

describe('what an author wrote', () => {
  const statement = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::333333333333:root' }, Action: 'ecr:BatchGetImage' };
  const grants = (resource: ecr.CfnRepository) => {
    grantsOf(resource).pull(ORGANIZATION);
    grantsOf(resource).push(new iam.AccountPrincipal('222222222222'));
  };
  const OURS = [expect.objectContaining({ Sid: 'PullFromOrganization' }), expect.objectContaining({ Action: PUSH })];

  test.each<[string, unknown]>([
    ['as a document', { Version: '2012-10-17', Statement: [statement] }],
    ['as one statement', { Version: '2012-10-17', Statement: statement }],
    ['as text', JSON.stringify({ Version: '2012-10-17', Statement: [statement] })],
    ['late', Lazy.any({ produce: () => ({ Version: '2012-10-17', Statement: [statement] }) })],
  ])('in an L1 stays, %s', (_, repositoryPolicyText) => {
    grants(new ecr.CfnRepository(stack, 'App', { repositoryPolicyText }));
    expect(policyStatements()).toEqual([statement, ...OURS]);
    expect(warnings()).toEqual([]);
  });

  test('in an L2 stays, before and after', () => {
    const repository = new ecr.Repository(stack, 'App');
    repository.addToResourcePolicy(iam.PolicyStatement.fromJson(statement));
    grants(repository.node.defaultChild as ecr.CfnRepository);
    repository.addToResourcePolicy(iam.PolicyStatement.fromJson({ ...statement, Sid: 'Later' }));
    expect(policyStatements()).toEqual([statement, { ...statement, Sid: 'Later' }, ...OURS]);
  });

  test('gets an audience by a mixin too', () => {
    const resource = new ecr.CfnRepository(stack, 'App');
    grants(resource);
    resource.with(RepositoryHardening.inPlace({ audience: PullAudience.accounts('333333333333') }));
    expect(policyStatements()).toEqual([...OURS, expect.objectContaining({ Sid: 'PullFromAccounts' })]);
    expect(warnings()).toEqual([]);
  });

  test.each<[string, (resource: ecr.CfnRepository) => void, boolean]>([
    ['is assigned', resource => { resource.repositoryPolicyText = { Version: '2012-10-17', Statement: [statement] }; }, true],
    ['is taken away', resource => { resource.repositoryPolicyText = undefined; }, true],
    ['is overridden', resource => resource.addPropertyOverride('RepositoryPolicyText', { Version: '2012-10-17', Statement: [] }), true],
    ['becomes a parameter', resource => resource.addPropertyOverride('RepositoryPolicyText', { Ref: 'Policy' }), true],
    ['has its version overridden', resource => resource.addPropertyOverride('RepositoryPolicyText.Version', '2008-10-17'), false],
  ])('warns when it %s after a grant', (_, write, isLost) => {
    const resource = new ecr.CfnRepository(stack, 'App');
    grants(resource);
    write(resource);
    expect(warnings()).toEqual(isLost ? [expect.stringContaining('the repository policy was written over after something was granted: set it before')] : []);
    expect(warnings().join()).toMatch(isLost ? /\[ack: cdk-hardened-ecr:RepositoryGrants.grantsLost\]/ : /^$/);
  });

  test('fails at synth when it is only known at deployment', () => {
    grants(new ecr.CfnRepository(stack, 'App', { repositoryPolicyText: Fn.conditionIf('Shared', {}, {}) }));
    expect(() => Template.fromStack(stack)).toThrow("'repositoryPolicyText' must be known at synth for statements to be added, got {\"Fn::If\":");
  });

  test('may be too long where references are long: a warning', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    const { region } = agnostic;
    const arns = Array.from({ length: 110 }, (_, i) => `arn:aws:codebuild:${region}:222222222222:project/${'p'.repeat(30)}${1000 + i}`);
    grantsOf(new ecr.CfnRepository(agnostic, 'App')).pull(new iam.ServicePrincipal('codebuild.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceArn': arns } } }));
    expect(warnings(agnostic)).toEqual([expect.stringContaining('cdk-hardened-ecr:RepositoryGrants.policyMayBeTooLong')]);
  });

  test('of an organization is for cdk-nag to report: what else is in the policy is not known here', () => {
    const resource = new ecr.CfnRepository(stack, 'App');
    grants(resource);
    expect(resource.node.metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules')).toEqual([]);
  });
});

describe('a HardenedRepository', () => {
  test('joins an organization to the audience of its profile', () => {
    const repository = new HardenedRepository(stack, 'App', { profile: ImageProfile.release({ audience: PullAudience.organization('o-zyxw987654') }) });
    grantsOf(repository).pull(ORGANIZATION);
    repository.grantPull(new iam.AccountPrincipal('222222222222'));
    expect(policyStatements()).toEqual([
      ...PullAudience.anyOf(PullAudience.organization('o-abcd123456'), PullAudience.organization('o-zyxw987654'))._statements(stack),
      expect.objectContaining({ Action: PULL }),
    ]);
  });

  test('lets pushers sign in the registry that it was given', () => {
    const registry = PrivateRegistry.of(stack);
    registry.signWith(new signer.SigningProfile(stack, 'Releases', { platform: signer.Platform.NOTATION_OCI_SHA384_ECDSA }));
    grantsOf(new HardenedRepository(stack, 'App', { registry })).push(role());
    expect(actionsOf(identityStatements())).toEqual([...PUSH, TOKEN, 'signer:SignPayload'].sort());
  });

  test('is no one else with another registry', () => {
    const [own, given] = [{ ensureScanned: jest.fn(), allowSigning: jest.fn() }, { ensureScanned: jest.fn(), allowSigning: jest.fn() }];
    RepositoryGrants.fromRepository(new HardenedRepository(stack, 'App', { registry: own }), { registry: given }).push(role());
    expect([own.allowSigning.mock.calls.length, given.allowSigning.mock.calls.length]).toEqual([0, 1]);
  });
});

describe.each<[string, (arn: string) => ecrRefs.IRepositoryRef]>([
  ['an import of ours', arn => HardenedRepository.fromRepositoryArn(stack, 'Import', arn)],
  ['an import of the L2', arn => ecr.Repository.fromRepositoryArn(stack, 'Import', arn)],
  ['an import of the L2 by attributes, which forgets the account', arn =>
    ecr.Repository.fromRepositoryAttributes(stack, 'Import', { repositoryArn: arn, repositoryName: arn.split('/').slice(1).join('/') })],
  ['an import of the L1', arn => ecr.CfnRepository.fromRepositoryArn(stack, 'Import', arn)],
])('%s', (_, from) => {
  const OWN = 'arn:aws:ecr:us-east-1:111111111111:repository/team/app';
  const FOREIGN = 'arn:aws:ecr:us-east-1:222222222222:repository/team/app';

  test('of this account is granted in the identity policy', () => {
    expect(grantsOf(from(OWN)).push(role()).success).toBe(true);
    expect(actionsOf(identityStatements())).toEqual([...PUSH, TOKEN].sort());
    expect(identityStatements()[0].Resource).toBe(OWN);
    expect(warnings()).toEqual([]);
  });

  test('of another account is granted there too, and the owner is told what to add', () => {
    expect(grantsOf(from(FOREIGN)).pull(role()).success).toBe(true);
    expect(actionsOf(identityStatements())).toEqual([...PULL, TOKEN].sort());
    // No policy will ask for the tag by which a role is recognized that is not there yet.
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { Tags: Match.absent() });
    expect(warnings()).toEqual([
      'the grantee is in another account than the repository: its owner must add '
      + `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":${JSON.stringify(PULL)}} `
      + '[ack: cdk-hardened-ecr:RepositoryGrants.ownerMustAllow]',
    ]);
  });

  test.each<[string, iam.IPrincipal, string]>([
    ['an account', new iam.AccountPrincipal('333333333333'), '{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::333333333333:root"]},"Action":'],
    ['a role by its ARN', new iam.ArnPrincipal('arn:aws:iam::333333333333:role/puller'), '"Principal":{"AWS":["arn:aws:iam::333333333333:role/puller"]}'],
    ['an organization', ORGANIZATION, JSON.stringify(PullAudience.organization('o-abcd123456')._statements(new Stack())[0])],
    ['an organization with another condition', ORGANIZATION.withConditions({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      '"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abcd123456"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}}'],
  ])('fails to be granted to %s, with what the owner must add', (__, principal, statement) => {
    const grants = grantsOf(from(FOREIGN));
    expect(() => grants.pull(principal)).toThrow("'grantee' must have an identity policy, because the policy of an imported repository is out of reach: its owner must add {");
    expect(() => grants.pull(principal)).toThrow(`${statement}`);
    expect(() => grants.pull(principal)).toThrow('[Team/Import]');
  });

  test('fails to be granted to a role that is imported from another account: nothing would be written anywhere', () => {
    const puller = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::333333333333:role/puller');
    expect(() => grantsOf(from(FOREIGN)).pull(puller)).toThrow('its owner must add {"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::333333333333:role/puller"]}');
  });

  test('is granted to a role that is imported from this account', () => {
    expect(grantsOf(from(OWN)).pull(iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/puller')).success).toBe(true);
    expect(actionsOf(identityStatements())).toEqual([...PULL, TOKEN].sort());
  });

  test('is granted to a principal whose account is not known, without a guess', () => {
    const somebody = new Somebody('arn:aws:iam::222222222222:role/puller');
    expect(grantsOf(from(FOREIGN)).read(somebody).success).toBe(true);
    expect(somebody.statements).toHaveLength(1);
    expect(warnings()).toEqual([]);
  });

  test('fails to let an organization look, with that statement', () => {
    expect(() => grantsOf(from(FOREIGN)).read(ORGANIZATION)).toThrow(
      '{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["ecr:DescribeRepositories","ecr:DescribeImages"],"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abcd123456"}}}');
  });

  test("of another account warns of Lambda's service, with the two statements that its functions need", () => {
    expect(grantsOf(from(FOREIGN)).pull(LAMBDA).success).toBe(false);
    const statements = PullAudience.lambdaFunctions({ accounts: ['111111111111'] })._statements(stack).map(statement => JSON.stringify(statement));
    expect(warnings()).toEqual([
      `a service has no identity policy and the policy of an imported repository is out of reach: its owner must add ${statements.join(' and ')} `
      + '[ack: cdk-hardened-ecr:RepositoryGrants.serviceNotGranted]',
    ]);
  });

  test("of this account warns of Lambda's service, with the one statement", () => {
    expect(grantsOf(from(OWN)).pull(LAMBDA).success).toBe(false);
    expect(warnings()).toEqual([expect.stringContaining('its owner must add {"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]},'
      + `"Action":${JSON.stringify(PULL)},"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:lambda:us-east-1:111111111111:function:*"}}} [ack`)]);
  });

  test('of another account warns of another service, and of an action of Lambda that is no pull', () => {
    const grants = grantsOf(from(FOREIGN));
    const codeBuild = new iam.ServicePrincipal('codebuild.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': ENV.account } } });
    expect([grants.pull(codeBuild).success, grants.read(LAMBDA).success]).toEqual([false, false]);
    expect(warnings()).toEqual([
      expect.stringContaining('{"Effect":"Allow","Principal":{"Service":["codebuild.amazonaws.com"]},'
        + `"Action":${JSON.stringify(PULL)},"Condition":{"StringEquals":{"aws:SourceAccount":"111111111111"}}}`),
      expect.stringContaining('{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]},"Action":["ecr:DescribeRepositories","ecr:DescribeImages"],'),
    ]);
  });

  test('takes the registry whose pushers sign', () => {
    const registry = { ensureScanned: jest.fn(), allowSigning: jest.fn() };
    const pusher = role();
    RepositoryGrants.fromRepository(from(OWN), { registry }).push(pusher);
    expect(registry.allowSigning.mock.calls).toEqual([[pusher, 'team/app']]);
  });

  test.each<[string, (grants: RepositoryGrants) => unknown, string]>([
    ['push to an organization', grants => grants.push(ORGANIZATION), "'grantee' must not be everyone of an organization for"],
    ['pull to everyone', grants => grants.pull(new iam.AnyPrincipal()), "'grantee' must not be everyone, got \"*\""],
  ])('fails to grant %s', (__, grant, message) => {
    const grants = grantsOf(from(OWN));
    expect(() => grant(grants)).toThrow(message);
  });
});

describe('what the owner must add', () => {
  test('has the partition of the repository where this stack knows none', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    const imported = ecr.Repository.fromRepositoryArn(agnostic, 'Import', 'arn:aws-us-gov:ecr:us-gov-west-1:222222222222:repository/team/app');
    expect(() => grantsOf(imported).pull(new iam.AccountPrincipal('333333333333'))).toThrow('{"AWS":["arn:aws-us-gov:iam::333333333333:root"]}');
  });

  test('has a reference where nothing better is known', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    const imported = ecr.Repository.fromRepositoryName(agnostic, 'Import', 'team/app');
    expect(() => grantsOf(imported).pull(new iam.AccountPrincipal('333333333333')))
      .toThrow('{"AWS":[{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::333333333333:root"]]}]}');
    expect(() => grantsOf(ecr.Repository.fromRepositoryArn(agnostic, 'Far', 'arn:aws:ecr:us-east-1:222222222222:repository/team/app'))
      .pull(new iam.ArnPrincipal(Fn.importValue('Puller')))).toThrow('{"AWS":[{"Fn::ImportValue":"Puller"}]}');
  });

  test('is nobody to be warned of where accounts are not known', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    expect(grantsOf(ecr.Repository.fromRepositoryName(agnostic, 'Import', 'team/app')).pull(role(agnostic)).success).toBe(true);
    expect(warnings(agnostic)).toEqual([]);
    const puller = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${Lazy.string({ produce: () => '333333333333' })}:role/puller`);
    expect(grantsOf(ecr.Repository.fromRepositoryName(stack, 'Import', 'team/app')).pull(puller).success).toBe(true);
    expect(warnings()).toEqual([]);
  });
});

describe('a repository of a construct that is neither L1 nor L2', () => {
  /** Takes statements or refuses them, and has no resource to look at. */
  class Elsewhere extends Resource implements ecrRefs.IRepositoryRef {
    public readonly statements: iam.PolicyStatement[] = [];
    public readonly repositoryRef = { repositoryName: 'team/app', repositoryArn: 'arn:aws:ecr:us-east-1:111111111111:repository/team/app' };

    public addToResourcePolicy(statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
      this.statements.push(statement);
      return { statementAdded: true, policyDependable: this };
    }
  }

  test('is asked to add to its policy', () => {
    const repository = new Elsewhere(stack, 'Elsewhere');
    const grant = grantsOf(repository).pull(new iam.AccountPrincipal('222222222222'));
    expect(grant.success).toBe(true);
    expect(repository.statements.map(statement => statement.toStatementJson())).toEqual([expect.objectContaining({ Action: PULL })]);
  });

  test('takes an organization as the grantee has it, for want of a policy that could be merged', () => {
    const repository = new Elsewhere(stack, 'Elsewhere');
    expect(grantsOf(repository).pull(ORGANIZATION).success).toBe(true);
    expect(repository.statements.map(statement => statement.toStatementJson())).toEqual([
      expect.objectContaining({ Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' } } }),
    ]);
  });
});
