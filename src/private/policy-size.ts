import { Annotations, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { documentSize } from './document-size';

/** The longest repository or registry policy, minified. */
const MAX_POLICY_LENGTH = 10_240;

/** How a policy that is too long is spoken of. */
export interface PolicyWords {
  /** What the error opens with. */
  readonly subject: string;
  /** What to do about it. */
  readonly fix: string;
  /** The id of the warning for a policy that may fit or not, without the library's name. */
  readonly warning: string;
}

/**
 * Judges a policy document by ECR's limit, once all tokens are known that synth ever knows: for use in a construct's validation.
 *
 * @returns the error for one that can't fit; one that may fit or not, by what references stand for, is warned of,
 * and one whose length can't be known is left alone
 */
export function policySizeErrors(scope: IConstruct, document: unknown, words: PolicyWords): string[] {
  const { min, max } = documentSize(Stack.of(scope).resolve(document));
  if (min > MAX_POLICY_LENGTH) {
    return [`${words.subject} must have at most ${MAX_POLICY_LENGTH} characters, got at least ${min}: ${words.fix}`];
  }
  if (Number.isFinite(max) && max > MAX_POLICY_LENGTH) {
    Annotations.of(scope).addWarningV2(`cdk-hardened-ecr:${words.warning}`,
      `${words.subject} may have up to ${max} characters, and ECR takes ${MAX_POLICY_LENGTH}: give the stack a Region and turn on @aws-cdk/core:enablePartitionLiterals, or ${words.fix}`);
  }
  return [];
}
