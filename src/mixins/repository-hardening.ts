import { AspectPriority, Aspects, aws_ecr as ecr, Mixin, PropertyInjectors, Shims, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ImageEncryption } from '../images/image-encryption';
import { ImageProfile } from '../images/image-profile';
import type { LifecyclePolicy } from '../images/lifecycle-policy';
import type { PullAudience } from '../images/pull-audience';
import type { TagImmutability } from '../images/tag-immutability';
import { AuthoredRepository } from '../private/authored-repository';
import { deployedEncryption } from '../private/deployed-encryption';
import { isHardened } from '../private/hardened-resources';
import type { Expectations } from '../private/hardening-report';
import { reportOn, warnOf } from '../private/hardening-report';
import { StageInjector } from '../private/stage-injector';

/** What to do about an author who said something else. */
export interface RepositoryHardeningOptions {
  /**
   * Whether what a repository's author set is written over: tags that move, a lifecycle, no scan, deletion with the stack.
   *
   * Escape hatches (`addPropertyOverride()`) win in any case, and statements of a policy are never taken away.
   *
   * @default false: what an author said stays, and a warning says what it leaves open
   */
  readonly overwrite?: boolean;
}

/** What is changed of repositories that exist, beyond what can't do harm. */
export interface InPlaceHardeningProps extends RepositoryHardeningOptions {
  /**
   * Which images ECR deletes or archives by itself. Within 24 hours of the deployment it deletes what the rules select.
   *
   * Try it with `aws ecr start-lifecycle-policy-preview` first.
   *
   * @default - nothing is deleted that is not deleted today
   */
  readonly lifecyclePolicy?: LifecyclePolicy;

  /**
   * Whether a tag can be moved to another image. Whoever pushes `latest` a second time is refused when it can't.
   *
   * @default - tags stay as they are
   */
  readonly tagImmutability?: TagImmutability;

  /**
   * Who may pull, beyond those who may today: added to the repository's policy, of which nothing is taken away.
   *
   * @default - nobody else
   */
  readonly audience?: PullAudience;
}

/** How repositories that are not deployed yet are hardened. */
export interface NewRepositoriesHardeningOptions extends RepositoryHardeningOptions {
  /**
   * Whether the CDK CLI looks in the account for a repository that has the name already, and one with AES256 keeps that:
   * with a key it would be replaced. Needs stacks with a concrete account and Region, and says nothing of repositories without a name.
   *
   * What was found stays in `cdk.context.json` (`cdk context --reset` forgets it).
   *
   * @default false
   */
  readonly lookUpDeployed?: boolean;
}

/**
 * Hardens repositories that somebody else's code makes: every `CfnRepository`, alone or inside the L2, in a construct and below it.
 *
 * Synth cannot know what is deployed, and a repository's encryption is decided when it is created: written later, it **replaces
 * the repository**, without a question when the repository has no name. So there are two of these, and you say which one you need.
 *
 * What an author set stays. A token in the place of a setting counts as set, but for lifecycle and policy, which are tokens
 * in every L2 and are looked at when the template is written. A `HardenedRepository` is left alone: its props have said everything.
 *
 * @example
 * import { App } from 'aws-cdk-lib';
 * import { RepositoryHardening } from 'cdk-hardened-ecr';
 *
 * declare const app: App;
 * RepositoryHardening.inPlace().applyToStages(app);
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html
 */
export class RepositoryHardening extends Mixin {
  /**
   * For repositories that are or may be deployed: never replaces one, never writes `EncryptionConfiguration`.
   *
   * Turns on the scan of what is pushed, and keeps the repository when it leaves its stack. `RETAIN`, which the L2 writes by itself,
   * becomes `RETAIN_ON_UPDATE_OR_DELETE`: the same, but that a first creation that fails leaves no repository behind to block the next.
   * What deletes images or refuses pushes happens only when you ask for it in `props`.
   */
  public static inPlace(props: InPlaceHardeningProps = {}): RepositoryHardening {
    const { lifecyclePolicy, tagImmutability, audience, overwrite } = props;
    const profile = ImageProfile.of({ lifecyclePolicy, tagImmutability, audience, encryption: ImageEncryption.asDeployed() });
    return new RepositoryHardening(profile, { overwrite }, { tagImmutability: tagImmutability !== undefined, audience: audience !== undefined });
  }

  /**
   * For repositories that are **not deployed yet**: everything that a `HardenedRepository` with the profile would write, key included.
   *
   * A deployed repository would be replaced and its images left behind. The L2 writes nothing for `RepositoryEncryption.AES_256`,
   * so an author who chose that can't be told from one who said nothing.
   *
   * @param profile how images are kept, by default `ImageProfile.release()`
   */
  public static forNewRepositories(profile = ImageProfile.release(), options: NewRepositoriesHardeningOptions = {}): RepositoryHardening {
    return new RepositoryHardening(profile, options, { tagImmutability: true, audience: profile._audience !== undefined });
  }

  /** Stages that have this as an Aspect. */
  private readonly armed = new WeakSet<IConstruct>();

  /** Repositories that say at synth what was left. */
  private readonly watched = new WeakSet<IConstruct>();

  private readonly unencrypted: ImageProfile;

  private constructor(
    private readonly profile: ImageProfile,
    private readonly options: NewRepositoriesHardeningOptions,
    private readonly expected: Expectations,
  ) {
    super();
    this.unencrypted = profile._with({ encryption: ImageEncryption.asDeployed() });
  }

  /** Whether a construct is a repository's resource. The L2 is not, its child is. */
  public override supports(construct: IConstruct): boolean {
    return ecr.CfnRepository.isCfnRepository(construct);
  }

  /** Hardens one repository. Once more changes nothing. Use `construct.with(...)`, which finds the repositories below a construct. */
  public override applyTo(construct: IConstruct): void {
    if (!this.supports(construct) || isHardened(construct)) {
      return;
    }
    if (!('imageTagMutability' in construct)) {
      warnOf(construct, 'genericResource', 'a CfnResource of type AWS::ECR::Repository has no settings that could be hardened: make it an ecr.CfnRepository');
      return;
    }
    const repository = construct as ecr.CfnRepository;
    const author = new AuthoredRepository(repository, this.options.overwrite ?? false);
    const profile = author.takesEncryption && !this.isDeployedWithout(repository) ? this.profile : this.unencrypted;
    const ours = profile._toRepository(repository);
    author.write(this.expected.tagImmutability ? ours : { ...ours, imageTagMutability: undefined });
    author.retain();
    if (!this.watched.has(repository)) {
      this.watched.add(repository);
      repository.node.addValidation({ validate: () => reportOn(repository, this.expected) });
    }
  }

  /**
   * Hardens every repository of an App or Stage when it is synthesized, those that are made later too.
   *
   * An Aspect of an App ends where a Stage begins, so each Stage below gets its own: those that are there now, and later ones
   * as soon as an `ecr.Repository` is made in them. **A Stage that is made later and has only L1 repositories needs this call for itself.**
   * So has a Stage in which something else is the property injector of `ecr.Repository`; one that is there already further up still does its work.
   *
   * @param root the App, or one Stage
   */
  public applyToStages(root: Stage): void {
    for (const stage of root.node.findAll().filter(Stage.isStage)) {
      this.arm(stage);
    }
    PropertyInjectors.of(root).add(new StageInjector(root, stage => this.arm(stage)));
  }

  private arm(stage: Stage): void {
    if (!this.armed.has(stage)) {
      this.armed.add(stage);
      Aspects.of(stage).add(Shims.asAspect(this), { priority: AspectPriority.MUTATING });
    }
  }

  private isDeployedWithout(repository: ecr.CfnRepository): boolean {
    return this.options.lookUpDeployed === true && deployedEncryption(repository) === 'AES256';
  }
}
