import type { aws_iam as iam } from 'aws-cdk-lib';
import { Annotations, aws_ecr as ecr, Stack, Token } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import type { PrivateRegistry } from './private-registry';
import { ImageProfile } from '../images/image-profile';
import type { PullAudience } from '../images/pull-audience';
import { Findings } from '../private/findings';
import { isOpenToEveryone } from '../private/policy-statement';
import { checkPrefix, repositoriesBelow, ROOT } from './private/prefix-grammar';
import { claimPrefix } from './private/template-prefixes';
import { AWS_MANAGED_KEY, TemplateRole } from './private/template-role';
import { RepositoryPolicy } from '../repository/repository-policy';

/** What makes ECR create a repository by itself. */
export enum TemplateUse {
  /** A first pull through a pull-through cache. */
  PULL_THROUGH_CACHE = 'PULL_THROUGH_CACHE',

  /** An image that is replicated to this registry. */
  REPLICATION = 'REPLICATION',

  /** A push to a repository that is not there. Without a template such a push fails. */
  CREATE_ON_PUSH = 'CREATE_ON_PUSH',
}

/** What a template is for. */
export interface RepositoryCreationTemplateOptions {
  /**
   * What the names of the repositories start with: 1 to 256 lowercase letters and digits, with a single `.`, `_`, `-` or `/` between them.
   *
   * ECR adds a `/` where it is missing: `prod` is for `prod/api`, neither for `prod` nor for `production/api`.
   * Of several templates that match, the one with the longest prefix counts. For a pull-through cache give exactly its rule's prefix.
   * `RepositoryCreationTemplate.ROOT` is for every repository that no other template matches.
   */
  readonly prefix: string;

  /** The occasions on which it is used. At least one. */
  readonly appliedFor: TemplateUse[];

  /**
   * How the images of those repositories are kept.
   *
   * @default - `ImageProfile.cache()` when it is for pull-through caches alone, as immutable tags would freeze the cache's `latest`;
   * `ImageProfile.release()` otherwise
   */
  readonly profile?: ImageProfile;

  /**
   * What it is for, in words. At most 256 characters.
   *
   * @default - none
   */
  readonly description?: string;
}

/** What a template is for, and in which registry. */
export interface RepositoryCreationTemplateProps extends RepositoryCreationTemplateOptions {
  /**
   * The registry that must not have another template with this prefix.
   *
   * @default - the one of the stack that this template is in
   */
  readonly registry?: PrivateRegistry;
}

/**
 * The settings of repositories that ECR creates by itself, when an image is pulled through a cache, replicated, or pushed.
 *
 * Without a template, repositories of caches and replication have none of the secure defaults: tags that move, no key, no lifecycle.
 * Applied when a repository is created and never after: a change does not reach the repositories that are there.
 * When it sets tags or a KMS key, which the profiles do, it comes with the role that ECR needs to create such a repository.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
 */
@propertyInjectable
export class RepositoryCreationTemplate extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.RepositoryCreationTemplate';

  /** The prefix of the template for every repository that no other template matches. */
  public static readonly ROOT: string = ROOT;

  /** The prefix as it was given. */
  public readonly prefix: string;

  /** The role as which ECR creates the repositories; none when the profile has neither tags nor a KMS key. */
  public readonly role?: iam.IRole;

  /** The occasions on which it is used. */
  public readonly appliedFor: TemplateUse[];

  private readonly profile: ImageProfile;
  private readonly resource: ecr.CfnRepositoryCreationTemplate;
  private policy?: RepositoryPolicy;

  /**
   * @throws when the prefix or the description is not one, when there is no use or the same one twice,
   * or when the registry has a template with this prefix
   */
  constructor(scope: Construct, id: string, props: RepositoryCreationTemplateProps) {
    super(scope, id);
    const { prefix, appliedFor, description } = props;
    const findings = new Findings();
    checkPrefix(findings, 'prefix', prefix, { min: 1, max: 256, root: 'RepositoryCreationTemplate.ROOT' });
    findings.unless(appliedFor.length > 0, `'appliedFor' must have at least one use, got []: one of ${Object.keys(TemplateUse).join(', ')}`);
    findings.unless(new Set(appliedFor).size === appliedFor.length,
      `'appliedFor' must have no use twice, got ${JSON.stringify(appliedFor)}`);
    findings.unless(description === undefined || Token.isUnresolved(description) || description.length <= 256,
      `'description' must have at most 256 characters, got ${description?.length}`);
    findings.throwIfAny(this);
    claimPrefix(props.registry ?? this, prefix, this);

    const forCacheAlone = appliedFor.every(use => use === TemplateUse.PULL_THROUGH_CACHE);
    this.profile = props.profile ?? (forCacheAlone ? ImageProfile.cache() : ImageProfile.release());
    const settings = this.profile._toCreationTemplate(this);
    this.prefix = prefix;
    this.appliedFor = [...appliedFor];
    this.role = this.roleFor(settings)?.role;
    this.resource = new ecr.CfnRepositoryCreationTemplate(this, 'Resource', { ...settings, prefix, appliedFor, description, customRoleArn: this.role?.roleArn });
    this.warn(appliedFor, this.profile);
  }

  /**
   * Adds a statement to the policy of the repositories that will be made, beside what the profile's audience allows.
   *
   * Warns of one that allows everyone, without a condition on who that is.
   *
   * @param statement without resources: a repository policy is about its repository
   */
  public addToRepositoryPolicy(statement: iam.PolicyStatement): void {
    if (!this.policy) {
      const policy = this.policy = new RepositoryPolicy(this, { owner: 'RepositoryCreationTemplate', audience: this.profile._audience });
      this.resource.repositoryPolicy = Stack.of(this).toJsonString(policy.text);
    }
    if (isOpenToEveryone(Stack.of(this).resolve(statement.toStatementJson()))) {
      Annotations.of(this).addWarningV2('cdk-hardened-ecr:RepositoryCreationTemplate.openToEveryone',
        'a statement of the policy of repositories that ECR makes is for "*" and has no condition on who that is, its organization, account or ARN: '
        + 'every AWS account is allowed what it says');
    }
    this.policy.add(statement.copy({ resources: [] }));
  }

  /** @internal Who pulls from the repositories, as its profile says. */
  public get _audience(): PullAudience | undefined {
    return this.profile._audience;
  }

  private roleFor(settings: Pick<ecr.CfnRepositoryCreationTemplateProps, 'encryptionConfiguration' | 'resourceTags'>): TemplateRole | undefined {
    const encryption = settings.encryptionConfiguration as ecr.CfnRepositoryCreationTemplate.EncryptionConfigurationProperty | undefined;
    const key = encryption?.encryptionType.startsWith('KMS') ? encryption.kmsKey ?? AWS_MANAGED_KEY : undefined;
    if (key === undefined && !settings.resourceTags) {
      return undefined;
    }
    return new TemplateRole(this, 'Role', {
      repositories: repositoriesBelow(this.prefix),
      key,
    });
  }

  private warn(appliedFor: readonly TemplateUse[], profile: ImageProfile): void {
    const warnings = profile._relaxations
      // Nothing is relaxed where tags have to move.
      .filter(({ id }) => !(id === 'tagsMove' && appliedFor.includes(TemplateUse.PULL_THROUGH_CACHE)))
      // Templates don't have scanning: the registry scans.
      .filter(({ id }) => id !== 'notScannedOnPush');
    if (appliedFor.includes(TemplateUse.PULL_THROUGH_CACHE) && !profile._tagImmutability._isMutable) {
      warnings.push({
        id: 'immutableCache',
        message: "a cache can't refresh a tag that does not move: 'latest' stays what it was at the first pull. "
          + 'Give the cache a prefix and a template of its own, with ImageProfile.cache()',
      });
    }
    for (const { id, message } of warnings) {
      Annotations.of(this).addWarningV2(`cdk-hardened-ecr:RepositoryCreationTemplate.${id}`, message);
    }
  }
}
