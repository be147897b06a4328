import { Annotations, aws_events as events, Stack, Token } from 'aws-cdk-lib';
import type { aws_sqs as sqs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { withDeadLetters } from './private/dead-letters';
import { matcherOf } from './private/event-matchers';
import type { EventSubject } from './private/event-patterns';
import { ecrPattern, findingPattern, scanPattern, storageClassPattern } from './private/event-patterns';
import { Severity } from './severity';
import { documentSize } from '../private/document-size';
import { isElsewhere } from '../private/elsewhere';
import { Findings } from '../private/findings';

/** What is done with an event, and where the rule is. */
export interface ImageEventOptions extends events.OnEventOptions {
  /**
   * The bus that the events come to.
   *
   * @default - the default bus of the account and Region, where ECR and Inspector send them
   */
  readonly eventBus?: events.IEventBus;

  /**
   * Where events are kept that could not be delivered: a standard queue in the Region of the target, for one that has no queue of its own.
   *
   * @default - the target's own; else one for the stack, encrypted by SQS, for 14 days
   */
  readonly deadLetterQueue?: sqs.IQueue;
}

/** Which pushes. */
export interface ImagePushedOptions extends ImageEventOptions {
  /**
   * Tags, in which `*` stands for any run of characters: `v*` is every tag that begins with a v. A push of several tags is an event for each.
   *
   * @default - all, also pushes without a tag
   */
  readonly tags?: string[];
}

/** Which scans. */
export interface ScanCompletedOptions extends ImageEventOptions {
  /**
   * Scans that found a vulnerability of this severity or a worse one.
   *
   * @default - all scans, also those that found nothing
   */
  readonly severity?: Severity;
}

/** Which findings. */
export interface FindingReportedOptions extends ImageEventOptions {
  /**
   * Findings of this severity or a worse one.
   *
   * @default Severity.HIGH
   */
  readonly severity?: Severity;
}

/** EventBridge's quota on a pattern, and how far it can be raised, in characters. */
const PATTERN_QUOTA = 2048;
const MOST_PATTERN = 4096;

/**
 * What happens to images, as rules of EventBridge: of one repository (`RepositoryEvents`) or of a whole registry (`RegistryEvents`).
 *
 * Each method makes a rule and returns it; `rule.addTarget()` adds more targets. ECR sends events as best it can, not with certainty.
 * There is no event for a pull.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 */
export abstract class ImageEvents {
  /** @internal Whose images. */
  public abstract readonly _subject: EventSubject;

  /** @internal The repositories, as IAM names them. */
  public abstract readonly _repositoryArns: string[];

  /** @internal What the rules belong to. */
  public abstract readonly _scope: Construct;

  /** Not for others: use `RepositoryEvents` and `RegistryEvents`. */
  protected constructor() {
    // Its subclasses say whose images.
  }

  /**
   * An image was pushed, or a tag was given to one that is there (our reading: both are a `PutImage`).
   *
   * @throws when a tag is not one; when the images are in another account or Region than the rule and no bus is given; when `eventPattern` names
   * a field that the rule has; when EventBridge could never send to `deadLetterQueue`, or the target has its own; at synth, when the pattern
   * is longer than the 4,096 characters that EventBridge can be made to take
   */
  public onImagePushed(id: string, options: ImagePushedOptions = {}): events.Rule {
    const { tags } = options;
    const findings = new Findings();
    findings.unless(tags?.length !== 0, "'tags' must name at least one tag, got []: leave it out for all");
    for (const tag of (tags ?? []).filter(text => !Token.isUnresolved(text))) {
      findings.unless(/^[a-zA-Z0-9_*][a-zA-Z0-9._*-]{0,127}$/.test(tag),
        () => `'tags' must hold tags of 1 to 128 letters, digits, '.', '_', '-' and '*', the first no '.' or '-', got ${JSON.stringify(tag)}`);
    }
    findings.throwIfAny(this._scope);
    return this.action(id, 'PUSH', options, tags && { 'image-tag': tags.map(matcherOf) });
  }

  /**
   * An image was deleted, by somebody or by a lifecycle rule.
   *
   * @throws as `onImagePushed` does
   */
  public onImageDeleted(id: string, options: ImageEventOptions = {}): events.Rule {
    return this.action(id, 'DELETE', options);
  }

  /**
   * An image was archived: it can't be pulled until it is restored.
   *
   * @throws as `onImagePushed` does
   */
  public onImageArchived(id: string, options: ImageEventOptions = {}): events.Rule {
    return this.rule(id, storageClassPattern(this._subject, 'ARCHIVE'), options);
  }

  /**
   * An archived image was restored.
   *
   * @throws as `onImagePushed` does
   */
  public onImageRestored(id: string, options: ImageEventOptions = {}): events.Rule {
    return this.rule(id, storageClassPattern(this._subject, 'STANDARD'), options);
  }

  /**
   * What refers to an archived image, a signature, an SBOM or an attestation, was restored.
   *
   * @throws as `onImagePushed` does
   */
  public onReferrerRestored(id: string, options: ImageEventOptions = {}): events.Rule {
    return this.rule(id, storageClassPattern(this._subject, 'STANDARD', 'ECR Referrer Action'), options);
  }

  /**
   * An image was scanned: by ECR (basic scanning), or by Inspector for the first time after it was pushed (enhanced scanning).
   *
   * Both tell how many vulnerabilities of each severity there are. `detail.repository-name` is the name in ECR's event and the ARN in Inspector's.
   *
   * @throws as `onImagePushed` does
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-events.html
   */
  public onScanCompleted(id: string, options: ScanCompletedOptions = {}): events.Rule {
    return this.rule(id, scanPattern(this._subject, options.severity), options);
  }

  /**
   * A vulnerability is open: each time that Inspector makes or updates a finding, and after a basic scan that found any.
   *
   * Closed and suppressed findings are left out, and findings about instances and functions. Inspector's event is a finding, with its title
   * and package; ECR's has counts alone.
   *
   * @throws as `onImagePushed` does
   * @see https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
   */
  public onFindingReported(id: string, options: FindingReportedOptions = {}): events.Rule {
    return this.rule(id, findingPattern(this._subject, options.severity ?? Severity.HIGH), options);
  }

  /**
   * A copy of an image has arrived from another registry.
   *
   * The documented event has the destination's Region, so it is sent there (our reading): ask for it where the copies are.
   *
   * @throws as `onImagePushed` does
   */
  public onImageReplicated(id: string, options: ImageEventOptions = {}): events.Rule {
    return this.replication(id, 'SUCCESS', options);
  }

  /**
   * A copy of an image could not be made.
   *
   * @throws as `onImagePushed` does
   */
  public onReplicationFailed(id: string, options: ImageEventOptions = {}): events.Rule {
    return this.replication(id, 'FAILED', options);
  }

  /**
   * A pull-through cache has fetched an image, or has seen that the one it has is the newest.
   *
   * @throws as `onImagePushed` does
   */
  public onCacheSynced(id: string, options: ImageEventOptions = {}): events.Rule {
    return this.cacheAction(id, ['SUCCESS'], options);
  }

  /**
   * A pull-through cache could not fetch an image: credentials that have expired, most often.
   *
   * The page of AWS names no other status than `SUCCESS`, so this is any other.
   *
   * @throws as `onImagePushed` does
   */
  public onCacheSyncFailed(id: string, options: ImageEventOptions = {}): events.Rule {
    return this.cacheAction(id, [{ 'anything-but': ['SUCCESS'] }], options);
  }

  private action(id: string, type: string, options: ImageEventOptions, detail: Record<string, unknown> = {}): events.Rule {
    return this.rule(id, ecrPattern(this._subject, 'ECR Image Action', { 'action-type': [type], 'result': ['SUCCESS'], ...detail }), options);
  }

  private replication(id: string, result: string, options: ImageEventOptions): events.Rule {
    return this.rule(id, ecrPattern(this._subject, 'ECR Replication Action', { 'action-type': ['REPLICATE'], 'result': [result] }), options);
  }

  private cacheAction(id: string, status: unknown[], options: ImageEventOptions): events.Rule {
    return this.rule(id, ecrPattern(this._subject, 'ECR Pull Through Cache Action', { 'sync-status': status }), options);
  }

  private rule(id: string, pattern: events.EventPattern, options: ImageEventOptions): events.Rule {
    const { target, deadLetterQueue, description, ruleName, eventBus, crossStackScope: scope = this._scope } = options;
    this.checkPlace(scope, eventBus);
    checkNarrowing(scope, pattern, options.eventPattern);
    const rule = new events.Rule(scope, id, { description, ruleName, eventBus, eventPattern: pattern });
    rule.addEventPattern(options.eventPattern);
    if (target) {
      rule.addTarget(withDeadLetters(target, deadLetterQueue));
    }
    rule.node.addValidation({ validate: () => sizeErrors(rule) });
    return rule;
  }

  /** Events are sent where the images are, and a rule elsewhere never sees one. */
  private checkPlace(scope: Construct, eventBus?: events.IEventBus): void {
    const { account, region } = Stack.of(scope);
    if (isElsewhere({ account, region }, this._subject) && !eventBus) {
      throw new Error(`'eventBus' must be given for images of ${this._subject.account}/${this._subject.region}, got none in a stack of `
        + `${account}/${region}: events are sent where the images are. Make the rule there, or forward them to a bus and name it [${scope.node.path}]`);
    }
  }
}

/** The CDK joins two lists of the same field, so that either is enough: what was meant to narrow the rule would widen it. */
function checkNarrowing(scope: Construct, pattern: events.EventPattern, more: events.EventPattern = {}): void {
  const twice = fieldsIn(pattern).filter(field => fieldsIn(more).includes(field));
  if (twice.length > 0) {
    throw new Error(`'eventPattern' must name fields that the rule does not, got ${JSON.stringify(twice)}: `
      + `two lists for one field would match what is in either. Take the method and the options for these, or a rule of your own [${scope.node.path}]`);
  }
}

/** Where the lists of a pattern are: `detail.action-type`. */
function fieldsIn(pattern: object, path: string[] = []): string[] {
  return Object.entries(pattern).flatMap(([key, value]) => Array.isArray(value) || Token.isUnresolved(value)
    ? [[...path, key].join('.')]
    : fieldsIn(value, [...path, key]));
}

function sizeErrors(rule: events.Rule): string[] {
  const { eventPattern } = rule.node.defaultChild as events.CfnRule;
  const { min } = documentSize(Stack.of(rule).resolve(eventPattern));
  if (min > MOST_PATTERN) {
    return [`the event pattern must have at most ${MOST_PATTERN} characters, got ${min}: name fewer repositories or tags, or let '*' stand for several`];
  }
  if (min > PATTERN_QUOTA) {
    Annotations.of(rule).addWarningV2('cdk-hardened-ecr:ImageEvents.patternIsLong',
      `the event pattern has ${min} characters: EventBridge takes ${PATTERN_QUOTA} until the quota "Event pattern size" is raised, to ${MOST_PATTERN} at most`);
  }
  return [];
}
