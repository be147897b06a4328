import type { aws_ecr as ecr, aws_events as events } from 'aws-cdk-lib';
import { Annotations, aws_iam as iam, Stack, Token } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { AudiencePlacement } from './audience-placement';
import type { CentralRegistryProps } from './central-registry-props';
import type { CentralRepositoryOptions } from './central-repository-options';
import { PrivateRegistry } from './private-registry';
import { ImageProfile } from '../images/image-profile';
import type { ImageSettings } from '../images/image-settings';
import type { LambdaFunctionsAudienceProps } from '../images/pull-audience';
import { PullAudience } from '../images/pull-audience';
import { isElsewhere } from '../private/elsewhere';
import { Findings } from '../private/findings';
import { topLevelStack } from '../private/top-level-stack';
import { yieldingToTemplates } from './private/accepted-replication';
import { CentralRepository } from './private/central-repository';
import { CopiedAudiences } from './private/copied-audiences';
import { Shards } from './private/shards';
import { stackLimitErrors } from './private/stack-limits';
import { templateOf } from './private/template-prefixes';
import type { PullThroughCacheOptions } from './pull-through-cache';
import { PullThroughCache } from './pull-through-cache';
import { RegistryEvents } from './registry-events';
import type { RegistryNamespaceOptions } from './registry-namespace';
import { RegistryNamespace } from './registry-namespace';
import type { IReplicationDestination, ReplicationOptions } from './replication';
import type { UpstreamRegistry } from './upstream-registry';
import type { FindingReportedOptions } from '../repository/image-events';

/**
 * The registry of an AWS Organization: one account holds the images, the accounts of the organization pull them.
 *
 * Repositories by name, with one profile, one key, one audience and continuous scanning; namespaces below which a team
 * makes repositories by pushing to them. Images are pulled from here and not copied to every account, so there is one place
 * where it is decided what is kept, who may pull and what is found in an image.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
 */
@propertyInjectable
export class CentralRegistry extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.CentralRegistry';

  /** The registry of the account and Region: scanning, signing, registry policy. */
  public readonly registry: PrivateRegistry;

  /** Who is written into the policies of repositories: nobody where the registry policy says it. */
  private readonly audience = PullAudience._growing();
  private readonly audienceIn: AudiencePlacement;
  private readonly profile: ImageProfile;

  /** Of copies in another registry: its policy says nothing of those who are admitted in this one's. */
  private readonly copies: ImageProfile;
  private readonly everyone: PullAudience;
  private readonly shards?: Shards;
  private readonly byName = new Map<string, CentralRepository>();
  private readonly namespaces: RegistryNamespace[] = [];
  private readonly copied = new CopiedAudiences();

  /**
   * @throws when `shards` is outside its range, `registry` is elsewhere, or a name is not one or is there twice;
   * at synth, when a stack has more than CloudFormation takes: 500 resources, 200 parameters, 200 outputs or 1 MB,
   * or 2,500 resources with all nested stacks; when what has an audience of its own would be copied for this registry's
   */
  constructor(scope: Construct, id: string, props: CentralRegistryProps = {}) {
    super(scope, id);
    const { shards, profile = ImageProfile.release(), audience = profile._audience } = props;
    const findings = new Findings();
    findings.unless(shards === undefined || (Number.isInteger(shards) && shards >= 2 && shards <= 64),
      `'shards' must be a whole number from 2 to 64, got ${JSON.stringify(shards)}: 16 hold 2,000 repositories`);
    this.registry = props.registry ?? PrivateRegistry.of(this);
    findings.unless(!isElsewhere(Stack.of(this), Stack.of(this.registry)),
      `'registry' must be that of the central registry's account and Region, got the one of ${Stack.of(this.registry).node.path}`);
    findings.throwIfAny(this);

    this.audienceIn = props.audienceIn ?? AudiencePlacement.REPOSITORY_POLICIES;
    this.everyone = this.audienceIn === AudiencePlacement.REPOSITORY_POLICIES ? this.audience : PullAudience._growing();
    this.profile = profile._with({ audience: this.audience });
    this.copies = yieldingToTemplates(profile._with({ audience: this.everyone }));
    this.shards = shards === undefined ? undefined : new Shards(this, 'Shards', shards);
    this.node.addValidation({ validate: () => this.validate() });
    if (audience) {
      this.admit(audience);
    }
    for (const name of props.repositories ?? []) {
      this.addRepository(name);
    }
  }

  /**
   * Adds a repository.
   *
   * It is handed out by its name and not by references, so that any number can be used in other stacks.
   *
   * @param repositoryName known at synth, because its place follows from it
   * @throws when the name is not one, is a token, or is there already
   */
  public addRepository(repositoryName: string, options: CentralRepositoryOptions = {}): ecr.IRepository {
    const { profile, removalPolicy, emptyOnDelete, ...settings } = options;
    const findings = new Findings();
    findings.unless(!Token.isUnresolved(repositoryName),
      "'repositoryName' must be known at synth, got a token: a central registry tells its repositories apart by their names");
    findings.unless(!this.byName.has(repositoryName),
      `'repositoryName' must be there once in a registry, got ${JSON.stringify(repositoryName)} again: use repository(${JSON.stringify(repositoryName)})`);
    findings.throwIfAny(this);

    const repository = new CentralRepository(this.shards?.for(repositoryName) ?? this, {
      repositoryName,
      profile: this.nearest(profile, settings),
      registry: this.registry,
      removalPolicy,
      emptyOnDelete,
    });
    this.byName.set(repositoryName, repository);
    this.namespaces.filter(namespace => namespace._holds(repositoryName)).forEach(namespace => namespace._include(repository));
    return repository;
  }

  /**
   * A repository of this registry.
   *
   * @throws when there is none of this name
   */
  public repository(repositoryName: string): ecr.IRepository {
    const repository = this.byName.get(repositoryName);
    if (!repository) {
      throw new Error(`'repositoryName' must be one of this registry's, got ${JSON.stringify(repositoryName)}: `
        + `add it with addRepository(${JSON.stringify(repositoryName)}) [${this.node.path}]`);
    }
    return repository;
  }

  /**
   * Lets a team make repositories below a prefix by pushing to them, without a deployment.
   *
   * ECR makes them from a creation template with the namespace's profile and this registry's audience. The pushers may push to every
   * repository below the prefix, also to those that were added here, and to no other.
   *
   * @param prefix `payments` is for `payments/api` and `payments/batch/worker`
   * @throws when the registry has a template for the prefix, or when a pusher is not named: everyone, an organization, a service
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
   */
  public addNamespace(prefix: string, options: RegistryNamespaceOptions = {}): RegistryNamespace {
    const { profile, pushers, description, replicated, ...settings } = options;
    const namespace = new RegistryNamespace(this, `Namespace:${prefix.replace(/\/$/, '').replace(/\//g, ':')}`, {
      prefix,
      description,
      replicated,
      profile: this.nearest(profile, settings),
      registry: this.registry,
    });
    for (const [name, repository] of this.byName) {
      if (namespace._holds(name)) {
        namespace._include(repository);
      }
    }
    for (const other of this.namespaces) {
      if (other._holds(namespace.prefix)) {
        other._includeNamespace(namespace);
      }
      if (namespace._holds(other.prefix)) {
        namespace._includeNamespace(other);
      }
    }
    this.namespaces.push(namespace);
    (pushers ?? []).forEach(pusher => namespace.grantPush(pusher));
    return namespace;
  }

  /**
   * Lets Lambda functions of other accounts be made of the images: the accounts that create them, and the service, which fetches
   * the image again after a function was idle. Repositories and namespaces with an audience of their own are left out.
   *
   * Name accounts where you can: AWS documents that form and advises it. The form with an organization pins the service by
   * `aws:SourceOrgID`, which was not verified against a live Lambda service.
   *
   * @throws when neither or both are given, when `region` is not this registry's, or when the audience is in the registry policy:
   * Lambda documents the repository's policy alone
   * @see https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
   */
  public grantLambdaPull(functions: LambdaFunctionsAudienceProps): void {
    this.admit(PullAudience.lambdaFunctions(functions));
  }

  /**
   * Keeps copies of another registry's images, fetched when somebody pulls them: those of Docker Hub below `docker-hub/`.
   *
   * The audience pulls what is there. Who may also have an image fetched, and a repository made for it, is granted by `grantPull` of the cache.
   *
   * @param options where `profile` says how copies are kept: `ImageProfile.cache()` if left out, with this registry's audience
   * @throws as PullThroughCache does
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
   */
  public cache(upstream: UpstreamRegistry, options: PullThroughCacheOptions = {}): PullThroughCache {
    const prefix = options.prefix ?? upstream.defaultPrefix;
    const { profile = templateOf(this.registry, prefix) ? undefined : ImageProfile.cache() } = options;
    return new PullThroughCache(this, `Cache:${prefix.replace(/\//g, ':')}`, {
      ...options,
      upstream,
      registry: this.registry,
      profile: profile?._with({ audience: profile._audience ?? this.audience }),
    });
  }

  /**
   * Copies images to another registry, with this registry's profile and audience unless another profile is given, or a template is there.
   *
   * @throws as `PrivateRegistry.replicateTo` does. Other accounts than this one must be in `replicationAccounts` of the registry
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
   */
  public replicateTo(destination: IReplicationDestination, options: ReplicationOptions = {}): void {
    this.registry.replicateTo(destination, {
      ...options,
      profile: options.profile ?? this.copies,
      contributor: options.contributor ?? this,
    });
    this.copied.add(destination, options.prefixes);
  }

  /**
   * A vulnerability was found in an image of this account and Region. For more that happens to images there is `RegistryEvents.of(central)`.
   *
   * @throws as `ImageEvents.onFindingReported` does
   */
  public onFindingReported(id: string, options: FindingReportedOptions = {}): events.Rule {
    return RegistryEvents.of(this).onFindingReported(id, options);
  }

  private admit(audience: PullAudience): void {
    const statements = audience._statements(this); // finds a Region that is not this one
    if (this.audienceIn === AudiencePlacement.REPOSITORY_POLICIES) {
      this.audience._admit(audience);
      if (audience._isOrganizationWide) {
        // Repositories that were made before it joined.
        const before = [...this.byName.values()].filter(repository => repository._audience === this.audience);
        before.forEach(repository => repository._acknowledgeOrganization());
      }
      return;
    }
    if (audience._isForLambda) {
      throw new Error(`'audienceIn' must be AudiencePlacement.REPOSITORY_POLICIES for Lambda functions, got ${JSON.stringify(this.audienceIn)}: `
        + `Lambda documents the repository's policy alone [${this.node.path}]`);
    }
    this.everyone._admit(audience);
    // Without their names, which must not be there twice: another central registry may share this one's policy.
    statements.forEach(({ Sid: _, ...statement }) => this.registry.addToRegistryPolicy(iam.PolicyStatement.fromJson(statement), this));
    Annotations.of(this).addWarningV2('cdk-hardened-ecr:CentralRegistry.everyRepositoryShared',
      'the audience is in the registry policy: every repository of the account in this Region is open to it, whoever made it, '
      + "and the policy's scope must be V2, see 'aws ecr get-account-setting --name REGISTRY_POLICY_SCOPE'");
  }

  /** The nearer wins: a repository's settings over its profile over the registry's. */
  private nearest(profile: ImageProfile | undefined, settings: ImageSettings): ImageProfile {
    return profile
      ? profile._with({ ...settings, audience: settings.audience ?? profile._audience ?? this.audience })
      : this.profile._with(settings);
  }

  private validate(): string[] {
    return [
      ...stackLimitErrors(topLevelStack(this), [Stack.of(this), ...this.shards?.all ?? []], this.shards !== undefined),
      ...this.copied.errors(this.byName, this.namespaces, this.audience),
    ];
  }
}
