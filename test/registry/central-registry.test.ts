import { App, aws_ecr as ecr, aws_iam as iam, Lazy, NestedStack, PropertyInjectors, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { errorOf, messagesOf } from './messages';
import type { CentralRegistryProps, PullThroughCacheOptions, ReplicationOptions } from '../../src';
import {
  AudiencePlacement, CentralRegistry, HardenedRepository, ImageEncryption, ImageProfile, LifecyclePolicy, PrivateRegistry, PullAudience,
  ReplicationDestination, TagImmutability, TemplateUse, UpstreamRegistry,
} from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const ORGANIZATION = PullAudience.organization('o-abcd123456');
const OTHERS = PullAudience.accounts('222222222222');

function given(props: CentralRegistryProps = {}) {
  const app = new App();
  const stack = new Stack(app, 'Central', { env: ENV });
  const central = new CentralRegistry(stack, 'Registry', props);
  return { app, stack, central };
}

/** The properties of a repository, by its name. */
function repositoryOf(stack: Stack, name: string) {
  const [found] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository', { Properties: { RepositoryName: name } }));
  return found?.Properties;
}

const sidsOf = (stack: Stack, name: string): string[] | undefined =>
  repositoryOf(stack, name)?.RepositoryPolicyText?.Statement.map(({ Sid }: { Sid: string }) => Sid);

describe('CentralRegistry', () => {
  test('holds repositories by name, hardened, with one key, scanned continuously', () => {
    const { stack } = given({ repositories: ['payments/api', 'payments/worker'] });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ECR::Repository', 2);
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.allResourcesProperties('AWS::ECR::Repository', {
      ImageTagMutability: 'IMMUTABLE',
      EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': [Match.stringLikeRegexp('^RegistryKey'), 'Arn'] } },
      RepositoryPolicyText: Match.absent(),
    });
    template.hasResource('AWS::ECR::Repository', { DeletionPolicy: 'RetainExceptOnCreate', Properties: { RepositoryName: 'payments/api' } });
    template.hasResourceProperties('AWS::ECR::RegistryScanningConfiguration', { ScanType: 'ENHANCED' });
  });

  test('writes its audience into the policy of each repository, those that are added later too', () => {
    const { stack, central } = given({ audience: ORGANIZATION, repositories: ['payments/api'] });
    central.addRepository('search/api');
    expect(sidsOf(stack, 'payments/api')).toEqual(['PullFromOrganization']);
    expect(sidsOf(stack, 'search/api')).toEqual(['PullFromOrganization']);
    Template.fromStack(stack).resourceCountIs('AWS::ECR::RegistryPolicy', 0);
  });

  test('keeps the policy for 40 accounts under 2,500 characters', () => {
    const accounts = Array.from({ length: 40 }, (_, i) => String(222222222200 + i));
    const { stack } = given({ audience: PullAudience.accounts(...accounts), repositories: ['payments/api'] });
    const policy = JSON.stringify(repositoryOf(stack, 'payments/api')!.RepositoryPolicyText);
    // As deployed: the partition's reference becomes 'aws'.
    const deployed = policy.replace(/\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]*)"\]\]\}/g, '"arn:aws$1"');
    accounts.forEach(account => expect(deployed).toContain(`"arn:aws:iam::${account}:root"`));
    expect(deployed.length).toBeLessThan(2_500);
  });

  test.each<[string, ImageProfile | undefined, string[] | undefined]>([
    ['nothing: the audience of the registry', undefined, ['PullFromOrganization']],
    ['a profile without an audience: the audience of the registry', ImageProfile.release({ keep: 5 }), ['PullFromOrganization']],
    ['a profile with one: its own', ImageProfile.release({ audience: OTHERS }), ['PullFromAccounts']],
  ])('the nearer audience wins: %s', (_, profile, sids) => {
    const { stack, central } = given({ audience: ORGANIZATION });
    central.addRepository('search/api', { profile });
    central.addRepository('search/web', { profile, audience: undefined });
    expect(sidsOf(stack, 'search/api')).toEqual(sids);
    expect(sidsOf(stack, 'search/web')).toEqual(sids);
  });

  test.each<[string, PullAudience | undefined, string[]]>([
    ['counts', undefined, ['PullFromAccounts']],
    ['is replaced by the one beside it', ORGANIZATION, ['PullFromOrganization']],
  ])("an audience in the registry's profile %s", (_, audience, sids) => {
    const { stack } = given({ audience, profile: ImageProfile.release({ audience: OTHERS }), repositories: ['payments/api'] });
    expect(sidsOf(stack, 'payments/api')).toEqual(sids);
  });

  test.each([
    ['Region', { ...ENV, region: 'eu-west-1' }], ['account', { ...ENV, account: '222222222222' }],
  ])('fails with the registry of another %s', (_, env) => {
    const app = new App();
    const registry = PrivateRegistry.of(new Stack(app, 'Elsewhere', { env }));
    expect(() => new CentralRegistry(new Stack(app, 'Central', { env: ENV }), 'Registry', { registry })).toThrow(
      "'registry' must be that of the central registry's account and Region, got the one of Elsewhere [Central/Registry]");
    expect(() => new CentralRegistry(new Stack(app, 'Agnostic'), 'Registry', { registry })).not.toThrow();
  });

  test('the nearer setting wins: repository over profile over registry', () => {
    const { stack, central } = given({ profile: ImageProfile.release({ tags: { team: 'platform' }, tagImmutability: TagImmutability.immutableExcept('latest') }) });
    central.addRepository('a/registry');
    central.addRepository('a/profile', { profile: ImageProfile.release({ tags: { team: 'a' } }) });
    central.addRepository('a/repository', { profile: ImageProfile.release({ tags: { team: 'a' } }), tags: { team: 'b' }, audience: OTHERS });
    central.addRepository('a/setting', { tags: { team: 'c' } });
    const tagsOf = (name: string) => repositoryOf(stack, name)!.Tags.map(({ Value }: { Value: string }) => Value);
    expect([tagsOf('a/registry'), tagsOf('a/profile'), tagsOf('a/repository'), tagsOf('a/setting')]).toEqual([['platform'], ['a'], ['b'], ['c']]);
    expect(repositoryOf(stack, 'a/setting')!.ImageTagMutability).toBe('IMMUTABLE_WITH_EXCLUSION');
    expect(repositoryOf(stack, 'a/profile')!.ImageTagMutability).toBe('IMMUTABLE');
    expect(sidsOf(stack, 'a/repository')).toEqual(['PullFromAccounts']);
  });

  test('passes on what becomes of a repository', () => {
    const { stack, central } = given();
    central.addRepository('scratch/app', { removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true });
    Template.fromStack(stack).hasResource('AWS::ECR::Repository', { DeletionPolicy: 'Delete', Properties: { RepositoryName: 'scratch/app', EmptyOnDelete: true } });
  });

  test('takes repositories as they were deployed', () => {
    const { stack, central } = given();
    central.addRepository('old/app', { encryption: ImageEncryption.asDeployed(), lifecyclePolicy: LifecyclePolicy.NONE });
    expect(repositoryOf(stack, 'old/app')).toEqual({
      RepositoryName: 'old/app', ImageTagMutability: 'IMMUTABLE', ImageScanningConfiguration: { ScanOnPush: true },
    });
  });

  test('works in the registry that it is given, or the one of its stack', () => {
    const { stack, central } = given();
    expect(central.registry).toBe(PrivateRegistry.of(stack));
    const registry = new PrivateRegistry(new Stack(stack.node.root as App, 'Other', { env: ENV }), 'Registry');
    expect(new CentralRegistry(stack, 'Second', { registry }).registry).toBe(registry);
  });

  test('is known to property injectors', () => {
    const app = new App();
    PropertyInjectors.of(app).add({
      constructUniqueId: CentralRegistry.PROPERTY_INJECTION_ID,
      inject: (props: CentralRegistryProps) => ({ ...props, audience: ORGANIZATION }),
    });
    const stack = new Stack(app, 'Stack');
    new CentralRegistry(stack, 'Registry', { repositories: ['payments/api'] });
    expect(sidsOf(stack, 'payments/api')).toEqual(['PullFromOrganization']);
  });

  test('keeps the logical ids that deployed registries have', () => {
    const { stack, central } = given({ repositories: ['payments/api', 'payments--api', 'payments.api'] });
    central.addNamespace('payments/batch/');
    expect(Object.entries(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>)
      .filter(([, { Type }]) => /::Repository/.test(Type)).map(([id]) => id).sort()).toEqual([
      'RegistryNamespacepaymentsbatchTemplate07FAC511',
      'RegistrypaymentsapiA02C9A1C',
      'RegistrypaymentsapiD2AC9DB3',
      'RegistrypaymentsapiF24A75C9',
    ]);
  });

  describe('a repository', () => {
    test('is handed out by its name, so that another stack needs nothing exported', () => {
      const { app, stack, central } = given({ repositories: ['payments/api'] });
      const consumer = new Stack(app, 'Consumer', { env: ENV });
      const repository = central.repository('payments/api');
      const role = new iam.Role(consumer, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
      repository.grantPull(role);
      expect(repository.repositoryName).toBe('payments/api');
      expect(consumer.resolve(repository.repositoryArn)).toEqual({
        'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:us-east-1:111111111111:repository/payments/api']],
      });
      expect(JSON.stringify(Template.fromStack(consumer).toJSON())).not.toContain('ImportValue');
      expect(Template.fromStack(stack).toJSON().Outputs).toBeUndefined();
    });

    test('is the one that adding it gave', () => {
      const { central } = given();
      const added: ecr.IRepository = central.addRepository('payments/api');
      expect(central.repository('payments/api')).toBe(added);
      expect(added).toBeInstanceOf(HardenedRepository);
    });

    test('fails when there is none of the name', () => {
      const { central } = given({ repositories: ['payments/api'] });
      expect(() => central.repository('payments/apx')).toThrow(
        '\'repositoryName\' must be one of this registry\'s, got "payments/apx": add it with addRepository("payments/apx") [Central/Registry]');
    });

    test.each([
      ['that is there already', 'payments/api', '\'repositoryName\' must be there once in a registry, got "payments/api" again: use repository("payments/api") [Central/Registry]'],
      ['that is not a name', 'Payments', '\'repositoryName\' must be 2 to 256 lowercase letters'],
      ['that is not known', Lazy.string({ produce: () => 'payments/api' }), "'repositoryName' must be known at synth, got a token"],
    ])('fails with a name %s', (_, name, message) => {
      const { central } = given({ repositories: ['payments/api'] });
      expect(() => central.addRepository(name)).toThrow(message);
    });
  });

  describe('for Lambda functions', () => {
    test('admits the accounts and the service, into what was made before and what comes later', () => {
      const { stack, central } = given({ audience: ORGANIZATION, repositories: ['payments/api'] });
      central.addNamespace('payments');
      central.grantLambdaPull({ accounts: ['222222222222'], region: 'us-east-1' });
      central.addRepository('search/api');
      const sids = ['PullFromOrganization', 'PullFromAccounts', 'LambdaFunctionsOfAccounts'];
      expect(sidsOf(stack, 'payments/api')).toEqual(sids);
      expect(sidsOf(stack, 'search/api')).toEqual(sids);
      Template.fromStack(stack).hasResourceProperties('AWS::ECR::RepositoryCreationTemplate', {
        RepositoryPolicy: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('LambdaFunctionsOfAccounts.*lambda.amazonaws.com.*aws:SourceArn')])] },
      });
    });

    test('an organization is pinned for the service by the organization of the function', () => {
      const { stack, central } = given({ repositories: ['payments/api'] });
      central.grantLambdaPull({ organizationId: 'o-abcd123456' });
      const [, service] = repositoryOf(stack, 'payments/api')!.RepositoryPolicyText.Statement;
      expect(service).toMatchObject({ Principal: { Service: 'lambda.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceOrgID': 'o-abcd123456' } } });
    });

    test('leaves out who has an audience of its own', () => {
      const { stack, central } = given({ audience: ORGANIZATION });
      central.addRepository('payments/secret', { audience: OTHERS });
      central.grantLambdaPull({ organizationId: 'o-abcd123456' });
      expect(sidsOf(stack, 'payments/secret')).toEqual(['PullFromAccounts']);
    });

    test('a policy that was read early does not miss who joins late', () => {
      const { stack, central } = given({ audience: OTHERS, repositories: ['payments/api'] });
      const { repositoryPolicyText } = central.repository('payments/api').node.findChild('Resource') as ecr.CfnRepository;
      expect(stack.resolve(repositoryPolicyText).Statement).toHaveLength(1);
      central.grantLambdaPull({ accounts: ['333333333333'] });
      expect(stack.resolve(repositoryPolicyText).Statement).toHaveLength(2);
      expect(sidsOf(stack, 'payments/api')).toEqual(['PullFromAccounts', 'LambdaFunctionsOfAccounts']);
    });

    test('fails for functions of another Region', () => {
      const { central } = given({ repositories: ['payments/api'] });
      expect(() => central.grantLambdaPull({ accounts: ['222222222222'], region: 'eu-west-1' })).toThrow(
        '\'region\' must be the repository\'s own, "us-east-1", got "eu-west-1": a Lambda function takes its image from its own Region only, '
        + 'replicate the images to eu-west-1 [Central/Registry]');
    });

    test('fails when the audience is in the registry policy, which Lambda does not look at', () => {
      const { central } = given({ audienceIn: AudiencePlacement.REGISTRY_POLICY });
      expect(() => central.grantLambdaPull({ accounts: ['222222222222'] })).toThrow(
        '\'audienceIn\' must be AudiencePlacement.REPOSITORY_POLICIES for Lambda functions, got "REGISTRY_POLICY"');
    });
  });

  describe('with its audience in the registry policy', () => {
    const props = { audience: ORGANIZATION, audienceIn: AudiencePlacement.REGISTRY_POLICY, repositories: ['payments/api'] };

    test('says it once, for every repository of the registry, and what that means', () => {
      const { app, stack } = given(props);
      expect(repositoryOf(stack, 'payments/api')!.RepositoryPolicyText).toBeUndefined();
      Template.fromStack(stack).hasResourceProperties('AWS::ECR::RegistryPolicy', {
        PolicyText: {
          Statement: [{
            Sid: Match.absent(),
            Effect: 'Allow',
            Principal: { AWS: '*' },
            Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
            Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' }, Bool: { 'aws:SecureTransport': 'true' } },
            Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:us-east-1:111111111111:repository/*']] },
          }],
        },
      });
      expect(messagesOf(app)).toContainEqual(expect.stringMatching(
        /^\/Central\/Registry: the audience is in the registry policy: every repository of the account in this Region is open to it.*V2.*\[ack: cdk-hardened-ecr:CentralRegistry.everyRepositoryShared\]/));
    });

    test('shares the registry policy with another one, whose statements have the same names', () => {
      const { stack, central } = given(props);
      new CentralRegistry(stack, 'Second', { ...props, repositories: [], registry: central.registry, audience: PullAudience.organization('o-zzzz123456') });
      const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::RegistryPolicy'));
      const statements = policy.Properties!.PolicyText.Statement as { Sid?: string }[];
      expect(statements).toHaveLength(2);
      expect(statements.map(({ Sid }) => Sid)).toEqual([undefined, undefined]);
    });

    test('lets it pull copies in another registry, whose policy says nothing of it', () => {
      const { app, central } = given({ ...props, profile: ImageProfile.release({ audience: OTHERS }) });
      const destination = PrivateRegistry.of(new Stack(app, 'Copies', { env: { ...ENV, region: 'eu-west-1' } }));
      central.replicateTo(destination);
      const [template] = Object.values(Template.fromStack(Stack.of(destination)).findResources('AWS::ECR::RepositoryCreationTemplate'));
      expect(template.Properties!.RepositoryPolicy).toContain('PullFromOrganization');
      expect(template.Properties!.RepositoryPolicy).not.toContain('PullFromAccounts');
    });

    test('does not warn where the audience is in the repositories, as it is by default', () => {
      const { app } = given({ audience: ORGANIZATION, repositories: ['payments/api'] });
      expect(messagesOf(app)).toEqual([]);
    });
  });

  describe('with a cache of another registry', () => {
    const cached = (options?: PullThroughCacheOptions, prepare?: (central: CentralRegistry) => void) => {
      const { stack, central } = given({ audience: ORGANIZATION });
      prepare?.(central);
      const cache = central.cache(UpstreamRegistry.ECR_PUBLIC, options);
      const [template] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::RepositoryCreationTemplate'));
      return { stack, cache, template: template.Properties! };
    };

    test('keeps copies as a cache does, for the same audience', () => {
      const { stack, template } = cached();
      expect(template).toMatchObject({ Prefix: 'ecr-public', AppliedFor: ['PULL_THROUGH_CACHE'], ImageTagMutability: 'MUTABLE' });
      expect(template.RepositoryPolicy).toContain('PullFromOrganization');
      Template.fromStack(stack).hasResourceProperties('AWS::ECR::PullThroughCacheRule', { EcrRepositoryPrefix: 'ecr-public', UpstreamRegistryUrl: 'public.ecr.aws' });
      Template.fromStack(stack).resourceCountIs('AWS::ECR::RegistryPolicy', 0);
    });

    test('keeps them as a profile says that is given, for its audience where it has one', () => {
      const { template } = cached({ prefix: 'mirror/public', profile: ImageProfile.cache({ tags: { team: 'a' } }) });
      expect(template).toMatchObject({ Prefix: 'mirror/public', ResourceTags: [{ Key: 'team', Value: 'a' }], RepositoryPolicy: expect.stringContaining('PullFromOrganization') });
      const own = cached({ profile: ImageProfile.cache({ audience: OTHERS }) });
      expect(JSON.stringify(own.template.RepositoryPolicy)).toContain('PullFromAccounts');
      expect(JSON.stringify(own.template.RepositoryPolicy)).not.toContain('PullFromOrganization');
    });

    test('uses a template that is there for caches', () => {
      const { cache, template } = cached({}, central =>
        central.registry.addCreationTemplate('Mine', { prefix: 'ecr-public', appliedFor: [TemplateUse.PULL_THROUGH_CACHE], description: 'Mine' }));
      expect(template.Description).toBe('Mine');
      expect(cache.template.node.path).toBe('Central/PrivateRegistry/Mine');
    });
  });

  describe('copied to another Region', () => {
    const copied = (options?: ReplicationOptions) => {
      const { app, central } = given({ audience: ORGANIZATION, repositories: ['payments/api'], profile: ImageProfile.release({ keep: 7 }) });
      const destination = PrivateRegistry.of(new Stack(app, 'Copies', { env: { ...ENV, region: 'eu-west-1' } }));
      central.replicateTo(destination, options);
      central.grantLambdaPull({ accounts: ['222222222222'], region: 'us-east-1' });
      const [template] = Object.values(Template.fromStack(Stack.of(destination)).findResources('AWS::ECR::RepositoryCreationTemplate'));
      return { app, central, template: template.Properties };
    };

    test('keeps the copies as its own images, for the same audience, functions in that Region included', () => {
      const { template } = copied();
      expect(template?.LifecyclePolicy).toContain('"countNumber":7');
      const policy = JSON.stringify(template?.RepositoryPolicy);
      expect(policy).toContain('PullFromOrganization');
      expect(policy).toContain(':lambda:eu-west-1:222222222222:function:*');
    });

    test('keeps them as a profile says that is given', () => {
      const { template } = copied({ profile: ImageProfile.release({ keep: 8 }), prefixes: ['payments/'] });
      expect(template).toMatchObject({ Prefix: 'payments', LifecyclePolicy: expect.stringContaining('"countNumber":8') });
      expect(template).not.toHaveProperty('RepositoryPolicy');
    });

    describe('what has an audience of its own', () => {
      type Prepare = (central: CentralRegistry, destination: PrivateRegistry) => void;
      const errorsOf = (options: ReplicationOptions, prepare: Prepare, props: CentralRegistryProps = {}) => {
        const { app, central } = given({ audience: ORGANIZATION, repositories: ['audit/log'], ...props });
        const destination = PrivateRegistry.of(new Stack(app, 'Copies', { env: { ...ENV, region: 'eu-west-1' } }));
        prepare(central, destination);
        central.replicateTo(destination, options);
        return errorOf(() => app.synth());
      };
      const ledger = (central: CentralRegistry) => central.addRepository('audit/ledger', { audience: OTHERS });
      const namespace = (central: CentralRegistry) => central.addNamespace('payments', { audience: OTHERS });

      test('fails when its copies would be for the audience of the registry', () => {
        expect(errorsOf({}, ledger)).toContain('[Central/Registry] \'audience\' must be the same for an image and its copies, but "audit/ledger" has one of its own, '
          + "and its copies that of the registry, from Copies/PrivateRegistry/Replication:ROOT: leave it out by the 'prefixes' of replicateTo(), or give that call a 'profile'");
        expect(errorsOf({}, ledger)).not.toContain('audit/log');
      });

      test.each<[string, ReplicationOptions, Prepare, string]>([
        ['a repository below a prefix', { prefixes: ['search/', 'audit/'] }, ledger, '"audit/ledger"'],
        ['a repository whose name starts so', { prefixes: ['aud'] }, ledger, '"audit/ledger"'],
        ['a repository that a token may be for', { prefixes: [Lazy.string({ produce: () => 'audit/' })] }, ledger, '"audit/ledger"'],
        ['a namespace', {}, namespace, '"payments/"'],
        ['a part of a namespace', { prefixes: ['payments/batch/'] }, namespace, 'Copies/PrivateRegistry/Replication:payments:batch'],
        ['a part of a namespace, by the start of a name', { prefixes: ['payments/batch'] }, namespace, '"payments/"'],
      ])('is copied: %s', (_, options, prepare, name) => {
        expect(errorsOf(options, prepare)).toContain(name);
      });

      test.each<[string, ReplicationOptions, Prepare, CentralRegistryProps]>([
        ['a namespace without one', {}, central => { central.addNamespace('payments'); }, {}],
        ['not copied', { prefixes: ['search/'] }, ledger, {}],
        ['not copied, though a prefix goes on from its name', { prefixes: ['audit/ledger-eu'] }, ledger, {}],
        ['copied with a profile', { profile: ImageProfile.release({ audience: OTHERS }) }, ledger, {}],
        ['copied with a profile for a nearer prefix', {},
          (central, destination) => { ledger(central); central.replicateTo(destination, { prefixes: ['audit/'], profile: ImageProfile.release() }); }, {}],
        ['kept by a template of the destination', {}, (central, destination) => {
          namespace(central);
          destination.addCreationTemplate('Theirs', { prefix: 'payments/', appliedFor: [TemplateUse.REPLICATION] });
        }, {}],
        ['pulled by everyone here, as the registry policy says', {}, ledger, { audienceIn: AudiencePlacement.REGISTRY_POLICY }],
      ])('is fine: %s', (_, options, prepare, props) => {
        expect(errorsOf(options, prepare, props)).toBe('');
      });

      test('is not saved by a template that is further away, or not for copies', () => {
        expect(errorsOf({ prefixes: ['audit/'] }, (central, destination) => {
          ledger(central);
          destination.addCreationTemplate('Everything', { prefix: 'ROOT', appliedFor: [TemplateUse.REPLICATION] });
          destination.addCreationTemplate('Pushes', { prefix: 'audit/ledger', appliedFor: [TemplateUse.CREATE_ON_PUSH] });
          destination.addCreationTemplate('Others', { prefix: 'search/long/prefix', appliedFor: [TemplateUse.REPLICATION] });
        })).toContain('from Copies/PrivateRegistry/Replication:audit');
      });

      test('says nothing of registries that another app configures', () => {
        const { app, central } = given({ audience: ORGANIZATION });
        ledger(central);
        central.replicateTo(ReplicationDestination.elsewhere(ENV.account, 'eu-west-1'));
        expect(errorOf(() => app.synth())).toBe('');
      });
    });

    test('yields to a template that the destination has, but not to another registry\'s', () => {
      const { app, central } = given({ audience: ORGANIZATION });
      const other = new CentralRegistry(new Stack(app, 'Copies', { env: { ...ENV, region: 'eu-west-1' } }), 'Registry', { audience: OTHERS });
      other.addNamespace('payments', { replicated: true });
      central.replicateTo(other.registry, { prefixes: ['payments/', 'search/'] });
      const templates = Object.values(Template.fromStack(Stack.of(other)).findResources('AWS::ECR::RepositoryCreationTemplate'))
        .map(({ Properties }) => [Properties!.Prefix, Properties!.AppliedFor, JSON.stringify(Properties!.RepositoryPolicy).includes('PullFromAccounts')]);
      expect(templates).toEqual([['payments', ['CREATE_ON_PUSH', 'REPLICATION'], true], ['search', ['REPLICATION'], false]]);

      const third = new CentralRegistry(new Stack(app, 'Third', { env: { ...ENV, region: 'us-west-2' } }), 'Registry', { audience: OTHERS });
      expect(() => third.replicateTo(other.registry, { prefixes: ['search/'] })).toThrow("'profile' must be the one of the template that is there for \"search\"");
      expect(() => third.replicateTo(other.registry, { prefixes: ['payments/'], profile: ImageProfile.release() })).toThrow(
        "'profile' must be the one of the template that is there for \"payments\"");
    });

    test('fails for another account unless the registry allows it, and names who asked', () => {
      const { central } = given();
      expect(() => central.replicateTo(ReplicationDestination.elsewhere('222222222222', 'eu-west-1'))).toThrow(/'replicationAccounts'.*\[Central\/Registry\]/);
      expect(() => central.replicateTo(ReplicationDestination.elsewhere('222222222222', 'eu-west-1'), { contributor: Stack.of(central) })).toThrow('[Central]');
    });
  });

  describe('for cdk-nag', () => {
    const acknowledged = (repository: ecr.IRepository) => JSON.stringify(repository.node.metadata).includes('AwsSolutions-ECR1');

    test.each<[string, CentralRegistryProps, boolean]>([
      ['an organization', { audience: ORGANIZATION }, true],
      ['accounts', { audience: OTHERS }, false],
      ['an organization in the registry policy', { audience: ORGANIZATION, audienceIn: AudiencePlacement.REGISTRY_POLICY }, false],
    ])('explains the policy of repositories for %s where it is pinned', (_, props, expected) => {
      const { central } = given({ ...props, repositories: ['payments/api'] });
      expect(acknowledged(central.repository('payments/api'))).toBe(expected);
    });

    test('explains it also where the organization joins after the repository was made, and only there', () => {
      const { central } = given({ repositories: ['payments/api'] });
      const own = central.addRepository('payments/own', { audience: OTHERS });
      expect(acknowledged(central.repository('payments/api'))).toBe(false);
      central.grantLambdaPull({ accounts: ['222222222222'] });
      expect(acknowledged(central.repository('payments/api'))).toBe(false);
      central.grantLambdaPull({ organizationId: 'o-abcd123456' });
      expect(acknowledged(central.repository('payments/api'))).toBe(true);
      expect(acknowledged(own)).toBe(false);
    });
  });

  test('works inside a nested stack, with the registry and the key of the stack around it', () => {
    const app = new App();
    const stack = new Stack(app, 'Central', { env: ENV });
    const nested = new NestedStack(stack, 'Nested');
    new CentralRegistry(nested, 'Registry', { audience: ORGANIZATION, repositories: ['payments/api'] });
    expect(errorOf(() => app.synth())).toBe('');
    Template.fromStack(nested).resourceCountIs('AWS::ECR::Repository', 1);
    Template.fromStack(stack).resourceCountIs('AWS::ECR::RegistryScanningConfiguration', 1);
  });
});
