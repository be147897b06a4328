import type { aws_iam as iam } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * What a repository asks of the registry that it is in: one account's registry in one Region.
 *
 * Implemented by `PrivateRegistry`, and by what `PrivateRegistry.ownedElsewhere()` returns.
 */
export interface IPrivateRegistry {
  /**
   * Makes sure that the registry's scanning covers a repository.
   *
   * Turns on enhanced, continuous scanning of every repository where nothing else was said.
   * At synth it is an error when the registry's filters leave out a repository whose name is known.
   *
   * @param repositoryName the name as it was given, so not a reference to the resource; a token skips the check
   * @param repository the construct that errors and warnings name
   */
  ensureScanned(repositoryName: string, repository: IConstruct): void;

  /**
   * Grants what signing takes to a principal that pushes to a repository, for signing rules that exist or come later.
   *
   * ECR signs as the pushing principal: without `signer:SignPayload` on the profile the image is stored unsigned.
   *
   * @param repositoryName the name as it was given; a token counts as one that every rule may match,
   * and `payments/*` as every repository below `payments/`
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
   */
  allowSigning(pusher: iam.IGrantable, repositoryName: string): void;
}
