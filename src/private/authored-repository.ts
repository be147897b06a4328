import type { aws_ecr as ecr } from 'aws-cdk-lib';
import { CfnDeletionPolicy, Lazy, Token } from 'aws-cdk-lib';
import { withStatements } from './policy-merge';
import { isOverridden } from './property-override';

/** A repository that somebody else's code made: settings go where its author said nothing, or everywhere when they overwrite. */
export class AuthoredRepository {
  constructor(private readonly resource: ecr.CfnRepository, private readonly overwrite: boolean) {}

  /** Whether an encryption would be written. To be asked before one is rendered: a key that no repository uses costs as much as one that all use. */
  public get takesEncryption(): boolean {
    return this.takes('EncryptionConfiguration', this.resource.encryptionConfiguration !== undefined);
  }

  /** Writes settings; what is undefined in them stays as it is. */
  public write(ours: ecr.CfnRepositoryProps): void {
    this.writeEncryption(ours);
    this.writeScanning(ours);
    this.writeTagMutability(ours);
    this.writeLifecycle(ours);
    this.addStatements(ours);
    this.addTags(ours);
  }

  /** Keeps the repository when it leaves its stack, unless that is what its author wanted to prevent. */
  public retain(): void {
    const { cfnOptions } = this.resource;
    const { RETAIN, RETAIN_EXCEPT_ON_CREATE } = CfnDeletionPolicy;
    if (this.overwrite || (cfnOptions.deletionPolicy ?? RETAIN) === RETAIN) {
      cfnOptions.deletionPolicy = RETAIN_EXCEPT_ON_CREATE;
    }
    if (this.overwrite || !cfnOptions.updateReplacePolicy) {
      cfnOptions.updateReplacePolicy = RETAIN;
    }
  }

  private takes(property: string, isSet: boolean): boolean {
    return !isOverridden(this.resource, property) && (this.overwrite || !isSet);
  }

  private writeEncryption({ encryptionConfiguration }: ecr.CfnRepositoryProps): void {
    if (encryptionConfiguration) {
      const { encryptionType, kmsKey } = encryptionConfiguration as ecr.CfnRepository.EncryptionConfigurationProperty;
      // An escape hatch that comes later is merged over this: our key must not stay beside another type.
      const produce = () => isOverridden(this.resource, 'EncryptionConfiguration') ? undefined : kmsKey;
      this.resource.encryptionConfiguration = { encryptionType, kmsKey: kmsKey && Lazy.uncachedString({ produce }) };
    }
  }

  private writeScanning({ imageScanningConfiguration }: ecr.CfnRepositoryProps): void {
    const theirs = this.resource.imageScanningConfiguration as ecr.CfnRepository.ImageScanningConfigurationProperty | undefined;
    if (this.takes('ImageScanningConfiguration', Token.isUnresolved(theirs) || theirs?.scanOnPush !== undefined)) {
      this.resource.imageScanningConfiguration = imageScanningConfiguration;
    }
  }

  private writeTagMutability({ imageTagMutability, imageTagMutabilityExclusionFilters: filters }: ecr.CfnRepositoryProps): void {
    const isSet = (this.resource.imageTagMutability ?? this.resource.imageTagMutabilityExclusionFilters) !== undefined;
    if (imageTagMutability && this.takes('ImageTagMutability', isSet)) {
      this.resource.imageTagMutability = imageTagMutability;
      const produce = () => isOverridden(this.resource, 'ImageTagMutability') ? undefined : filters;
      this.resource.imageTagMutabilityExclusionFilters = filters && Lazy.uncachedAny({ produce });
    }
  }

  /** In an L2 always a token, which gets its rules as late as at synth. */
  private writeLifecycle({ lifecyclePolicy }: ecr.CfnRepositoryProps): void {
    if (lifecyclePolicy) {
      const theirs = this.resource.lifecyclePolicy;
      this.resource.lifecyclePolicy = Lazy.uncachedAny({
        produce: context => {
          const { registryId, ...rules } = (context.resolve(theirs) ?? {}) as { registryId?: string };
          return Object.keys(rules).length > 0 && !this.overwrite ? theirs : { registryId, ...lifecyclePolicy };
        },
      });
    }
  }

  /** In an L2 always a token, which gets its statements as late as at synth. */
  private addStatements({ repositoryPolicyText }: ecr.CfnRepositoryProps): void {
    if (repositoryPolicyText) {
      const theirs: unknown = this.resource.repositoryPolicyText;
      const { Statement: statements } = repositoryPolicyText as { Statement: [] };
      this.resource.repositoryPolicyText = Lazy.uncachedAny({
        produce: context => withStatements(context.resolve(theirs), context.resolve(statements)),
      });
    }
  }

  private addTags({ tags = [] }: ecr.CfnRepositoryProps): void {
    for (const { key, value } of tags) {
      if (this.overwrite || !(key in this.resource.tags.tagValues())) {
        this.resource.tags.setTag(key, value, 50); // as a repository's own tags: those of Tags.of() win
      }
    }
  }
}
