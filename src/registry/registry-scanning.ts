import type { aws_ecr as ecr } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import { Findings } from '../private/findings';
import { matchesWildcard } from '../private/wildcard';
import { checkFilters, tooManyFilters } from './private/repository-filters';

/** Which repositories enhanced scanning looks at, and when. */
export interface EnhancedScanningOptions {
  /**
   * Repositories whose images are scanned when pushed, and again whenever a vulnerability becomes known.
   *
   * A filter without `*` matches every name that **contains** it: `prod` is `*prod*`. Where both lists match, this one wins.
   *
   * @default - every repository (`['*']`), or none when `onPush` is given
   */
  readonly continuous?: string[];

  /**
   * Repositories whose images are scanned once, when pushed.
   *
   * A filter without `*` matches every name that **contains** it: `prod` is `*prod*`.
   *
   * @default - none
   */
  readonly onPush?: string[];
}

/** Which repositories basic scanning looks at without being asked. */
export interface BasicScanningOptions {
  /**
   * Repositories whose images are scanned once, when pushed. Those of other repositories are scanned only when someone asks.
   *
   * A filter without `*` matches every name that **contains** it: `prod` is `*prod*`.
   *
   * @default - every repository (`['*']`)
   */
  readonly onPush?: string[];
}

/**
 * How a registry scans images for vulnerabilities: one setting for an account and Region.
 *
 * Filters are 1 to 255 characters, at most 100 a list: lowercase letters, digits, `*` for any run of characters,
 * and a single `.`, `_`, `-` or `/` between them.
 * A filter can therefore neither end in `/` (write `prod/*`) nor hold `--` or `__`, which names may (write `*` there).
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
 */
export class RegistryScanning {
  /**
   * Amazon Inspector scans operating system and language packages. Images of repositories that no filter matches are not scanned at all.
   *
   * Turning it on turns on Inspector for the account: whoever deploys needs `inspector2:Enable`. Inspector bills each image.
   * Images that were pushed more than 14 days before are not picked up.
   *
   * @throws when a filter is outside the grammar, when a list has more than 100, or when both are empty
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced.html
   */
  public static enhanced(options: EnhancedScanningOptions = {}): RegistryScanning {
    const scanning = new RegistryScanning('ENHANCED', options.continuous ?? (options.onPush ? [] : ['*']), options.onPush ?? []);
    return scanning.checked();
  }

  /**
   * ECR scans operating system packages, each image once; what becomes known after the push goes unnoticed.
   *
   * Free, and the setting of a registry that was never configured. There is no continuous scanning.
   *
   * @throws when a filter is outside the grammar, or when there are more than 100
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-basic.html
   */
  public static basic(options: BasicScanningOptions = {}): RegistryScanning {
    return new RegistryScanning('BASIC', [], options.onPush ?? ['*']).checked();
  }

  private constructor(
    /** @internal */
    public readonly _type: 'BASIC' | 'ENHANCED',
    private readonly continuous: readonly string[],
    private readonly onPush: readonly string[],
  ) {
  }

  /** @internal The filters of both; what a list then has too many of is for the caller to report, who knows the contributors. */
  public _with(other: RegistryScanning): RegistryScanning {
    return new RegistryScanning(this._type, union(this.continuous, other.continuous), union(this.onPush, other.onPush));
  }

  /** @internal Whether images of a repository are scanned without being asked for; a filter that is a token may match any. */
  public _covers(repositoryName: string): boolean {
    return [...this.continuous, ...this.onPush].some(filter => Token.isUnresolved(filter)
      || (filter.includes('*') ? matchesWildcard(filter, repositoryName) : repositoryName.includes(filter)));
  }

  /** @internal Whether no repository is left out, whatever its name. */
  public get _coversAll(): boolean {
    return [...this.continuous, ...this.onPush].some(filter => /^\*+$/.test(filter));
  }

  /** @internal */
  public get _tooMany(): string[] {
    return [tooManyFilters('continuous', this.continuous), tooManyFilters('onPush', this.onPush)].filter(finding => finding !== undefined);
  }

  /** @internal */
  public _render(): ecr.CfnRegistryScanningConfigurationProps {
    return {
      scanType: this._type,
      rules: [rule('CONTINUOUS_SCAN', this.continuous), rule('SCAN_ON_PUSH', this.onPush)].filter(({ repositoryFilters }) => repositoryFilters.length > 0),
    };
  }

  private checked(): this {
    const findings = new Findings();
    findings.unless(this._type === 'BASIC' || this.continuous.length + this.onPush.length > 0,
      "'continuous' and 'onPush' must not both be empty, got []: enhanced scanning would scan nothing; leave both out to scan every repository");
    for (const finding of this._tooMany) {
      findings.unless(false, finding);
    }
    checkFilters(findings, 'continuous', this.continuous, 255);
    checkFilters(findings, 'onPush', this.onPush, 255);
    findings.throwIfAny();
    return this;
  }
}

function rule(scanFrequency: string, filters: readonly string[]) {
  return { scanFrequency, repositoryFilters: filters.map(filter => ({ filter, filterType: 'WILDCARD' })) };
}

function union(first: readonly string[], second: readonly string[]): string[] {
  return [...new Set([...first, ...second])];
}
