import { Token } from 'aws-cdk-lib';
import { Findings } from '../private/findings';

/** One state of a state machine, in Amazon States Language with JSONata. */
type State = Record<string, unknown>;

/** @internal What an action is made of. */
export interface FindingSteps {
  /** What it calls, as IAM has it. */
  readonly actions: string[];
  /** Its states, the first of which is `Act`. `Resource` is the call of ECR alone. */
  readonly states: Record<string, State>;
}

/** What may pass is tried again. Throttling has no error of its own here, so that is all but what is known to last. */
const LASTING = ['Ecr.RepositoryNotFoundException', 'Ecr.InvalidParameterException', 'Ecr.ValidationException'];
const RETRY = { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 5, BackoffRate: 3, MaxAttempts: 4, JitterStrategy: 'FULL' };

/** An image or a repository that was deleted since. */
const GONE = ['Ecr.ImageNotFoundException', 'Ecr.RepositoryNotFoundException'];

/** The image, in the variables that `FindingAutomation` makes of the event. */
const IMAGE = { RegistryId: '{% $registry %}', RepositoryName: '{% $repository %}' };

/** Every kind that can have a tag is accepted, so that the manifest comes as it is stored (our reading of BatchGetImage). */
const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.docker.distribution.manifest.list.v2+json',
];

/**
 * What is done with an image in which a vulnerability was found.
 *
 * Neither deletes anything.
 */
export class FindingAction {
  /**
   * Archives the image: it can't be pulled any more, also not by what runs it now and scales out or restarts. ECR bills 90 days of archive
   * storage in any case.
   *
   * An image of one platform that a list for several refers to can't be archived before the list. The execution fails then and says so: watch
   * `stateMachine.metricFailed()`.
   *
   * To restore the image takes up to 20 minutes, and ECR scans it again: what is found a second time is archived a second time, unless the
   * finding has been suppressed in Inspector, or the rule disabled. To push the same image again restores it at once.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
   */
  public static archive(): FindingAction {
    return new FindingAction({
      actions: ['ecr:ListImages', 'ecr:UpdateImageStorageClass'],
      states: {
        Act: {
          Type: 'Task',
          Resource: 'updateImageStorageClass',
          Arguments: { ...IMAGE, ImageId: { ImageDigest: '{% $digest %}' }, TargetStorageClass: 'ARCHIVE' },
          Retry: retryBut('Ecr.ImageNotFoundException', 'Ecr.ImageStorageClassUpdateNotSupportedException'),
          Catch: [
            { ErrorEquals: GONE, Next: 'NothingToDo' },
            // Archived already, or part of a list: no page says which error is for what.
            { ErrorEquals: ['Ecr.ImageStorageClassUpdateNotSupportedException'], Next: 'LookForIt' },
          ],
          End: true,
        },
        LookForIt: {
          Type: 'Task',
          Resource: 'listImages',
          Arguments: { ...IMAGE, Filter: { ImageStatus: 'ARCHIVED' }, MaxResults: 1000 },
          Retry: retryBut(),
          Assign: { isArchived: '{% $count($states.result.ImageIds[ImageDigest = $digest]) > 0 %}' },
          Next: 'IsArchived',
        },
        IsArchived: { Type: 'Choice', Choices: [{ Condition: '{% $isArchived %}', Next: 'NothingToDo' }], Default: 'NotArchived' },
        NotArchived: {
          Type: 'Fail',
          Error: 'NotArchived',
          Cause: 'ECR does not archive the image. If a list for several platforms refers to it, archive the list: until then it can be pulled',
        },
        NothingToDo: { Type: 'Succeed' },
      },
    });
  }

  /**
   * Gives the image one more tag: what is given, `-` and the first 12 digits of the digest, so that it is free also where tags are immutable.
   *
   * Pulls go on. What reads tags can act on it: an admission controller, a deployment's gate, a lifecycle rule for `quarantine-*`.
   *
   * It is a push: `onImagePushed` without `tags` hears of it, and where the registry signs, the state machine's role has to be allowed to. To read
   * the manifest is a pull, which keeps an image from rules that go by the last one: the role can be excluded from pull times.
   *
   * @param prefix 1 to 115 letters, digits, `.`, `_` and `-`, the first no `.` or `-`
   * @throws when it can't begin a tag
   */
  public static tag(prefix: string = 'quarantine'): FindingAction {
    const findings = new Findings();
    findings.unless(Token.isUnresolved(prefix) || /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,114}$/.test(prefix),
      () => `'prefix' must be 1 to 115 letters, digits, '.', '_' and '-', the first no '.' or '-', got ${JSON.stringify(prefix)}`);
    findings.throwIfAny();
    return new FindingAction({
      actions: ['ecr:BatchGetImage', 'ecr:PutImage'],
      states: {
        Act: {
          Type: 'Task',
          Resource: 'batchGetImage',
          Arguments: { ...IMAGE, ImageIds: [{ ImageDigest: '{% $digest %}' }], AcceptedMediaTypes: MANIFESTS },
          Retry: retryBut(),
          Catch: [{ ErrorEquals: GONE, Next: 'NothingToDo' }],
          Assign: { images: '{% $states.result.Images %}' },
          Next: 'IsThere',
        },
        IsThere: { Type: 'Choice', Choices: [{ Condition: '{% $count($images) > 0 %}', Next: 'Tag' }], Default: 'NothingToDo' },
        Tag: {
          Type: 'Task',
          Resource: 'putImage',
          Arguments: {
            ...IMAGE,
            ImageManifest: '{% $images[0].ImageManifest %}',
            ImageManifestMediaType: '{% $images[0].ImageManifestMediaType %}',
            ImageTag: `{% "${prefix}-" & $substring($substringAfter($digest, ":"), 0, 12) %}`,
          },
          Retry: retryBut('Ecr.ImageAlreadyExistsException'),
          Catch: [{ ErrorEquals: ['Ecr.ImageAlreadyExistsException'], Next: 'NothingToDo' }],
          End: true,
        },
        NothingToDo: { Type: 'Succeed' },
      },
    });
  }

  private constructor(private readonly steps: FindingSteps) {}

  /** @internal */
  public get _steps(): FindingSteps {
    return this.steps;
  }
}

/** Tries again, but not after these, nor after what lasts. */
function retryBut(...errors: string[]): State[] {
  return [{ ErrorEquals: [...errors, ...LASTING], MaxAttempts: 0 }, RETRY];
}
