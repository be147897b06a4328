import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { HardenedRepositoryProps } from '../../repository/hardened-repository';
import { HardenedRepository } from '../../repository/hardened-repository';

/** A repository of a central registry, named at synth. */
export interface CentralRepositoryProps extends HardenedRepositoryProps {
  readonly repositoryName: string;
}

/**
 * A repository that is handed out by its name, with an ARN made of it: references to hundreds of repositories in nested stacks
 * would be as many outputs, of which a stack has 200.
 */
export class CentralRepository extends HardenedRepository {
  private readonly givenName: string;

  /**
   * @param scope what the repository is in: the stack, or one of its shards
   */
  constructor(scope: Construct, props: CentralRepositoryProps) {
    // Names have neither colons nor two of them alike, and ids no slashes: 'a/b' and 'a--b' must not become the same id.
    super(scope, props.repositoryName.replace(/\//g, ':'), props);
    this.givenName = props.repositoryName;
  }

  public override get repositoryName(): string {
    return this.givenName;
  }

  public override get repositoryArn(): string {
    return Stack.of(this).formatArn({
      service: 'ecr', resource: 'repository', resourceName: this.givenName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }
}
