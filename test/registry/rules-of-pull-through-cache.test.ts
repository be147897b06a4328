import { App, aws_ecr as ecr, aws_iam as iam, aws_kms as kms, aws_secretsmanager as secretsmanager, Stack, Stage } from 'aws-cdk-lib';
import type { Rule } from './rules';
import { testRules } from './rules';
import type { PullThroughCacheOptions } from '../../src';
import { ImageProfile, PrivateRegistry, PullThroughCache, PullThroughCacheCredentials, TemplateUse, UpstreamRegistry } from '../../src';

interface Given {
  readonly app: App;
  readonly stack: Stack;
}

const ENV = { account: '111111111111', region: 'us-east-1' };
const ELSEWHERE = { account: '222222222222', region: 'us-east-1' };
const NAME = 'ecr-pullthroughcache/docker-hub';

const { QUAY, KUBERNETES } = UpstreamRegistry;

const cache = (upstream: UpstreamRegistry, options: PullThroughCacheOptions = {}, id = 'Cache') => ({ stack }: Given) =>
  new PullThroughCache(stack, id, { upstream, ...options });
const cacheIn = (region: string) => ({ app }: Given) =>
  new PullThroughCache(new Stack(app, 'Region', { env: { ...ENV, region } }), 'Cache', { upstream: QUAY });
const prefix = (text: string) => cache(QUAY, { prefix: text });
const upstreamPrefix = (text: string) => cache(QUAY, { upstreamPrefix: text });
const image = (name: string, tagOrDigest = 'v1') => (given: Given) => cache(QUAY)(given).imageUri(name, tagOrDigest);
const secret = (props: secretsmanager.SecretProps) => (given: Given) =>
  cache(UpstreamRegistry.dockerHub(new secretsmanager.Secret(given.stack, 'Secret', { secretName: NAME, ...props })))(given);
const arn = (text: string) => (given: Given) =>
  cache(UpstreamRegistry.dockerHub(secretsmanager.Secret.fromSecretCompleteArn(given.stack, 'Secret', `arn:aws:secretsmanager:${text}`)))(given);
const credentials = (name: string) => ({ stack }: Given) => new PullThroughCacheCredentials(stack, 'Credentials', { name });
const many = (count: number, env = ENV) => ({ app, stack }: Given) => {
  const other = new Stack(app, 'Other', { env });
  for (let i = 0; i < count; i++) {
    new PullThroughCache(i % 2 ? other : stack, `Cache${i}`, { upstream: QUAY, prefix: `cache-${i}` });
  }
};
const l1 = (scope: Stack, ecrRepositoryPrefix?: string) =>
  new ecr.CfnPullThroughCacheRule(scope, 'Raw', { ecrRepositoryPrefix, upstreamRegistryUrl: 'quay.io' });
const role = (given: Given, account: string) => iam.Role.fromRoleArn(given.stack, 'Fetch', `arn:aws:iam::${account}:role/fetch`);

/**
 * What ECR and CloudFormation reject of a pull-through cache, one rule a line: what is rejected, what is said, and the nearest thing that is legal.
 * Both sides of a rule are synthesized, because some rules count over several stacks.
 */
const RULES: Rule<Given>[] = [
  // AWS::ECR::PullThroughCacheRule, API_CreatePullThroughCacheRule
  { rule: 'a prefix has 2 characters or more', bad: prefix('q'), message: '\'prefix\' must be 2 to 30 lowercase letters and digits', good: prefix('qu') },
  { rule: 'a prefix has at most 30', bad: prefix('q'.repeat(31)), message: "'prefix' must be 2 to 30", good: prefix('q'.repeat(30)) },
  { rule: 'a prefix is lowercase, but for ROOT', bad: prefix('Quay'), message: 'or PullThroughCache.ROOT, got "Quay"', good: prefix(PullThroughCache.ROOT) },
  { rule: 'a prefix has no two hyphens in a row', bad: prefix('a--b'), message: 'got "a--b"', good: prefix('a-b/c.d_e/') },
  { rule: 'a prefix starts with a letter or digit', bad: prefix('/quay'), message: 'got "/quay"', good: prefix('0quay') },
  { rule: 'an upstream prefix has 2 characters or more', bad: upstreamPrefix('q'), message: "'upstreamPrefix' must be 2 to 30", good: upstreamPrefix('qu') },
  { rule: 'an upstream prefix has at most 30', bad: upstreamPrefix('q'.repeat(31)), message: "'upstreamPrefix' must be 2 to 30", good: upstreamPrefix('q'.repeat(30)) },
  {
    rule: 'what is kept under upstream names is not taken from below a path',
    bad: cache(QUAY, { prefix: PullThroughCache.ROOT, upstreamPrefix: 'argoproj' }),
    message: '\'upstreamPrefix\' must not be given beside the prefix PullThroughCache.ROOT, got "argoproj": give the cache a \'prefix\' too',
    good: cache(QUAY, { prefix: PullThroughCache.ROOT, upstreamPrefix: PullThroughCache.ROOT }),
  },
  {
    rule: 'a registry has one rule a prefix',
    bad: given => { cache(QUAY)(given); cache(KUBERNETES, { prefix: 'quay/' }, 'Second')(given); },
    message: '\'prefix\' must be the prefix of one pull-through cache in a registry, got "quay" in Stack/Cache/Resource and Stack/Second/Resource',
    good: given => { cache(QUAY)(given); cache(KUBERNETES, { prefix: 'quay/k8s' }, 'Second')(given); },
  },
  {
    rule: 'a registry has one rule a prefix, whoever makes them',
    bad: ({ app, stack }) => { cache(QUAY)({ app, stack }); l1(new Stack(app, 'Other', { env: ENV }), 'quay'); },
    message: '\'prefix\' must be the prefix of one pull-through cache in a registry, got "quay" in Stack/Cache/Resource and Other/Raw',
    good: ({ app, stack }) => { cache(QUAY)({ app, stack }); l1(new Stack(app, 'Other', { env: ELSEWHERE }), 'quay'); },
  },
  {
    rule: 'a registry has one rule a prefix in a stage too',
    bad: ({ app, stack }) => { cache(QUAY)({ app, stack }); l1(new Stack(new Stage(app, 'Stage'), 'Other', { env: ENV }), 'quay'); },
    message: 'in Stack/Cache/Resource and Stage/Other/Raw',
    good: ({ app, stack }) => { cache(QUAY)({ app, stack }); l1(new Stack(new Stage(app, 'Stage'), 'Other', { env: { ...ENV, region: 'eu-west-1' } }), 'quay'); },
  },
  {
    rule: 'a registry has at most 50 rules, wherever in the app they are',
    bad: many(51),
    message: "'prefix' must be one of at most 50 in a registry, got 51",
    good: many(50),
  },
  {
    rule: 'the 50 rules are those of one registry',
    bad: given => { many(50)(given); l1(given.stack); },
    message: "'prefix' must be one of at most 50 in a registry, got 51",
    good: many(60, ELSEWHERE),
  },

  // pull-through-cache, considerations
  { rule: 'there are no caches in Beijing', bad: cacheIn('cn-north-1'), message: '\'env\' must have a Region with pull-through caches, got "cn-north-1"', good: cacheIn('ap-east-1') },
  { rule: 'there are no caches in Ningxia', bad: cacheIn('cn-northwest-1'), message: 'got "cn-northwest-1"', good: cacheIn('ap-northeast-1') },
  { rule: 'there are no caches in GovCloud East', bad: cacheIn('us-gov-east-1'), message: 'got "us-gov-east-1"', good: cacheIn('us-east-1') },
  { rule: 'there are no caches in GovCloud West', bad: cacheIn('us-gov-west-1'), message: 'got "us-gov-west-1"', good: cacheIn('us-west-1') },

  // pull-through-cache-creating-secret
  {
    rule: 'a secret is where the cache is: account',
    bad: arn('us-east-1:222222222222:secret:ecr-pullthroughcache/docker-hub-AbCdEf'),
    message: '\'credentials\' must be in the cache\'s account, "111111111111", got "222222222222"',
    good: arn('us-east-1:111111111111:secret:ecr-pullthroughcache/docker-hub-AbCdEf'),
  },
  {
    rule: 'a secret is where the cache is: Region',
    bad: arn('eu-west-1:111111111111:secret:ecr-pullthroughcache/docker-hub-AbCdEf'),
    message: '\'credentials\' must be in the cache\'s Region, "us-east-1", got "eu-west-1"',
    good: arn('us-east-1:111111111111:secret:ecr-pullthroughcache/a-AbCdEf'),
  },
  {
    rule: 'the name of a secret has the prefix',
    bad: arn('us-east-1:111111111111:secret:docker-hub-AbCdEf'),
    message: '\'credentials\' must be a secret whose name starts with \'ecr-pullthroughcache/\', followed by letters, digits or any of \'/_+=.@-\', got "docker-hub"',
    good: arn('us-east-1:111111111111:secret:ecr-pullthroughcache/-AbCdEf-AbCdEf'),
  },
  {
    rule: 'the name of a secret that is made here has the prefix',
    bad: secret({ secretName: 'docker-hub' }),
    message: 'got "docker-hub": ECR reads no other',
    good: secret({}),
  },
  {
    rule: 'the name of a secret is chosen',
    bad: secret({ secretName: undefined }),
    message: "'credentials' must be a secret whose name starts with 'ecr-pullthroughcache/', got one that CloudFormation names",
    good: secret({ secretName: 'ecr-pullthroughcache/a' }),
  },
  {
    rule: 'a secret has no key of its own',
    bad: given => secret({ encryptionKey: new kms.Key(given.stack, 'Key') })(given),
    message: "'credentials' must be encrypted with the key that AWS manages for secrets, got a key of its own",
    good: given => secret({ encryptionKey: kms.Key.fromKeyArn(given.stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/alias/aws/secretsmanager') })(given),
  },
  {
    rule: 'a secret is known by its whole ARN',
    bad: given => cache(UpstreamRegistry.dockerHub(secretsmanager.Secret.fromSecretNameV2(given.stack, 'Secret', NAME)))(given),
    message: '\'credentials\' must be known by the whole ARN, got "ecr-pullthroughcache/docker-hub": import the secret with Secret.fromSecretCompleteArn()',
    good: arn('us-east-1:111111111111:secret:ecr-pullthroughcache/docker-hub-AbCdEf'),
  },
  {
    rule: 'the ARN of a secret has at most 612 characters',
    bad: arn(`us-east-1:111111111111:secret:ecr-pullthroughcache/${'x'.repeat(532)}-AbCdEf`),
    message: "'credentials' must have an ARN of at most 612 characters, got 613",
    good: arn(`us-east-1:111111111111:secret:ecr-pullthroughcache/${'x'.repeat(531)}-AbCdEf`),
  },
  { rule: 'credentials that are made here have a name', bad: credentials(''), message: '\'name\' must be 1 to 491 letters, digits or any of \'/_+=.@-\', got ""', good: credentials('a') },
  { rule: 'their name has 512 characters with what is put before it', bad: credentials('x'.repeat(492)), message: "'name' must be 1 to 491", good: credentials('x'.repeat(491)) },
  { rule: 'their name has no other characters', bad: credentials('docker hub'), message: 'got "docker hub"', good: credentials('docker/hub_+=.@-') },
  {
    rule: 'their name is not given its prefix twice',
    bad: credentials('ecr-pullthroughcache/docker-hub'),
    message: '\'name\' must be given without \'ecr-pullthroughcache/\', got "ecr-pullthroughcache/docker-hub"',
    good: credentials('my/ecr-pullthroughcache/docker-hub'),
  },
  {
    rule: 'a registry that wants credentials gets them',
    bad: () => UpstreamRegistry.of({ name: 'docker-hub', url: 'registry-1.docker.io' }),
    message: '\'credentials\' must be given for "docker-hub"',
    good: cache(UpstreamRegistry.of({ name: 'new-registry', url: 'registry.example.com' })),
  },
  {
    rule: 'a registry that takes no credentials gets none',
    bad: given => cache(UpstreamRegistry.of({ name: 'quay', url: 'quay.io', credentials: new PullThroughCacheCredentials(given.stack, 'Secret', { name: 'a' }) }))(given),
    message: '\'credentials\' must not be given for "quay"',
    good: given => cache(UpstreamRegistry.of({ name: 'new', url: 'quay.io', credentials: new PullThroughCacheCredentials(given.stack, 'Secret', { name: 'a' }) }))(given),
  },
  {
    rule: 'an upstream registry is a host',
    bad: () => UpstreamRegistry.of({ name: 'new', url: 'https://quay.io' }),
    message: '\'url\' must be the host of a registry, without a scheme, port or path, got "https://quay.io"',
    good: () => UpstreamRegistry.of({ name: 'new', url: 'my-quay.io' }),
  },
  {
    rule: 'a registry of Azure is named without its domain',
    bad: ({ stack }) => UpstreamRegistry.azureContainerRegistry('contoso.azurecr.io', new PullThroughCacheCredentials(stack, 'Secret', { name: 'a' })),
    message: '\'registryName\' must be letters, digits and \'-\', got "contoso.azurecr.io": give what comes before \'.azurecr.io\'',
    good: ({ stack }) => UpstreamRegistry.azureContainerRegistry('contoso-a1', new PullThroughCacheCredentials(stack, 'Secret', { name: 'a' })),
  },

  // pull-through-cache-private
  {
    rule: 'an account is 12 digits',
    bad: () => UpstreamRegistry.ecr({ account: '22222222222', region: 'us-east-1' }),
    message: '\'account\' must be 12 digits, got "22222222222"',
    good: () => UpstreamRegistry.ecr({ account: '222222222222', region: 'us-east-1' }),
  },
  {
    rule: 'an account is no more than 12 digits',
    bad: () => UpstreamRegistry.ecr({ account: '2222222222222', region: 'us-east-1' }),
    message: '\'account\' must be 12 digits, got "2222222222222"',
    good: () => UpstreamRegistry.ecr({ account: '222222222222', region: 'us-east-1' }),
  },
  {
    rule: 'an account is digits alone',
    bad: () => UpstreamRegistry.ecr({ account: 'a222222222222', region: 'us-east-1' }),
    message: '\'account\' must be 12 digits, got "a222222222222"',
    good: () => UpstreamRegistry.ecr({ account: '222222222222', region: 'us-east-1' }),
  },
  {
    rule: 'another registry of ECR has a factory of its own',
    bad: () => UpstreamRegistry.of({ name: 'ecr', url: '222222222222.dkr.ecr.us-east-1.amazonaws.com' }),
    message: "'name' must not be \"ecr\": use UpstreamRegistry.ecr() or UpstreamRegistry.privateRegistry()",
    good: cache(UpstreamRegistry.ecr({ account: '222222222222', region: 'us-east-1' })),
  },
  {
    rule: 'a registry does not copy from itself',
    bad: cache(UpstreamRegistry.ecr(ENV)),
    message: "'upstream' must be the registry of another account or Region, got this one",
    good: cache(UpstreamRegistry.ecr({ ...ENV, region: 'eu-west-1' })),
  },
  {
    rule: 'nothing is copied from another partition',
    bad: cache(UpstreamRegistry.ecr({ ...ENV, region: 'cn-north-1' })),
    message: '\'upstream\' must be a registry of this partition, got the Region "cn-north-1"',
    good: cache(UpstreamRegistry.ecr({ ...ENV, region: 'ap-northeast-1' })),
  },
  {
    rule: 'ECR fetches as a role of its own account',
    bad: given => cache(UpstreamRegistry.ecr({ ...ELSEWHERE, role: role(given, '222222222222') }))(given),
    message: '\'role\' must be of the cache\'s account, "111111111111", got one of "222222222222"',
    good: given => cache(UpstreamRegistry.ecr({ ...ELSEWHERE, role: role(given, '111111111111') }))(given),
  },
  {
    rule: 'a registry of this app is at a known place',
    bad: ({ app }) => UpstreamRegistry.privateRegistry(PrivateRegistry.of(new Stack(app, 'Upstream'))),
    message: "'registry' must be in a stack whose 'env' has an account and a Region",
    good: ({ app }) => UpstreamRegistry.privateRegistry(PrivateRegistry.of(new Stack(app, 'Upstream', { env: ELSEWHERE }))),
  },
  {
    rule: 'a registry of this app is at a known place: Region',
    bad: ({ app }) => UpstreamRegistry.privateRegistry(PrivateRegistry.of(new Stack(app, 'Upstream', { env: { account: '222222222222' } }))),
    message: "'registry' must be in a stack whose 'env' has an account and a Region",
    good: ({ app }) => UpstreamRegistry.privateRegistry(PrivateRegistry.of(new Stack(app, 'Upstream', { env: ELSEWHERE }))),
  },
  {
    rule: 'a registry of this app is at a known place: account',
    bad: ({ app }) => UpstreamRegistry.privateRegistry(PrivateRegistry.of(new Stack(app, 'Upstream', { env: { region: 'us-east-1' } }))),
    message: "'registry' must be in a stack whose 'env' has an account and a Region",
    good: ({ app }) => UpstreamRegistry.privateRegistry(PrivateRegistry.of(new Stack(app, 'Upstream', { env: ELSEWHERE }))),
  },
  {
    rule: 'a registry of this app lets a known account copy',
    bad: ({ app }) => {
      const upstream = UpstreamRegistry.privateRegistry(PrivateRegistry.of(new Stack(app, 'Upstream', { env: ELSEWHERE })));
      new PullThroughCache(new Stack(app, 'Unknown'), 'Cache', { upstream });
    },
    message: "'upstream' must get a statement for the cache's account, which is not known: give Unknown an 'env'",
    good: ({ app, stack }) => {
      const upstream = UpstreamRegistry.privateRegistry(PrivateRegistry.of(new Stack(app, 'Upstream', { env: ELSEWHERE })));
      new PullThroughCache(stack, 'Cache', { upstream });
    },
  },

  // what this library adds
  {
    rule: 'copies are kept in this registry: account',
    bad: ({ app, stack }) => new PullThroughCache(stack, 'Cache', { upstream: QUAY, registry: PrivateRegistry.of(new Stack(app, 'Away', { env: ELSEWHERE })) }),
    message: "'registry' must be that of the cache's account and Region, got the one of Away",
    good: ({ app, stack }) => new PullThroughCache(stack, 'Cache', { upstream: QUAY, registry: PrivateRegistry.of(new Stack(app, 'Near', { env: ENV })) }),
  },
  {
    rule: 'copies are kept in this registry: Region',
    bad: ({ app, stack }) => new PullThroughCache(stack, 'Cache', { upstream: QUAY, registry: PrivateRegistry.of(new Stack(app, 'Away', { env: { ...ENV, region: 'eu-west-1' } })) }),
    message: "'registry' must be that of the cache's account and Region, got the one of Away",
    good: ({ app, stack }) => new PullThroughCache(stack, 'Cache', { upstream: QUAY, registry: PrivateRegistry.of(new Stack(app, 'Unknown')) }),
  },
  {
    rule: 'a template for the prefix is one for caches',
    bad: given => { PrivateRegistry.of(given.stack).addCreationTemplate('T', { prefix: 'quay', appliedFor: [TemplateUse.REPLICATION] }); cache(QUAY)(given); },
    message: '\'prefix\' must have a template for PULL_THROUGH_CACHE, got one for ["REPLICATION"] in Stack/PrivateRegistry/T: add the use to its \'appliedFor\'',
    good: given => { PrivateRegistry.of(given.stack).addCreationTemplate('T', { prefix: 'quay/', appliedFor: [TemplateUse.PULL_THROUGH_CACHE] }); cache(QUAY)(given); },
  },
  {
    rule: 'a template for the prefix says how copies are kept',
    bad: given => {
      PrivateRegistry.of(given.stack).addCreationTemplate('T', { prefix: 'quay', appliedFor: [TemplateUse.PULL_THROUGH_CACHE] });
      cache(QUAY, { profile: ImageProfile.cache() })(given);
    },
    message: "'profile' must not be given beside a template for the prefix, got one in Stack/PrivateRegistry/T",
    good: given => {
      PrivateRegistry.of(given.stack).addCreationTemplate('T', { prefix: 'other', appliedFor: [TemplateUse.PULL_THROUGH_CACHE] });
      cache(QUAY, { profile: ImageProfile.cache() })(given);
    },
  },

  // addresses of images
  { rule: 'an image is a path', bad: image('Argo'), message: '\'image\' must be 2 to 256 lowercase letters and digits', good: image('argo') },
  { rule: 'an image has no host', bad: image('quay.io/argoproj/argocd'), message: 'got "quay.io/argoproj/argocd": leave out its host, "argoproj/argocd"', good: image('quay.io-mirror/argocd') },
  { rule: 'an image has no tag', bad: image('argoproj/argocd:v1'), message: 'got "argoproj/argocd:v1": give it as \'tagOrDigest\'', good: image('argoproj/argocd') },
  { rule: 'an image has no digest', bad: image('argocd@sha256'), message: 'got "argocd@sha256": give it as \'tagOrDigest\'', good: image('argocd') },
  { rule: 'the name of a copy has at most 256 characters', bad: image('x'.repeat(252)), message: "'image' must leave the name of its copy at most 256 characters, got 257", good: image('x'.repeat(251)) },
  { rule: 'a tag has 1 character or more', bad: image('argocd', ''), message: '\'tagOrDigest\' must be a tag of 1 to 128', good: image('argocd', '1') },
  { rule: 'a tag has at most 128', bad: image('argocd', 'x'.repeat(129)), message: "'tagOrDigest' must be a tag of 1 to 128", good: image('argocd', 'x'.repeat(128)) },
  { rule: 'a tag does not start with a dot', bad: image('argocd', '.1'), message: 'got ".1"', good: image('argocd', '_1.-') },
  { rule: 'a digest is complete', bad: image('argocd', `sha256:${'0'.repeat(63)}`), message: "or 'sha256:' and 64 lowercase hexadecimal digits", good: image('argocd', `sha256:${'0'.repeat(64)}`) },
  { rule: 'a digest is no longer', bad: image('argocd', `sha256:${'0'.repeat(65)}`), message: "or 'sha256:' and 64 lowercase hexadecimal digits", good: image('argocd', `sha256:${'af'.repeat(32)}`) },
];

testRules('the rules of ECR for a pull-through cache', RULES, () => {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: ENV });
  return { app, stack };
});
