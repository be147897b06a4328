import { aws_iam as iam, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { HardenedRepository, ImageProfile, PrivateRegistry, PullAudience, TemplateUse } from 'cdk-hardened-ecr';
import type { Construct } from 'constructs';

/** A team's repositories, who pushes to them and who pulls from them. */
export class PaymentsStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const registry = PrivateRegistry.of(this);
    const releases = ImageProfile.release({
      keep: 50,
      audience: PullAudience.organization('o-abcd123456'),
      tags: { team: 'payments' },
    });

    const api = new HardenedRepository(this, 'Api', { registry, repositoryName: 'payments/api', profile: releases });
    const nightly = new HardenedRepository(this, 'Nightly', {
      registry,
      repositoryName: 'payments/nightly',
      profile: ImageProfile.builds(),
    });
    registry.addCreationTemplate('Pushed', { prefix: 'payments', appliedFor: [TemplateUse.CREATE_ON_PUSH], profile: releases });

    const pipeline = iam.Role.fromRoleName(this, 'Pipeline', 'payments-pipeline');
    for (const repository of [api, nightly]) {
      repository.grantPullPush(pipeline);
    }
  }
}
