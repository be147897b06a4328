import type { aws_ecr as ecr } from 'aws-cdk-lib';
import { Duration, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ImageEncryption } from './image-encryption';
import type { ImageSettings } from './image-settings';
import { LifecyclePolicy } from './lifecycle-policy';
import { LifecycleRule } from './lifecycle-rule';
import type { PullAudience } from './pull-audience';
import { TagImmutability } from './tag-immutability';
import { Findings } from '../private/findings';
import type { Relaxation } from '../private/relaxation';
import { SOME_TAGS_MOVE } from '../private/relaxation';

/** What differs between one team's releases and another's. */
export interface ReleaseProfileProps extends ImageSettings {
  /**
   * How many tagged images are kept, the newest. A whole number, at least 1.
   *
   * @default 100
   */
  readonly keep?: number;
}

/** What differs between one team's builds and another's. */
export interface BuildsProfileProps extends ImageSettings {
  /**
   * How long after its push an image is deleted. Whole days, at least 1.
   *
   * @default Duration.days(14)
   */
  readonly expireAfter?: Duration;
}

/** What differs between one cache of upstream images and another. At most one of the two. */
export interface CacheProfileProps extends ImageSettings {
  /**
   * How long after it was fetched an image is deleted, and fetched again when somebody wants it. Whole days, at least 1.
   *
   * @default Duration.days(30), when `archiveAfterPull` is not given
   */
  readonly expireAfter?: Duration;

  /**
   * How long after its last pull an image is archived, to be deleted after 90 days in the archive. Whole days, at least 1.
   *
   * ECR deletes by age of pull in these two steps only, and bills 90 days of archive in any case. A pull of an archived image fails.
   *
   * @default - images are deleted by the age of their push, in use or not
   */
  readonly archiveAfterPull?: Duration;
}

type TemplateSettings = Pick<ecr.CfnRepositoryCreationTemplateProps,
'encryptionConfiguration' | 'imageTagMutability' | 'imageTagMutabilityExclusionFilters' | 'lifecyclePolicy' | 'repositoryPolicy' | 'resourceTags'>;

/**
 * How images are kept, said once: whether tags move, what is deleted when, with which key, who may pull.
 *
 * Rendered alike to a repository and to the creation templates for pull-through caches, replication and create-on-push.
 * Scanning is the exception: creation templates don't have it, the registry does.
 */
export class ImageProfile {
  /**
   * Released images: immutable, the newest 100 tagged ones are kept, untagged ones go 14 days after their push.
   *
   * Kept by count and never by age, because age says nothing of use: what runs in production may be the oldest.
   * Platform images of a tagged multi-platform index are untagged and stay: ECR deletes none that an index refers to.
   *
   * @throws when `keep` is not a whole number of at least 1, or is given beside `lifecyclePolicy`
   */
  public static release(props: ReleaseProfileProps = {}): ImageProfile {
    const { keep, ...settings } = props;
    oneOf({ keep, lifecyclePolicy: settings.lifecyclePolicy });
    checkCount('keep', keep);
    return ImageProfile.of({
      lifecyclePolicy: LifecyclePolicy.of(
        LifecycleRule.expireAfterPush(Duration.days(14), { untagged: true }),
        LifecycleRule.keepNewest(keep ?? 100, { tagPatterns: ['*'] }),
      ),
    })._with(settings);
  }

  /**
   * Images that only a build needs: tags move, everything is deleted 14 days after its push.
   *
   * @throws when `expireAfter` is not whole days, at least 1, or is given beside `lifecyclePolicy`
   */
  public static builds(props: BuildsProfileProps = {}): ImageProfile {
    const { expireAfter, ...settings } = props;
    oneOf({ expireAfter, lifecyclePolicy: settings.lifecyclePolicy });
    checkAge('expireAfter', expireAfter);
    return ImageProfile.of({
      tagImmutability: TagImmutability.MUTABLE,
      lifecyclePolicy: LifecyclePolicy.of(LifecycleRule.expireAfterPush(expireAfter ?? Duration.days(14))),
    })._with(settings);
  }

  /**
   * Copies of an upstream registry's images: tags move as they do upstream, everything is deleted 30 days after it was fetched.
   *
   * Immutable tags would freeze a cache's `latest` for ever.
   *
   * @throws when more than one of `expireAfter`, `archiveAfterPull` and `lifecyclePolicy` is given, or when an age is not whole days, at least 1
   */
  public static cache(props: CacheProfileProps = {}): ImageProfile {
    const { expireAfter, archiveAfterPull, ...settings } = props;
    oneOf({ expireAfter, archiveAfterPull, lifecyclePolicy: settings.lifecyclePolicy });
    checkAge('expireAfter', expireAfter);
    checkAge('archiveAfterPull', archiveAfterPull);
    return ImageProfile.of({
      tagImmutability: TagImmutability.MUTABLE,
      lifecyclePolicy: archiveAfterPull
        ? LifecyclePolicy.of(LifecycleRule.archiveAfterPull(archiveAfterPull), LifecycleRule.expireArchived(Duration.days(90)))
        : LifecyclePolicy.of(LifecycleRule.expireAfterPush(expireAfter ?? Duration.days(30))),
    })._with(settings);
  }

  /**
   * A profile of your own. What it leaves out has the secure default, and no lifecycle: nothing is ever deleted.
   *
   * @throws when ECR would reject the tags
   */
  public static of(settings: ImageSettings): ImageProfile {
    return new ImageProfile(settings);
  }

  private readonly settings: ImageSettings;
  private readonly tagImmutability: TagImmutability;
  private readonly encryption: ImageEncryption;
  private readonly scanOnPush: boolean;

  /** Thousands of repositories share a profile: it is rendered and checked once for each stack. */
  private readonly rendered = new WeakMap<Stack, ecr.CfnRepositoryProps>();
  private relaxations?: Relaxation[];

  private constructor(settings: ImageSettings) {
    this.settings = { ...settings, tags: settings.tags && { ...settings.tags } };
    this.tagImmutability = settings.tagImmutability ?? TagImmutability.IMMUTABLE;
    this.encryption = settings.encryption ?? ImageEncryption.REGISTRY_KEY;
    this.scanOnPush = settings.scanOnPush ?? true;
    const tags = Object.entries(settings.tags ?? {});
    const findings = new Findings();
    findings.unless(tags.length <= 50, `'tags' must have at most 50 entries, got ${tags.length}: ECR takes no more`);
    for (const [key, value] of tags) {
      findings.unless(Token.isUnresolved(key) || (key.length >= 1 && key.length <= 127 && !/^aws:/i.test(key)),
        `'tags' must have keys of 1 to 127 characters that don't start with 'aws:', which is reserved, got ${JSON.stringify(key)}`);
      findings.unless(Token.isUnresolved(value) || (value.length >= 1 && value.length <= 255),
        `'tags' must have values of 1 to 255 characters, got ${JSON.stringify(value)} for ${JSON.stringify(key)}: CloudFormation takes no empty one`);
    }
    findings.throwIfAny();
  }

  /** @internal This profile, but for the settings that are given. */
  public _with(settings: ImageSettings): ImageProfile {
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    return Object.keys(given).length === 0 ? this : new ImageProfile({ ...this.settings, ...given });
  }

  /** @internal */
  public get _tagImmutability(): TagImmutability {
    return this.tagImmutability;
  }

  /** @internal */
  public get _audience(): PullAudience | undefined {
    return this.settings.audience;
  }

  /** @internal The properties of a repository, the same object for all repositories of a stack that have this profile. */
  public _toRepository(scope: Construct): ecr.CfnRepositoryProps {
    const stack = Stack.of(scope);
    let properties = this.rendered.get(stack);
    if (!properties) {
      const lifecyclePolicyText = this.settings.lifecyclePolicy?._render(scope);
      properties = {
        ...this.tagImmutability._render(),
        encryptionConfiguration: this.encryption._render(scope),
        imageScanningConfiguration: { scanOnPush: this.scanOnPush },
        lifecyclePolicy: lifecyclePolicyText === undefined ? undefined : { lifecyclePolicyText },
        repositoryPolicyText: this.settings.audience?._render(scope),
        tags: this.renderTags(),
      };
      this.rendered.set(stack, properties);
    }
    return properties;
  }

  /** @internal The same settings in the words of a creation template, which has documents as text. */
  public _toCreationTemplate(scope: Construct): TemplateSettings {
    return {
      ...this.tagImmutability._render(),
      encryptionConfiguration: this.encryption._render(scope),
      lifecyclePolicy: this.settings.lifecyclePolicy?._render(scope),
      repositoryPolicy: this.settings.audience?._renderText(scope),
      resourceTags: this.renderTags(),
    };
  }

  /** @internal What this profile relaxes of the secure defaults. */
  public get _relaxations(): Relaxation[] {
    return this.relaxations ??= this.findRelaxations();
  }

  private findRelaxations(): Relaxation[] {
    const relaxations: Relaxation[] = [];
    if (this.tagImmutability._isMutable) {
      relaxations.push({ id: 'tagsMove', message: 'tags can be moved to other images: a version may mean two images, and a rollback deploy the wrong one' });
    } else if (!this.tagImmutability._isExact) {
      relaxations.push(SOME_TAGS_MOVE);
    }
    if (!this.encryption._isCustomerManaged) {
      relaxations.push({
        id: 'noCustomerManagedKey',
        message: 'images are not encrypted with a customer managed key: Security Hub ECR.5 reports it, and it cannot be changed without replacing the repository',
      });
    }
    if (!this.scanOnPush) {
      relaxations.push({ id: 'notScannedOnPush', message: 'images are not scanned when they are pushed: CT.ECR.PR.2 and several scanners report it' });
    }
    if (!this.settings.lifecyclePolicy || this.settings.lifecyclePolicy._isEmpty) {
      relaxations.push({ id: 'noLifecyclePolicy', message: 'images are kept for ever: Security Hub ECR.3 and CT.ECR.PR.1 report it, and storage grows without end' });
    }
    return relaxations;
  }

  private renderTags() {
    return this.settings.tags && Object.entries(this.settings.tags).map(([key, value]) => ({ key, value }));
  }
}

/** What says the same thing must not be said twice: one would be lost without a word. */
function oneOf(ways: { [property: string]: unknown }): void {
  const [first, second] = Object.keys(ways).filter(property => ways[property] !== undefined);
  if (second) {
    throw new Error(`'${first}' must not be given beside '${second}': both say which images are deleted, choose one`);
  }
}

/** Said here in the profile's own words: the rule that is made of the number has others. */
function checkCount(property: string, count?: number): void {
  if (count !== undefined && !Token.isUnresolved(count) && !(Number.isInteger(count) && count >= 1)) {
    throw new Error(`'${property}' must be a whole number of at least 1, got ${JSON.stringify(count)}`);
  }
}

function checkAge(property: string, age?: Duration): void {
  if (age && !age.isUnresolved()) {
    const days = age.toDays({ integral: false });
    if (!(Number.isInteger(days) && days >= 1)) {
      throw new Error(`'${property}' must be whole days, at least 1, got ${JSON.stringify(age.toHumanString())}: ECR counts days`);
    }
  }
}
