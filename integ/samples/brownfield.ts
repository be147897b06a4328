import { aws_ecr as ecr, aws_iam as iam, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  HardenedRepository, ImageEncryption, LifecyclePolicy, LifecycleRule, PullAudience, RepositoryHardening, TagImmutability,
} from '../../src';

export interface BrownfieldSampleProps extends StackProps {
  /**
   * Whether the stack is as it is after adoption, or as it was deployed before.
   *
   * @default true
   */
  readonly isAdopted?: boolean;
}

/** A stack from before this library, and the same stack after it was adopted: nothing that was deployed is replaced. */
export class BrownfieldSample extends Stack {
  constructor(scope: Construct, id: string, { isAdopted = true, ...props }: BrownfieldSampleProps = {}) {
    super(scope, id, props);

    // What others wrote, and nobody wants to touch.
    new ecr.Repository(this, 'Tools');
    const orders = new ecr.Repository(this, 'Orders', { repositoryName: 'orders/api', lifecycleRules: [{ maxImageCount: 30 }] });
    orders.grantRead(new iam.AccountPrincipal('222222222222'));
    new ecr.CfnRepository(this, 'Batch', {
      repositoryName: 'orders/batch',
      encryptionConfiguration: { encryptionType: 'AES256' },
      repositoryPolicyText: {
        Version: '2012-10-17',
        Statement: {
          Sid: 'Nightly',
          Effect: 'Allow',
          Principal: { Service: 'codebuild.amazonaws.com' },
          Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          Condition: { StringEquals: { 'aws:SourceAccount': '222222222222' } },
        },
      },
    });
    new ecr.Repository(this, 'Scratch', { removalPolicy: RemovalPolicy.DESTROY, imageScanOnPush: false });

    if (!isAdopted) {
      new ecr.Repository(this, 'Search', { repositoryName: 'search/api', lifecycleRules: [{ maxImageAge: Duration.days(30), tagStatus: ecr.TagStatus.UNTAGGED }] });
      return;
    }

    this.with(RepositoryHardening.inPlace({ audience: PullAudience.organization('o-abcd123456') }));
    orders.with(RepositoryHardening.inPlace({ tagImmutability: TagImmutability.immutableExcept('latest') }));

    // The L2 became ours: the same id, the encryption as it was deployed.
    new HardenedRepository(this, 'Search', {
      repositoryName: 'search/api',
      encryption: ImageEncryption.asDeployed(),
      lifecyclePolicy: LifecyclePolicy.of(LifecycleRule.expireAfterPush(Duration.days(30), { untagged: true })),
    });

    // New, in code that makes L2s.
    new ecr.Repository(this, 'Invoices', { repositoryName: 'orders/invoices' }).with(RepositoryHardening.forNewRepositories());
  }
}
