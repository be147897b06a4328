import { App, aws_ecr as ecr, aws_iam as iam, Aws, CfnCondition, CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { accounts, policyOf, stackIn } from './policy-of';
import { HardenedRepository, ImageProfile, PullAudience } from '../../src';

const ORGANIZATION = 'o-abcd123456';
const UNIT = `${ORGANIZATION}/r-ab12/ou-ab12-11111111`;

describe('PullAudience in a stack', () => {
  describe('tokens', () => {
    const stack = new Stack();
    const parameter = (id: string) => new CfnParameter(stack, id).valueAsString;

    test('are taken for ids and paths', () => {
      const [organization, unit, account] = [parameter('Organization'), parameter('Unit'), parameter('Account')];
      const { Statement } = policyOf(PullAudience.anyOf(
        PullAudience.organization(organization),
        PullAudience.organizationalUnits(unit),
        PullAudience.accounts(account, '111111111111'),
      ), stack);
      expect(Statement[0].Condition.StringEquals).toEqual({ 'aws:PrincipalOrgID': { Ref: 'Organization' } });
      expect(Statement[1].Condition.StringEquals).toEqual({ 'aws:PrincipalOrgID': { 'Fn::Select': [0, { 'Fn::Split': ['/', { Ref: 'Unit' }] }] } });
      expect(Statement[1].Condition['ForAnyValue:StringLike']).toEqual({ 'aws:PrincipalOrgPaths': { 'Fn::Join': ['', [{ Ref: 'Unit' }, '/*']] } });
      const arn = (id: unknown[]) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ...id]] });
      expect(Statement[2].Principal.AWS).toEqual([arn([':iam::', { Ref: 'Account' }, ':root']), arn([':iam::111111111111:root'])]);
    });

    test('at the end of a path leave the organization at its start readable', () => {
      const path = `${ORGANIZATION}/r-ab12/${parameter('UnitId')}`;
      expect(policyOf(PullAudience.organizationalUnits(path), stack).Statement[0].Condition.StringEquals).toEqual({ 'aws:PrincipalOrgID': ORGANIZATION });
    });

    test('that are set later are waited for', () => {
      let id: string | undefined;
      const lazy = Lazy.string({ produce: () => id });
      const app = new App();
      const team = new Stack(app, 'Team');
      new HardenedRepository(team, 'App', { audience: PullAudience.organization(lazy) });
      id = ORGANIZATION;
      Template.fromStack(team).hasResourceProperties('AWS::ECR::Repository', {
        RepositoryPolicyText: { Statement: [{ Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } } }] },
      });
    });

    test('of paths that are set later are pinned as if they had been known', () => {
      const lazy = Lazy.string({ produce: () => `${UNIT}/` });
      expect(policyOf(PullAudience.organizationalUnits(lazy), stack)).toEqual(policyOf(PullAudience.organizationalUnits(UNIT), stack));
    });

    test.each<[string, (id: string) => PullAudience, string]>([
      ['an organization', id => PullAudience.organization(id), "'organizationId' must be 'o-' and 10 to 32 lowercase letters or digits"],
      ['a path', id => PullAudience.organizationalUnits(id), "'paths' must be from the organization down to a unit"],
      ['functions of an organization', id => PullAudience.lambdaFunctions({ organizationId: id }), "'organizationId' must be"],
      ['an account', id => PullAudience.accounts(id), "'accounts' must be 12 digits each"],
    ])('that come to nothing for %s fail, because the statement would be for everyone', (_, audience, message) => {
      for (const [value, got] of [[undefined, 'nothing'], ['', '""'], ['*', '"*"']]) {
        const team = new Stack(new App(), 'Team');
        new HardenedRepository(team, 'App', { audience: audience(Lazy.string({ produce: () => value })) });
        expect(() => Template.fromStack(team)).toThrow(message);
        expect(() => Template.fromStack(team)).toThrow(`got ${got}`);
      }
    });

    test('that may remove the pin when it is deployed fail', () => {
      const team = new Stack(new App(), 'Team');
      const isShared = new CfnCondition(team, 'IsShared', { expression: Fn.conditionEquals(Aws.ACCOUNT_ID, '111111111111') });
      const id = Token.asString(Fn.conditionIf(isShared.logicalId, ORGANIZATION, Aws.NO_VALUE));
      new HardenedRepository(team, 'App', { audience: PullAudience.organization(id) });
      expect(() => Template.fromStack(team)).toThrow(
        /'organizationId' must be .*, got \{"Fn::If":\["IsShared","o-abcd123456",\{"Ref":"AWS::NoValue"\}\]\}/);
    });

    test('that choose between two values when it is deployed are taken', () => {
      const team = new Stack(new App(), 'Team');
      const isOther = new CfnCondition(team, 'IsOther', { expression: Fn.conditionEquals(Aws.ACCOUNT_ID, '111111111111') });
      const id = Token.asString(Fn.conditionIf(isOther.logicalId, 'o-efgh789012', ORGANIZATION));
      expect(policyOf(PullAudience.organization(id), team).Statement[0].Condition.StringEquals)
        .toEqual({ 'aws:PrincipalOrgID': { 'Fn::If': ['IsOther', 'o-efgh789012', ORGANIZATION] } });
    });

    test.each<[string, (list: string[]) => PullAudience, string]>([
      ['accounts', list => PullAudience.accounts(...list), 'accounts'],
      ['accounts of functions', list => PullAudience.lambdaFunctions({ accounts: list }), 'accounts'],
      ['paths', list => PullAudience.organizationalUnits(...list), 'paths'],
    ])('that stand for a list of %s fail', (_, audience, parameterName) => {
      expect(() => audience(Fn.split(',', Aws.STACK_NAME))).toThrow(
        new RegExp(`^'${parameterName}' must be a list whose length is known, got a token: pass its entries one by one, they may be tokens$`));
    });
  });

  describe('rendering', () => {
    test('is done once a stack', () => {
      const [audience, stack] = [PullAudience.accounts('111111111111'), stackIn()];
      expect(audience._render(new HardenedRepository(stack, 'A'))).toBe(audience._render(new HardenedRepository(stack, 'B')));
    });

    test('is not shared by stacks of other Regions, partitions or apps', () => {
      const audience = PullAudience.lambdaFunctions({ accounts: ['111111111111'] });
      const app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
      const sources = [stackIn('us-east-1', app, 'A'), stackIn('cn-north-1', app, 'B'), stackIn('eu-west-1'), new Stack(app, 'C')]
        .map(stack => JSON.stringify(policyOf(audience, stack)));
      expect(sources.map(source => /arn:[^"]*:lambda:[^"]*/.exec(source)?.[0])).toEqual([
        'arn:aws:lambda:us-east-1:111111111111:function:*',
        'arn:aws-cn:lambda:cn-north-1:111111111111:function:*',
        'arn:aws:lambda:eu-west-1:111111111111:function:*',
        undefined,
      ]);
    });
  });

  describe('size', () => {
    const roles = (count: number, length: number, prefix = 'arn:aws:iam::111111111111:role/') =>
      PullAudience.principals(...Array.from({ length: count }, (_, i) => new iam.ArnPrincipal(`${prefix}${String(i).padStart(length, 'r')}`)));
    const length = (audience: PullAudience) => JSON.stringify(policyOf(audience)).length;

    test('of 10,240 characters is the most', () => {
      // The last name fills the policy up to the limit, then by one more.
      const missing = 10240 - length(PullAudience.anyOf(roles(100, 60), roles(1, 61)));
      const filled = (extra: number) => PullAudience.anyOf(roles(100, 60), roles(1, 61 + missing + extra));
      expect([filled(0), filled(1)].map(length)).toEqual([10240, 10241]);
      const stack = stackIn();
      new HardenedRepository(stack, 'App', { audience: filled(0) });
      expect(() => Template.fromStack(stack)).not.toThrow();
      const over = stackIn();
      new HardenedRepository(over, 'App', { audience: filled(1) });
      expect(() => Template.fromStack(over)).toThrow("[Team/App] the policy of 'audience' must have at most 10240 characters, got at least 10241: "
        + 'use PullAudience.organization() or PullAudience.organizationalUnits()');
    });

    test('that may be over the limit is warned of, once a stack, where the length of the partition decides', () => {
      const stack = new Stack(new App(), 'Team');
      const profile = ImageProfile.release({ audience: PullAudience.accounts(...accounts(260)) });
      new HardenedRepository(stack, 'A', { profile });
      new HardenedRepository(stack, 'B', { profile });
      const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('PullAudience.policyMayBeTooLong'));
      expect(warnings.map(({ id }) => id)).toEqual(['/Team/A']);
      expect(warnings[0].entry.data).toMatch(/^the policy of 'audience' may have up to 1\d{4} characters, and ECR takes 10240: give the stack a Region and turn on @aws-cdk\/core:enablePartitionLiterals, or use PullAudience/);
    });

    test('that fits in any case is not warned of', () => {
      const stack = new Stack(new App(), 'Team');
      new HardenedRepository(stack, 'App', { audience: PullAudience.accounts(...accounts(249)) });
      Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('policyMayBeTooLong'));
    });

    test('that depends on parameters is not guessed', () => {
      const stack = new Stack(new App(), 'Team');
      const { valueAsString } = new CfnParameter(stack, 'Account');
      new HardenedRepository(stack, 'App', { audience: PullAudience.accounts(...accounts(250), valueAsString) });
      Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('policyMayBeTooLong'));
    });
  });
});

describe('the Region of Lambda functions', () => {
  const functions = (region?: string) => PullAudience.lambdaFunctions({ accounts: ['222222222222'], region });
  const stack = () => new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });

  test('fails when it is not the repository\'s', () => {
    expect(() => functions('eu-west-1')._statements(stack())).toThrow('\'region\' must be the repository\'s own, "us-east-1", got "eu-west-1"');
    expect(() => PullAudience.anyOf(functions(), functions('eu-west-1'))._statements(stack())).toThrow("'region' must be the repository's own");
    expect(() => PullAudience.lambdaFunctions({ organizationId: 'o-abcd123456', region: 'eu-west-1' })._statements(stack())).toThrow("'region' must be the repository's own");
  });

  test.each([['the same', 'us-east-1'], ['not given', undefined], ['a token', Aws.REGION]])('is taken when it is %s', (_, region) => {
    expect(() => functions(region)._statements(stack())).not.toThrow();
  });

  test('is not compared where the stack has none', () => {
    expect(() => functions('eu-west-1')._statements(new Stack())).not.toThrow();
  });
});

describe('an audience that grows', () => {
  const ACCOUNT = PullAudience.accounts('222222222222');
  const given = (audience: PullAudience) => {
    const stack = new Stack(new App(), 'Stack');
    new ecr.CfnRepository(stack, 'Repository', { repositoryPolicyText: audience._render(stack) });
    new ecr.CfnRepositoryCreationTemplate(stack, 'Template', { prefix: 'a', appliedFor: ['REPLICATION'], repositoryPolicy: audience._renderText(stack) });
    return stack;
  };
  const policies = (stack: Stack) => {
    const { Repository, Template: template } = Template.fromStack(stack).toJSON().Resources;
    return [Repository.Properties?.RepositoryPolicyText, template.Properties?.RepositoryPolicy];
  };

  test('is no policy while nobody is in it', () => {
    expect(PullAudience._growing()._isNobody).toBe(true);
    expect(policies(given(PullAudience._growing()))).toEqual([undefined, undefined]);
  });

  test('is, in a repository and as text, whoever has joined by the synth', () => {
    const audience = PullAudience._growing();
    const stack = given(audience);
    audience._admit(PullAudience.organization('o-abcd123456'));
    audience._admit(PullAudience.principals(new iam.ArnPrincipal('arn:aws:iam::333333333333:role/puller')));
    const [policy, text] = policies(stack);
    expect(policy.Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual(['PullFromOrganization', 'PullFromPrincipals']);
    expect(JSON.parse(text)).toEqual(policy);
    expect(audience._isNobody).toBe(false);
  });

  test('leaves those alone whom it is made of', () => {
    const growing = PullAudience._growing(ACCOUNT);
    growing._admit(PullAudience.organization('o-abcd123456'));
    expect(ACCOUNT._isOrganizationWide).toBe(false);
    expect(growing._isOrganizationWide).toBe(true);
  });

  test('fails at synth when more have joined than ECR takes', () => {
    const audience = PullAudience._growing(ACCOUNT);
    const stack = given(audience);
    audience._admit(PullAudience.accounts(...accounts(400)));
    expect(() => Template.fromStack(stack)).toThrow("the policy of 'audience' must have at most 10240 characters");
  });

  test.each<[string, PullAudience, boolean]>([
    ['accounts', ACCOUNT, false],
    ['the functions of accounts', PullAudience.lambdaFunctions({ accounts: ['222222222222'] }), true],
    ['the functions of an organization', PullAudience.lambdaFunctions({ organizationId: 'o-abcd123456' }), true],
  ])('knows whether Lambda is in it: %s', (_, audience, expected) => {
    expect(PullAudience._growing(audience)._isForLambda).toBe(expected);
  });
});
