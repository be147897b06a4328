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

/** Failures that pass: of the service, and of too many calls. */
const RETRY = [{ ErrorEquals: ['Ecr.ServerException', 'Ecr.LimitExceededException', 'States.TaskFailed'], IntervalSeconds: 5, BackoffRate: 3, MaxAttempts: 4, JitterStrategy: 'FULL' }];

/** The image, in the variables that `FindingAutomation` makes of the event. */
const IMAGE = { RegistryId: '{% $registry %}', RepositoryName: '{% $repository %}' };

/** What can be stored under a tag: a call that does not name its kind is answered with none. */
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
   * Archives the image: it can't be pulled any more, also not by what runs it now and scales out or restarts, until somebody restores it,
   * which takes up to 20 minutes. ECR bills 90 days of archive storage in any case.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
   */
  public static archive(): FindingAction {
    return new FindingAction({
      actions: ['ecr:UpdateImageStorageClass'],
      states: {
        Act: {
          Type: 'Task',
          Resource: 'updateImageStorageClass',
          Arguments: { ...IMAGE, ImageId: { ImageDigest: '{% $digest %}' }, TargetStorageClass: 'ARCHIVE' },
          Retry: retryBut('Ecr.ImageNotFoundException', 'Ecr.ImageStorageClassUpdateNotSupportedException'),
          // Deleted, or archived already: a finding is reported each time that it changes.
          Catch: [{ ErrorEquals: ['Ecr.ImageNotFoundException', 'Ecr.ImageStorageClassUpdateNotSupportedException'], Next: 'NothingToDo' }],
          End: true,
        },
        NothingToDo: { Type: 'Succeed' },
      },
    });
  }

  /**
   * Gives the image one more tag: what is given, `-` and the first 12 digits of the digest, so that it is free also where tags are immutable.
   *
   * Pulls go on. What reads tags can act on it: an admission controller, a deployment's gate, a lifecycle rule for `quarantine-*`. To read the
   * manifest is a pull, which keeps an image from rules that go by the last one: the role can be excluded from pull times.
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
          Retry: RETRY,
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

/** Tries again, but not after these. */
function retryBut(...errors: string[]): State[] {
  return [{ ErrorEquals: errors, MaxAttempts: 0 }, ...RETRY];
}
