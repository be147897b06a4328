import { aws_iam as iam, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import type { Policy } from './policy-of';
import { policyOf, stackIn } from './policy-of';
import type { PullRequest } from './who-may-pull';
import { mayPull } from './who-may-pull';
import { PullAudience } from '../../src';
import { documentSize } from '../../src/private/document-size';

/** One way to be in an audience, and, said independently of any policy, who is in it by that. */
interface Part {
  readonly audience: () => PullAudience;
  readonly admits: (request: PullRequest) => boolean;
}

const REGION = 'us-east-1';
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const ORGANIZATIONS = ['o-abcd123456', 'o-efgh789012'];
const ACCOUNTS = ['111111111111', '222222222222', '333333333333'];
const [UNIT, NEIGHBOUR, OTHER] = ['o-abcd123456/r-ab12/ou-ab12-11111111', 'o-abcd123456/r-ab12/ou-ab12-111111112', 'o-efgh789012/r-zz99/ou-zz99-22222222'];
const PATHS = [UNIT, `${UNIT}/ou-ab12-33333333`, NEIGHBOUR, OTHER];
const ROLES = [...ACCOUNTS, '444444444444'].flatMap(account => ['deployer', 'deployer2'].map(name => `arn:aws:iam::${account}:role/${name}`));
const accountOf = (arn: string) => arn.split(':')[4];

/** Everyone there is: in each unit and organization, in none, strangers, and functions here, elsewhere and of strangers. */
const WORLD: PullRequest[] = ['ecr:PutImage', 'ecr:SetRepositoryPolicy', ...PULL].flatMap(action => [true, false].flatMap<PullRequest>(tls => [
  ...ROLES.flatMap(role => [
    { role, action, tls },
    { role, action, tls, organization: 'o-stranger00', organizationPath: 'o-stranger00/r-ab12/ou-ab12-11111111/' },
    ...ORGANIZATIONS.map(organization => ({ role, action, tls, organization, organizationPath: `${organization}/r-ab12/` })),
    ...PATHS.map(path => ({ role, action, tls, organization: path.split('/')[0], organizationPath: `${path}/` })),
  ]),
  ...[...ACCOUNTS, '444444444444'].flatMap(account => ['lambda', 'codebuild'].flatMap(service => [undefined, 'o-stranger00', ...ORGANIZATIONS]
    .flatMap(sourceOrganization => [`${service}:${REGION}:${account}:function:f`, `lambda:eu-west-1:${account}:function:f`, `lambda:${REGION}:${account}:layer:f`]
      .map(source => ({ service: `${service}.amazonaws.com`, sourceArn: `arn:aws:${source}`, sourceOrganization, action, tls }))))),
]));

const isPull = ({ action, tls }: PullRequest) => PULL.includes(action) && tls;
const isFetchByLambda = (request: PullRequest) =>
  'service' in request && request.service === 'lambda.amazonaws.com' && PULL.slice(1).includes(request.action);

const organization = fc.constantFrom(...ORGANIZATIONS).map<Part>(id => ({
  audience: () => PullAudience.organization(id),
  admits: request => isPull(request) && 'role' in request && request.organization === id,
}));
const units = fc.uniqueArray(fc.constantFrom(...PATHS), { minLength: 1 }).map<Part>(paths => ({
  audience: () => PullAudience.organizationalUnits(...paths),
  admits: request => isPull(request) && 'role' in request && paths.some(path => request.organizationPath?.startsWith(`${path}/`)),
}));
const accounts = fc.array(fc.constantFrom(...ACCOUNTS), { minLength: 1, maxLength: 4 }).map<Part>(ids => ({
  audience: () => PullAudience.accounts(...ids),
  admits: request => isPull(request) && 'role' in request && ids.includes(accountOf(request.role)),
}));
const principals = fc.array(fc.constantFrom(...ROLES), { minLength: 1, maxLength: 4 }).map<Part>(arns => ({
  audience: () => PullAudience.principals(...arns.map(arn => new iam.ArnPrincipal(arn))),
  admits: request => isPull(request) && 'role' in request && arns.includes(request.role),
}));
const functionsOfAccounts = fc.array(fc.constantFrom(...ACCOUNTS), { minLength: 1, maxLength: 4 }).map<Part>(ids => ({
  audience: () => PullAudience.lambdaFunctions({ accounts: ids }),
  admits: request => 'role' in request
    ? isPull(request) && ids.includes(accountOf(request.role))
    : isFetchByLambda(request) && ids.some(id => request.sourceArn === `arn:aws:lambda:${REGION}:${id}:function:f`),
}));
const functionsOfOrganization = fc.constantFrom(...ORGANIZATIONS).map<Part>(organizationId => ({
  audience: () => PullAudience.lambdaFunctions({ organizationId }),
  admits: request => 'role' in request
    ? isPull(request) && request.organization === organizationId
    : isFetchByLambda(request) && request.sourceOrganization === organizationId,
}));
const part = fc.oneof(organization, units, accounts, principals, functionsOfAccounts, functionsOfOrganization);
const parts = fc.array(part, { minLength: 1, maxLength: 6 });

const together = (some: Part[]) => PullAudience.anyOf(...some.map(({ audience }) => audience()));

/** What CloudFormation makes of the intrinsics that are left in a stack without an environment. */
function deployed(value: unknown, pseudo: Record<string, string>): unknown {
  if (Array.isArray(value)) {
    return value.map(item => deployed(item, pseudo));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if ('Ref' in value) {
    return pseudo[value.Ref as string];
  }
  if ('Fn::Join' in value) {
    const [delimiter, joined] = deployed(value['Fn::Join'], pseudo) as [string, string[]];
    return joined.join(delimiter);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deployed(item, pseudo)]));
}

describe('any audience', () => {
  test('allows exactly those who are in it, among everyone there is', () => {
    fc.assert(fc.property(parts, some => {
      const policy = policyOf(together(some), stackIn(REGION)) as Parameters<typeof mayPull>[0];
      for (const request of WORLD) {
        const expected = some.some(({ admits }) => admits(request));
        if (mayPull(policy, request) !== expected) {
          throw new Error(`${expected ? 'not allowed' : 'allowed'}: ${JSON.stringify(request)} by ${JSON.stringify(policy)}`);
        }
      }
    }), { numRuns: 60 });
  });

  test('admits someone of this world, and leaves someone out', () => {
    fc.assert(fc.property(parts, some => {
      const answers = new Set(WORLD.map(request => some.some(({ admits }) => admits(request))));
      expect(answers).toEqual(new Set([true, false]));
    }));
  });

  test('has one statement for a kind, and every list sorted, each entry once and never alone', () => {
    fc.assert(fc.property(parts, some => {
      const { Statement } = policyOf(together(some), stackIn(REGION));
      expect(new Set(Statement.map(({ Sid }) => Sid)).size).toBe(Statement.length);
      expect(Statement.length).toBeLessThanOrEqual(6);
      const operands = Statement.flatMap(({ Principal, Condition }) => [Principal, ...Object.values(Condition)] as object[]);
      const lists = operands.flatMap(operand => Object.values(operand)).filter(Array.isArray);
      for (const list of lists) {
        expect(list).toEqual([...new Set(list)].sort());
        expect(list.length).toBeGreaterThan(1);
      }
    }));
  });

  test('is the same text in whatever order it is put together', () => {
    fc.assert(fc.property(parts, some => {
      expect(JSON.stringify(policyOf(together([...some].reverse())))).toBe(JSON.stringify(policyOf(together(some))));
    }));
  });

  test('is as long as its bounds say, wherever it is deployed', () => {
    const regions = fc.constantFrom(['aws', 'us-east-1'], ['aws', 'ap-southeast-1'], ['aws-cn', 'cn-northwest-1'], ['aws-us-gov', 'us-gov-west-1']);
    fc.assert(fc.property(parts, regions, (some, [partition, region]) => {
      const stack = new Stack();
      const policy: Policy = policyOf(together(some), stack);
      const { min, max } = documentSize(policy);
      const { length } = JSON.stringify(deployed(policy, { 'AWS::Partition': partition, 'AWS::Region': region }));
      expect(length).toBeGreaterThanOrEqual(min);
      expect(length).toBeLessThanOrEqual(max);
      expect(documentSize(policyOf(together(some), stackIn(region))).min).toBe(length);
    }));
  });
});

describe('the reader of policies that judges these tests', () => {
  const inside = { role: 'arn:aws:iam::111111111111:role/a', organization: 'o-abcd123456', action: PULL[1], tls: true };
  const statement = (over: object) => ({ Effect: 'Allow', Principal: { AWS: '*' }, Action: PULL, Condition: {}, ...over });
  const policy = (over: object) => ({ Version: '2012-10-17', Statement: [statement(over)] }) as Parameters<typeof mayPull>[0];

  test('lets everyone in where nothing is pinned', () => {
    expect(mayPull(policy({}), inside)).toBe(true);
  });

  test.each([
    ['another organization', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-efgh789012' } } }],
    ['another account', { Principal: { AWS: 'arn:aws:iam::222222222222:root' } }],
    ['another role', { Principal: { AWS: 'arn:aws:iam::111111111111:role/b' } }],
    ['a service', { Principal: { Service: 'lambda.amazonaws.com' } }],
    ['another action', { Action: 'ecr:PutImage' }],
    ['no TLS', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    ['a key that the request lacks', { Condition: { StringEquals: { 'aws:SourceOrgID': 'o-abcd123456' } } }],
    ['paths like another', { Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': '*' } } }],
  ])('keeps out by %s', (_, over) => {
    expect(mayPull(policy(over), inside)).toBe(false);
  });

  test.each([
    ['another effect', { Effect: 'Sometimes' }],
    ['NotAction', { NotAction: 'ecr:PutImage' }],
    ['an operator', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-efgh789012' } } }],
    ['an operator without a key', { Condition: { StringEquals: {} } }],
    ['a kind of principal', { Principal: { CanonicalUser: 'x' } }],
  ])('refuses %s that it does not know', (_, over) => {
    expect(() => mayPull(policy(over), inside)).toThrow();
  });
});
