import type { RemovalPolicy } from 'aws-cdk-lib';
import type { ImageProfile } from '../images/image-profile';
import type { ImageSettings } from '../images/image-settings';

/** How a repository of a central registry differs from the others. Every setting beside `profile` wins over it. */
export interface CentralRepositoryOptions extends ImageSettings {
  /**
   * How images are kept.
   *
   * @default - the profile of the registry
   */
  readonly profile?: ImageProfile;

  /**
   * What happens to the repository when it leaves its stack.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether all images are deleted with the repository.
   *
   * @default false
   */
  readonly emptyOnDelete?: boolean;
}
