import type { aws_ecr as ecr } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import { Findings } from '../private/findings';
import { matchesWildcard } from '../private/wildcard';

/**
 * Whether a tag, once pushed, can be moved to another image.
 *
 * ECR lets every tag move unless told otherwise: `v1.4.2` can then mean two images, and a rollback can deploy the wrong one.
 * Immutability prevents overwriting. AWS does not say that it prevents deleting a tag and pushing it again:
 * withhold `ecr:BatchDeleteImage` too.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
 */
export class TagImmutability {
  /** No tag moves. What every repository here starts with. */
  public static readonly IMMUTABLE = new TagImmutability('IMMUTABLE', []);

  /** Every tag moves: for build caches and caches of upstream registries, whose tags are meant to. */
  public static readonly MUTABLE = new TagImmutability('MUTABLE', []);

  /**
   * No tag moves but those that match, `latest` for example.
   *
   * Security Hub ECR.2 and CT.ECR.PR.3 accept only exactly `IMMUTABLE`: they report such a repository.
   *
   * @param patterns 1 to 5 of 1 to 128 characters: letters, digits, `.`, `_`, `-` and `*` for any run of characters
   * @throws when there are none or more than 5, or when one is outside that grammar
   */
  public static immutableExcept(...patterns: string[]): TagImmutability {
    return new TagImmutability('IMMUTABLE_WITH_EXCLUSION', patterns);
  }

  /**
   * Every tag moves but those that match, `v*` for example.
   *
   * For a repository of builds in which only releases are frozen. Every compliance rule reports such a repository as mutable.
   *
   * @param patterns 1 to 5 of 1 to 128 characters: letters, digits, `.`, `_`, `-` and `*` for any run of characters
   * @throws when there are none or more than 5, or when one is outside that grammar
   */
  public static mutableExcept(...patterns: string[]): TagImmutability {
    return new TagImmutability('MUTABLE_WITH_EXCLUSION', patterns);
  }

  private constructor(private readonly mode: string, private readonly exceptions: string[]) {
    const findings = new Findings();
    if (mode.endsWith('_WITH_EXCLUSION')) {
      findings.unless(exceptions.length >= 1 && exceptions.length <= 5,
        `'patterns' must have 1 to 5 entries, got ${exceptions.length}: name the tags that are the exception, `
        + 'or use TagImmutability.IMMUTABLE or TagImmutability.MUTABLE');
    }
    for (const pattern of exceptions.filter(p => !Token.isUnresolved(p))) {
      findings.unless(/^[0-9a-zA-Z._*-]{1,128}$/.test(pattern),
        `'patterns' must be 1 to 128 letters, digits, '.', '_', '-' or '*', got ${JSON.stringify(pattern)}`);
    }
    findings.throwIfAny();
  }

  /** @internal Whether no tag at all can move. */
  public get _isExact(): boolean {
    return this.mode === 'IMMUTABLE';
  }

  /** @internal Whether tags move unless they match. */
  public get _isMutable(): boolean {
    return this.mode.startsWith('MUTABLE');
  }

  /**
   * @internal Whether a tag could be moved to another image; a token is taken for one that cannot.
   */
  public _moves(tag: string): boolean {
    return this.exceptions.some(exception => matchesWildcard(exception, tag)) !== this._isMutable;
  }

  /** @internal The same words in a repository and in a creation template. */
  public _render(): Pick<ecr.CfnRepositoryProps, 'imageTagMutability' | 'imageTagMutabilityExclusionFilters'> {
    return {
      imageTagMutability: this.mode,
      imageTagMutabilityExclusionFilters: this.exceptions.length === 0 ? undefined : this.exceptions.map(filter => ({
        imageTagMutabilityExclusionFilterType: 'WILDCARD',
        imageTagMutabilityExclusionFilterValue: filter,
      })),
    };
  }
}
