/**
 * What a principal needs for each thing it does with images, in the vocabulary of IAM.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 */

/** `BatchCheckLayerAvailability` is not part of a pull for every client, but docker asks before it downloads. */
export const PULL_ACTIONS = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** `BatchGetImage` belongs to a push: clients ask whether a manifest is there before they send it. */
export const PUSH_ACTIONS = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

/** Never in a resource policy: it has no resource, so it comes from an identity policy with `Resource: "*"`. */
export const TOKEN_ACTION = 'ecr:GetAuthorizationToken';

/** Signs a pushed image, when the registry signs. */
export const SIGN_ACTION = 'signer:SignPayload';
