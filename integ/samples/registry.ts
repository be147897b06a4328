import { aws_iam as iam, aws_signer as signer, Stack, Validations } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { HardenedRepository, ImageProfile, PrivateRegistry, PullAudience, RegistryScanning, RepositoryCreationTemplate, TemplateUse } from '../../src';

/** The registry of an account as a platform team sets it once: everything that is there once, and what ECR makes by itself. */
export class RegistrySample extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    // Production images are scanned whenever a vulnerability becomes known, the others when they are pushed.
    const registry = new PrivateRegistry(this, 'Registry', {
      scanning: RegistryScanning.enhanced({ continuous: ['prod/*'], onPush: ['*'] }),
    });
    const repository = new HardenedRepository(this, 'Api', { repositoryName: 'prod/api', registry });

    // Another account's images may be replicated to copies/, and make repositories there.
    registry.addToRegistryPolicy(new iam.PolicyStatement({
      sid: 'ReplicationFromBuildAccount',
      principals: [new iam.AccountPrincipal('222222222222')],
      actions: ['ecr:CreateRepository', 'ecr:ReplicateImage'],
      resources: [this.formatArn({ service: 'ecr', resource: 'repository', resourceName: 'copies/*' })],
    }));

    // What is pushed to prod/ is signed by whoever pushes.
    const profile = new signer.SigningProfile(this, 'Releases', { platform: signer.Platform.NOTATION_OCI_SHA384_ECDSA });
    registry.signWith(profile, { repositoryFilters: ['prod/*'] });
    const push = new iam.ManagedPolicy(this, 'Push', {
      roles: [new iam.Role(this, 'Pusher', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') })],
    });
    repository.grantPush(push);
    Validations.of(push).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken, the login, has no resource',
    });

    registry.addCreationTemplate('Teams', {
      prefix: 'prod',
      appliedFor: [TemplateUse.CREATE_ON_PUSH],
      description: 'Repositories that teams make by pushing to them',
      profile: ImageProfile.release({ audience: PullAudience.organization('o-abcd123456'), tags: { environment: 'production' } }),
    });
    registry.addCreationTemplate('Copies', {
      prefix: 'copies',
      appliedFor: [TemplateUse.REPLICATION],
      description: 'Repositories that replication makes',
    });
    registry.addCreationTemplate('Everything', {
      prefix: RepositoryCreationTemplate.ROOT,
      appliedFor: [TemplateUse.PULL_THROUGH_CACHE],
      description: 'Caches of upstream registries',
    });

    // A scanner pulls everything every day: that is no use of an image.
    registry.excludeFromPullTime(new iam.Role(this, 'Scanner', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') }));
  }
}
