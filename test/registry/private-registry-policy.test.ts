import { App, aws_iam as iam, CfnParameter, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { errorOf, messagesOf } from './messages';
import { PrivateRegistry, RegistryScanning } from '../../src';

const POLICY = 'AWS::ECR::RegistryPolicy';
const source = new iam.AccountPrincipal('222222222222');
const actions = ['ecr:CreateRepository', 'ecr:ReplicateImage'];

let app: App;
let stack: Stack;
let registry: PrivateRegistry;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
  registry = PrivateRegistry.of(stack);
});

const statements = () => {
  const [policy] = Object.values(Template.fromStack(stack).findResources(POLICY));
  return policy.Properties.PolicyText.Statement;
};

describe('addToRegistryPolicy', () => {
  test('adds a statement for every repository of this registry', () => {
    registry.addToRegistryPolicy(new iam.PolicyStatement({ sid: 'Replication', principals: [source], actions }));

    Template.fromStack(stack).hasResource(POLICY, {
      Properties: {
        PolicyText: {
          Version: '2012-10-17',
          Statement: [{
            Sid: 'Replication',
            Effect: 'Allow',
            Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:root']] } },
            Action: actions,
            Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:us-east-1:111111111111:repository/*']] },
          }],
        },
      },
      DeletionPolicy: Match.absent(),
    });
  });

  test('keeps the repositories that the statement names', () => {
    registry.addToRegistryPolicy(new iam.PolicyStatement({ principals: [source], actions, resources: ['arn:aws:ecr:us-east-1:111111111111:repository/prod/*'] }));
    expect(statements()[0].Resource).toBe('arn:aws:ecr:us-east-1:111111111111:repository/prod/*');
  });

  test('keeps the repositories that the statement leaves out', () => {
    registry.addToRegistryPolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY, principals: [source], actions, notResources: ['arn:aws:ecr:us-east-1:111111111111:repository/prod/*'],
    }));
    expect(statements()[0]).toMatchObject({ NotResource: 'arn:aws:ecr:us-east-1:111111111111:repository/prod/*' });
    expect(statements()[0].Resource).toBeUndefined();
  });

  test('merges contributions into one policy, and statements that are alike into one', () => {
    const statement = (sid: string) => new iam.PolicyStatement({ sid, principals: [source], actions });
    registry.addToRegistryPolicy(statement('A'));
    registry.addToRegistryPolicy(statement('B'), new Construct(stack, 'Other'));
    registry.addToRegistryPolicy(statement('A'));

    Template.fromStack(stack).resourceCountIs(POLICY, 1);
    expect(statements().map(({ Sid }: { Sid: string }) => Sid)).toEqual(['A', 'B']);
  });

  test('takes a copy: what is checked is what is deployed', () => {
    const statement = new iam.PolicyStatement({ principals: [source], actions });
    registry.addToRegistryPolicy(statement);
    statement.addActions('ecr:DeleteRepository');

    expect(statements()[0].Action).toEqual(actions);
    expect(statement.resources).toEqual([]);
  });

  test('the logical id never changes', () => {
    registry.addToRegistryPolicy(new iam.PolicyStatement({ principals: [source], actions }));
    expect(Object.keys(Template.fromStack(stack).findResources(POLICY))).toEqual(['PrivateRegistryPolicy197D0FC5']);
  });

  test.each([
    ['no principal', { actions }, '\'statement\' must be one of a resource policy, got {"Action":["ecr:CreateRepository","ecr:ReplicateImage"],"Effect":"Allow"}: '
      + 'A PolicyStatement used in a resource-based policy must specify at least one IAM principal. [Stack/PrivateRegistry]'],
    ['no action', { principals: [source] }, 'A PolicyStatement must specify at least one'],
    ['an action of another service', { principals: [source], actions: ['ecr:CreateRepository', 's3:GetObject', 'kms:*'] },
      '\'statement\' must have actions of ECR, got ["s3:GetObject","kms:*"]: a registry policy takes no others'],
    ['another service left out', { effect: iam.Effect.DENY, principals: [source], notActions: ['s3:GetObject'] }, 'got ["s3:GetObject"]'],
  ])('fails with %s', (_, props, message) => {
    expect(() => registry.addToRegistryPolicy(new iam.PolicyStatement(props))).toThrow(message);
    Template.fromStack(stack).resourceCountIs(POLICY, 0);
  });

  test.each([
    ['an action that is a token', { principals: [source], actions: [Lazy.string({ produce: () => 'ecr:PutImage' })] }],
    ['an action that is a reference', { principals: [source], actions: [Fn.importValue('Action')] }],
    ['every action', { principals: [source], actions: ['*'] }],
    ['an action in other letters', { principals: [source], actions: ['ECR:createrepository'] }],
  ])('takes its neighbour with %s', (_, props) => {
    expect(() => registry.addToRegistryPolicy(new iam.PolicyStatement(props))).not.toThrow();
  });
});

describe('a statement that allows everyone', () => {
  const everyone = (conditions?: object, principal: iam.IPrincipal = new iam.AnyPrincipal()) =>
    new iam.PolicyStatement({ principals: [principal], actions, conditions });

  test.each([
    ['no condition', everyone()],
    ['{"AWS": "*"} beside an account', new iam.PolicyStatement({ principals: [source, new iam.AnyPrincipal()], actions })],
    ['"*"', everyone(undefined, new iam.StarPrincipal())],
    ['everyone but one', new iam.PolicyStatement({ notPrincipals: [source], actions })],
    ['a condition on something else', everyone({ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } })],
    ['a condition that holds without the key', everyone({ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-abcd123456' } })],
    ['a condition that holds for an empty set', everyone({ 'ForAllValues:StringEquals': { 'aws:PrincipalOrgPaths': 'o-abcd123456/*' } })],
    ['a negation', everyone({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' } })],
    ['a pattern that every organization matches', everyone({ StringLike: { 'aws:PrincipalOrgID': '*' } })],
    ['several wildcards', everyone({ StringLike: { 'aws:PrincipalOrgID': '**?' } })],
    ['a pattern that every organization matches, beside one', everyone({ StringLike: { 'aws:PrincipalOrgID': ['o-abcd123456', '*'] } })],
  ])('fails with %s', (_, statement) => {
    expect(() => registry.addToRegistryPolicy(statement)).toThrow(
      /'statement' must not allow everyone, got \{.*\}: name accounts, or add a condition such as StringEquals aws:PrincipalOrgID \[Stack\/PrivateRegistry\]/);
  });

  test.each([
    ['an organization', everyone(undefined, new iam.OrganizationPrincipal('o-abcd123456'))],
    ['organizational units', everyone({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-abcd123456/r-ab12/ou-ab12-11111111/*' } })],
    ['accounts', everyone({ StringEquals: { 'AWS:principalaccount': ['111111111111', '222222222222'] } })],
    ['a pattern of roles', everyone({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/puller' } })],
    ['a pattern that starts with a wildcard', everyone({ StringLike: { 'aws:PrincipalArn': '*:role/puller' } })],
    ['one condition of two', everyone({ Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 'aws:RequestedRegion': 'us-east-1', 'aws:PrincipalOrgID': 'o-abcd123456' } })],
  ])('passes when pinned to %s', (_, statement) => {
    expect(() => registry.addToRegistryPolicy(statement)).not.toThrow();
  });

  test.each([
    ['acknowledged where it is pinned', everyone({ StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' } }), true],
    ['nothing to acknowledge for an account with the same condition', everyone({ StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' } }, source), false],
    ['nothing to acknowledge for a denial', new iam.PolicyStatement({
      effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions, conditions: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' } },
    }), false],
    ['nothing to acknowledge for a denial without a condition', new iam.PolicyStatement({ effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions }), false],
    ['nothing to acknowledge for an account', everyone(undefined, source), false],
  ])('cdk-nag: %s', (_, statement, acknowledged) => {
    registry.addToRegistryPolicy(statement);
    const ids = registry.node.findChild('Policy').node.metadata
      .filter(({ type }) => type === 'aws:cdk:acknowledged-rules').flatMap(({ data }) => Object.keys(data as object));
    expect(ids).toEqual(acknowledged ? ['AwsSolutions-ECR1', 'AwsSolutions::AwsSolutions-ECR1'] : []);
  });

  test.each([
    ['a denial', new iam.PolicyStatement({ effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions })],
    ['a service', new iam.PolicyStatement({ principals: [new iam.ServicePrincipal('lambda.amazonaws.com')], actions })],
  ])('is not %s', (_, statement) => {
    expect(() => registry.addToRegistryPolicy(statement)).not.toThrow();
  });
});

describe('beside enhanced scanning', () => {
  const deny = (props: iam.PolicyStatementProps = {}) => registry.addToRegistryPolicy(new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    ...props,
    actions: props.notActions ? undefined : props.actions ?? ['ecr:PutRegistryScanningConfiguration'],
  }));
  const FAILURE = "'statement' must not deny 'ecr:PutRegistryScanningConfiguration' beside enhanced scanning, got {";

  test.each([
    ['the action', {}],
    ['every action', { actions: ['ecr:*'] }],
    ['every action of every service', { actions: ['*'] }],
    ['a pattern, in other letters', { actions: ['ecr:GetRegistryPolicy', 'ECR:put*'] }],
    ['all but other actions', { notActions: ['ecr:BatchGetImage'] }],
    ['it to the account', { principals: [new iam.AccountPrincipal('111111111111')] }],
    ['it to the account, as an id', { principals: [new iam.ArnPrincipal('111111111111')] }],
    ['it to this account and another', { principals: [new iam.AccountPrincipal('222222222222'), new iam.AccountRootPrincipal()] }],
    ['it to an account that is a reference', { principals: [new iam.ArnPrincipal(`arn:aws:iam::${Fn.importValue('Account')}:root`)] }],
    ['it to everyone but one', { principals: undefined, notPrincipals: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/admin')] }],
  ])('fails when the policy denies %s', (_, props) => {
    registry.scanWith(RegistryScanning.enhanced());
    deny(props);

    expect(() => app.synth()).toThrow(FAILURE);
    expect(() => app.synth()).toThrow('Amazon Inspector then can turn enhanced scanning neither on nor off; name the actions that are meant');
  });

  test('fails in whichever order they come, and with a repository that counts on it', () => {
    deny();
    registry.ensureScanned('app', stack);

    expect(() => app.synth()).toThrow(FAILURE);
  });

  test.each([
    ['another action', { actions: ['ecr:PutImage'] }],
    ['all but this action', { notActions: ['ecr:PutRegistry*'] }],
    ['it to a role', { principals: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/developer')] }],
    ['it to another account', { principals: [new iam.AccountPrincipal('222222222222')] }],
    ['an action that is a reference', { actions: [Fn.importValue('Action')] }],
    ['it to a service', { principals: [new iam.ServicePrincipal('lambda.amazonaws.com')] }],
  ])('passes when it denies %s', (_, props) => {
    registry.scanWith(RegistryScanning.enhanced());
    deny(props);

    expect(messagesOf(app)).toEqual([]);
  });

  test('passes when it allows the action', () => {
    registry.scanWith(RegistryScanning.enhanced());
    deny({ effect: iam.Effect.ALLOW, principals: [new iam.AccountPrincipal('111111111111')] });

    expect(messagesOf(app)).toEqual([]);
  });

  test('passes beside basic scanning, and without scanning', () => {
    deny();
    expect(() => app.synth()).not.toThrow();

    registry.scanWith(RegistryScanning.basic());
    expect(() => app.synth({ force: true })).not.toThrow();
  });

  test.each([
    ['a known account, deployed to an unknown one', new iam.AccountPrincipal('222222222222')],
    ['an unknown account', new iam.AccountRootPrincipal()],
  ])('fails for an account that may be this one: %s', (_, principal) => {
    registry = PrivateRegistry.of(new Stack(app, 'Anywhere'));
    registry.scanWith(RegistryScanning.enhanced());
    deny({ principals: [principal] });

    expect(() => app.synth()).toThrow(FAILURE);
  });

  test('warns of a denial under a condition', () => {
    registry.scanWith(RegistryScanning.enhanced());
    deny({ conditions: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/aws-service-role/*' } } });

    expect(messagesOf(app)).toEqual([expect.stringMatching(new RegExp(
      "^/Stack/PrivateRegistry: the registry policy denies 'ecr:PutRegistryScanningConfiguration' under a condition: "
      + 'where it holds for Amazon Inspector, Amazon Inspector then can turn .*denyMayStopInspector\\]$'))]);
  });
});

describe('the length of the policy', () => {
  /** A policy of exactly so many characters: the Sid makes up what is missing. */
  function fill(length: number, contributor?: Construct): void {
    const resource = 'arn:aws:ecr:us-east-1:111111111111:repository/*';
    const bare = JSON.stringify({
      Statement: [{
        Action: 'ecr:ReplicateImage', Effect: 'Allow', Principal: { AWS: '222222222222' }, Resource: resource, Sid: '',
      }],
      Version: '2012-10-17',
    });
    registry.addToRegistryPolicy(new iam.PolicyStatement({
      sid: 'x'.repeat(length - bare.length),
      principals: [new iam.ArnPrincipal('222222222222')],
      actions: ['ecr:ReplicateImage'],
      resources: [resource],
    }), contributor);
  }

  test('passes with 10,240 characters', () => {
    fill(10_240);
    expect(messagesOf(app)).toEqual([]);
  });

  test('fails with 10,241 characters, and names who made them', () => {
    fill(10_241, new Construct(stack, 'Replication'));

    const error = errorOf(() => app.synth());
    expect(error).toContain('the registry policy must have at most 10240 characters, got at least 10241: '
      + 'name an organization rather than accounts, or leave repositories to fewer statements; they come from Stack/Replication');
  });

  test.each([[10_010, []], [10_011, [expect.stringMatching(
    /^\/Anywhere\/PrivateRegistry: the registry policy may have up to 10241 characters, and ECR takes 10240: .*name an organization rather than accounts, .*; they come from Anywhere\/PrivateRegistry \[ack: cdk-hardened-ecr:PrivateRegistry.policyMayBeTooLong\]$/)]]])('warns when it is the Region that decides (%i)', (length, warnings) => {
    registry = PrivateRegistry.of(new Stack(app, 'Anywhere'));
    registry.addToRegistryPolicy(new iam.PolicyStatement({ sid: 'x'.repeat(length), principals: [new iam.ArnPrincipal('222222222222')], actions }));

    expect(messagesOf(app)).toEqual(warnings);
  });

  test('is silent about a reference whose length nobody knows', () => {
    const principal = new iam.ArnPrincipal(new CfnParameter(stack, 'Puller').valueAsString);
    registry.addToRegistryPolicy(new iam.PolicyStatement({ principals: [principal], actions }));

    expect(messagesOf(app)).toEqual([]);
  });
});
