import type { Duration } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import { Findings } from '../private/findings';
import type { RuleSpec } from '../private/lifecycle-rule-spec';
import { checkRule } from '../private/lifecycle-rule-spec';

/**
 * Where ECR keeps an image.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
 */
export enum ImageStorageClass {
  /** Where images are pushed to and pulled from. */
  STANDARD = 'standard',

  /** Kept but not pullable: a restore takes up to 20 minutes, and 90 days are billed in any case. */
  ARCHIVE = 'archive',
}

/**
 * What a lifecycle rule measures.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
export enum LifecycleCountType {
  /** How many images match: the newest are kept. */
  IMAGE_COUNT_MORE_THAN = 'imageCountMoreThan',

  /** Days since the push. */
  SINCE_IMAGE_PUSHED = 'sinceImagePushed',

  /** Days since the last pull; since the push for images that were never pulled. */
  SINCE_IMAGE_PULLED = 'sinceImagePulled',

  /** Days since the image went to archive. */
  SINCE_IMAGE_TRANSITIONED = 'sinceImageTransitioned',
}

/** What a lifecycle rule does with the images that it marks. */
export enum LifecycleActionType {
  /** Delete them. */
  EXPIRE = 'expire',

  /** Move them to archive storage. */
  TRANSITION = 'transition',
}

/** Which images a lifecycle rule is about, and when it is applied. With no selection it is about any image, tagged or not. */
export interface LifecycleRuleOptions {
  /**
   * Rules are applied from the lowest number to the highest; an image that matches the selection of one is out of reach for all later ones.
   *
   * A whole number of at least 1, unique in its policy.
   *
   * @default - one more than the rule before it in the policy; 1 for the first
   */
  readonly priority?: number;

  /**
   * What the rule is for, for those who read the policy.
   *
   * @default - no description
   */
  readonly description?: string;

  /**
   * Only images without a tag.
   *
   * The platform images of a multi-architecture tag have none, but ECR does not delete what a manifest list refers to.
   *
   * @default false
   */
  readonly untagged?: boolean;

  /**
   * Only images that have, for **every** pattern, a tag that matches it. For either/or, make a rule for each.
   *
   * `*` stands for any run of characters, at most 4 in a pattern; `['*']` selects every tagged image.
   *
   * @default - no selection by pattern
   */
  readonly tagPatterns?: string[];

  /**
   * Only images that have, for **every** prefix, a tag that starts with it. A prefix may be in one rule of a storage class only.
   *
   * @default - no selection by prefix
   */
  readonly tagPrefixes?: string[];
}

/** A lifecycle rule in ECR's own words. */
export interface LifecycleRuleProps extends LifecycleRuleOptions {
  /** What is measured. */
  readonly countType: LifecycleCountType;

  /** How many images are kept, or after how many days the action follows. At least 1; at least 90 days for `SINCE_IMAGE_TRANSITIONED`. */
  readonly countNumber: number;

  /** What happens to the images that are over the count. */
  readonly action: LifecycleActionType;

  /**
   * Where the images are that the rule is about. `SINCE_IMAGE_TRANSITIONED` needs `ARCHIVE`, everything else `STANDARD`.
   *
   * @default ImageStorageClass.STANDARD
   */
  readonly storageClass?: ImageStorageClass;
}

/**
 * Which images of a repository are deleted or archived, and when.
 *
 * There is one factory for each combination that ECR takes, so that the others can't be written; `of()` takes ECR's own words
 * and fails for a combination that it would reject. Values that are only known at deployment are taken as they are.
 *
 * ECR doesn't know what runs: a rule can delete the image of a task, a pod or a function. Prefer counting releases to ageing them.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
export class LifecycleRule {
  /**
   * Keeps the images that were pushed last and deletes the others.
   *
   * @param count how many images to keep, at least 1
   */
  public static keepNewest(count: number, options?: LifecycleRuleOptions): LifecycleRule {
    return LifecycleRule.make('keepNewest', 'count', {
      ...options, countType: LifecycleCountType.IMAGE_COUNT_MORE_THAN, countNumber: count, action: LifecycleActionType.EXPIRE,
    });
  }

  /**
   * Keeps the images that were pushed last and archives the others.
   *
   * @param count how many images to keep in standard storage, at least 1
   */
  public static archiveAllButNewest(count: number, options?: LifecycleRuleOptions): LifecycleRule {
    return LifecycleRule.make('archiveAllButNewest', 'count', {
      ...options, countType: LifecycleCountType.IMAGE_COUNT_MORE_THAN, countNumber: count, action: LifecycleActionType.TRANSITION,
    });
  }

  /**
   * Deletes images some time after they were pushed, whether they are in use or not.
   *
   * @param age whole days, at least 1
   */
  public static expireAfterPush(age: Duration, options?: LifecycleRuleOptions): LifecycleRule {
    return LifecycleRule.make('expireAfterPush', 'age', {
      ...options, countType: LifecycleCountType.SINCE_IMAGE_PUSHED, countNumber: toDays(age), action: LifecycleActionType.EXPIRE,
    });
  }

  /**
   * Archives images some time after they were pushed, whether they are in use or not.
   *
   * @param age whole days, at least 1
   */
  public static archiveAfterPush(age: Duration, options?: LifecycleRuleOptions): LifecycleRule {
    return LifecycleRule.make('archiveAfterPush', 'age', {
      ...options, countType: LifecycleCountType.SINCE_IMAGE_PUSHED, countNumber: toDays(age), action: LifecycleActionType.TRANSITION,
    });
  }

  /**
   * Archives images that nobody pulled for some time.
   *
   * ECR deletes nothing by pull time: follow it with `expireArchived`. Scanners' pulls count, unless excluded in the registry.
   *
   * @param age whole days since the last pull, or since the push where there was none; at least 1
   */
  public static archiveAfterPull(age: Duration, options?: LifecycleRuleOptions): LifecycleRule {
    return LifecycleRule.make('archiveAfterPull', 'age', {
      ...options, countType: LifecycleCountType.SINCE_IMAGE_PULLED, countNumber: toDays(age), action: LifecycleActionType.TRANSITION,
    });
  }

  /**
   * Deletes images some time after they were archived.
   *
   * @param age whole days in archive, at least 90: ECR bills that many in any case
   */
  public static expireArchived(age: Duration, options?: LifecycleRuleOptions): LifecycleRule {
    return LifecycleRule.make('expireArchived', 'age', {
      ...options,
      countType: LifecycleCountType.SINCE_IMAGE_TRANSITIONED,
      countNumber: toDays(age),
      action: LifecycleActionType.EXPIRE,
      storageClass: ImageStorageClass.ARCHIVE,
    });
  }

  /**
   * A rule in ECR's own words.
   *
   * @throws when ECR would reject it: see `LifecycleRuleProps`
   */
  public static of(props: LifecycleRuleProps): LifecycleRule {
    return LifecycleRule.make('of', 'countNumber', props);
  }

  /** @internal A rule that was checked where it was read. */
  public static _fromSpec(spec: RuleSpec): LifecycleRule {
    return new LifecycleRule(spec);
  }

  private static make(factory: string, count: string, props: LifecycleRuleProps): LifecycleRule {
    const spec = { ...props, storageClass: props.storageClass ?? ImageStorageClass.STANDARD };
    const priority = spec.priority === undefined || Token.isUnresolved(spec.priority) ? '' : ` (priority ${spec.priority})`;
    const findings = new Findings();
    checkRule(spec, field => `'${field === 'countNumber' ? count : field}' of LifecycleRule.${factory}${priority}`, findings);
    findings.throwIfAny();
    return new LifecycleRule(spec);
  }

  /** @internal */
  public readonly _spec: RuleSpec;

  private constructor(spec: RuleSpec) {
    this._spec = { ...spec, tagPatterns: spec.tagPatterns?.slice(), tagPrefixes: spec.tagPrefixes?.slice() };
  }

  /** @internal Whether images go to archive storage by this rule. */
  public get _archives(): boolean {
    return this._spec.action === LifecycleActionType.TRANSITION;
  }

  /** @internal ECR's JSON: keys in the order of its grammar, nothing empty, nothing that ECR takes for granted. */
  public _toJson(priority: number): object {
    const { untagged, tagPatterns, tagPrefixes, storageClass, countType, countNumber, action, description } = this._spec;
    return {
      rulePriority: priority,
      description: description || undefined,
      selection: {
        tagStatus: untagged ? 'untagged' : tagPatterns || tagPrefixes ? 'tagged' : 'any',
        tagPatternList: tagPatterns,
        tagPrefixList: tagPrefixes,
        storageClass: storageClass === ImageStorageClass.STANDARD ? undefined : storageClass,
        countType,
        countUnit: countType === LifecycleCountType.IMAGE_COUNT_MORE_THAN ? undefined : 'days',
        countNumber,
      },
      action: {
        type: action,
        targetStorageClass: this._archives ? ImageStorageClass.ARCHIVE : undefined,
      },
    };
  }
}

/** In days, with a fraction if there is one: the check of the rule rejects that, whatever unit it was written in. */
function toDays(age: Duration): number {
  const findings = new Findings();
  findings.unless(!age.isUnresolved() || age.unitLabel() === 'days',
    `'age' must be in days where its number is a token, got ${age.unitLabel()}: use Duration.days()`);
  findings.throwIfAny();
  return age.toDays({ integral: false });
}
