import type { aws_ec2 as ec2, aws_iam as iam } from 'aws-cdk-lib';
import { Annotations, ArnFormat, aws_ecr as ecr, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { RepositoryCreationTemplate, TemplateUse } from './creation-template';
import { PrivateRegistry } from './private-registry';
import type { ImageProfile } from '../images/image-profile';
import { Findings } from '../private/findings';
import { grantPullThrough } from './private/cache-grants';
import { claimRule } from './private/cache-rules';
import { checkImage, checkTagOrDigest, suffixOf } from './private/cached-image';
import { admitCache, checkEcrUpstream, hasCaches, isOfAnotherAccount, upstreamRepositories } from './private/ecr-upstream';
import { checkPrefix, repositoriesBelow, ROOT } from './private/prefix-grammar';
import { templateOf } from './private/template-prefixes';
import { checkCredentials, warnOfValue } from './private/upstream-credentials';
import { UpstreamRole } from './private/upstream-role';
import type { UpstreamRegistry } from './upstream-registry';

/** Where copies are kept, and how. */
export interface PullThroughCacheOptions {
  /**
   * What the names of the copies start with: 2 to 30 lowercase letters and digits, with a single `.`, `_`, `-` or `/` between them.
   *
   * ECR adds a `/` where it is missing. `PullThroughCache.ROOT` keeps copies under their upstream names.
   *
   * @default - what AWS's guide calls it: `docker-hub`, `ecr-public`, `kubernetes`, `quay`, `github`, `gitlab`, `azure`, `chainguard`, `ecr`
   */
  readonly prefix?: string;

  /**
   * Copies only what is below a path of the upstream registry, with that path left out of the names here. As `prefix`.
   *
   * @default - the whole registry
   */
  readonly upstreamPrefix?: string;

  /**
   * How copies are kept, and who pulls them from other accounts.
   *
   * @default ImageProfile.cache()
   */
  readonly profile?: ImageProfile;
}

/** What is copied from where. */
export interface PullThroughCacheProps extends PullThroughCacheOptions {
  /** The registry that images are copied from. */
  readonly upstream: UpstreamRegistry;

  /**
   * The registry that copies are kept in, of this account and Region.
   *
   * @default - the one of the stack that this cache is in
   */
  readonly registry?: PrivateRegistry;
}

/** How an image is addressed. */
export interface CachedImageOptions {
  /**
   * Whether the address is the one that has IPv6 too, `111111111111.dkr-ecr.us-east-1.on.aws`.
   *
   * @default false
   */
  readonly dualStack?: boolean;
}

/**
 * Copies of another registry's images, fetched when somebody pulls them.
 *
 * Has the rule, and the creation template of exactly its prefix: without one, ECR keeps copies with none of the secure defaults and for ever.
 * A template that the registry has for this prefix is used, when it is for caches.
 *
 * None of the rule's properties can be changed. CloudFormation would make a second rule before it removes the first,
 * and the prefix is taken: change the prefix too, or deploy without the cache in between. Copies stay either way.
 *
 * ECR asks the upstream registry for a tag once in 24 hours at most: `latest` may be that old.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
 */
@propertyInjectable
export class PullThroughCache extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.PullThroughCache';

  /** The prefix of a cache that keeps copies under their upstream names. */
  public static readonly ROOT: string = ROOT;

  /** The prefix of the copies' names, as it was given. */
  public readonly prefix: string;

  /** The registry that images are copied from. */
  public readonly upstream: UpstreamRegistry;

  /** The settings of the copies' repositories. */
  public readonly template: RepositoryCreationTemplate;

  /** The role as which ECR fetches from another private registry; none for other upstreams. */
  public readonly role?: iam.IRole;

  private readonly registry: PrivateRegistry;
  private readonly isWhole: boolean;

  /**
   * @throws when the Region has no pull-through caches, when a prefix is not one, when `upstreamPrefix` is given beside `PullThroughCache.ROOT`,
   * when ECR could not read the credentials, when the upstream registry is this one, or when `profile` is given beside a template that is there;
   * at synth, with a second cache for the prefix, or more than 50 in the registry
   */
  constructor(scope: Construct, id: string, props: PullThroughCacheProps) {
    super(scope, id);
    const { upstream, upstreamPrefix } = props;
    this.upstream = upstream;
    this.prefix = props.prefix ?? upstream.defaultPrefix;
    this.registry = props.registry ?? PrivateRegistry.of(this);
    this.isWhole = (upstreamPrefix ?? ROOT) === ROOT;
    this.check(props);

    this.template = templateOf(this.registry, this.prefix) ?? new RepositoryCreationTemplate(this, 'Template', {
      prefix: this.prefix,
      appliedFor: [TemplateUse.PULL_THROUGH_CACHE],
      profile: props.profile,
      description: Token.isUnresolved(upstream.url) ? undefined : `Copies of images from ${upstream.url}`,
      registry: this.registry,
    });
    this.role = this.fetchingRole(upstreamPrefix);
    const rule = new ecr.CfnPullThroughCacheRule(this, 'Resource', {
      ecrRepositoryPrefix: this.prefix,
      upstreamRegistry: upstream._name,
      upstreamRegistryUrl: upstream.url,
      upstreamRepositoryPrefix: upstreamPrefix,
      credentialArn: upstream.credentials?.secretFullArn,
      customRoleArn: this.role?.roleArn,
    });
    claimRule(rule);
    // What is pulled as soon as there is a rule must find its settings, and the rights of its role.
    rule.node.addDependency(this.template, ...this.node.children.filter(child => child instanceof UpstreamRole));
    if (upstream.credentials) {
      warnOfValue(upstream.credentials, this);
    }
    if (upstream._ecr) {
      admitCache(this, upstream._ecr, upstreamPrefix);
    }
  }

  /**
   * Grants pulling through this cache: the login, the pull, and the two rights that fetching takes, below the prefix only.
   *
   * For whom it can't be written in an identity policy of this account (another account, an organization) the two rights are granted
   * in the registry policy, and the pull in the policy of the repositories that are made from then on. Those principals need identity policies
   * of their own as well, and whoever is granted later than repositories were made is not in the policies of those.
   *
   * @throws for everyone, and for services: Lambda, which is often granted without being asked, gets a warning and nothing
   */
  public grantPull(grantee: iam.IGrantable): iam.Grant {
    const { registry, template, repositories } = this;
    return grantPullThrough({ cache: this, registry, template, repositories }, grantee);
  }

  /**
   * The address of an image, which the first pull from there fetches.
   *
   * @param image its path in the upstream registry, below `upstreamPrefix` where there is one. `library/` is added for official images of Docker Hub
   * @param tagOrDigest a tag, or `sha256:...`. A token is taken for a tag
   * @throws when the image has its registry's host, a tag or a digest in it, or is no name of a repository; when the tag or digest is none
   */
  public imageUri(image: string, tagOrDigest: string, options: CachedImageOptions = {}): string {
    const findings = new Findings();
    checkImage(findings, image, this.upstream._hosts);
    checkTagOrDigest(findings, tagOrDigest);
    const name = this.repositoryName(image);
    findings.unless(Token.isUnresolved(name) || name.length <= 256, `'image' must leave the name of its copy at most 256 characters, got ${name.length}`);
    findings.throwIfAny(this);
    const { account, region, urlSuffix } = Stack.of(this);
    const host = options.dualStack ? `${account}.dkr-ecr.${region}.on.aws` : `${account}.dkr.ecr.${region}.${urlSuffix}`;
    return `${host}/${name}${suffixOf(tagOrDigest)}`;
  }

  /**
   * Warns when something pulls from subnets without a route to the internet, which a first pull needs even where ECR has VPC endpoints.
   *
   * Later pulls don't: where nothing else may go out, pull each image once from elsewhere.
   *
   * @param subnets those that pull; the VPC's private ones if left out
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
   */
  public warnIfIsolated(vpc: ec2.IVpc, subnets?: ec2.SubnetSelection): void {
    const isolated = vpc.selectSubnets(subnets).subnets.filter(subnet => vpc.isolatedSubnets.includes(subnet));
    if (isolated.length > 0) {
      Annotations.of(this).addWarningV2('cdk-hardened-ecr:PullThroughCache.isolatedSubnets',
        `the first pull of an image through a cache needs a route to the internet, which ${isolated.map(subnet => subnet.node.path).join(', ')} `
        + 'lack: pull each image once from elsewhere, or give them a NAT gateway');
    }
  }

  private get repositories(): string {
    return Stack.of(this).formatArn({
      service: 'ecr', resource: 'repository', resourceName: repositoriesBelow(this.prefix), arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  private repositoryName(image: string): string {
    const path = this.isWhole ? this.upstream._pathOf(image) : image;
    return this.prefix === ROOT ? path : `${this.prefix.replace(/\/$/, '')}/${path}`;
  }

  private fetchingRole(upstreamPrefix: string = ROOT): iam.IRole | undefined {
    const { _ecr: from } = this.upstream;
    if (!from || from.role || !isOfAnotherAccount(from, this)) {
      return from?.role;
    }
    return new UpstreamRole(this, 'Role', {
      from: upstreamRepositories(from, upstreamPrefix, this),
      repositories: repositoriesBelow(this.prefix),
    }).role;
  }

  private check({ upstreamPrefix = ROOT, profile }: PullThroughCacheProps): void {
    const { prefix, upstream, registry } = this;
    const { account, region } = Stack.of(this);
    const findings = new Findings();
    findings.unless(hasCaches(region),
      `'env' must have a Region with pull-through caches, got ${JSON.stringify(region)}: there are none in China and in AWS GovCloud (US)`);
    const place = Stack.of(registry);
    findings.unless(![Token.compareStrings(place.account, account), Token.compareStrings(place.region, region)].includes(TokenComparison.DIFFERENT),
      `'registry' must be that of the cache's account and Region, got the one of ${place.node.path}`);

    const limits = { min: 2, max: 30, root: 'PullThroughCache.ROOT' };
    checkPrefix(findings, 'prefix', prefix, limits);
    checkPrefix(findings, 'upstreamPrefix', upstreamPrefix, limits);
    findings.unless(prefix !== ROOT || this.isWhole,
      `'upstreamPrefix' must not be given beside the prefix PullThroughCache.ROOT, got ${JSON.stringify(upstreamPrefix)}: give the cache a 'prefix' too`);

    const template = templateOf(registry, prefix);
    findings.unless(template?.appliedFor.includes(TemplateUse.PULL_THROUGH_CACHE) !== false,
      () => `'prefix' must have a template for PULL_THROUGH_CACHE, got one for ${JSON.stringify(template?.appliedFor)} in ${template?.node.path}: `
        + "add the use to its 'appliedFor'");
    findings.unless(template === undefined || profile === undefined,
      () => `'profile' must not be given beside a template for the prefix, got one in ${template?.node.path}: it says how copies are kept`);

    if (upstream.credentials) {
      checkCredentials(findings, upstream.credentials, this);
    }
    if (upstream._ecr) {
      checkEcrUpstream(findings, this, upstream._ecr);
    }
    findings.throwIfAny(this);
  }
}
