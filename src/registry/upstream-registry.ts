import type { aws_iam as iam, aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import { Stack, Token } from 'aws-cdk-lib';
import type { PrivateRegistry } from './private-registry';
import { Findings } from '../private/findings';
import type { EcrUpstream } from './private/ecr-upstream';

/** How ECR gets at the private registry that it fetches from. */
export interface EcrUpstreamOptions {
  /**
   * The role as which ECR fetches, of the cache's account, which `pullthroughcache.ecr.amazonaws.com` may assume.
   *
   * @default - a role that the cache makes; none when the upstream registry is known to be of the same account, where ECR needs none
   */
  readonly role?: iam.IRole;
}

/** Where another private registry is. */
export interface EcrUpstreamProps extends EcrUpstreamOptions {
  /** The account that it is of: 12 digits. */
  readonly account: string;

  /** The Region that it is in. */
  readonly region: string;
}

/** An upstream registry that is not in the catalogue. */
export interface UpstreamRegistryProps {
  /** What the API calls it: the value of `UpstreamRegistry`. */
  readonly name: string;

  /** Its host, without a scheme and a path: `cgr.dev`. */
  readonly url: string;

  /**
   * What ECR logs in with.
   *
   * @default - none
   */
  readonly credentials?: secretsmanager.ISecret;

  /**
   * The prefix of its caches that have none of their own.
   *
   * @default - the name
   */
  readonly defaultPrefix?: string;
}

/** What is in the catalogue of each. */
interface Upstream extends UpstreamRegistryProps {
  /** Other hosts that people write for it. */
  readonly aliases?: readonly string[];
  /** Where an image is that is named without a namespace. */
  readonly officialNamespace?: string;
  readonly ecr?: EcrUpstream;
}

/** Whether ECR wants credentials, for those that it knows. */
const WANTS_CREDENTIALS: Record<string, boolean> = {
  'ecr-public': false,
  'k8s': false,
  'quay': false,
  'docker-hub': true,
  'github-container-registry': true,
  'gitlab-container-registry': true,
  'azure-container-registry': true,
  'chainguard': true,
};

/**
 * A registry that a pull-through cache copies images from.
 *
 * Knows what the API calls it, where it is, whether it wants credentials, how its image names are completed,
 * and the prefix that AWS's guide gives its caches.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
 */
export class UpstreamRegistry {
  /** Amazon ECR Public, `public.ecr.aws`. Its official Docker images are below `docker/library/`. */
  public static readonly ECR_PUBLIC = new UpstreamRegistry({ name: 'ecr-public', url: 'public.ecr.aws', defaultPrefix: 'ecr-public' });

  /** The registry of the Kubernetes project, `registry.k8s.io`. */
  public static readonly KUBERNETES = new UpstreamRegistry({ name: 'k8s', url: 'registry.k8s.io', defaultPrefix: 'kubernetes' });

  /** Quay, `quay.io`: public images only, as ECR takes no credentials for it. */
  public static readonly QUAY = new UpstreamRegistry({ name: 'quay', url: 'quay.io', defaultPrefix: 'quay' });

  /**
   * Docker Hub. Images without a namespace, the official ones, are below `library/` there, which is added to their names.
   *
   * @param credentials user name and access token of an account at Docker Hub
   */
  public static dockerHub(credentials: secretsmanager.ISecret): UpstreamRegistry {
    return new UpstreamRegistry({
      name: 'docker-hub',
      url: 'registry-1.docker.io',
      aliases: ['docker.io', 'index.docker.io', 'hub.docker.com'],
      officialNamespace: 'library',
      defaultPrefix: 'docker-hub',
      credentials,
    });
  }

  /**
   * GitHub Container Registry, `ghcr.io`.
   *
   * @param credentials user name and a personal access token (classic) that may read packages
   */
  public static githubContainerRegistry(credentials: secretsmanager.ISecret): UpstreamRegistry {
    return new UpstreamRegistry({ name: 'github-container-registry', url: 'ghcr.io', defaultPrefix: 'github', credentials });
  }

  /**
   * The registry of GitLab.com. ECR takes no registry of a GitLab that someone runs themselves.
   *
   * @param credentials user name and a token that may read the registry
   */
  public static gitlabContainerRegistry(credentials: secretsmanager.ISecret): UpstreamRegistry {
    return new UpstreamRegistry({ name: 'gitlab-container-registry', url: 'registry.gitlab.com', defaultPrefix: 'gitlab', credentials });
  }

  /**
   * A registry of Microsoft Azure.
   *
   * @param registryName what comes before `.azurecr.io`
   * @param credentials user name and password of a token or of a service principal
   * @throws when the name is not a part of a host name
   */
  public static azureContainerRegistry(registryName: string, credentials: secretsmanager.ISecret): UpstreamRegistry {
    const findings = new Findings();
    findings.unless(Token.isUnresolved(registryName) || /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/.test(registryName),
      `'registryName' must be letters, digits and '-', got ${JSON.stringify(registryName)}: give what comes before '.azurecr.io'`);
    findings.throwIfAny();
    return new UpstreamRegistry({ name: 'azure-container-registry', url: `${registryName}.azurecr.io`, defaultPrefix: 'azure', credentials });
  }

  /**
   * Chainguard, `cgr.dev`.
   *
   * @param credentials identity and pull token
   */
  public static chainguard(credentials: secretsmanager.ISecret): UpstreamRegistry {
    return new UpstreamRegistry({ name: 'chainguard', url: 'cgr.dev', defaultPrefix: 'chainguard', credentials });
  }

  /**
   * The private registry of another account or Region, which is not in this app.
   *
   * When it is of another account, its registry policy has to allow the copying: the statement is in a warning.
   *
   * @throws when the account is not 12 digits
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private.html
   */
  public static ecr(props: EcrUpstreamProps): UpstreamRegistry {
    const findings = new Findings();
    findings.unless(Token.isUnresolved(props.account) || /^[0-9]{12}$/.test(props.account), `'account' must be 12 digits, got ${JSON.stringify(props.account)}`);
    findings.throwIfAny();
    return UpstreamRegistry.fromEcr(props);
  }

  /**
   * The private registry of another account or Region, which is in this app.
   *
   * When it is of another account, its registry policy gets the statement that allows the copying.
   *
   * @throws when the registry's account or Region is not known
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private.html
   */
  public static privateRegistry(registry: PrivateRegistry, options: EcrUpstreamOptions = {}): UpstreamRegistry {
    const { account, region } = Stack.of(registry);
    const findings = new Findings();
    findings.unless(!Token.isUnresolved(account) && !Token.isUnresolved(region),
      "'registry' must be in a stack whose 'env' has an account and a Region: they are in the address that a cache fetches from");
    findings.throwIfAny(registry);
    return UpstreamRegistry.fromEcr({ ...options, account, region, registry });
  }

  /**
   * A registry that the catalogue does not have.
   *
   * @throws when the host is none, or when credentials are missing or not wanted where that is known
   */
  public static of(props: UpstreamRegistryProps): UpstreamRegistry {
    const findings = new Findings();
    findings.unless(props.name !== 'ecr', '\'name\' must not be "ecr": use UpstreamRegistry.ecr() or UpstreamRegistry.privateRegistry()');
    findings.throwIfAny();
    return new UpstreamRegistry(props);
  }

  private static fromEcr(ecr: EcrUpstream): UpstreamRegistry {
    return new UpstreamRegistry({ name: 'ecr', url: `${ecr.account}.dkr.ecr.${ecr.region}.amazonaws.com`, defaultPrefix: 'ecr', ecr });
  }

  /** Its host. */
  public readonly url: string;

  /** The prefix of its caches that have none of their own. */
  public readonly defaultPrefix: string;

  /** What ECR logs in with, when it does. */
  public readonly credentials?: secretsmanager.ISecret;

  private constructor(private readonly upstream: Upstream) {
    const { name, url, credentials } = upstream;
    const findings = new Findings();
    findings.unless(Token.isUnresolved(url) || /^[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$/.test(url),
      `'url' must be the host of a registry, without a scheme, port or path, got ${JSON.stringify(url)}`);
    findings.unless(WANTS_CREDENTIALS[name] !== true || credentials !== undefined,
      `'credentials' must be given for ${JSON.stringify(name)}: ECR fetches nothing from there without logging in`);
    findings.unless(WANTS_CREDENTIALS[name] !== false || credentials === undefined,
      `'credentials' must not be given for ${JSON.stringify(name)}: ECR takes none for it`);
    findings.throwIfAny();
    this.url = url;
    this.defaultPrefix = upstream.defaultPrefix ?? name;
    this.credentials = credentials;
  }

  /** @internal What the API calls it. */
  public get _name(): string {
    return this.upstream.name;
  }

  /** @internal Every host that is written before its images. */
  public get _hosts(): string[] {
    return [this.url, ...this.upstream.aliases ?? []];
  }

  /** @internal */
  public get _ecr(): EcrUpstream | undefined {
    return this.upstream.ecr;
  }

  /** @internal The path of an image, as the registry has it. */
  public _pathOf(image: string): string {
    const { officialNamespace } = this.upstream;
    return officialNamespace === undefined || image.includes('/') ? image : `${officialNamespace}/${image}`;
  }
}
