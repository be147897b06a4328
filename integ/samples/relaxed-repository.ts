import { aws_iam as iam, aws_kms as kms, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  HardenedRepository, ImageEncryption, ImageProfile, LifecyclePolicy, LifecycleRule, PullAudience, TagImmutability,
} from '../../src';

/** Every default that can be relaxed, relaxed: each of them warns. What a repository allows, not what it should look like. */
export class RelaxedRepositorySample extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const temporary = { removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true };

    new HardenedRepository(this, 'TagsMove', { ...temporary, tagImmutability: TagImmutability.MUTABLE });
    new HardenedRepository(this, 'LatestMoves', { ...temporary, tagImmutability: TagImmutability.immutableExcept('latest', 'dev-*') });
    new HardenedRepository(this, 'ReleasesStay', { ...temporary, tagImmutability: TagImmutability.mutableExcept('v*') });

    new HardenedRepository(this, 'ManagedKey', { ...temporary, encryption: ImageEncryption.AWS_MANAGED_KEY });
    new HardenedRepository(this, 'KeysOfS3', { ...temporary, encryption: ImageEncryption.AES_256 });
    new HardenedRepository(this, 'AsDeployed', { ...temporary, encryption: ImageEncryption.asDeployed() });
    const key = new kms.Key(this, 'OwnKey', { enableKeyRotation: true, removalPolicy: RemovalPolicy.DESTROY, pendingWindow: Duration.days(7) });
    new HardenedRepository(this, 'OwnKeyRepository', { ...temporary, encryption: ImageEncryption.customerManaged(key) });

    new HardenedRepository(this, 'NotScanned', { ...temporary, scanOnPush: false });
    new HardenedRepository(this, 'NothingExpires', { ...temporary, lifecyclePolicy: LifecyclePolicy.NONE });
    new HardenedRepository(this, 'Archived', {
      ...temporary,
      lifecyclePolicy: LifecyclePolicy.of(
        LifecycleRule.archiveAfterPull(Duration.days(60)),
        LifecycleRule.expireArchived(Duration.days(90)),
      ),
    });
    new HardenedRepository(this, 'Builds', { ...temporary, profile: ImageProfile.builds() });
    new HardenedRepository(this, 'NotRetained', { removalPolicy: RemovalPolicy.DESTROY });

    new HardenedRepository(this, 'Shared', {
      ...temporary,
      audience: PullAudience.anyOf(
        PullAudience.organizationalUnits('o-abcd123456/r-ab12/ou-ab12-22222222'),
        PullAudience.accounts('111111111111', '222222222222'),
        PullAudience.lambdaFunctions({ accounts: ['222222222222'] }),
      ),
    }).addToResourcePolicy(new iam.PolicyStatement({
      sid: 'NobodyDeletes',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['ecr:BatchDeleteImage'],
    }));
  }
}
