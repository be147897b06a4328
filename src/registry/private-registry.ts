import type { aws_iam as iam, Stack } from 'aws-cdk-lib';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { aws_signer as signer } from 'aws-cdk-lib/interfaces';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import { topLevelStack } from '../private/top-level-stack';
import type { IPrivateRegistry } from '../repository/i-private-registry';
import { RegistryScan } from './private/registry-scan';
import { RegistrySigning } from './private/registry-signing';
import type { RegistryScanning } from './registry-scanning';

/** What a registry starts with. */
export interface PrivateRegistryProps {
  /**
   * How images are scanned for vulnerabilities.
   *
   * @default - not configured here until something needs it; then RegistryScanning.enhanced(), so every repository, continuously
   */
  readonly scanning?: RegistryScanning;

  /**
   * What becomes of the scanning configuration when it leaves the template or the stack is deleted.
   *
   * Deleting it tries to switch Amazon Inspector off for the whole account, whoever else relies on it.
   *
   * @default RemovalPolicy.RETAIN
   * @see https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2516
   */
  readonly scanningRemovalPolicy?: RemovalPolicy;
}

/** Whose images are signed. */
export interface SigningRuleOptions {
  /**
   * The repositories whose images are signed: 1 to 100 filters of 1 to 256 characters.
   *
   * A filter is the whole name, with `*` for any run of characters. Other than for scanning, `prod` matches `prod` alone:
   * AWS writes `*prod*` for names that contain it. Lowercase letters, digits and `*`, with a single `.`, `_`, `-` or `/` between them.
   *
   * @default - every repository
   * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SigningRepositoryFilter.html
   */
  readonly repositoryFilters?: string[];

  /**
   * The construct that needs it, which errors name.
   *
   * @default - the profile
   */
  readonly contributor?: IConstruct;
}

const registries = new WeakMap<Stack, PrivateRegistry>();

/**
 * The private registry of an account in a Region: what is set once for all its repositories.
 *
 * A registry is there from the start, so this creates nothing by itself. Scanning, registry policy and signing are one resource each,
 * which appears in the template once something contributes to it; contributions from many constructs merge.
 *
 * As an account has one registry in a Region, an app has one owner of each of these: a second one is an error at synth
 * where both are known to be deployed to the same place, and a warning where that can't be known.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
 */
export class PrivateRegistry extends Construct implements IPrivateRegistry {
  /**
   * The registry that a stack works with: the one it has, or a new one.
   *
   * Inside a nested stack that of the stack around it, as both are deployed to the same account and Region.
   */
  public static of(scope: IConstruct): PrivateRegistry {
    const stack = topLevelStack(scope);
    return registries.get(stack) ?? new PrivateRegistry(stack, 'PrivateRegistry');
  }

  private readonly scan: RegistryScan;
  private readonly signing: RegistrySigning;

  /**
   * @throws when the stack has a registry already
   */
  constructor(scope: Construct, id: string, props: PrivateRegistryProps = {}) {
    super(scope, id);
    const stack = topLevelStack(this);
    const existing = registries.get(stack);
    if (existing) {
      throw new Error(`'scope' must be in a stack without a registry, got one at ${existing.node.path}: use PrivateRegistry.of(scope), `
        + `or make ${this.node.path} before anything asks for one`);
    }
    registries.set(stack, this);

    this.scan = new RegistryScan(this, props.scanningRemovalPolicy ?? RemovalPolicy.RETAIN);
    this.signing = new RegistrySigning(this);
    if (props.scanning) {
      this.scanWith(props.scanning);
    }
  }

  /**
   * Has images scanned, in addition to what is asked for elsewhere: filters of several calls merge.
   *
   * @param scanning what to scan and when
   * @param contributor the construct that needs it, which errors name; this registry if left out
   * @throws when basic scanning meets enhanced; at synth, when a list ends up with more than 100 filters
   */
  public scanWith(scanning: RegistryScanning, contributor?: IConstruct): void {
    this.scan.add(scanning, contributor ?? this);
  }

  public ensureScanned(repositoryName: string, repository: IConstruct): void {
    this.scan.ensureCovers(repositoryName, repository);
  }

  /**
   * Has images signed when they are pushed, with a profile of AWS Signer.
   *
   * ECR signs as whoever pushes: push grants of repositories that have this registry include `signer:SignPayload`,
   * whether they were made before or after. Calls with the same profile merge, because two rules that match would sign an image twice.
   *
   * @param profile a profile, of this account or another one, in this Region, on the platform `Notation-OCI-SHA384-ECDSA`
   * @throws when the profile is on another platform, in another Region or given with its version, or when a filter is outside the grammar;
   * at synth, when there are more than 10 profiles, or more than 100 filters for one
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
   */
  public signWith(profile: signer.ISigningProfileRef, options: SigningRuleOptions = {}): void {
    this.signing.add(profile, options.repositoryFilters, options.contributor ?? profile);
  }

  public allowSigning(pusher: iam.IGrantable, repositoryName: string): void {
    this.signing.allow(pusher, repositoryName);
  }
}
