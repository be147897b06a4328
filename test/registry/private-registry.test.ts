import type { IPropertyInjector } from 'aws-cdk-lib';
import { App, aws_iam as iam, aws_signer as signer, NestedStack, PropertyInjectors, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { messagesOf } from './messages';
import type { PrivateRegistryProps } from '../../src';
import { HardenedRepository, PrivateRegistry, RegistryScanning } from '../../src';

const SCANNING = 'AWS::ECR::RegistryScanningConfiguration';
const continuously = (...filters: string[]) => ({
  ScanFrequency: 'CONTINUOUS_SCAN', RepositoryFilters: filters.map(Filter => ({ Filter, FilterType: 'WILDCARD' })),
});

let app: App;
let stack: Stack;
let repository: Construct;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack');
  repository = new Construct(stack, 'Repository');
});

describe('PrivateRegistry.of', () => {
  test('is the same for everything in a stack, nested stacks included', () => {
    const inner = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');

    const registry = PrivateRegistry.of(inner);
    expect(registry.node.path).toBe('Stack/PrivateRegistry');
    expect(PrivateRegistry.of(stack)).toBe(registry);
    expect(PrivateRegistry.of(repository)).toBe(registry);
  });

  test('is another one for another stack', () => {
    expect(PrivateRegistry.of(new Stack(app, 'Other'))).not.toBe(PrivateRegistry.of(stack));
  });

  test('finds the registry that was made for the stack, whatever its id', () => {
    const registry = new PrivateRegistry(new Construct(stack, 'Platform'), 'Registry');
    expect(PrivateRegistry.of(stack)).toBe(registry);
  });

  test('finds a registry inside a nested stack', () => {
    const registry = new PrivateRegistry(new NestedStack(stack, 'Nested'), 'Registry');
    expect(PrivateRegistry.of(stack)).toBe(registry);
  });

  test('fails with a second registry in the stack', () => {
    PrivateRegistry.of(stack);
    expect(() => new PrivateRegistry(stack, 'Registry')).toThrow(
      "'scope' must be in a stack without a registry, got one at Stack/PrivateRegistry: use PrivateRegistry.of(scope), "
      + 'or make Stack/Registry before anything asks for one');
  });

  test('puts nothing into the template', () => {
    PrivateRegistry.of(stack);
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
    expect(messagesOf(app)).toEqual([]);
  });
});

describe('scanning', () => {
  test('is enhanced and continuous for every repository as soon as one counts on it', () => {
    PrivateRegistry.of(stack).ensureScanned('app', repository);

    Template.fromStack(stack).templateMatches({
      Resources: Match.objectEquals({
        PrivateRegistryScanningB20CE237: {
          Type: SCANNING,
          Properties: { ScanType: 'ENHANCED', Rules: [continuously('*')] },
          DeletionPolicy: 'Retain',
          UpdateReplacePolicy: 'Retain',
        },
      }),
    });
    expect(messagesOf(app)).toEqual([]);
  });

  test('is one resource for many repositories and wishes', () => {
    const registry = PrivateRegistry.of(stack);
    registry.ensureScanned('prod/api', repository);
    registry.ensureScanned('base', repository);
    registry.scanWith(RegistryScanning.enhanced({ continuous: ['prod/*'] }));
    registry.scanWith(RegistryScanning.enhanced({ continuous: ['base'], onPush: ['*'] }), repository);

    Template.fromStack(stack).resourceCountIs(SCANNING, 1);
    Template.fromStack(stack).hasResourceProperties(SCANNING, {
      ScanType: 'ENHANCED',
      Rules: [
        continuously('prod/*', 'base'),
        { ScanFrequency: 'SCAN_ON_PUSH', RepositoryFilters: [{ Filter: '*', FilterType: 'WILDCARD' }] },
      ],
    });
  });

  test('takes what the registry is made with', () => {
    new PrivateRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: ['prod/*'] }) });
    Template.fromStack(stack).hasResourceProperties(SCANNING, { ScanType: 'ENHANCED', Rules: [continuously('prod/*')] });
  });

  test.each(['before', 'after'])('fails for a repository that no filter matches, asked for %s the filters are given', order => {
    const registry = PrivateRegistry.of(stack);
    const filters = () => registry.scanWith(RegistryScanning.enhanced({ continuous: ['prod/*'] }), new Construct(stack, 'Platform'));
    if (order === 'after') {
      filters();
    }
    registry.ensureScanned('dev/api', repository);
    registry.ensureScanned('prod/api', repository);
    if (order === 'before') {
      filters();
    }

    expect(() => app.synth()).toThrow('[Stack/PrivateRegistry] \'registry\' must scan the repository "dev/api" of Stack/Repository, '
      + "but no filter of its scanning matches: add one, or leave out 'registry' to have it scanned on push only; "
      + 'the filters come from Stack/Platform');
    expect(() => app.synth()).not.toThrow('prod/api');
  });

  test('a repository whose name is a token skips the check', () => {
    const registry = PrivateRegistry.of(stack);
    registry.scanWith(RegistryScanning.enhanced({ continuous: ['prod/*'] }));
    registry.ensureScanned(stack.account, repository);

    expect(() => app.synth()).not.toThrow();
  });

  test('makes no construct a repository', () => {
    const registry = PrivateRegistry.of(stack);
    const before = stack.node.findAll().length;
    for (let i = 0; i < 5000; i++) {
      registry.ensureScanned(`app-${i}`, repository);
    }
    expect(stack.node.findAll().length - before).toBe(1);
  });

  test('fails when basic meets enhanced', () => {
    const registry = PrivateRegistry.of(stack);
    registry.scanWith(RegistryScanning.enhanced());
    registry.scanWith(RegistryScanning.enhanced(), repository);

    expect(() => registry.scanWith(RegistryScanning.basic(), new Construct(stack, 'Thrift'))).toThrow(
      "'scanning' must be of one type in a registry, got BASIC from Stack/Thrift and ENHANCED from Stack/PrivateRegistry, Stack/Repository: "
      + 'scan with one of RegistryScanning.enhanced() and RegistryScanning.basic()');
  });

  test('basic scanning can be asked for before or after a repository counts on being scanned', () => {
    const registry = PrivateRegistry.of(stack);
    registry.ensureScanned('app', repository);
    registry.scanWith(RegistryScanning.basic());

    Template.fromStack(stack).hasResourceProperties(SCANNING, { ScanType: 'BASIC' });
  });

  test('fails when the contributions have more than 100 filters together, and names who made them', () => {
    const registry = PrivateRegistry.of(stack);
    const filters = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
    registry.scanWith(RegistryScanning.enhanced({ continuous: filters('a', 60) }), new Construct(stack, 'A'));
    registry.scanWith(RegistryScanning.enhanced({ continuous: filters('b', 40) }), new Construct(stack, 'B'));
    expect(() => app.synth()).not.toThrow();

    registry.scanWith(RegistryScanning.enhanced({ continuous: ['c'] }), new Construct(stack, 'C'));
    expect(() => app.synth({ force: true })).toThrow(
      "'continuous' must have at most 100 filters, got 101: let one filter with '*' stand for several; they come from Stack/A, Stack/B, Stack/C");
  });

  test.each([
    ['another Region', { account: '111111111111', region: 'eu-west-1' }],
    ['another account', { account: '222222222222', region: 'us-east-1' }],
  ])('fails for repositories in %s', (_, env) => {
    const central = new Stack(app, 'Central', { env: { account: '111111111111', region: 'us-east-1' } });
    const away = new Stack(app, 'Away', { env });
    PrivateRegistry.of(central).ensureScanned('app', new Construct(away, 'Repository'));

    expect(() => app.synth()).toThrow("'registry' must be that of the repositories' account and Region, got the one of Central "
      + 'for repositories of Away: give them PrivateRegistry.of(...) of their own stack');
  });

  test('takes repositories of another stack that may be in the same place', () => {
    const central = new Stack(app, 'Central', { env: { account: '111111111111', region: 'us-east-1' } });
    PrivateRegistry.of(central).ensureScanned('app', repository);

    expect(() => app.synth()).not.toThrow();
  });

  test('warns of basic scanning', () => {
    PrivateRegistry.of(stack).scanWith(RegistryScanning.basic());
    expect(messagesOf(app)).toEqual([
      '/Stack/PrivateRegistry: basic scanning looks at operating system packages only, and at an image only once: '
      + 'use RegistryScanning.enhanced() to learn of vulnerabilities in other packages, and of those that become known after the push '
      + '[ack: cdk-hardened-ecr:PrivateRegistry.basicScanning]',
    ]);
  });

  test.each([
    [RegistryScanning.enhanced({ continuous: ['prod/*'] }), 'not scanned at all'],
    [RegistryScanning.basic({ onPush: ['prod/*'] }), 'scanned only when someone asks'],
  ])('warns of repositories that are left out (%#)', (scanning, consequence) => {
    PrivateRegistry.of(stack).scanWith(scanning);
    expect(messagesOf(app)).toContain(`/Stack/PrivateRegistry: repositories that no filter matches are ${consequence}: `
      + "add the filter '*' to scan the others on push [ack: cdk-hardened-ecr:PrivateRegistry.scanningLeavesOut]");
  });

  test('warns when the scanning configuration is not retained', () => {
    const registry = new PrivateRegistry(stack, 'Registry', { scanningRemovalPolicy: RemovalPolicy.DESTROY });
    registry.ensureScanned('app', repository);

    Template.fromStack(stack).hasResource(SCANNING, { DeletionPolicy: 'Delete' });
    expect(messagesOf(app)).toEqual([
      '/Stack/Registry: deleting the scanning configuration tries to switch Amazon Inspector off for the account: '
      + 'keep RemovalPolicy.RETAIN unless nothing else in the account relies on it '
      + '[ack: cdk-hardened-ecr:PrivateRegistry.scanningNotRetained]',
    ]);
  });

  test('is owned once: stacks of two stages warn, two stacks of one environment fail', () => {
    const stage = new Stage(app, 'Stage');
    PrivateRegistry.of(stack).ensureScanned('app', repository);
    PrivateRegistry.of(new Stack(stage, 'Stack')).ensureScanned('app', repository);
    expect(messagesOf(app).join()).toContain('cdk-hardened-ecr:PrivateRegistry.twoOwners');

    PrivateRegistry.of(new Stack(app, 'Second')).ensureScanned('app', repository);
    expect(() => app.synth({ force: true })).toThrow('got two owners, Stack/PrivateRegistry/Scanning and Second/PrivateRegistry/Scanning');
  });

  test('is shared by stacks that pass it on', () => {
    const registry = PrivateRegistry.of(stack);
    registry.ensureScanned('app', repository);
    registry.ensureScanned('other', new Construct(new Stack(app, 'Second'), 'Repository'));

    expect(messagesOf(app)).toEqual([]);
  });
});

describe('with hardened repositories', () => {
  test('has at most three resources more than there are repositories', () => {
    const registry = PrivateRegistry.of(stack);
    ['a1', 'b2', 'c3'].forEach(id => new HardenedRepository(stack, id, { repositoryName: id, registry }));

    const types = Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type).sort();
    expect(types).toEqual([
      'AWS::ECR::RegistryScanningConfiguration', ...Array(3).fill('AWS::ECR::Repository'), 'AWS::KMS::Alias', 'AWS::KMS::Key',
    ]);
    expect(messagesOf(app)).toEqual([]);
  });

  test('lets whoever may push sign, whichever comes first', () => {
    const registry = PrivateRegistry.of(stack);
    const profile = new signer.SigningProfile(stack, 'Profile', { platform: signer.Platform.NOTATION_OCI_SHA384_ECDSA });
    const pusher = new iam.Role(stack, 'Pusher', { assumedBy: new iam.AccountRootPrincipal() });
    new HardenedRepository(stack, 'App', { repositoryName: 'payments/api', registry }).grantPush(pusher);
    registry.signWith(profile, { repositoryFilters: ['payments/*'] });

    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'signer:SignPayload', Resource: stack.resolve(profile.signingProfileArn) })]) },
    });
  });

  test('fails for a repository that the registry leaves out', () => {
    const registry = new PrivateRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: ['prod/*'] }) });
    new HardenedRepository(stack, 'App', { repositoryName: 'dev/api', registry });

    expect(() => app.synth()).toThrow('\'registry\' must scan the repository "dev/api" of Stack/App');
  });
});

test('can be changed by a property injector, also where it is made when first asked for', () => {
  class Injector implements IPropertyInjector {
    public readonly constructUniqueId = PrivateRegistry.PROPERTY_INJECTION_ID;
    public inject(originalProps: PrivateRegistryProps): PrivateRegistryProps {
      return { scanning: RegistryScanning.enhanced({ onPush: ['*'] }), ...originalProps };
    }
  }
  PropertyInjectors.of(app).add(new Injector());
  PrivateRegistry.of(stack).ensureScanned('app', repository);

  Template.fromStack(stack).hasResourceProperties(SCANNING, { Rules: [{ ScanFrequency: 'SCAN_ON_PUSH' }] });
});
