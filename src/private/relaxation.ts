/** A secure default that was relaxed on purpose: the construct that takes the value warns of it, with a stable id. */
export interface Relaxation {
  /** The last part of the warning's id. */
  readonly id: string;
  readonly message: string;
}

// What a profile and hardening in place say in the same words.

export const SOME_TAGS_MOVE: Relaxation = {
  id: 'someTagsMove',
  message: 'some tags can be moved to other images: Security Hub ECR.2 and CT.ECR.PR.3 accept exactly IMMUTABLE only',
};

export const IMAGES_DELETED: Relaxation = { id: 'imagesDeleted', message: 'all images are deleted with the repository' };

export const NOT_RETAINED: Relaxation = {
  id: 'notRetained',
  message: 'the repository is deleted with its stack, unless it holds images: then the deletion fails',
};
