import { aws_iam as iam, CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { explainGrantsOf } from './explained';
import { HardenedRepository, ImageProfile, PrivateRegistry, PullAudience } from '../../src';

/** How many images the release profile keeps; the demo changes it to show an update. */
export interface HardenedRepositorySampleProps extends StackProps {
  readonly keep?: number;
}

/** An application team's stack: two repositories, who pushes to them and who pulls from them. */
export class HardenedRepositorySample extends Stack {
  constructor(scope: Construct, id: string, props: HardenedRepositorySampleProps = {}) {
    super(scope, id, props);
    const registry = PrivateRegistry.of(this);

    const api = new HardenedRepository(this, 'Api', {
      registry,
      repositoryName: 'payments/api',
      profile: ImageProfile.release({ keep: props.keep ?? 100 }),
      audience: PullAudience.organization('o-abcd123456'),
      tags: { team: 'payments' },
    });
    const worker = new HardenedRepository(this, 'Worker', { registry, repositoryName: 'payments/worker' });

    const pusher = new iam.Role(this, 'Pusher', { assumedBy: new iam.AccountRootPrincipal(), roleName: 'payments-pusher' });
    const puller = new iam.Role(this, 'Puller', { assumedBy: new iam.AccountRootPrincipal(), roleName: 'payments-puller' });
    for (const repository of [api, worker]) {
      repository.grantPullPush(pusher);
      repository.grantPull(puller);
    }
    [pusher, puller].forEach(explainGrantsOf);

    new CfnOutput(this, 'ApiUri', { value: api.repositoryUriForTag('v1.4.2') });
  }
}
