import { aws_cloudwatch_actions as actions, aws_sns as sns, Duration, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { HardenedRepository, PrivateRegistry, RegistryApi, RegistryDashboard, RegistryMetrics, RepositoryMetrics } from '../../src';

/** Who is told when nobody pulls any more, or a quota comes near; and a registry at a glance. */
export class RegistryMetricsSample extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const api = new HardenedRepository(this, 'Api', { repositoryName: 'metrics/api', registry: PrivateRegistry.ownedElsewhere(this) });
    const repository = RepositoryMetrics.fromRepository(api);
    const registry = RegistryMetrics.of(this);

    const alarms = [
      repository.alarmIfUnused('Unused', { within: Duration.days(3) }),
      repository.alarmOnImageCount('ManyImages'),
      registry.alarmOnRepositoryCount('ManyRepositories', { quota: 200_000, percent: 90 }),
      registry.alarmOnCallRate('Logins', RegistryApi.AUTHORIZATION_TOKEN),
      registry.alarmOnCallRate('Pushes', RegistryApi.PUT_IMAGE, { quota: 10 }),
    ];
    // The topic of those who look after the account; theirs to encrypt, and to let CloudWatch publish to.
    const operations = sns.Topic.fromTopicArn(this, 'Operations', this.formatArn({ service: 'sns', resource: 'operations' }));
    alarms.forEach(alarm => alarm.addAlarmAction(new actions.SnsAction(operations)));

    new RegistryDashboard(this, 'Dashboard', { alarms });
  }
}
