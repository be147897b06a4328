import { App, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { HardenedRepository, ImageProfile, PrivateRegistry, PullAudience, TemplateUse } from 'cdk-hardened-ecr';

const app = new App();
const stack = new Stack(app, 'Payments', { env: { account: '111111111111', region: 'us-east-1' } });

const registry = PrivateRegistry.of(stack);
const releases = ImageProfile.release({
  keep: 50,
  audience: PullAudience.organization('o-abcd123456'),
  tags: { team: 'payments' },
});

const api = new HardenedRepository(stack, 'Api', { registry, repositoryName: 'payments/api', profile: releases });
const nightly = new HardenedRepository(stack, 'Nightly', {
  registry,
  repositoryName: 'payments/nightly',
  profile: ImageProfile.builds(),
});
registry.addCreationTemplate('Pushed', { prefix: 'payments', appliedFor: [TemplateUse.CREATE_ON_PUSH], profile: releases });

const pipeline = iam.Role.fromRoleName(stack, 'Pipeline', 'payments-pipeline');
for (const repository of [api, nightly]) {
  repository.grantPullPush(pipeline);
}

app.synth();
