import type { aws_ecr as ecrRefs } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import { ImageEvents } from './image-events';
import { environmentOf } from './private/environment-of';
import type { EventSubject } from './private/event-patterns';

/**
 * What happens to the images of a repository, whoever made it: `CfnRepository`, `ecr.Repository`, `HardenedRepository`, and imported ones.
 *
 * Rules are made in the repository's scope unless `crossStackScope` is given.
 *
 * @example
 * import { aws_events as events, aws_ecr as ecr } from 'aws-cdk-lib';
 * import { RepositoryEvents, Severity } from 'cdk-hardened-ecr';
 *
 * declare const repository: ecr.IRepository;
 * declare const target: events.IRuleTarget;
 * const images = RepositoryEvents.fromRepository(repository);
 * images.onImagePushed('Pushed', { target, tags: ['v*'] });
 * images.onFindingReported('Critical', { target, severity: Severity.CRITICAL });
 */
export class RepositoryEvents extends ImageEvents {
  /** The events of a repository. */
  public static fromRepository(repository: ecrRefs.IRepositoryRef): RepositoryEvents {
    return new RepositoryEvents(repository);
  }

  /** @internal */
  public readonly _subject: EventSubject;

  /** @internal */
  public readonly _repositoryArns: string[];

  /** @internal */
  public readonly _scope: Construct;

  private constructor(repository: ecrRefs.IRepositoryRef) {
    super();
    const { repositoryName, repositoryArn } = repository.repositoryRef;
    this._repositoryArns = [repositoryArn];
    this._scope = repository as unknown as Construct;
    this._subject = { ...environmentOf(repository), names: [repositoryName], arns: [repositoryArn] };
  }
}
