import type { ImageEncryption } from './image-encryption';
import type { LifecyclePolicy } from './lifecycle-policy';
import type { PullAudience } from './pull-audience';
import type { TagImmutability } from './tag-immutability';

/** How images are kept. The same words for a profile, and for a repository that deviates from one. */
export interface ImageSettings {
  /**
   * Whether a tag can be moved to another image.
   *
   * @default TagImmutability.IMMUTABLE, so that a version means one image for ever
   */
  readonly tagImmutability?: TagImmutability;

  /**
   * Which images ECR deletes or archives by itself.
   *
   * @default - what the profile says
   */
  readonly lifecyclePolicy?: LifecyclePolicy;

  /**
   * With which key images are encrypted. Decided at creation: a change later replaces the repository.
   *
   * @default ImageEncryption.REGISTRY_KEY, one customer managed key for the stack's repositories
   */
  readonly encryption?: ImageEncryption;

  /**
   * Whether the repository itself asks for a scan of each pushed image. Creation templates don't have it.
   *
   * On also when the registry scans: Control Tower and several scanners look only here.
   *
   * @default true
   */
  readonly scanOnPush?: boolean;

  /**
   * Who may pull, beyond what identity policies in the repository's own account allow.
   *
   * @default - nobody else
   */
  readonly audience?: PullAudience;

  /**
   * Tags of the repository as a resource (not of its images). At most 50; keys of 1 to 127 characters, values of 1 to 255.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}
