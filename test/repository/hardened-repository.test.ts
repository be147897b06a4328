import { App, aws_ecr as ecr, aws_iam as iam, Fn, PropertyInjectors, RemovalPolicy, Stack, Stage, Token } from 'aws-cdk-lib';
import type { InjectionContext, IPropertyInjector } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  HardenedRepository, ImageEncryption, ImageProfile, LifecyclePolicy, LifecycleRule, PullAudience, TagImmutability,
} from '../../src';
import type { HardenedRepositoryProps, IPrivateRegistry } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const REPOSITORY = 'AWS::ECR::Repository';

/** A registry that writes down what it is asked. */
class Registry implements IPrivateRegistry {
  public readonly scanned: string[] = [];
  public readonly pushers: [iam.IGrantable, string][] = [];
  public ensureScanned(repositoryName: string): void {
    this.scanned.push(repositoryName);
  }
  public allowSigning(pusher: iam.IGrantable, repositoryName: string): void {
    this.pushers.push([pusher, repositoryName]);
  }
}

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Team', { env: ENV });
});

/** The properties of a repository that is made of `props`. */
function properties(props?: HardenedRepositoryProps) {
  new HardenedRepository(stack, 'App', props);
  return Object.values(Template.fromStack(stack).findResources(REPOSITORY))[0].Properties;
}

/** The last parts of the ids of all warnings. */
function warnings(): string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue())
    .map(({ entry }) => /\[ack: cdk-hardened-ecr:HardenedRepository\.(\w+)\]/.exec(String(entry.data))?.[1] ?? String(entry.data));
}

describe('HardenedRepository by default', () => {
  test('is immutable, encrypted with the key of the stack, scanned, cleaned by count and retained', () => {
    new HardenedRepository(stack, 'App');
    Template.fromStack(stack).hasResource(REPOSITORY, {
      Properties: {
        EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] } },
        ImageScanningConfiguration: { ScanOnPush: true },
        ImageTagMutability: 'IMMUTABLE',
        ImageTagMutabilityExclusionFilters: Match.absent(),
        LifecyclePolicy: {
          LifecyclePolicyText: Match.serializedJson({
            rules: [
              {
                rulePriority: 1,
                selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
                action: { type: 'expire' },
              },
              {
                rulePriority: 2,
                selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 100 },
                action: { type: 'expire' },
              },
            ],
          }),
        },
        EmptyOnDelete: Match.absent(),
        RepositoryName: Match.absent(),
        RepositoryPolicyText: Match.absent(),
        Tags: Match.absent(),
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('has the logical id of the L2, so that one takes the place of the other', () => {
    const before = new Stack(new App(), 'Team');
    new ecr.Repository(before, 'App');
    new HardenedRepository(stack, 'App');
    for (const each of [before, stack]) {
      expect(Object.keys(Template.fromStack(each).findResources(REPOSITORY))).toEqual(['AppF1B96344']);
    }
  });

  test('adds a key and an alias to a stack, whatever the number of repositories', () => {
    for (let i = 0; i < 5; i++) {
      new HardenedRepository(stack, `App${i}`);
    }
    expect(Object.keys(Template.fromStack(stack).toJSON().Resources)).toHaveLength(5 + 2);
  });

  test('tells the stack once how to be scanned continuously', () => {
    new HardenedRepository(stack, 'App');
    new HardenedRepository(stack, 'Worker');
    expect(warnings()).toEqual(['scannedOnPushOnly']);
    Annotations.fromStack(stack).hasWarning('/Team', Match.stringLikeRegexp('PrivateRegistry\\.of\\(this\\)'));
  });

  test('tells every stack', () => {
    const other = new Stack(stack.node.root as App, 'Other');
    new HardenedRepository(stack, 'App');
    new HardenedRepository(other, 'App');
    Annotations.fromStack(other).hasWarning('/Other', Match.stringLikeRegexp('scannedOnPushOnly'));
  });
});

describe('HardenedRepository with a name', () => {
  test('is named', () => {
    expect(properties({ repositoryName: 'team/app' }).RepositoryName).toBe('team/app');
  });

  test.each([
    ['ab'], ['0a'], ['a--b'], ['a__b'], ['a.b'], ['a_b'], ['a-b/c.d/e'], ['x'.repeat(256)],
  ])('takes %j', name => {
    expect(properties({ repositoryName: name }).RepositoryName).toBe(name);
  });

  test.each([
    ['one letter', 'a'],
    ['257 letters', 'x'.repeat(257)],
    ['an uppercase letter', 'Team/app'],
    ['a leading slash', '/app'],
    ['a trailing slash', 'app/'],
    ['two slashes', 'team//app'],
    ['a trailing dash', 'app-'],
    ['a leading dot', '.app'],
    ['three underscores', 'a___b'],
    ['a dot and a dash', 'a.-b'],
    ['two dots', 'a..b'],
    ['a space', 'a b'],
    ['a separator before a slash', 'a-/b'],
    ['a separator after a slash', 'a/-b'],
  ])('fails with %s', (_, name) => {
    expect(() => new HardenedRepository(stack, 'App', { repositoryName: name }))
      .toThrow(`'repositoryName' must be 2 to 256 lowercase letters and digits, with '.', '_', '__' or '-' between them, in parts divided by '/', got ${JSON.stringify(name)} [Team/App]`);
  });

  test('a token skips the check', () => {
    expect(properties({ repositoryName: Fn.importValue('Name') }).RepositoryName).toEqual({ 'Fn::ImportValue': 'Name' });
  });

  test('hands out its ARN and name to other stacks as references of the template', () => {
    const repository = new HardenedRepository(stack, 'App', { repositoryName: 'team/app' });
    expect(stack.resolve(repository.repositoryArn)).toEqual({ 'Fn::GetAtt': ['AppF1B96344', 'Arn'] });
    expect(stack.resolve(repository.repositoryName)).toEqual({ Ref: 'AppF1B96344' });
    expect(repository.repositoryRef).toEqual({ repositoryArn: repository.repositoryArn, repositoryName: repository.repositoryName });
    const far = new Stack(stack.node.root as App, 'Far', { env: { account: '222222222222', region: 'us-east-1' } });
    expect(far.resolve(repository.repositoryArn)).toEqual({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:us-east-1:111111111111:repository/team/app']] });
    expect(far.resolve(repository.repositoryName)).toBe('team/app');
  });
});

describe('HardenedRepository relaxed on purpose', () => {
  const registry = new Registry();
  test.each<[string, HardenedRepositoryProps, object, string[]]>([
    ['tags that move', { tagImmutability: TagImmutability.MUTABLE }, { ImageTagMutability: 'MUTABLE' }, ['tagsMove']],
    ['tags that move but some', { tagImmutability: TagImmutability.mutableExcept('v*') },
      { ImageTagMutability: 'MUTABLE_WITH_EXCLUSION' }, ['tagsMove']],
    ['some tags that move', { tagImmutability: TagImmutability.immutableExcept('latest') }, {
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [{ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' }],
    }, ['someTagsMove']],
    ['the AWS managed key', { encryption: ImageEncryption.AWS_MANAGED_KEY },
      { EncryptionConfiguration: { EncryptionType: 'KMS' } }, ['noCustomerManagedKey']],
    ['keys of S3', { encryption: ImageEncryption.AES_256 }, { EncryptionConfiguration: { EncryptionType: 'AES256' } }, ['noCustomerManagedKey']],
    ['encryption as it was deployed', { encryption: ImageEncryption.asDeployed() }, { EncryptionConfiguration: Match.absent() }, ['noCustomerManagedKey']],
    ['no scan on push', { scanOnPush: false }, { ImageScanningConfiguration: { ScanOnPush: false } }, ['notScannedOnPush']],
    ['no lifecycle', { lifecyclePolicy: LifecyclePolicy.NONE }, { LifecyclePolicy: Match.absent() }, ['noLifecyclePolicy']],
    ['a profile of builds', { profile: ImageProfile.builds() }, { ImageTagMutability: 'MUTABLE' }, ['tagsMove']],
    ['a profile without a lifecycle', { profile: ImageProfile.of({}) }, { LifecyclePolicy: Match.absent() }, ['noLifecyclePolicy']],
    ['deletion', { removalPolicy: RemovalPolicy.DESTROY }, { EmptyOnDelete: Match.absent() }, ['notRetained']],
    ['deletion with all images', { removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true }, { EmptyOnDelete: true }, ['imagesDeleted']],
    ['a lifecycle of its own', { lifecyclePolicy: LifecyclePolicy.of(LifecycleRule.keepNewest(3)) }, {}, []],
    ['a setting that is not given after all', { lifecyclePolicy: undefined, encryption: undefined }, { ImageTagMutability: 'IMMUTABLE' }, []],
    ['tags', { tags: { team: 'payments' } }, { Tags: [{ Key: 'team', Value: 'payments' }] }, []],
    ['plain retention', { removalPolicy: RemovalPolicy.RETAIN }, {}, []],
  ])('%s', (_, props, expected, ids) => {
    new HardenedRepository(stack, 'App', { ...props, registry });
    Template.fromStack(stack).hasResourceProperties(REPOSITORY, expected);
    expect(warnings()).toEqual(ids);
  });

  test('what is given beside a profile wins over it', () => {
    const given = properties({ profile: ImageProfile.builds(), tagImmutability: TagImmutability.IMMUTABLE });
    expect(given.ImageTagMutability).toBe('IMMUTABLE');
    expect(JSON.parse(given.LifecyclePolicy.LifecyclePolicyText).rules[0].selection.countNumber).toBe(14);
  });

  test('without a customer managed key makes none', () => {
    new HardenedRepository(stack, 'Keyless', { encryption: ImageEncryption.AES_256 });
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
  });

  test.each([[undefined], [RemovalPolicy.RETAIN], [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE]])('fails to empty a repository whose removal policy is %s', removalPolicy => {
    expect(() => new HardenedRepository(stack, 'App', { emptyOnDelete: true, removalPolicy }))
      .toThrow(`'emptyOnDelete' must not be true unless 'removalPolicy' is RemovalPolicy.DESTROY, got "${removalPolicy ?? 'retain-on-update-or-delete'}": a retained repository keeps its images [Team/App]`);
  });

  test('deletes what it was told to delete', () => {
    new HardenedRepository(stack, 'App', { removalPolicy: RemovalPolicy.DESTROY });
    Template.fromStack(stack).hasResource(REPOSITORY, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  });
});

describe('HardenedRepository in a registry', () => {
  test('asks for scanning by the name that was given, and warns of nothing', () => {
    const registry = new Registry();
    new HardenedRepository(stack, 'App', { registry, repositoryName: 'team/app' });
    new HardenedRepository(stack, 'Unnamed', { registry });
    expect(registry.scanned[0]).toBe('team/app');
    expect(Token.isUnresolved(registry.scanned[1])).toBe(true);
    expect(warnings()).toEqual([]);
  });

  test.each(['grantPush', 'grantPullPush'] as const)('%s includes signing', method => {
    const registry = new Registry();
    const role = new iam.Role(stack, 'Pusher', { assumedBy: new iam.AccountRootPrincipal() });
    new HardenedRepository(stack, 'App', { registry, repositoryName: 'team/app' })[method](role);
    expect(registry.pushers).toEqual([[role, 'team/app']]);
  });

  test('grantPull does not', () => {
    const registry = new Registry();
    new HardenedRepository(stack, 'App', { registry }).grantPull(new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(registry.pushers).toEqual([]);
  });
});

describe('HardenedRepository and an audience', () => {
  const ORGANIZATION = {
    Sid: 'PullFromOrganization',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' }, Bool: { 'aws:SecureTransport': 'true' } },
  };

  test('writes it as its policy', () => {
    expect(properties({ audience: PullAudience.organization('o-abcd123456') }).RepositoryPolicyText)
      .toEqual({ Version: '2012-10-17', Statement: [ORGANIZATION] });
  });

  test('adds to it what is granted later', () => {
    const repository = new HardenedRepository(stack, 'App', { audience: PullAudience.organization('o-abcd123456') });
    repository.grantPull(new iam.AccountPrincipal('222222222222'));
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources(REPOSITORY));
    expect(Properties.RepositoryPolicyText.Statement).toHaveLength(2);
    expect(Properties.RepositoryPolicyText.Statement[0]).toEqual(ORGANIZATION);
  });

  test('acknowledges what cdk-nag says of an organization, and of nothing else', () => {
    const acknowledged = (id: string, audience?: PullAudience) => [...new Set(new HardenedRepository(stack, id, { audience }).node.metadata
      .filter(entry => entry.type === 'aws:cdk:acknowledged-rules').flatMap(entry => Object.keys(entry.data as object)))];
    const ecr1 = ['AwsSolutions-ECR1', 'AwsSolutions::AwsSolutions-ECR1'];
    expect(acknowledged('Organization', PullAudience.organization('o-abcd123456'))).toEqual(ecr1);
    expect(acknowledged('Units', PullAudience.organizationalUnits('o-abcd123456/r-ab12/ou-ab12-11111111'))).toEqual(ecr1);
    expect(acknowledged('Accounts', PullAudience.accounts('222222222222'))).toEqual([]);
    expect(acknowledged('Nobody')).toEqual([]);
  });

  test('warns when the policy fits or not by what a reference stands for', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    const arns = (count: number) => Array.from({ length: count }, (_, i) => new iam.ArnPrincipal(`arn:${agnostic.partition}:iam::222222222222:role/${'r'.repeat(30)}${1000 + i}`));
    const audience = PullAudience.principals(...arns(134));
    new HardenedRepository(agnostic, 'App', { audience });
    Annotations.fromStack(agnostic).hasWarning('/Agnostic/App', Match.stringLikeRegexp('may have up to \\d+ characters, and ECR takes 10240'));
    new HardenedRepository(agnostic, 'Small', { audience: PullAudience.principals(...arns(10)) });
    Annotations.fromStack(agnostic).hasNoWarning('/Agnostic/Small', Match.stringLikeRegexp('policyMayBeTooLong'));
  });
});

describe('HardenedRepository elsewhere', () => {
  test('fromRepositoryName is of this account and Region', () => {
    const repository = HardenedRepository.fromRepositoryName(stack, 'Import', 'team/a--b');
    expect(repository.repositoryName).toBe('team/a--b');
    expect(stack.resolve(repository.repositoryArn)).toEqual({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:us-east-1:111111111111:repository/team/a--b']] });
    expect(repository.env).toEqual(ENV);
  });

  test('fromRepositoryArn is of the account and Region in the ARN', () => {
    const repository = HardenedRepository.fromRepositoryArn(stack, 'Import', 'arn:aws:ecr:eu-west-1:222222222222:repository/team/app');
    expect(repository.repositoryName).toBe('team/app');
    expect(repository.env).toEqual({ account: '222222222222', region: 'eu-west-1' });
    expect(stack.resolve(repository.repositoryUriForTag('v1'))).toEqual({ 'Fn::Join': ['', ['222222222222.dkr.ecr.eu-west-1.', { Ref: 'AWS::URLSuffix' }, '/team/app:v1']] });
  });

  test('fromRepositoryAttributes takes tokens', () => {
    const repository = HardenedRepository.fromRepositoryAttributes(stack, 'Import', { repositoryName: Fn.importValue('Name'), repositoryArn: Fn.importValue('Arn') });
    expect(stack.resolve(repository.repositoryName)).toEqual({ 'Fn::ImportValue': 'Name' });
    expect(stack.resolve(repository.repositoryArn)).toEqual({ 'Fn::ImportValue': 'Arn' });
  });

  test('fromLookup asks the CLI', () => {
    const repository = HardenedRepository.fromLookup(stack, 'Import', { repositoryName: 'team/app' });
    expect(repository.repositoryName).toBeTruthy();
    expect(repository.addToResourcePolicy(new iam.PolicyStatement())).toEqual({ statementAdded: false });
    const missing = (stack.node.root as App).synth().manifest.missing;
    expect(missing?.map(({ provider, props }) => [provider, (props as { typeName?: string }).typeName])).toEqual([['cc-api-provider', 'AWS::ECR::Repository']]);
  });

  test.each([
    ['a name that is not one', () => HardenedRepository.fromRepositoryName(stack, 'Import', 'Team/App'),
      "'repositoryName' must be 2 to 256 lowercase letters"],
    ['an ARN that is not known', () => HardenedRepository.fromRepositoryArn(stack, 'Import', Fn.importValue('Arn')),
      "'repositoryArn' must be known at synth, got a token: use HardenedRepository.fromRepositoryAttributes() and name the repository [Team]"],
    ['an ARN of something else', () => HardenedRepository.fromRepositoryArn(stack, 'Import', 'arn:aws:s3:::bucket'),
      "'repositoryArn' must be like \"arn:aws:ecr:us-east-1:111111111111:repository/team/app\", got \"arn:aws:s3:::bucket\" [Team]"],
    ['an ARN in the middle of a text', () => HardenedRepository.fromRepositoryArn(stack, 'Import', ' arn:aws:ecr:us-east-1:111111111111:repository/app'),
      "'repositoryArn' must be like"],
    ['an ARN without a name', () => HardenedRepository.fromRepositoryArn(stack, 'Import', 'arn:aws:ecr:us-east-1:111111111111:repository/'),
      "'repositoryArn' must be like"],
    ['an ARN with a bad name', () => HardenedRepository.fromRepositoryArn(stack, 'Import', 'arn:aws:ecr:us-east-1:111111111111:repository/App'),
      "'repositoryName' must be 2 to 256 lowercase letters"],
  ])('fails with %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('HardenedRepository and latest', () => {
  test('warns that it never moves', () => {
    new HardenedRepository(stack, 'App').repositoryUriForTag('latest');
    Annotations.fromStack(stack).hasWarning('/Team/App', Match.stringLikeRegexp('latestNeverMoves'));
  });

  test.each<[string, HardenedRepositoryProps, string | undefined]>([
    ['a version', {}, 'v1.4.2'],
    ['no tag', {}, undefined],
    ['a latest that moves', { tagImmutability: TagImmutability.immutableExcept('latest') }, 'latest'],
    ['tags that all move', { tagImmutability: TagImmutability.MUTABLE }, 'latest'],
  ])('does not warn of %s', (_, props, tag) => {
    const uri = new HardenedRepository(stack, 'App', props).repositoryUriForTag(tag);
    expect(warnings()).not.toContain('latestNeverMoves');
    expect(uri.endsWith(tag ? `:${tag}` : '}')).toBe(true);
  });
});

describe('HardenedRepository and property injection', () => {
  class Injector implements IPropertyInjector {
    public readonly constructUniqueId = HardenedRepository.PROPERTY_INJECTION_ID;
    public inject(props: HardenedRepositoryProps, _context: InjectionContext): HardenedRepositoryProps {
      return { profile: ImageProfile.release({ keep: 7 }), ...props };
    }
  }

  test('takes the defaults of an organization', () => {
    const app = new App({ propertyInjectors: [new Injector()] });
    const team = new Stack(new Stage(app, 'Stage'), 'Team');
    new HardenedRepository(team, 'App');
    Template.fromStack(team).hasResourceProperties(REPOSITORY, {
      LifecyclePolicy: { LifecyclePolicyText: Match.stringLikeRegexp('"countNumber":7') },
    });
  });

  test('a class keeps its name', () => {
    PropertyInjectors.of(stack).add(new Injector());
    expect(new HardenedRepository(stack, 'App').constructor.name).toBe('HardenedRepository');
  });
});
