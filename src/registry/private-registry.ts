import type { aws_iam as iam, Stack } from 'aws-cdk-lib';
import { RemovalPolicy, Token } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { aws_iam as iamRefs, aws_signer as signer } from 'aws-cdk-lib/interfaces';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import type { RepositoryCreationTemplateOptions } from './creation-template';
import { RepositoryCreationTemplate } from './creation-template';
import { Findings } from '../private/findings';
import { topLevelStack } from '../private/top-level-stack';
import type { IPrivateRegistry } from '../repository/i-private-registry';
import { AcceptedReplication } from './private/accepted-replication';
import { OwnedElsewhere } from './private/owned-elsewhere';
import { PullTimeExclusions } from './private/pull-time-exclusions';
import { RegistryPolicy } from './private/registry-policy';
import { RegistryReplication } from './private/registry-replication';
import { RegistryScan } from './private/registry-scan';
import { RegistrySigning } from './private/registry-signing';
import { checkDestination } from './private/replication-destination';
import { checkPrefixes, warnOfWidePrefixes } from './private/replication-prefixes';
import type { RegistryScanning } from './registry-scanning';
import type { AcceptReplicationOptions, IReplicationDestination, ReplicationOptions } from './replication';

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

  /**
   * Other accounts that images may be copied to: 12 digits each. Replicating to any other one is an error.
   *
   * ECR copies with a role of its own, to which service control policies do not apply: what is copied out of the organization
   * is found here or not at all.
   *
   * @default - none: images are copied to other Regions of the registry's account only
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
   */
  readonly replicationAccounts?: string[];
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

/** What is known of a registry that someone else configures. */
export interface OwnedElsewhereOptions {
  /**
   * Whom to ask, as the messages name them.
   *
   * @default 'the owner of this registry'
   */
  readonly owner?: string;

  /**
   * The profiles that the registry signs with: push grants include `signer:SignPayload` on them.
   *
   * @default - not known: a message asks for them when something is granted a push
   */
  readonly signingProfiles?: signer.ISigningProfileRef[];
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
@propertyInjectable
export class PrivateRegistry extends Construct implements IPrivateRegistry, IReplicationDestination {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.PrivateRegistry';

  /**
   * The registry that a stack works with: the one it has, or a new one.
   *
   * Inside a nested stack that of the stack around it, as both are deployed to the same account and Region.
   */
  public static of(scope: IConstruct): PrivateRegistry {
    const stack = topLevelStack(scope);
    return registries.get(stack) ?? new PrivateRegistry(stack, 'PrivateRegistry');
  }

  /**
   * A registry whose scanning, policy and signing are set by someone else, a landing zone for example.
   *
   * Contributes nothing. What the owner must have set is said at synth, once for each thing that something here counts on.
   */
  public static ownedElsewhere(scope: IConstruct, options: OwnedElsewhereOptions = {}): IPrivateRegistry {
    return new OwnedElsewhere(topLevelStack(scope), options.owner ?? 'the owner of this registry', options.signingProfiles ?? []);
  }

  /** The account that it is deployed to. */
  public readonly account: string;

  /** The Region that it is deployed to. */
  public readonly region: string;

  private readonly accepted: AcceptedReplication;
  private readonly exclusions: PullTimeExclusions;
  private readonly policy: RegistryPolicy;
  private readonly replication: RegistryReplication;
  private readonly replicationAccounts: string[];
  private readonly scan: RegistryScan;
  private readonly signing: RegistrySigning;

  /**
   * @throws when the stack has a registry already, or when an account is not 12 digits
   */
  constructor(scope: Construct, id: string, props: PrivateRegistryProps = {}) {
    super(scope, id);
    const stack = topLevelStack(this);
    const existing = registries.get(stack);
    if (existing) {
      throw new Error(`'scope' must be in a stack without a registry, got one at ${existing.node.path}: use PrivateRegistry.of(scope), `
        + `or make ${this.node.path} before anything asks for one`);
    }
    this.replicationAccounts = [...props.replicationAccounts ?? []];
    const findings = new Findings();
    findings.unless(this.replicationAccounts.every(account => Token.isUnresolved(account) || /^[0-9]{12}$/.test(account)),
      `'replicationAccounts' must be 12 digits each, got ${JSON.stringify(this.replicationAccounts)}`);
    findings.throwIfAny(this);
    registries.set(stack, this);
    this.account = stack.account;
    this.region = stack.region;

    this.scan = new RegistryScan(this, props.scanningRemovalPolicy ?? RemovalPolicy.RETAIN);
    this.signing = new RegistrySigning(this);
    this.policy = new RegistryPolicy(this, this.scan);
    this.exclusions = new PullTimeExclusions(this);
    this.replication = new RegistryReplication(this);
    this.accepted = new AcceptedReplication(this, this.scan);
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

  /**
   * Adds a statement to the registry policy, which ECR looks at beside the policies of principals and repositories.
   *
   * What is allowed here is allowed in addition: it takes nothing from a principal of this account whose own policy allows more.
   * Statements that are alike become one. `Resource`, which a repository policy must not have, is required here:
   * it is every repository of this registry when left out.
   *
   * Which actions count depends on the policy's scope. Version 2, which new registries have, takes every action of ECR; version 1 only
   * `ecr:ReplicateImage`, `ecr:BatchImportUpstreamImage` and `ecr:CreateRepository`, and rejects the others when it is deployed.
   * CloudFormation can't set it: `aws ecr put-account-setting --name REGISTRY_POLICY_SCOPE --value V2`.
   *
   * @param statement with principals and actions of ECR; it is copied
   * @param contributor the construct that needs it, which errors name; this registry if left out
   * @throws when it has no principal or no action, when an action is not ECR's, or when it allows everyone without a condition on the
   * principal's organization, account or ARN; at synth, when the policy has more than 10,240 characters, or denies
   * `ecr:PutRegistryScanningConfiguration` to everyone while scanning is enhanced, which keeps Amazon Inspector from switching it
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
   */
  public addToRegistryPolicy(statement: iam.PolicyStatement, contributor?: IConstruct): void {
    this.policy.add(statement, contributor ?? this);
  }

  /**
   * Adds the settings of repositories that ECR creates by itself.
   *
   * @throws as RepositoryCreationTemplate does
   */
  public addCreationTemplate(id: string, options: RepositoryCreationTemplateOptions): RepositoryCreationTemplate {
    return new RepositoryCreationTemplate(this, id, { ...options, registry: this });
  }

  /**
   * Keeps the pulls of roles from counting as use of an image: those of a scanner, which would keep every image alive for ever
   * where lifecycle rules go by the last pull. Those of Amazon Inspector never count.
   *
   * @param roles roles of this account. The same one twice counts once
   * @throws when an ARN that is known is not one of a role or has more than 200 characters; at synth, with more than 100 roles
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
   */
  public excludeFromPullTime(...roles: iamRefs.IRoleRef[]): void {
    roles.forEach(role => this.exclusions.add(role));
  }

  /**
   * Copies images to another registry: another Region, or another account in the same Region or another one.
   *
   * ECR copies what is pushed from now on, and of the repositories nothing but their names. Where the destination is a registry of this
   * app, it gets the rest here: a creation template with the profile and a key of its own Region, scanning, and between accounts the
   * statement that lets the images in. Images that are there already are copied by `aws ecr start-replication-backfill`.
   *
   * Copies are not copied on, and deleting an image here deletes no copy.
   *
   * @param destination a `PrivateRegistry` of the app, or `ReplicationDestination.elsewhere()`
   * @throws when it is this registry, in another partition, or in an account that `replicationAccounts` does not name, when its Region is
   * not known, or when a prefix is not one; at synth, with more than 25 destinations, 25 rules or 100 prefixes for one destination
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
   */
  public replicateTo(destination: IReplicationDestination, options: ReplicationOptions = {}): void {
    const contributor = options.contributor ?? this;
    const findings = new Findings();
    checkPrefixes(findings, options.prefixes);
    checkDestination(findings, this, destination, this.replicationAccounts);
    findings.throwIfAny(contributor);

    warnOfWidePrefixes(this, options.prefixes);
    this.replication.add({
      account: destination.account,
      region: destination.region,
      prefixes: options.prefixes,
      contributor,
      onwards: destination instanceof PrivateRegistry ? destination.replication : undefined,
    });
    destination.acceptReplicationFrom({ ...options, account: this.account, contributor });
  }

  /**
   * Takes in images that a registry of another app replicates to this one.
   *
   * Writes what the destination of a replication needs: a creation template for the copies, with the profile and a key of this Region,
   * scanning, and for another account the statement that lets its images in. A template that the registry has for the prefix is used
   * when it is for REPLICATION.
   *
   * @throws when the account or a prefix is not one, or when the registry has another profile for the prefix
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions-create-replication.html
   */
  public acceptReplicationFrom(options: AcceptReplicationOptions): void {
    this.accepted.accept(options);
  }
}
