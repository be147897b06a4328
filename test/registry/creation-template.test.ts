import type { InjectionContext, IPropertyInjector } from 'aws-cdk-lib';
import { App, aws_iam as iam, aws_kms as kms, CfnParameter, Lazy, NestedStack, PropertyInjectors, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { messagesOf } from './messages';
import type { RepositoryCreationTemplateProps } from '../../src';
import {
  ImageEncryption, ImageProfile, LifecyclePolicy, LifecycleRule, PrivateRegistry, PullAudience,
  RepositoryCreationTemplate, TagImmutability, TemplateUse,
} from '../../src';

const TEMPLATE = 'AWS::ECR::RepositoryCreationTemplate';
const { PULL_THROUGH_CACHE, REPLICATION, CREATE_ON_PUSH } = TemplateUse;
const DAYS_14 = LifecyclePolicy.of(LifecycleRule.keepNewest(10));
const PLAIN = ImageProfile.of({ encryption: ImageEncryption.AES_256, lifecyclePolicy: DAYS_14 });

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
});

const make = (props: Partial<RepositoryCreationTemplateProps> = {}, id = 'Template') =>
  new RepositoryCreationTemplate(stack, id, { prefix: 'prod', appliedFor: [CREATE_ON_PUSH], ...props });
const arn = (...rest: unknown[]) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ...rest]] });

describe('RepositoryCreationTemplate', () => {
  test('keeps images as releases, with the key of the stack and the role that ECR needs for it', () => {
    make({ description: 'Repositories of production' });

    const template = Template.fromStack(stack);
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    const [role] = Object.keys(template.findResources('AWS::IAM::Role'));
    template.hasResource(TEMPLATE, {
      Properties: {
        Prefix: 'prod',
        AppliedFor: ['CREATE_ON_PUSH'],
        Description: 'Repositories of production',
        ImageTagMutability: 'IMMUTABLE',
        EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': [key, 'Arn'] } },
        LifecyclePolicy: Match.serializedJson(Match.objectLike({ rules: Match.anyValue() })),
        RepositoryPolicy: Match.absent(),
        ResourceTags: Match.absent(),
        CustomRoleArn: { 'Fn::GetAtt': [role, 'Arn'] },
      },
      DeletionPolicy: Match.absent(),
    });
    expect(messagesOf(app)).toEqual([]);
  });

  test('has a role that makes repositories below the prefix, with the key, through ECR', () => {
    make();

    const template = Template.fromStack(stack);
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    const [role] = Object.keys(template.findResources('AWS::IAM::Role'));
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ecr.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Path: Match.absent(),
      Policies: Match.absent(),
    });
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      Roles: [{ Ref: role }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['ecr:CreateRepository', 'ecr:ReplicateImage', 'ecr:TagResource'],
            Resource: arn(':ecr:us-east-1:111111111111:repository/prod/*'),
          },
          {
            Effect: 'Allow',
            Action: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'],
            Resource: { 'Fn::GetAtt': [key, 'Arn'] },
            Condition: { StringEquals: { 'kms:ViaService': 'ecr.us-east-1.amazonaws.com' } },
          },
        ],
      },
    });
  });

  test.each([
    ['prod/', ':ecr:us-east-1:111111111111:repository/prod/*'],
    ['prod/team', ':ecr:us-east-1:111111111111:repository/prod/team/*'],
    [RepositoryCreationTemplate.ROOT, ':ecr:us-east-1:111111111111:repository/*'],
  ])('the role for %s makes repositories of %s', (prefix, resource) => {
    make({ prefix });

    Template.fromStack(stack).hasResourceProperties(TEMPLATE, { Prefix: prefix });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Resource: arn(resource) })]) },
    });
  });

  test('needs no role without a key and tags', () => {
    expect(make({ profile: PLAIN }).role).toBeUndefined();

    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 0);
    Template.fromStack(stack).hasResourceProperties(TEMPLATE, { CustomRoleArn: Match.absent(), EncryptionConfiguration: { EncryptionType: 'AES256' } });
  });

  test('leaves encryption to ECR when the profile does', () => {
    make({ profile: ImageProfile.of({ encryption: ImageEncryption.asDeployed() }) });

    Template.fromStack(stack).hasResourceProperties(TEMPLATE, { EncryptionConfiguration: Match.absent(), CustomRoleArn: Match.absent() });
  });

  test('has a role for tags alone, which touches no key', () => {
    const { role } = make({ profile: ImageProfile.of({ encryption: ImageEncryption.AES_256, tags: { team: 'payments' } }) });

    Template.fromStack(stack).hasResourceProperties(TEMPLATE, {
      ResourceTags: [{ Key: 'team', Value: 'payments' }],
      CustomRoleArn: stack.resolve(role!.roleArn),
    });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: Match.arrayWith(['ecr:TagResource']) })] },
    });
  });

  test('has a role for the key that AWS manages, whose ARN nobody knows', () => {
    make({ profile: ImageProfile.of({ encryption: ImageEncryption.AWS_MANAGED_KEY }) });

    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Resource: arn(':kms:us-east-1:111111111111:key/*'),
          Condition: { StringEquals: { 'kms:ViaService': 'ecr.us-east-1.amazonaws.com' } },
        })]),
      },
    });
  });

  test('has a role for two layers of encryption too', () => {
    const gov = new Stack(app, 'Gov', { env: { account: '111111111111', region: 'us-gov-west-1' } });
    const { role } = new RepositoryCreationTemplate(gov, 'Template', {
      prefix: 'prod', appliedFor: [CREATE_ON_PUSH], profile: ImageProfile.of({ encryption: ImageEncryption.dualLayer() }),
    });

    Template.fromStack(gov).hasResourceProperties(TEMPLATE, {
      EncryptionConfiguration: { EncryptionType: 'KMS_DSSE' }, CustomRoleArn: gov.resolve(role!.roleArn),
    });
  });

  test('has a role for a key of your own', () => {
    const key = new kms.Key(stack, 'Key');
    make({ profile: ImageProfile.of({ encryption: ImageEncryption.customerManaged(key) }) });

    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Resource: stack.resolve(key.keyArn) })]) },
    });
  });

  test('writes the audience as text', () => {
    make({ profile: ImageProfile.release({ audience: PullAudience.organization('o-abcd123456') }) });

    Template.fromStack(stack).hasResourceProperties(TEMPLATE, {
      RepositoryPolicy: Match.serializedJson(Match.objectLike({ Statement: [Match.objectLike({ Sid: 'PullFromOrganization' })] })),
    });
    expect(messagesOf(app)).toEqual([]);
  });

  test('keeps images as a cache does when it is for caches alone', () => {
    make({ appliedFor: [PULL_THROUGH_CACHE] });

    Template.fromStack(stack).hasResourceProperties(TEMPLATE, { AppliedFor: ['PULL_THROUGH_CACHE'], ImageTagMutability: 'MUTABLE' });
    expect(messagesOf(app)).toEqual([]);
  });

  test('keeps images as releases when it is for replication too', () => {
    make({ appliedFor: [REPLICATION, CREATE_ON_PUSH] });
    Template.fromStack(stack).hasResourceProperties(TEMPLATE, { AppliedFor: ['REPLICATION', 'CREATE_ON_PUSH'], ImageTagMutability: 'IMMUTABLE' });
  });

  test('the logical id never changes', () => {
    make();
    expect(Object.keys(Template.fromStack(stack).findResources(TEMPLATE))).toEqual(['Template576A9730']);
    expect(Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Role'))).toEqual(['TemplateRoleD9B99DD4']);
  });

  test('can be changed by a property injector', () => {
    class Describe implements IPropertyInjector {
      public readonly constructUniqueId = RepositoryCreationTemplate.PROPERTY_INJECTION_ID;
      public inject(originalProps: RepositoryCreationTemplateProps, _context: InjectionContext): RepositoryCreationTemplateProps {
        return { description: 'ours', ...originalProps };
      }
    }
    PropertyInjectors.of(stack).add(new Describe());
    make();

    Template.fromStack(stack).hasResourceProperties(TEMPLATE, { Description: 'ours' });
  });
});

describe('prefix', () => {
  const MESSAGE = "'prefix' must be 1 to 256 lowercase letters and digits, with a single '.', '_', '-' or '/' between them and a '/' at the end or none, "
    + 'or RepositoryCreationTemplate.ROOT, got ';

  test.each([
    [''], ['Prod'], ['prod*'], ['/prod'], ['prod//api'], ['prod//'], ['a--b'], ['a__b'], ['-a'], ['a-'], ['a-/b'], ['root/ROOT'], ['x'.repeat(257)],
  ])('fails with %j', prefix => {
    expect(() => make({ prefix })).toThrow(`${MESSAGE}${JSON.stringify(prefix)} [Stack/Template]`);
  });

  test.each([['a'], ['prod/'], ['prod/team-1/a_b.c'], ['ROOT'], ['x'.repeat(256)]])('takes its legal neighbour %j', prefix => {
    expect(() => make({ prefix })).not.toThrow();
  });

  test('a token skips the check', () => {
    expect(make({ prefix: Lazy.string({ produce: () => 'prod' }) }).prefix).toMatch(/Token/);
  });

  test.each([['prod', 'prod'], ['prod', 'prod/'], ['prod/', 'prod'], ['ROOT', 'ROOT']])('fails with %j and %j in a registry', (first, second) => {
    make({ prefix: first }, 'First');
    expect(() => make({ prefix: second }, 'Second')).toThrow(
      `'prefix' must be the prefix of one template in a registry, got ${JSON.stringify(second)} in Stack/First too: `
      + "make one template for all uses, before others need it: 'appliedFor', or 'replicated' of a namespace [Stack/Second]");
  });

  test('fails with the same prefix in a nested stack, and in a stack that shares the registry', () => {
    const registry = PrivateRegistry.of(stack);
    registry.addCreationTemplate('First', { prefix: 'prod', appliedFor: [REPLICATION] });
    const props = { prefix: 'prod', appliedFor: [REPLICATION] };

    expect(() => new RepositoryCreationTemplate(new NestedStack(stack, 'Nested'), 'Second', props)).toThrow('in Stack/PrivateRegistry/First too');
    expect(() => new RepositoryCreationTemplate(new Stack(app, 'Other'), 'Second', { ...props, registry })).toThrow('in Stack/PrivateRegistry/First too');
  });

  test('takes the same prefix in another registry, and another one in this', () => {
    make({ prefix: 'prod' }, 'First');
    make({ prefix: 'production' }, 'Second');
    make({ prefix: 'prod/team' }, 'Third');
    make({ prefix: 'prodteam' }, 'Fourth');
    new RepositoryCreationTemplate(new Stack(app, 'Other'), 'First', { prefix: 'prod', appliedFor: [REPLICATION] });

    Template.fromStack(stack).resourceCountIs(TEMPLATE, 4);
  });

  test('takes the same token twice: nobody knows what it becomes', () => {
    const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
    make({ prefix }, 'First');
    expect(() => make({ prefix }, 'Second')).not.toThrow();
  });
});

describe('appliedFor and description', () => {
  test.each([
    ['no use', { appliedFor: [] }, "'appliedFor' must have at least one use, got []: one of PULL_THROUGH_CACHE, REPLICATION, CREATE_ON_PUSH [Stack/Template]"],
    ['a use twice', { appliedFor: [REPLICATION, CREATE_ON_PUSH, REPLICATION] },
      '\'appliedFor\' must have no use twice, got ["REPLICATION","CREATE_ON_PUSH","REPLICATION"] [Stack/Template]'],
    ['257 characters', { description: 'x'.repeat(257) }, "'description' must have at most 256 characters, got 257 [Stack/Template]"],
  ])('fails with %s', (_, props, message) => {
    expect(() => make(props)).toThrow(message);
  });

  test('reports everything at once', () => {
    expect(() => make({ prefix: 'A', appliedFor: [], description: 'x'.repeat(257) })).toThrow(/'prefix'.*\n'appliedFor'.*\n'description'/);
  });

  test.each([
    ['every use', { appliedFor: [PULL_THROUGH_CACHE, REPLICATION, CREATE_ON_PUSH] }],
    ['256 characters', { description: 'x'.repeat(256) }],
    ['a description that is a token', { description: Lazy.string({ produce: () => 'x'.repeat(300) }) }],
  ])('takes %s', (_, props) => {
    expect(() => make(props)).not.toThrow();
  });
});

describe('warnings', () => {
  const warn = (id: string) => expect.stringContaining(`[ack: cdk-hardened-ecr:RepositoryCreationTemplate.${id}]`);

  test.each([
    ['releases', undefined],
    ['some tags', ImageProfile.release({ tagImmutability: TagImmutability.immutableExcept('latest') })],
  ])('warns of a cache with immutable tags: %s', (_, profile) => {
    make({ appliedFor: [PULL_THROUGH_CACHE, CREATE_ON_PUSH], profile });
    expect(messagesOf(app)).toContainEqual(
      "/Stack/Template: a cache can't refresh a tag that does not move: 'latest' stays what it was at the first pull. "
      + 'Give the cache a prefix and a template of its own, with ImageProfile.cache() [ack: cdk-hardened-ecr:RepositoryCreationTemplate.immutableCache]');
  });

  test('does not warn of tags that move in a cache, and does elsewhere', () => {
    make({ appliedFor: [PULL_THROUGH_CACHE], profile: ImageProfile.cache() }, 'Cache');
    make({ appliedFor: [REPLICATION], prefix: 'copies', profile: ImageProfile.cache() }, 'Copies');

    expect(messagesOf(app)).toEqual([warn('tagsMove')]);
    expect(messagesOf(app)[0]).toMatch(/^\/Stack\/Copies: tags can be moved/);
  });

  test('warns of what a cache relaxes but for its tags', () => {
    make({ appliedFor: [PULL_THROUGH_CACHE], profile: ImageProfile.cache({ encryption: ImageEncryption.AES_256 }) });
    expect(messagesOf(app)).toEqual([warn('noCustomerManagedKey')]);
  });

  test('warns of what a profile relaxes, but for scanning, which templates do not have', () => {
    make({ profile: ImageProfile.of({ encryption: ImageEncryption.AES_256, tagImmutability: TagImmutability.immutableExcept('latest'), scanOnPush: false }) });
    expect(messagesOf(app)).toEqual([warn('someTagsMove'), warn('noCustomerManagedKey'), warn('noLifecyclePolicy')]);
  });
});

describe('a statement for the repositories of a template', () => {
  const statement = () => new iam.PolicyStatement({ principals: [new iam.ArnPrincipal('arn:aws:iam::222222222222:role/ci')], actions: ['ecr:PutImage'], resources: ['*'] });
  const policies = () => Object.values(Template.fromStack(stack).findResources(TEMPLATE))
    .map(({ Properties }) => JSON.parse(Properties?.RepositoryPolicy).Statement);
  const WRITTEN = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222222222222:role/ci' }, Action: 'ecr:PutImage' };

  test('is their policy, without resources', () => {
    make().addToRepositoryPolicy(statement());
    expect(policies()).toEqual([[WRITTEN]]);
  });

  test('stands beside what the audience allows, and others', () => {
    const template = make({ profile: ImageProfile.release({ audience: PullAudience.organization('o-abcd123456') }) });
    template.addToRepositoryPolicy(statement());
    template.addToRepositoryPolicy(new iam.PolicyStatement({ principals: [new iam.ArnPrincipal('arn:aws:iam::333333333333:role/ci')], actions: ['ecr:GetRepositoryPolicy'] }));
    expect(policies()).toEqual([[
      expect.objectContaining({ Sid: 'PullFromOrganization' }), WRITTEN,
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::333333333333:role/ci' }, Action: 'ecr:GetRepositoryPolicy' },
    ]]);
  });

  test.each<[string, iam.IPrincipal, number]>([
    ['everyone', new iam.AnyPrincipal(), 1],
    ['everyone of an organization', new iam.OrganizationPrincipal('o-abcd123456'), 0],
    ['an account', new iam.AccountPrincipal('222222222222'), 0],
  ])('warns of a statement for %s: %d times', (_, principal, warnings) => {
    make().addToRepositoryPolicy(new iam.PolicyStatement({ principals: [principal], actions: ['ecr:BatchGetImage'] }));
    expect(messagesOf(app)).toEqual(Array(warnings).fill(expect.stringMatching(
      /^\/Stack\/Template: a statement of the policy of repositories that ECR makes is for "\*" .*\[ack: cdk-hardened-ecr:RepositoryCreationTemplate.openToEveryone\]$/)));
  });

  test('says what it is used for', () => {
    expect(make({ appliedFor: [REPLICATION, CREATE_ON_PUSH] }).appliedFor).toEqual([REPLICATION, CREATE_ON_PUSH]);
  });
});
