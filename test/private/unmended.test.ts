import { unmended } from '../../src/private/unmended';

const KEY = 'arn:aws:kms:us-east-1:111111111111:key/1234';
const HARDENED = {
  EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: KEY },
  ImageScanningConfiguration: { ScanOnPush: true },
  ImageTagMutability: 'IMMUTABLE',
};
const IF = { 'Fn::If': ['IsProduction', 'one', 'other'] };

describe('unmended', () => {
  const idsOf = (properties: object, tagsMustStay = true, DeletionPolicy?: unknown) =>
    unmended({ Properties: { ...HARDENED, ...properties }, DeletionPolicy }, tagsMustStay).map(({ id }) => id);

  test.each([
    ['a hardened repository', {}],
    ['two layers', { EncryptionConfiguration: { EncryptionType: 'KMS_DSSE', KmsKey: KEY } }],
    ['an encryption that is known at deployment', { EncryptionConfiguration: IF }],
    ['an encryption type that is known at deployment', { EncryptionConfiguration: { EncryptionType: IF } }],
    ['a key that is known at deployment', { EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: IF } }],
    ['scanning that is known at deployment', { ImageScanningConfiguration: { ScanOnPush: IF } }],
    ['mutability that is known at deployment', { ImageTagMutability: IF }],
  ])('finds nothing in %s', (_, properties) => {
    expect(idsOf(properties)).toEqual([]);
  });

  test.each([
    ['no encryption', { EncryptionConfiguration: undefined }, 'encryptionIsForEver', 'keys that S3 manages (AES256)'],
    ['an encryption without a type', { EncryptionConfiguration: {} }, 'encryptionIsForEver', 'keys that S3 manages (AES256)'],
    ['AES256', { EncryptionConfiguration: { EncryptionType: 'AES256' } }, 'encryptionIsForEver', 'keys that S3 manages (AES256)'],
    ['the account\'s key', { EncryptionConfiguration: { EncryptionType: 'KMS' } }, 'encryptionIsForEver', 'the account\'s aws/ecr key'],
    ['no scanning', { ImageScanningConfiguration: undefined }, 'notScannedOnPush', 'as the author of the repository wrote'],
    ['scanning that is off', { ImageScanningConfiguration: { ScanOnPush: false } }, 'notScannedOnPush', 'as the author of the repository wrote'],
    ['tags that move by default', { ImageTagMutability: undefined }, 'tagsMove', 'a version may mean two images'],
    ['tags that move', { ImageTagMutability: 'MUTABLE' }, 'tagsMove', 'a version may mean two images'],
    ['tags most of which move', { ImageTagMutability: 'MUTABLE_WITH_EXCLUSION' }, 'tagsMove', 'a version may mean two images'],
    ['tags some of which move', { ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' }, 'someTagsMove', 'accept exactly IMMUTABLE only'],
  ])('finds %s', (_, properties, id, message) => {
    expect(unmended({ Properties: { ...HARDENED, ...properties } }, true)).toEqual([{ id, message: expect.stringContaining(message) as string }]);
  });

  test.each(['MUTABLE', 'IMMUTABLE_WITH_EXCLUSION'])('says nothing of tags that are %s where nobody asked for immutability', ImageTagMutability => {
    expect(idsOf({ ImageTagMutability }, false)).toEqual([]);
  });

  test('finds a repository that goes with its stack, and whether its images do', () => {
    expect(idsOf({}, true, 'Delete')).toEqual(['notRetained']);
    expect(idsOf({ EmptyOnDelete: false }, true, 'Delete')).toEqual(['notRetained']);
    expect(idsOf({ EmptyOnDelete: true }, true, 'Delete')).toEqual(['imagesDeleted']);
    expect(idsOf({ EmptyOnDelete: true }, true, 'RetainExceptOnCreate')).toEqual([]);
  });
});
