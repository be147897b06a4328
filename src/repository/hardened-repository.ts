import type { aws_iam as iam } from 'aws-cdk-lib';
import { Annotations, ArnFormat, aws_ecr as ecr, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import { GrantingRepository } from './granting-repository';
import type { IPrivateRegistry } from './i-private-registry';
import { ImportedRepository } from './imported-repository';
import { policyOf } from './private/policy-of';
import { ImageProfile } from '../images/image-profile';
import type { ImageSettings } from '../images/image-settings';
import type { PullAudience } from '../images/pull-audience';
import { explain } from '../private/explained';
import { Findings } from '../private/findings';
import { markHardened } from '../private/hardened-resources';
import { isOpenToEveryone } from '../private/policy-statement';
import { IMAGES_DELETED, NOT_RETAINED } from '../private/relaxation';
import type { Relaxation } from '../private/relaxation';
import { checkRepositoryName } from '../private/repository-name';

/** How a repository differs from the one that a careful team would make. Every setting beside `profile` wins over it. */
export interface HardenedRepositoryProps extends ImageSettings {
  /**
   * The repository's name: 2 to 256 characters, lowercase letters and digits, with single `.`, `_`, `__`, or any number of `-` between them,
   * in parts divided by `/`.
   *
   * A named repository can't be replaced: changing what is decided at creation (name, encryption) then fails.
   *
   * @default - CloudFormation makes one from the stack's name and the construct's path
   */
  readonly repositoryName?: string;

  /**
   * How images are kept.
   *
   * @default ImageProfile.release()
   */
  readonly profile?: ImageProfile;

  /**
   * The registry whose scanning must cover this repository, and whose signing pushers take part in.
   *
   * @default - none: images are scanned when they are pushed and not again, and the stack warns once
   */
  readonly registry?: IPrivateRegistry;

  /**
   * What happens to the repository when it leaves its stack.
   *
   * Retained by default, but for a first creation that fails: a repository that stayed behind would keep its name and make every retry fail.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether all images are deleted with the repository. Without it CloudFormation can't delete a repository that has images.
   *
   * @default false
   */
  readonly emptyOnDelete?: boolean;
}

const RELEASE = ImageProfile.release();

/** Stacks that were told how to get more than a scan on push: once each. */
const TOLD_OF_SCANNING = new WeakSet<Stack>();

/**
 * A private ECR repository as a careful platform team would run it, and wherever an `ecr.IRepository` goes.
 *
 * Tags are immutable, images are encrypted with a customer managed key, scanned, kept by count and never lost with the stack.
 * Nobody but the repository's own account has access until someone is granted it. Every default can be relaxed, with a warning.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html
 */
@propertyInjectable
export class HardenedRepository extends GrantingRepository {
  /** By this id a property injector finds the class. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.HardenedRepository';

  /**
   * A repository of this account and Region that was made elsewhere. Grants write identity policies, and say what the owner must add.
   *
   * @throws when the name is not one
   */
  public static fromRepositoryName(scope: Construct, id: string, repositoryName: string): ecr.IRepository {
    return HardenedRepository.fromRepositoryAttributes(scope, id, {
      repositoryName,
      repositoryArn: Stack.of(scope).formatArn({ service: 'ecr', resource: 'repository', resourceName: repositoryName }),
    });
  }

  /**
   * A repository that was made elsewhere, maybe in another account or Region.
   *
   * @throws when the ARN is not known at synth: use `fromRepositoryAttributes`
   */
  public static fromRepositoryArn(scope: Construct, id: string, repositoryArn: string): ecr.IRepository {
    const findings = new Findings();
    const repositoryName = Token.isUnresolved(repositoryArn) ? undefined : /^arn:[^:]+:ecr:[^:]*:[^:]*:repository\/(.+)$/.exec(repositoryArn)?.[1];
    findings.unless(repositoryName !== undefined, Token.isUnresolved(repositoryArn)
      ? "'repositoryArn' must be known at synth, got a token: use HardenedRepository.fromRepositoryAttributes() and name the repository"
      : `'repositoryArn' must be like "arn:aws:ecr:us-east-1:111111111111:repository/team/app", got ${JSON.stringify(repositoryArn)}`);
    findings.throwIfAny(scope);
    return HardenedRepository.fromRepositoryAttributes(scope, id, { repositoryName: repositoryName!, repositoryArn });
  }

  /**
   * A repository that was made elsewhere and of which name and ARN are given, tokens too.
   */
  public static fromRepositoryAttributes(scope: Construct, id: string, attrs: ecr.RepositoryAttributes): ecr.IRepository {
    const findings = new Findings();
    checkRepositoryName(findings, 'repositoryName', attrs.repositoryName);
    findings.throwIfAny(scope);
    return new ImportedRepository(scope, id, attrs);
  }

  /**
   * A repository that exists now, found by the CDK CLI while it synthesizes.
   *
   * @throws when the stack has no concrete account and Region
   */
  public static fromLookup(scope: Construct, id: string, options: ecr.RepositoryLookupOptions): ecr.IRepository {
    const found = ecr.Repository.fromLookup(scope, `${id}Lookup`, options);
    return new ImportedRepository(scope, id, found);
  }

  /** @internal The registry whose signing pushers take part in. */
  public readonly _registry?: IPrivateRegistry;

  private readonly resource: ecr.CfnRepository;
  private readonly profile: ImageProfile;
  private name?: string;
  private arn?: string;

  constructor(scope: Construct, id: string, props: HardenedRepositoryProps = {}) {
    super(scope, id, { physicalName: props.repositoryName });
    const {
      repositoryName: _, profile = RELEASE, registry, removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, emptyOnDelete, ...settings
    } = props;
    this.profile = profile._with(settings);
    this._registry = registry;

    const findings = new Findings();
    checkRepositoryName(findings, 'repositoryName', this.physicalName);
    findings.unless(!emptyOnDelete || removalPolicy === RemovalPolicy.DESTROY,
      () => `'emptyOnDelete' must not be true unless 'removalPolicy' is RemovalPolicy.DESTROY, got ${JSON.stringify(removalPolicy)}: a retained repository keeps its images`);
    findings.throwIfAny(this);

    this.resource = new ecr.CfnRepository(this, 'Resource', { ...this.profile._toRepository(this), repositoryName: this.physicalName, emptyOnDelete });
    markHardened(this.resource);
    this.resource.applyRemovalPolicy(removalPolicy);
    this.warnOfRelaxations(removalPolicy, emptyOnDelete);
    if (this.profile._audience?._isOrganizationWide) {
      this._acknowledgeOrganization();
    }

    if (registry) {
      registry.ensureScanned(this.physicalName, this);
    } else {
      tellOfScanning(this.stack);
    }
  }

  /** The name, or a reference to the one that CloudFormation makes. */
  public override get repositoryName(): string {
    return this.name ??= this.getResourceNameAttribute(this.resource.ref);
  }

  /** The full ARN. */
  public override get repositoryArn(): string {
    return this.arn ??= this.getResourceArnAttribute(this.resource.attrArn, {
      service: 'ecr',
      resource: 'repository',
      resourceName: this.physicalName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  /**
   * The URI with a tag, `latest` when it is left out by whoever calls.
   *
   * Warns for `latest` where tags are immutable: it names the first image that was ever pushed under it.
   */
  public override repositoryUriForTag(tag?: string): string {
    if (tag === 'latest' && !this.profile._tagImmutability._moves(tag)) {
      this.warn('latestNeverMoves', "the tag 'latest' never moves in a repository of immutable tags: name a version or a digest, "
        + "or let it move with TagImmutability.immutableExcept('latest')");
    }
    return super.repositoryUriForTag(tag);
  }

  /**
   * Adds a statement to the repository policy. `Resource` is left out: a repository policy is about its repository, and ECR rejects it.
   *
   * @throws when the statement names other resources than this repository
   */
  public override addToResourcePolicy(statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
    const others = statement.resources.filter(resource => resource !== '*' && resource !== this.repositoryArn);
    if (others.length > 0) {
      throw new Error(`'resources' must be left out of a repository's policy, got ${JSON.stringify(this.stack.resolve(others))}: `
        + `it is about this repository alone [${this.node.path}]`);
    }
    if (isOpenToEveryone(this.stack.resolve(statement.toStatementJson()))) {
      this.warn('openToEveryone', 'a statement of the repository policy is for "*" and has no condition on who that is, its organization, account or ARN: '
        + 'every AWS account is allowed what it says');
    }
    return policyOf(this.resource, this).add(statement.copy({ resources: [] }));
  }

  /** @internal */
  public get _audience(): PullAudience | undefined {
    return this.profile._audience;
  }

  /** @internal cdk-nag takes every `*` for open to the world: these statements are pinned to an organization, and no others are acknowledged. */
  public _acknowledgeOrganization(): void {
    explain(this, 'AwsSolutions-ECR1', 'The statements for everyone carry StringEquals aws:PrincipalOrgID: nobody outside the organization is allowed');
  }

  private warnOfRelaxations(removalPolicy: RemovalPolicy, emptyOnDelete?: boolean): void {
    const relaxations: Relaxation[] = [...this.profile._relaxations];
    if (removalPolicy === RemovalPolicy.DESTROY) {
      relaxations.push(emptyOnDelete ? IMAGES_DELETED : NOT_RETAINED);
    }
    relaxations.forEach(({ id, message }) => this.warn(id, message));
  }

  private warn(id: string, message: string): void {
    Annotations.of(this).addWarningV2(`cdk-hardened-ecr:HardenedRepository.${id}`, message);
  }
}

function tellOfScanning(stack: Stack): void {
  if (!TOLD_OF_SCANNING.has(stack)) {
    TOLD_OF_SCANNING.add(stack);
    Annotations.of(stack).addWarningV2('cdk-hardened-ecr:HardenedRepository.scannedOnPushOnly',
      'images are scanned when they are pushed and not again: pass registry: PrivateRegistry.of(this) for continuous scanning, '
      + 'or PrivateRegistry.ownedElsewhere() when someone else has turned it on');
  }
}
