import { App, aws_secretsmanager as secretsmanager, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PrivateRegistry, PullThroughCache, UpstreamRegistry } from '../../src';

const RULE = 'AWS::ECR::PullThroughCacheRule';
const SECRET = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:ecr-pullthroughcache/upstream-AbCdEf';

let app: App;
let stack: Stack;
let secret: secretsmanager.ISecret;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
  secret = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET);
});

/** As the guide has them: pull-through-cache-creating-rule. */
const CATALOGUE: [string, () => UpstreamRegistry, Record<string, string>][] = [
  ['Amazon ECR Public', () => UpstreamRegistry.ECR_PUBLIC, { EcrRepositoryPrefix: 'ecr-public', UpstreamRegistry: 'ecr-public', UpstreamRegistryUrl: 'public.ecr.aws' }],
  ['Kubernetes', () => UpstreamRegistry.KUBERNETES, { EcrRepositoryPrefix: 'kubernetes', UpstreamRegistry: 'k8s', UpstreamRegistryUrl: 'registry.k8s.io' }],
  ['Quay', () => UpstreamRegistry.QUAY, { EcrRepositoryPrefix: 'quay', UpstreamRegistry: 'quay', UpstreamRegistryUrl: 'quay.io' }],
  ['Docker Hub', () => UpstreamRegistry.dockerHub(secret),
    { EcrRepositoryPrefix: 'docker-hub', UpstreamRegistry: 'docker-hub', UpstreamRegistryUrl: 'registry-1.docker.io', CredentialArn: SECRET }],
  ['GitHub', () => UpstreamRegistry.githubContainerRegistry(secret),
    { EcrRepositoryPrefix: 'github', UpstreamRegistry: 'github-container-registry', UpstreamRegistryUrl: 'ghcr.io', CredentialArn: SECRET }],
  ['GitLab', () => UpstreamRegistry.gitlabContainerRegistry(secret),
    { EcrRepositoryPrefix: 'gitlab', UpstreamRegistry: 'gitlab-container-registry', UpstreamRegistryUrl: 'registry.gitlab.com', CredentialArn: SECRET }],
  ['Azure', () => UpstreamRegistry.azureContainerRegistry('contoso', secret),
    { EcrRepositoryPrefix: 'azure', UpstreamRegistry: 'azure-container-registry', UpstreamRegistryUrl: 'contoso.azurecr.io', CredentialArn: SECRET }],
  ['Chainguard', () => UpstreamRegistry.chainguard(secret),
    { EcrRepositoryPrefix: 'chainguard', UpstreamRegistry: 'chainguard', UpstreamRegistryUrl: 'cgr.dev', CredentialArn: SECRET }],
  ['Amazon ECR', () => UpstreamRegistry.ecr({ account: '111111111111', region: 'eu-west-1' }),
    { EcrRepositoryPrefix: 'ecr', UpstreamRegistry: 'ecr', UpstreamRegistryUrl: '111111111111.dkr.ecr.eu-west-1.amazonaws.com' }],
  ['one that comes later', () => UpstreamRegistry.of({ name: 'acme', url: 'images.acme.com' }),
    { EcrRepositoryPrefix: 'acme', UpstreamRegistry: 'acme', UpstreamRegistryUrl: 'images.acme.com' }],
  ['one that comes later and wants credentials', () => UpstreamRegistry.of({ name: 'acme', url: 'images.acme.com', credentials: secret, defaultPrefix: 'of-acme' }),
    { EcrRepositoryPrefix: 'of-acme', UpstreamRegistry: 'acme', UpstreamRegistryUrl: 'images.acme.com', CredentialArn: SECRET }],
];

describe('UpstreamRegistry', () => {
  test.each(CATALOGUE)('has a rule for %s', (_, upstream, properties) => {
    new PullThroughCache(stack, 'Cache', { upstream: upstream() });

    const absent = ['CredentialArn', 'CustomRoleArn', 'UpstreamRepositoryPrefix'].filter(property => !(property in properties));
    Template.fromStack(stack).hasResourceProperties(RULE, {
      ...properties, ...Object.fromEntries(absent.map(property => [property, Match.absent()])),
    });
  });

  test.each(CATALOGUE)('says where %s is, and what ECR logs in with', (_, upstream, properties) => {
    const { url, defaultPrefix, credentials } = upstream();
    expect({ url, defaultPrefix, credentials: credentials?.secretArn })
      .toEqual({ url: properties.UpstreamRegistryUrl, defaultPrefix: properties.EcrRepositoryPrefix, credentials: properties.CredentialArn });
  });

  test.each([
    ['ecr-public', false], ['k8s', false], ['quay', false], ['docker-hub', true], ['github-container-registry', true],
    ['gitlab-container-registry', true], ['azure-container-registry', true], ['chainguard', true],
  ])('knows whether %s wants credentials: %s', (name, wants) => {
    const given = (credentials?: secretsmanager.ISecret) => () => UpstreamRegistry.of({ name, url: 'registry.example.com', credentials });

    expect(given(wants ? undefined : secret)).toThrow(`'credentials' must ${wants ? '' : 'not '}be given for "${name}"`);
    expect(given(wants ? secret : undefined)).not.toThrow();
  });

  test.each([
    ['nginx', 'library/nginx'],
    ['bitnami/redis', 'bitnami/redis'],
    ['library/nginx', 'library/nginx'],
  ])('completes the name of an image of Docker Hub: %s', (image, path) => {
    expect(UpstreamRegistry.dockerHub(secret)._pathOf(image)).toBe(path);
    expect(UpstreamRegistry.QUAY._pathOf(image)).toBe(image);
  });

  test.each([['docker.io'], ['index.docker.io'], ['hub.docker.com'], ['registry-1.docker.io']])('knows that %s is Docker Hub', host => {
    expect(UpstreamRegistry.dockerHub(secret)._hosts).toContain(host);
  });

  test.each([['https://cgr.dev'], ['cgr.dev/'], ['cgr.dev:443'], ['localhost'], ['']])('fails with the host %j', url => {
    expect(() => UpstreamRegistry.of({ name: 'acme', url })).toThrow(`'url' must be the host of a registry, without a scheme, port or path, got ${JSON.stringify(url)}`);
  });

  test.each([[''], ['-a'], ['a-'], ['a.b'], ['a/b']])('fails with the registry %j of Azure', name => {
    expect(() => UpstreamRegistry.azureContainerRegistry(name, secret)).toThrow(`got ${JSON.stringify(name)}: give what comes before '.azurecr.io'`);
  });

  test.each([['a'], ['A1'], ['contoso-a1']])('takes the registry %j of Azure', name => {
    expect(UpstreamRegistry.azureContainerRegistry(name, secret).url).toBe(`${name}.azurecr.io`);
  });

  test('a token skips the checks', () => {
    const token = new CfnParameter(stack, 'Token').valueAsString;

    expect(() => UpstreamRegistry.of({ name: 'acme', url: token })).not.toThrow();
    expect(() => UpstreamRegistry.azureContainerRegistry(token, secret)).not.toThrow();
    expect(() => UpstreamRegistry.ecr({ account: token, region: token })).not.toThrow();
  });

  test('is at the place of a registry of the app', () => {
    const registry = PrivateRegistry.of(new Stack(app, 'Upstream', { env: { account: '222222222222', region: 'eu-west-1' } }));
    expect(UpstreamRegistry.privateRegistry(registry).url).toBe('222222222222.dkr.ecr.eu-west-1.amazonaws.com');
  });
});
