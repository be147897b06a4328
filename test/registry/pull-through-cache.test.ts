import type { InjectionContext, IPropertyInjector } from 'aws-cdk-lib';
import { App, aws_ec2 as ec2, CfnParameter, Fn, Lazy, NestedStack, PropertyInjectors, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { errorOf, messagesOf } from './messages';
import type { PullThroughCacheProps } from '../../src';
import {
  ImageProfile, PrivateRegistry, PullAudience, PullThroughCache, PullThroughCacheCredentials, TagImmutability, TemplateUse, UpstreamRegistry,
} from '../../src';

const RULE = 'AWS::ECR::PullThroughCacheRule';
const TEMPLATE = 'AWS::ECR::RepositoryCreationTemplate';
const ENV = { account: '111111111111', region: 'us-east-1' };
const { QUAY } = UpstreamRegistry;

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

const make = (props: Partial<PullThroughCacheProps> = {}, id = 'Cache') => new PullThroughCache(stack, id, { upstream: QUAY, ...props });
const dockerHub = () => UpstreamRegistry.dockerHub(new PullThroughCacheCredentials(stack, 'Credentials', { name: 'docker-hub' }));
const uri = (text: string) => ({ 'Fn::Join': ['', [text.split('|')[0], { Ref: 'AWS::URLSuffix' }, text.split('|')[1]]] });

describe('PullThroughCache', () => {
  test('has a template for exactly its prefix, which keeps images as caches do', () => {
    const cache = make();

    Template.fromStack(stack).hasResourceProperties(TEMPLATE, {
      Prefix: 'quay',
      AppliedFor: ['PULL_THROUGH_CACHE'],
      ImageTagMutability: 'MUTABLE',
      EncryptionConfiguration: Match.objectLike({ EncryptionType: 'KMS' }),
      Description: 'Copies of images from quay.io',
      RepositoryPolicy: Match.absent(),
    });
    expect(cache.template.prefix).toBe('quay');
    expect(cache.role).toBeUndefined();
    expect(messagesOf(app)).toEqual([]);
  });

  test('is there after its template, with all that belongs to it', () => {
    make();

    const template = Template.fromStack(stack);
    template.hasResource(RULE, { DependsOn: Match.arrayWith([...Object.keys(template.findResources(TEMPLATE)), ...Object.keys(template.findResources('AWS::IAM::ManagedPolicy'))]) });
  });

  test('has a prefix of its own, and one of the upstream registry', () => {
    make({ prefix: 'argo/', upstreamPrefix: 'argoproj' });

    Template.fromStack(stack).hasResourceProperties(RULE, { EcrRepositoryPrefix: 'argo/', UpstreamRepositoryPrefix: 'argoproj' });
    Template.fromStack(stack).hasResourceProperties(TEMPLATE, { Prefix: 'argo/' });
  });

  test('keeps images under their upstream names', () => {
    make({ prefix: PullThroughCache.ROOT });

    Template.fromStack(stack).hasResourceProperties(RULE, { EcrRepositoryPrefix: 'ROOT', UpstreamRepositoryPrefix: Match.absent() });
    Template.fromStack(stack).hasResourceProperties(TEMPLATE, { Prefix: 'ROOT' });
  });

  test('keeps images as a profile says', () => {
    make({ profile: ImageProfile.cache({ audience: PullAudience.organization('o-abcd123456'), tags: { team: 'platform' } }) });

    Template.fromStack(stack).hasResourceProperties(TEMPLATE, {
      ResourceTags: [{ Key: 'team', Value: 'platform' }],
      RepositoryPolicy: Match.serializedJson(Match.objectLike({ Statement: [Match.objectLike({ Sid: 'PullFromOrganization' })] })),
    });
  });

  test('warns once of tags that do not move', () => {
    make({ profile: ImageProfile.cache({ tagImmutability: TagImmutability.IMMUTABLE }) });
    expect(messagesOf(app)).toEqual([expect.stringContaining('[ack: cdk-hardened-ecr:RepositoryCreationTemplate.immutableCache]')]);
  });

  test('uses the template that the registry has for its prefix', () => {
    const template = PrivateRegistry.of(stack).addCreationTemplate('T', { prefix: 'quay', appliedFor: [TemplateUse.REPLICATION, TemplateUse.PULL_THROUGH_CACHE] });
    expect(make().template).toBe(template);

    Template.fromStack(stack).resourceCountIs(TEMPLATE, 1);
    Template.fromStack(stack).hasResource(RULE, { DependsOn: Match.arrayWith(Object.keys(Template.fromStack(stack).findResources(TEMPLATE))) });
  });

  test('is of the registry of the stack around a nested one, or of the one that it is given', () => {
    const registry = PrivateRegistry.of(stack);
    const template = registry.addCreationTemplate('T', { prefix: 'quay', appliedFor: [TemplateUse.PULL_THROUGH_CACHE] });

    expect(new PullThroughCache(new NestedStack(stack, 'Nested'), 'Cache', { upstream: QUAY }).template).toBe(template);
    expect(new PullThroughCache(new Stack(app, 'Other', { env: ENV }), 'Cache', { upstream: QUAY, registry }).template).toBe(template);
  });

  test('claims its prefix among the templates of the registry that it is given', () => {
    const registry = PrivateRegistry.of(new Stack(app, 'Platform', { env: ENV }));
    make({ registry });
    expect(() => registry.addCreationTemplate('T', { prefix: 'quay', appliedFor: [TemplateUse.REPLICATION] })).toThrow('in Stack/Cache/Template too');
  });

  test('the logical ids never change: every property of a rule is create-only', () => {
    make({ upstream: UpstreamRegistry.ecr({ account: '222222222222', region: 'us-east-1' }) });
    const template = Template.fromStack(stack);
    expect([RULE, TEMPLATE, 'AWS::IAM::Role'].map(type => Object.keys(template.findResources(type))))
      .toEqual([['Cache18F6EE16'], ['CacheTemplate20093315'], ['CacheTemplateRole230F6237', 'CacheRole36117240']]);
  });

  test('can be changed by a property injector', () => {
    class Rename implements IPropertyInjector {
      public readonly constructUniqueId = PullThroughCache.PROPERTY_INJECTION_ID;
      public inject(originalProps: PullThroughCacheProps, _context: InjectionContext): PullThroughCacheProps {
        return { prefix: 'ours', ...originalProps };
      }
    }
    PropertyInjectors.of(stack).add(new Rename());
    make();

    Template.fromStack(stack).hasResourceProperties(RULE, { EcrRepositoryPrefix: 'ours' });
  });

  test('a token skips the checks', () => {
    const unknown = new Stack(app, 'Unknown');
    const prefix = new CfnParameter(unknown, 'Prefix').valueAsString;
    const cache = new PullThroughCache(unknown, 'Cache', { upstream: QUAY, prefix, upstreamPrefix: prefix });
    new PullThroughCache(unknown, 'Second', { upstream: QUAY, prefix, registry: PrivateRegistry.of(stack) });

    expect(() => cache.imageUri(Fn.join('/', [prefix, 'nginx']), Lazy.string({ produce: () => '' }))).not.toThrow();
    expect(() => app.synth()).not.toThrow();
    Template.fromStack(unknown).hasResourceProperties(RULE, { EcrRepositoryPrefix: { Ref: 'Prefix' } });
  });

  test('describes no template by a host that is not known', () => {
    make({ upstream: UpstreamRegistry.of({ name: 'a', url: new CfnParameter(stack, 'Host').valueAsString }), prefix: 'acme' });
    Template.fromStack(stack).hasResourceProperties(TEMPLATE, { Description: Match.absent() });
  });

  test('reports everything at once', () => {
    expect(errorOf(() => make({ prefix: 'A', upstreamPrefix: 'B', registry: PrivateRegistry.of(new Stack(app, 'Away', { env: { ...ENV, region: 'eu-west-1' } })) })))
      .toMatch(/^'registry'.*\[Stack\/Cache\]\n'prefix'.*\n'upstreamPrefix'/);
  });
});

describe('rules of one registry', () => {
  const unknown = (scope: App | Stage, id: string) => new PullThroughCache(new Stack(scope, id), 'Cache', { upstream: QUAY });

  test('fails with the same prefix where environments are unknown, in the same assembly', () => {
    unknown(app, 'A');
    unknown(app, 'B');
    expect(() => app.synth()).toThrow('got "quay" in A/Cache/Resource and B/Cache/Resource: give one of them another \'prefix\'');
  });

  test('fails with the same prefix, with a slash at the end and without', () => {
    make({ prefix: 'team/hub' }, 'A');
    make({ prefix: 'team/hub/' }, 'B');
    expect(() => app.synth()).toThrow('got "team/hub" in Stack/A/Resource and Stack/B/Resource: give one of them another \'prefix\'');
  });

  test('fails when a stage is synthesized by itself', () => {
    const stage = new Stage(app, 'Stage');
    unknown(stage, 'A');
    unknown(stage, 'B');
    expect(() => stage.synth()).toThrow('got "quay" in Stage/A/Cache/Resource and Stage/B/Cache/Resource');
  });

  test('takes no notice of other rules when a stage is synthesized by itself', () => {
    const stage = new Stage(app, 'Stage');
    unknown(stage, 'A');
    make({}, 'A');
    make({}, 'B');
    expect(() => stage.synth()).not.toThrow();
    expect(() => app.synth()).toThrow('got "quay" in Stack/A/Resource and Stack/B/Resource');
  });

  test('takes the same prefix in stages whose environments are unknown, and where one is', () => {
    unknown(new Stage(app, 'Dev'), 'A');
    unknown(new Stage(app, 'Prod'), 'A');
    make();
    expect(() => app.synth()).not.toThrow();
  });

  test('says the same thing once', () => {
    make({}, 'A');
    make({}, 'B');
    expect(errorOf(() => app.synth()).match(/'prefix' must be/g)).toHaveLength(1);
  });

  test('says whose rules are too many', () => {
    for (let i = 0; i < 51; i++) {
      make({ prefix: `cache-${i}` }, `Cache${i}`);
    }
    expect(errorOf(() => app.synth())).toMatch(/got 51: leave out 'upstreamPrefix'.*they come from Stack\/Cache0\/Resource, .*, Stack\/Cache50\/Resource/);
  });
});

describe('imageUri', () => {
  test.each([
    ['a tag', 'argoproj/argocd', 'v2.13.1', 'quay/argoproj/argocd:v2.13.1'],
    ['a digest', 'argoproj/argocd', `sha256:${'0'.repeat(64)}`, `quay/argoproj/argocd@sha256:${'0'.repeat(64)}`],
    ['a name without a namespace', 'argocd', 'v1', 'quay/argocd:v1'],
  ])('has %s', (_, image, tagOrDigest, path) => {
    expect(stack.resolve(make().imageUri(image, tagOrDigest))).toEqual(uri(`111111111111.dkr.ecr.us-east-1.|/${path}`));
  });

  test.each([
    ['nginx', {}, 'docker-hub/library/nginx'],
    ['bitnami/redis', {}, 'docker-hub/bitnami/redis'],
    ['nginx', { prefix: 'hub/' }, 'hub/library/nginx'],
    ['nginx', { prefix: 'team/hub/' }, 'team/hub/library/nginx'],
    ['nginx', { prefix: PullThroughCache.ROOT }, 'library/nginx'],
    ['nginx', { upstreamPrefix: PullThroughCache.ROOT }, 'docker-hub/library/nginx'],
    ['redis', { upstreamPrefix: 'bitnami' }, 'docker-hub/redis'],
  ])('completes %s of Docker Hub with %j', (image, props, name) => {
    expect(stack.resolve(make({ upstream: dockerHub(), ...props }).imageUri(image, '1.27'))).toEqual(uri(`111111111111.dkr.ecr.us-east-1.|/${name}:1.27`));
  });

  test('has IPv6 on request', () => {
    expect(make().imageUri('argoproj/argocd', 'v1', { dualStack: true })).toBe('111111111111.dkr-ecr.us-east-1.on.aws/quay/argoproj/argocd:v1');
    expect(make({ prefix: 'other' }, 'Other').imageUri('a/b', 'v1', { dualStack: false })).toMatch(/^111111111111\.dkr\.ecr\.us-east-1\./);
  });

  test.each([['docker.io'], ['registry-1.docker.io']])('fails with %s before the image, and says what is left', host => {
    expect(() => make({ upstream: dockerHub() }).imageUri(`${host}/library/nginx`, '1.27'))
      .toThrow(`'image' must be a path in the upstream registry, got "${host}/library/nginx": leave out its host, "library/nginx" [Stack/Cache]`);
  });

  test('reports an image and its tag at once, each for one reason', () => {
    expect(errorOf(() => make().imageUri('quay.io/a:v1', '-'))).toMatch(/^'image' .*leave out its host.*\n'image' .*without a tag.*\n'tagOrDigest' [^\n]*$/);
  });
});

describe('warnIfIsolated', () => {
  const { PUBLIC, PRIVATE_WITH_EGRESS, PRIVATE_ISOLATED } = ec2.SubnetType;
  const vpc = (...types: ec2.SubnetType[]) => new ec2.Vpc(stack, 'Vpc', {
    maxAzs: 1, subnetConfiguration: types.map(subnetType => ({ name: subnetType, subnetType })),
  });

  test('warns of subnets without a route to the internet', () => {
    make().warnIfIsolated(vpc(PUBLIC, PRIVATE_ISOLATED), { subnetType: PRIVATE_ISOLATED });
    expect(messagesOf(app)).toEqual([
      '/Stack/Cache: the first pull of an image through a cache needs a route to the internet, which Stack/Vpc/IsolatedSubnet1 lack: '
      + 'pull each image once from elsewhere, or give them a NAT gateway [ack: cdk-hardened-ecr:PullThroughCache.isolatedSubnets]',
    ]);
  });

  test('looks at the private subnets if none are chosen', () => {
    make().warnIfIsolated(vpc(PRIVATE_ISOLATED));
    expect(messagesOf(app)).toEqual([expect.stringContaining('PullThroughCache.isolatedSubnets')]);
  });

  test.each([[PUBLIC], [PRIVATE_WITH_EGRESS]])('is content with %s subnets', subnetType => {
    make().warnIfIsolated(vpc(PUBLIC, PRIVATE_WITH_EGRESS, PRIVATE_ISOLATED), { subnetType });
    expect(messagesOf(app)).toEqual([]);
  });
});
