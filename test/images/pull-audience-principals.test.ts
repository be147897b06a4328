import { App, aws_iam as iam, Aws, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { accounts, policyOf, stackIn } from './policy-of';
import { HardenedRepository, PullAudience } from '../../src';

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const TLS = { Bool: { 'aws:SecureTransport': 'true' } };

describe('PullAudience.principals', () => {
  test('are one statement of ARNs: roles, users and accounts, made here or imported', () => {
    const stack = stackIn();
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
    const imported = iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::222222222222:role/path/deployer');
    const audience = PullAudience.principals(
      role, imported, new iam.ArnPrincipal('arn:aws:iam::222222222222:user/ann'), new iam.AccountPrincipal('333333333333'),
      new iam.ArnPrincipal('arn:aws:sts::222222222222:assumed-role/build/session'),
    );
    expect(policyOf(audience, stack).Statement).toEqual([{
      Sid: 'PullFromPrincipals',
      Effect: 'Allow',
      Principal: {
        AWS: [
          'arn:aws:iam::222222222222:role/path/deployer',
          'arn:aws:iam::222222222222:user/ann',
          'arn:aws:iam::333333333333:root',
          'arn:aws:sts::222222222222:assumed-role/build/session',
          { 'Fn::GetAtt': [expect.stringMatching(/^Role/), 'Arn'] },
        ],
      },
      Action: PULL,
      Condition: TLS,
    }]);
  });

  test('are each there once, also when their tokens differ', () => {
    expect(policyOf(PullAudience.principals(new iam.AccountPrincipal('333333333333'), new iam.AccountPrincipal('333333333333'))).Statement[0].Principal)
      .toEqual({ AWS: 'arn:aws:iam::333333333333:root' });
  });

  test('are in the same order whatever else the app makes: the names of tokens count up', () => {
    const order = (before: number) => {
      Array.from({ length: before }, () => new iam.AccountPrincipal('111111111111').arn);
      return policyOf(PullAudience.principals(...accounts(12).reverse().map(id => new iam.AccountPrincipal(id)))).Statement[0].Principal.AWS;
    };
    const sorted = accounts(12).map(id => `arn:aws:iam::${id}:root`);
    expect([order(0), order(7), order(93)]).toEqual([sorted, sorted, sorted]);
  });

  test('whose ARNs hold tokens are taken when the app is synthesized', () => {
    const stack = new Stack(new App(), 'Team');
    const role = new iam.ArnPrincipal(`arn:${Aws.PARTITION}:iam::222222222222:role/deployer`);
    new HardenedRepository(stack, 'App', { audience: PullAudience.principals(role) });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', {
      RepositoryPolicyText: {
        Statement: [{ Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:role/deployer']] } } }],
      },
    });
  });

  test('are imported where the role is of another stack', () => {
    const app = new App();
    const [owner, user] = [new Stack(app, 'Roles'), new Stack(app, 'Team')];
    const role = new iam.Role(owner, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
    new HardenedRepository(user, 'App', { audience: PullAudience.principals(role) });
    Template.fromStack(user).hasResourceProperties('AWS::ECR::Repository', {
      RepositoryPolicyText: { Statement: [{ Principal: { AWS: { 'Fn::ImportValue': Match.stringLikeRegexp('Role') } } }] },
    });
  });

  test.each<[string, iam.IPrincipal]>([
    ['a service', new iam.ServicePrincipal('lambda.amazonaws.com')],
    ['an organization', new iam.OrganizationPrincipal('o-abcd123456')],
    ['everyone', new iam.AnyPrincipal()],
    ['everyone, as a star', new iam.StarPrincipal()],
    ['a canonical user', new iam.CanonicalUserPrincipal('abc')],
    ['a federated principal', new iam.FederatedPrincipal('cognito-identity.amazonaws.com', {}, 'sts:AssumeRoleWithWebIdentity')],
    ['conditions', new iam.PrincipalWithConditions(new iam.AccountPrincipal('111111111111'), { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
    ['a role and a service together', new iam.CompositePrincipal(
      new iam.ArnPrincipal('arn:aws:iam::111111111111:role/a'), new iam.ServicePrincipal('lambda.amazonaws.com'))],
    ['a wildcard in an ARN', new iam.ArnPrincipal('arn:aws:iam::111111111111:role/*')],
    ['a wildcard in one of two ARNs with tokens', new iam.CompositePrincipal(
      new iam.ArnPrincipal(`arn:${Aws.PARTITION}:iam::111111111111:role/a`), new iam.ArnPrincipal(`arn:${Aws.PARTITION}:iam::111111111111:role/*`))],
    ['a wildcard beside a token', new iam.ArnPrincipal(`arn:${Aws.PARTITION}:iam::111111111111:role/*`)],
  ])('fails with %s', (_, principal) => {
    expect(() => PullAudience.principals(new iam.ArnPrincipal('arn:aws:iam::222222222222:role/a'), principal)).toThrow(
      /^'principals' must be roles, users or accounts, got \{.+\}: use PullAudience.organization\(\), .organizationalUnits\(\) or .lambdaFunctions\(\), or HardenedRepository.addToResourcePolicy\(\) for a statement of your own$/);
  });

  test.each([
    ['another service\'s ARN', 'arn:aws:s3:::bucket'],
    ['a group', 'arn:aws:iam::111111111111:group/team'],
    ['a policy', 'arn:aws:iam::111111111111:policy/p'],
    ['a short account', 'arn:aws:iam::11111111111:role/a'],
    ['a question mark', 'arn:aws:iam::111111111111:role/a?'],
    ['a session with a question mark', 'arn:aws:sts::111111111111:assumed-role/a?/s'],
    ['a name', 'deployer'],
    ['text before it', 'xarn:aws:iam::111111111111:role/a'],
    ['text after it', 'arn:aws:iam::111111111111:root/a'],
  ])('fails with %s', (_, arn) => {
    expect(() => PullAudience.principals(new iam.ArnPrincipal(arn))).toThrow(
      `'principals' must be ARNs of roles, users or accounts without wildcards, got ${JSON.stringify(arn)}: name each, or use PullAudience.accounts()`);
  });

  test.each([
    '111111111111', 'arn:aws:iam::111111111111:role/a', 'arn:aws-us-gov:iam::111111111111:user/path/b', 'arn:aws:iam::111111111111:root',
    'arn:aws:sts::111111111111:assumed-role/a/s', 'arn:aws:sts::111111111111:federated-user/f',
  ])('take %s', arn => {
    expect(policyOf(PullAudience.principals(new iam.ArnPrincipal(arn))).Statement[0].Principal).toEqual({ AWS: arn });
  });
});
