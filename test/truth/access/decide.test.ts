import type { Grammar, Principal, Statement } from './decide';
import { GRAMMARS, read } from './decide';

const ROLE: Principal = { kind: 'role', arn: 'arn:aws:iam::111111111111:role/somebody', account: '111111111111' };
const LAMBDA: Principal = { kind: 'service', service: 'lambda.amazonaws.com' };
const PULL: Statement = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'ecr:BatchGetImage' };

interface Asked { readonly principal?: Principal; readonly action?: string; readonly resource?: string; readonly context?: Record<string, string[]> }

function answer(statements: Statement[], { principal = ROLE, action = 'ecr:BatchGetImage', resource, context = {} }: Asked = {}, grammar: Grammar = GRAMMARS.repository) {
  return read({ Statement: statements }, grammar)({ principal, action, resource, context });
}

describe('a policy', () => {
  test('says nothing of what it does not mention', () => {
    expect(answer([])).toBe('nothing');
    expect(answer([PULL], { action: 'ecr:PutImage' })).toBe('nothing');
    expect(answer([PULL])).toBe('allow');
  });

  test('denies what it also allows, in any order', () => {
    expect(answer([PULL, { ...PULL, Effect: 'Deny' }])).toBe('deny');
    expect(answer([{ ...PULL, Effect: 'Deny' }, PULL])).toBe('deny');
  });

  test.each<[string, Statement['Principal'], Principal, boolean]>([
    ['a star is a role', '*', ROLE, true],
    ['a star is a service', { AWS: '*' }, LAMBDA, true],
    ['a star is nobody', { AWS: '*' }, { kind: 'nobody' }, true],
    ['an account is its roles', { AWS: 'arn:aws:iam::111111111111:root' }, ROLE, true],
    ['an account is its roles, by its id', { AWS: ['222222222222', '111111111111'] }, ROLE, true],
    ['an account is no role of another one', { AWS: 'arn:aws:iam::222222222222:root' }, ROLE, false],
    ['an account is no service', { AWS: 'arn:aws:iam::111111111111:root' }, LAMBDA, false],
    ['a role is itself', { AWS: 'arn:aws:iam::111111111111:role/somebody' }, ROLE, true],
    ['a role is no other role', { AWS: 'arn:aws:iam::111111111111:role/some' }, ROLE, false],
    ['a service is itself', { Service: 'lambda.amazonaws.com' }, LAMBDA, true],
    ['a service is no other service', { Service: 'ecr.amazonaws.com' }, LAMBDA, false],
    ['a service is no role', { Service: 'lambda.amazonaws.com' }, ROLE, false],
    ['a provider is itself', { Federated: 'issuer' }, { kind: 'federated', provider: 'issuer' }, true],
    ['a provider is no other', { Federated: 'issuer' }, { kind: 'federated', provider: 'other' }, false],
  ])('knows that %s', (_, element, principal, isNamed) => {
    expect(answer([{ ...PULL, Principal: element }], { principal })).toBe(isNamed ? 'allow' : 'nothing');
  });

  test.each([
    ['ecr:*', 'ecr:PutImage', true], ['*', 'ecr:PutImage', true], ['ecr:Put*', 'ecr:PutImage', true], ['ECR:putimage', 'ecr:PutImage', true],
    ['ecr:PutImag?', 'ecr:PutImage', true], ['ecr:Put', 'ecr:PutImage', false], ['ecrx*', 'ecr:PutImage', false], ['e.r:PutImage', 'ecr:PutImage', false],
  ])('takes %s for %s: %s', (pattern, action, matches) => {
    expect(answer([{ ...PULL, Action: ['ecr:Other', pattern] }], { action })).toBe(matches ? 'allow' : 'nothing');
  });

  test.each([
    ['arn:aws:ecr:us-east-1:111111111111:repository/team/*', true], ['*', true], ['arn:aws:ecr:us-east-1:111111111111:repository/team/app', true],
    ['arn:aws:ecr:us-east-1:111111111111:repository/team', false],
  ])('is about %s: %s', (pattern, matches) => {
    const resource = 'arn:aws:ecr:us-east-1:111111111111:repository/team/app';
    expect(answer([{ ...PULL, Resource: pattern }], { resource }, GRAMMARS.registry)).toBe(matches ? 'allow' : 'nothing');
  });

  test.each<[string, NonNullable<Statement['Condition']>, Record<string, string[]>, boolean]>([
    ['equal', { StringEquals: { 'aws:PrincipalOrgID': ['o-a', 'o-b'] } }, { 'aws:principalorgid': ['o-b'] }, true],
    ['other', { StringEquals: { 'aws:PrincipalOrgID': 'o-a' } }, { 'aws:principalorgid': ['o-b'] }, false],
    ['a star that is none', { StringEquals: { 'aws:PrincipalOrgID': 'o-*' } }, { 'aws:principalorgid': ['o-b'] }, false],
    ['missing', { StringEquals: { 'aws:PrincipalOrgID': 'o-a' } }, {}, false],
    ['missing where it may', { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-a' } }, {}, true],
    ['other where it may be missing', { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-a' } }, { 'aws:principalorgid': ['o-b'] }, false],
    ['like', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-a/*' } }, { 'aws:principalorgpaths': ['o-b/', 'o-a/r/'] }, true],
    ['unlike', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-a/*' } }, { 'aws:principalorgpaths': ['o-b/'] }, false],
    ['an ARN like it, part by part', { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:*:111111111111:function:*' } }, { 'aws:sourcearn': ['arn:aws:lambda:us-east-1:111111111111:function:a:b'] }, true],
    ['an ARN whose star would reach over parts', { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:*:function:*' } }, { 'aws:sourcearn': ['arn:aws:lambda:us-east-1:111111111111:function:a'] }, false],
    ['both', { StringEquals: { 'aws:SourceAccount': '1' }, Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:sourceaccount': ['1'], 'aws:securetransport': ['true'] }, true],
    ['one of two', { StringEquals: { 'aws:SourceAccount': '1' }, Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:sourceaccount': ['1'], 'aws:securetransport': ['false'] }, false],
    ['one of two keys', { StringEquals: { 'aws:SourceAccount': '1', 'aws:SourceOrgID': 'o-a' } }, { 'aws:sourceaccount': ['1'] }, false],
  ])('compares what is %s', (_, condition, context, holds) => {
    expect(answer([{ ...PULL, Condition: condition }], { context })).toBe(holds ? 'allow' : 'nothing');
  });
});

describe('a policy is refused', () => {
  test.each<[string, object, Grammar?]>([
    ['an element of another kind', { Sometimes: true }],
    ['everyone but some', { Principal: undefined, NotPrincipal: { AWS: '*' } }],
    ['every action but some', { Action: undefined, NotAction: 'ecr:PutImage' }],
    ['every resource but some', { NotResource: '*' }, GRAMMARS.registry],
    ['another effect', { Effect: 'allow' }],
    ['no action', { Action: undefined }],
    ['no principal', { Principal: undefined }],
    ['a principal of an identity policy', { Resource: '*' }, GRAMMARS.identity],
    ['a resource in the policy of a repository', { Resource: '*' }],
    ['no resource in the policy of a registry', {}, GRAMMARS.registry],
    ['another kind of principal', { Principal: { CanonicalUser: '79a5' } }],
    ['a principal with a wildcard', { Principal: { AWS: 'arn:aws:iam::111111111111:role/*' } }],
    ['a word for a principal', { Principal: 'everyone' }],
    ['a service with a wildcard', { Principal: { Service: '*.amazonaws.com' } }],
    ['an operator that negates', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-a' } } }],
    ['an operator for every value', { Condition: { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': 'o-a/*' } } }],
    ['an operator for a missing key', { Condition: { Null: { 'aws:PrincipalOrgID': 'false' } } }],
    ['another key', { Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }],
    ['several values for an operator of one', { Condition: { StringLike: { 'aws:PrincipalOrgPaths': 'o-a/*' } } }],
    ['one value for an operator of several', { Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgID': 'o-a' } } }],
    ['a variable', { Condition: { StringEquals: { 'aws:SourceAccount': '${aws:PrincipalAccount}' } } }],
    ['a value that is none', { Condition: { StringEquals: { 'aws:SourceAccount': 1 } } }],
    ['an operator without a key', { Condition: { StringEquals: {} } }],
  ])('for %s', (_, change, grammar = GRAMMARS.repository) => {
    expect(() => answer([{ ...PULL, ...change } as Statement], {}, grammar)).toThrow('not modelled: ');
  });
});
