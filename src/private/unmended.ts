import type { Relaxation } from './relaxation';
import { IMAGES_DELETED, NOT_RETAINED, SOME_TAGS_MOVE } from './relaxation';

/** A repository as the template will have it, escape hatches included. */
export interface RenderedRepository {
  readonly DeletionPolicy?: unknown;
  readonly Properties: {
    readonly EmptyOnDelete?: unknown;
    readonly EncryptionConfiguration?: { readonly EncryptionType?: unknown; readonly KmsKey?: unknown };
    readonly ImageScanningConfiguration?: { readonly ScanOnPush?: unknown };
    readonly ImageTagMutability?: unknown;
    readonly RepositoryPolicyText?: unknown;
  };
}

/**
 * What hardening left as it was. An intrinsic function is never guessed at.
 *
 * @param tagsMustStay whether immutability of tags was asked for
 */
export function unmended({ DeletionPolicy, Properties }: RenderedRepository, tagsMustStay: boolean): Relaxation[] {
  const { EmptyOnDelete, EncryptionConfiguration, ImageScanningConfiguration, ImageTagMutability = 'MUTABLE' } = Properties;
  const { EncryptionType = 'AES256', KmsKey } = EncryptionConfiguration ?? {};
  const isKnown = Object.keys(EncryptionConfiguration ?? {}).every(key => !key.startsWith('Fn::'));
  const relaxations: Relaxation[] = [];
  if (isKnown && typeof EncryptionType === 'string' && KmsKey === undefined) {
    relaxations.push({
      id: 'encryptionIsForEver',
      message: `images are encrypted with ${EncryptionType === 'AES256' ? 'keys that S3 manages (AES256)' : "the account's aws/ecr key"}, `
        + 'which is decided when a repository is created and for ever: Security Hub ECR.5 reports it, and only a new repository to which the images are copied mends it',
    });
  }
  if (!ImageScanningConfiguration || ImageScanningConfiguration.ScanOnPush === false) {
    relaxations.push({ id: 'notScannedOnPush', message: 'images are not scanned when they are pushed, as the author of the repository wrote: CT.ECR.PR.2 and several scanners report it' });
  }
  if (tagsMustStay && typeof ImageTagMutability === 'string' && ImageTagMutability.startsWith('MUTABLE')) {
    relaxations.push({ id: 'tagsMove', message: 'tags can be moved to other images, as the author of the repository wrote: a version may mean two images' });
  }
  if (tagsMustStay && ImageTagMutability === 'IMMUTABLE_WITH_EXCLUSION') {
    relaxations.push(SOME_TAGS_MOVE);
  }
  if (DeletionPolicy === 'Delete') {
    relaxations.push(EmptyOnDelete === true ? IMAGES_DELETED : NOT_RETAINED);
  }
  return relaxations;
}
