import type { AudiencePlacement } from './audience-placement';
import type { PrivateRegistry } from './private-registry';
import type { ImageProfile } from '../images/image-profile';
import type { PullAudience } from '../images/pull-audience';

/** What a central registry holds, and for whom. */
export interface CentralRegistryProps {
  /**
   * Who may pull from its repositories, beyond what identity policies in this account allow.
   *
   * @default - that of `profile`; without one nobody, until a repository, a namespace or `grantLambdaPull` says so
   */
  readonly audience?: PullAudience;

  /**
   * Where the audience is written.
   *
   * @default AudiencePlacement.REPOSITORY_POLICIES
   */
  readonly audienceIn?: AudiencePlacement;

  /**
   * How images are kept, where a repository or a namespace says nothing else. An audience of its own counts unless `audience` is given.
   *
   * @default ImageProfile.release()
   */
  readonly profile?: ImageProfile;

  /**
   * Names of repositories that need nothing said about them. More come with `addRepository`.
   *
   * @default - none
   */
  readonly repositories?: string[];

  /**
   * Over how many nested stacks the repositories are spread: a whole number from 2 to 64. Choose 16 for more than 400 repositories.
   *
   * A repository's place follows from its name and this number, so nothing moves when others come and go. The number must never
   * change once the registry is deployed: most repositories would move to another stack, where their names are taken.
   * Nested stacks need the CDK's bootstrap, which keeps their templates.
   *
   * @default - none: repositories are in the stack itself, which holds 500 resources
   */
  readonly shards?: number;

  /**
   * The registry that scans them, of this account and Region.
   *
   * @default PrivateRegistry.of(this)
   */
  readonly registry?: PrivateRegistry;
}
