import { App, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PrivateRegistry } from '../../src';

const EXCLUSION = 'AWS::ECR::PullTimeUpdateExclusion';
const LONGEST = `arn:aws:iam::111111111111:role/${'x'.repeat(200 - 31)}`;

let app: App;
let stack: Stack;
let registry: PrivateRegistry;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack');
  registry = PrivateRegistry.of(stack);
});

const newRole = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
const known = (arn: string, id = 'Known') => iam.Role.fromRoleArn(stack, id, arn);

describe('excludeFromPullTime', () => {
  test('has a resource a role', () => {
    const [a, b] = [newRole('A'), newRole('B')];
    registry.excludeFromPullTime(a, b);
    registry.excludeFromPullTime(a);

    Template.fromStack(stack).resourceCountIs(EXCLUSION, 2);
    Template.fromStack(stack).hasResource(EXCLUSION, { Properties: { PrincipalArn: stack.resolve(a.roleArn) }, DeletionPolicy: Match.absent() });
    Template.fromStack(stack).hasResourceProperties(EXCLUSION, { PrincipalArn: stack.resolve(b.roleArn) });
  });

  test('takes the L1', () => {
    registry.excludeFromPullTime(new iam.CfnRole(stack, 'L1', { assumeRolePolicyDocument: {} }));
    Template.fromStack(stack).hasResourceProperties(EXCLUSION, { PrincipalArn: { 'Fn::GetAtt': ['L1', 'Arn'] } });
  });

  test('takes a role once that was imported twice', () => {
    registry.excludeFromPullTime(known('arn:aws:iam::111111111111:role/scanner', 'A'), known('arn:aws:iam::111111111111:role/scanner', 'B'));
    Template.fromStack(stack).hasResourceProperties(EXCLUSION, { PrincipalArn: 'arn:aws:iam::111111111111:role/scanner' });
    Template.fromStack(stack).resourceCountIs(EXCLUSION, 1);
  });

  test('the logical id depends on the role alone, not on its order', () => {
    registry.excludeFromPullTime(newRole('A'), newRole('B'));
    const first = Object.keys(Template.fromStack(stack).findResources(EXCLUSION)).sort();
    const again = new Stack(new App(), 'Stack');
    PrivateRegistry.of(again).excludeFromPullTime(...['B', 'A'].map(id => new iam.Role(again, id, { assumedBy: new iam.AccountRootPrincipal() })));

    expect(Object.keys(Template.fromStack(again).findResources(EXCLUSION)).sort()).toEqual(first);
  });

  test.each([
    ['201 characters', `${LONGEST}x`],
    ['an account of 11 digits', 'arn:aws:iam::11111111111:role/scanner'],
    ['a space', 'arn:aws:iam::111111111111:role/a b'],
  ])('fails with %s', (_, arn) => {
    expect(() => registry.excludeFromPullTime(known(arn))).toThrow(
      `'roles' must have ARNs of roles, of at most 200 characters, got ${JSON.stringify(arn)} [Stack/Known]`);
  });

  test.each([
    ['a user', 'arn:aws:iam::111111111111:user/scanner'],
    ['something before it', 'an arn:aws:iam::111111111111:role/scanner'],
  ])('fails with %s', (_, roleArn) => {
    const role = Object.assign(new iam.CfnUser(stack, 'Other'), { roleRef: { roleArn, roleName: 'scanner' } });
    expect(() => registry.excludeFromPullTime(role)).toThrow(`'roles' must have ARNs of roles, of at most 200 characters, got "${roleArn}"`);
  });

  test.each([[LONGEST], ['arn:aws-us-gov:iam::111111111111:role/path/to/scanner_1+=,.@-']])('takes its neighbour %s', arn => {
    registry.excludeFromPullTime(known(arn));
    Template.fromStack(stack).hasResourceProperties(EXCLUSION, { PrincipalArn: arn });
  });

  test('fails with 101 roles, and names them', () => {
    Array.from({ length: 100 }, (_, i) => registry.excludeFromPullTime(newRole(`R${i}`)));
    expect(() => app.synth()).not.toThrow();

    registry.excludeFromPullTime(newRole('R100'));
    expect(() => app.synth({ force: true })).toThrow(
      /'roles' must be at most 100 in a registry, got 101: let scanners share a role; they come from Stack\/R0, .*, Stack\/R100/);
  });
});
