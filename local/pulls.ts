import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { Access } from './access';
import { Environment } from './accounts';
import { Clients } from './clients';
import { Outcome } from './steps';

const HOUR = 3600;

/** How often images of repositories were pulled, as CloudWatch counts it. */
export async function pullCounts(repositories: readonly string[], environment: Environment, clients: Clients): Promise<number[]> {
  const cloudWatch = clients.cloudWatch(environment);
  return Promise.all(repositories.map(async repository => {
    const { Datapoints = [] } = await cloudWatch.send(new GetMetricStatisticsCommand({
      Namespace: 'AWS/ECR',
      MetricName: 'RepositoryPullCount',
      Dimensions: [{ Name: 'RepositoryName', Value: repository }],
      Statistics: ['Sum'],
      Period: HOUR,
      StartTime: new Date(Date.now() - 24 * HOUR * 1000),
      EndTime: new Date(Date.now() + HOUR * 1000),
    }));
    return Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
  }));
}

/** Whether as many pulls were counted as were answered with an image. */
export function pullOutcome(
  repositories: readonly string[], before: readonly number[], after: readonly number[], results: readonly Access[],
): Outcome {
  const counted = repositories.map((repository, i) => ({
    repository,
    count: after[i] - before[i],
    answered: results.filter(({ claim, answers }) => claim.repository === repository && answers.pull.status === 200).length,
  }));
  return {
    text: `      CloudWatch counts ${counted.map(({ repository, count }) => `${count} pulls of ${repository}`).join(' and ')} (RepositoryPullCount)`,
    problems: counted.filter(({ count, answered }) => count !== answered)
      .map(({ repository, count, answered }) => `${repository}: ${answered} pulls were answered with an image, CloudWatch counts ${count}`),
  };
}
