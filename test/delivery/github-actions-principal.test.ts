import { App, aws_ecr as ecr, aws_iam as iam, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { GitHubActionsPrincipalOptions } from '../../src';
import { GitHubActionsPrincipal, RepositoryGrants } from '../../src';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Team', { env: { account: '111111111111', region: 'us-east-1' } });
});

const URL = 'https://token.actions.githubusercontent.com';

function trustOf(assumedBy: iam.IPrincipal): unknown[] {
  const role = new iam.Role(stack, 'Role', { assumedBy });
  const id = stack.getLogicalId(role.node.defaultChild as iam.CfnRole);
  return Template.fromStack(stack).findResources('AWS::IAM::Role')[id].Properties.AssumeRolePolicyDocument.Statement;
}

const subjectOf = (principal: iam.IPrincipal) =>
  (principal.policyFragment.conditions.StringEquals as Record<string, unknown>)['token.actions.githubusercontent.com:sub'];

describe('GitHubActionsPrincipal', () => {
  test("lets a branch's workflows assume a role, through the provider that the account has", () => {
    expect(trustOf(GitHubActionsPrincipal.branch('acme/payments', 'main'))).toEqual([{
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: {
        Federated: {
          'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':oidc-provider/token.actions.githubusercontent.com']],
        },
      },
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': 'repo:acme/payments:ref:refs/heads/main',
        },
      },
    }]);
  });

  test('lets the jobs of an environment, whose colons GitHub writes in another way', () => {
    expect(subjectOf(GitHubActionsPrincipal.environment('acme/payments', 'production'))).toBe('repo:acme/payments:environment:production');
    expect(subjectOf(GitHubActionsPrincipal.environment('octo-org/octo-repo', 'Production:V1'))).toBe('repo:octo-org/octo-repo:environment:Production%3AV1');
    expect(subjectOf(GitHubActionsPrincipal.environment('a/b', 'x:y:z'))).toBe('repo:a/b:environment:x%3Ay%3Az');
  });

  test('names repositories with their numbers', () => {
    const ids = { ownerId: '123456', repositoryId: '456789' };
    expect(subjectOf(GitHubActionsPrincipal.branch('octo-org/octo-repo', 'main', ids))).toBe('repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main');
    expect(subjectOf(GitHubActionsPrincipal.environment('octo-org/octo-repo', 'production', ids))).toBe('repo:octo-org@123456/octo-repo@456789:environment:production');
  });

  test('is one of several that assume a role', () => {
    expect(trustOf(new iam.CompositePrincipal(
      GitHubActionsPrincipal.branch('acme/payments', 'main'), GitHubActionsPrincipal.environment('acme/payments', 'production'),
    ))).toHaveLength(2);
  });

  test.each<[string, () => NonNullable<GitHubActionsPrincipalOptions['provider']>, unknown]>([
    ['made here', () => new iam.OidcProviderNative(stack, 'GitHub', { url: URL, clientIds: ['sts.amazonaws.com'] }), { Ref: expect.stringMatching(/^GitHub/) }],
    ['made here as an L1', () => new iam.CfnOIDCProvider(stack, 'GitHub', { url: URL, clientIdList: ['other', 'sts.amazonaws.com'] }),
      { Ref: 'GitHub' }],
    ['made here as an L1 with what is not known yet', () => new iam.CfnOIDCProvider(stack, 'GitHub', {
      url: Lazy.string({ produce: () => URL }), clientIdList: Lazy.list({ produce: () => ['sts.amazonaws.com'] }),
    }), { Ref: 'GitHub' }],
    ['made here by a custom resource', () => new iam.OpenIdConnectProvider(stack, 'GitHub', { url: URL, clientIds: ['sts.amazonaws.com'] }),
      { Ref: expect.stringMatching(/^GitHub/) }],
    ['imported', () => iam.OidcProviderNative.fromOidcProviderArn(stack, 'GitHub', 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com'),
      'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com'],
  ])('takes a provider that was %s', (_, provider, arn) => {
    expect(trustOf(GitHubActionsPrincipal.branch('acme/payments', 'main', { provider: provider() })))
      .toEqual([expect.objectContaining({ Principal: { Federated: arn } })]);
  });

  test.each<[string, () => NonNullable<GitHubActionsPrincipalOptions['provider']>, string]>([
    ['another one by its ARN', () => iam.OidcProviderNative.fromOidcProviderArn(stack, 'Provider', 'arn:aws:iam::111111111111:oidc-provider/gitlab.com'),
      "'provider' must be the one for token.actions.githubusercontent.com, got \"arn:aws:iam::111111111111:oidc-provider/gitlab.com\" [Team/Provider]"],
    ['another one by its URL', () => new iam.OidcProviderNative(stack, 'Provider', { url: 'https://gitlab.com', clientIds: ['sts.amazonaws.com'] }),
      "'provider' must have the URL \"https://token.actions.githubusercontent.com\", got \"https://gitlab.com\" [Team/Provider]"],
    ['one for nobody we know', () => new iam.CfnOIDCProvider(stack, 'Provider', { url: URL, clientIdList: ['https://github.com/acme'] }),
      "'provider' must have \"sts.amazonaws.com\" among its client ids, got [\"https://github.com/acme\"]: AWS refuses the tokens otherwise [Team/Provider]"],
  ])('fails with %s', (_, provider, message) => {
    expect(() => GitHubActionsPrincipal.branch('acme/payments', 'main', { provider: provider() })).toThrow(message);
  });

  test.each(['a/b', 'acme/payments', 'Acme-2/.github', 'mona_acme/a.b_c-d', `${'a'.repeat(39)}/${'b'.repeat(100)}`, 'a/...'])('takes the repository %j', repository => {
    expect(subjectOf(GitHubActionsPrincipal.branch(repository, 'main'))).toBe(`repo:${repository}:ref:refs/heads/main`);
  });

  test.each([
    '', 'payments', 'acme/', '/payments', 'acme/*', '*/payments', 'acme/pay?ents', 'acme/payments/api', 'acme/pay ments', 'acme/.', 'acme/..', '-acme/payments',
    'https://github.com/acme/payments', 'acme/payments:ref', 'acme@1/payments', 'acme/${aws:username}', `${'a'.repeat(40)}/b`, `a/${'b'.repeat(101)}`, 'acme/pay\nments',
  ])('fails with the repository %j', repository => {
    const message = `'repository' must be an owner and a repository on GitHub like "acme/payments", without wildcards, got ${JSON.stringify(repository)}`;
    expect(() => GitHubActionsPrincipal.branch(repository, 'main')).toThrow(message);
    expect(() => GitHubActionsPrincipal.environment(repository, 'production')).toThrow(message);
  });

  test.each(['m', 'main', 'release/1.x', 'feature/a.b-c_d', 'fix-#42', 'a@b', '@a', 'a{b}', '$x', 'v1.lock2', 'heads/refs', 'a]'])('takes the branch %j', branch => {
    expect(subjectOf(GitHubActionsPrincipal.branch('a/b', branch))).toBe(`repo:a/b:ref:refs/heads/${branch}`);
  });

  test.each([
    '', '*', 'release/*', 'ma?n', 'refs/heads/main', 'refs/tags/v1', 'a b', 'a\tb', 'a\x7fb', 'ä', 'a..b', 'a//b', '/a', 'a/', '.a', 'a/.b', 'a.', 'a.lock', 'a.lock/b', 'a@{b',
    '@', 'a~b', 'a^b', 'a:b', 'a[b', 'a\\b', 'a${b}', 'a\0b', 'a\nb',
  ])('fails with the branch %j', branch => {
    expect(() => GitHubActionsPrincipal.branch('a/b', branch))
      .toThrow(`'branch' must be the name of a branch, without refs/heads/ and without wildcards, got ${JSON.stringify(branch)}`);
  });

  test.each(['p', 'production', 'Prod EU', 'x'.repeat(255), 'a/b', 'x$', '{x}', '~'])('takes the environment %j', environment => {
    expect(subjectOf(GitHubActionsPrincipal.environment('a/b', environment))).toBe(`repo:a/b:environment:${environment}`);
  });

  test.each(['', '*', 'prod*', 'pro?', 'a\nb', 'a\x1fb', 'a\x7fb', 'ü', '${x}', 'x'.repeat(256)])('fails with the environment %j', environment => {
    expect(() => GitHubActionsPrincipal.environment('a/b', environment))
      .toThrow(`'environment' must be 1 to 255 characters that can be printed, without wildcards, got ${JSON.stringify(environment)}`);
  });

  test.each<[GitHubActionsPrincipalOptions, string]>([
    [{ ownerId: '1' }, "'ownerId' and 'repositoryId' must be given both or not at all, got {\"ownerId\":\"1\"}: GitHub puts both into the subject"],
    [{ repositoryId: '1' }, "'ownerId' and 'repositoryId' must be given both or not at all, got {\"repositoryId\":\"1\"}"],
    [{ ownerId: 'acme', repositoryId: '1' }, "'ownerId' must be a number, got \"acme\""],
    [{ ownerId: '1', repositoryId: '*' }, "'repositoryId' must be a number, got \"*\""],
    [{ ownerId: '0', repositoryId: '1' }, "'ownerId' must be a number, got \"0\""],
    [{ ownerId: '1', repositoryId: '' }, "'repositoryId' must be a number, got \"\""],
    [{ ownerId: '1', repositoryId: '1x' }, "'repositoryId' must be a number, got \"1x\""],
  ])('fails with the numbers %j', (ids, message) => {
    expect(() => GitHubActionsPrincipal.branch('a/b', 'main', ids)).toThrow(message);
  });

  test('says everything at once', () => {
    expect(() => GitHubActionsPrincipal.branch('acme', '*', { ownerId: '1' })).toThrow(/'repository'.*\n'branch'.*\n'ownerId'/);
  });

  test('a token skips the check', () => {
    const token = Lazy.string({ produce: () => 'known later' });
    expect(() => GitHubActionsPrincipal.branch(token, token)).not.toThrow();
    expect(() => GitHubActionsPrincipal.environment(token, token)).not.toThrow();
    expect(() => GitHubActionsPrincipal.branch('a/b', 'main', { ownerId: token, repositoryId: token })).not.toThrow();
    expect(() => GitHubActionsPrincipal.branch(token, 'main', { ownerId: '1', repositoryId: '2' }))
      .toThrow("'repository' must be known at synth beside 'ownerId' and 'repositoryId', got a token");
  });

  test('is granted nothing by itself: a repository policy knows no federated users', () => {
    const grants = RepositoryGrants.fromRepository(new ecr.CfnRepository(stack, 'App'));
    expect(() => grants.push(GitHubActionsPrincipal.branch('acme/payments', 'main'))).toThrow('make a role that it assumes and grant to the role [Team/App]');
  });
});
