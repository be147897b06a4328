import { App, aws_cloudwatch as cloudwatch, aws_ecr as ecr, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { aws_ecr as ecrRefs } from 'aws-cdk-lib/interfaces';
import { HardenedRepository, RepositoryMetrics } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const OTHER_ACCOUNT = { account: '222222222222', region: 'us-east-1' };

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
  stack = new Stack(app, 'Team', { env: ENV });
});

const metricsOf = (repository: ecrRefs.IRepositoryRef) => RepositoryMetrics.fromRepository(repository);
const made = (scope = stack) => metricsOf(new ecr.CfnRepository(scope, 'App', { repositoryName: 'shop/api' }));
const token = () => Lazy.number({ produce: () => 50 });

function alarmOf(of = stack): Record<string, unknown> {
  const [alarm, ...others] = Object.values(Template.fromStack(of).findResources('AWS::CloudWatch::Alarm'));
  expect(others).toEqual([]);
  return alarm.Properties;
}

/** What a graph in a stack of another account and Region shows of a metric. */
function inGraph(metric: cloudwatch.IMetric, of = new Stack(app, 'Graphs', { env: { account: '333333333333', region: 'eu-west-1' } })): unknown[] {
  const { metrics } = of.resolve(new cloudwatch.GraphWidget({ left: [metric] }).toJson())[0].properties;
  return metrics[0];
}

describe.each<[string, (scope: Stack) => ecrRefs.IRepositoryRef, unknown]>([
  ['CfnRepository', scope => new ecr.CfnRepository(scope, 'App', { repositoryName: 'shop/api' }), { Ref: 'App' }],
  ['ecr.Repository', scope => new ecr.Repository(scope, 'App'), { Ref: expect.stringMatching(/^App/) }],
  ['HardenedRepository', scope => new HardenedRepository(scope, 'App'), { Ref: expect.stringMatching(/^App/) }],
  ['a repository imported by name', scope => ecr.Repository.fromRepositoryName(scope, 'App', 'shop/api'), 'shop/api'],
  ['a repository imported by ARN', scope => HardenedRepository.fromRepositoryArn(scope, 'App', 'arn:aws:ecr:us-east-1:111111111111:repository/shop/api'),
    'shop/api'],
])('%s', (_, make, name) => {
  test('has the metric of its pulls, below which an alarm comes', () => {
    metricsOf(make(stack)).alarmIfUnused('Unused');
    expect(alarmOf()).toEqual({
      AlarmDescription: 'Nobody pulls from the repository any more',
      Namespace: 'AWS/ECR',
      MetricName: 'RepositoryPullCount',
      Dimensions: [{ Name: 'RepositoryName', Value: name }],
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 168,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
    expect(stack.node.tryFindChild('App')?.node.tryFindChild('Unused')).toBeInstanceOf(cloudwatch.Alarm);
  });

  test('has the metric of its images', () => {
    metricsOf(make(stack)).alarmOnImageCount('Full');
    const { Dimensions: dimensions, ...alarm } = alarmOf();
    expect(alarm).toEqual({
      AlarmDescription: '80 % of the 100000 images that the repository may hold',
      Namespace: 'AWS/Usage',
      MetricName: 'ResourceCount',
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 80_000,
    });
    expect(dimensions).toEqual(expect.arrayContaining([
      { Name: 'Service', Value: 'ECR' },
      { Name: 'Type', Value: 'RESOURCE' },
      { Name: 'Resource', Value: 'ImagesPerRepositoryCount' },
      { Name: 'ResourceId', Value: typeof name === 'string' ? `repository/${name}` : { 'Fn::Join': ['', ['repository/', name]] } },
    ]));
    expect(dimensions).toHaveLength(4);
  });
});

describe('the metrics', () => {
  test.each<[string, (metrics: RepositoryMetrics, options: cloudwatch.MetricOptions) => cloudwatch.Metric]>([
    ['metricPullCount', (metrics, options) => metrics.metricPullCount(options)],
    ['metricImageCount', (metrics, options) => metrics.metricImageCount(options)],
  ])('%s takes the options of any metric', (_, metric) => {
    const options = { period: Duration.hours(2), statistic: 'Minimum', label: 'pulls', account: '444444444444', region: 'eu-north-1' };
    expect(metric(made(), options)).toMatchObject({ statistic: 'Minimum', label: 'pulls', account: '444444444444', region: 'eu-north-1' });
    expect(metric(made(new Stack(app, 'Other')), options).period.toHours()).toBe(2);
  });

  test.each<[string, (metrics: RepositoryMetrics, options: cloudwatch.MetricOptions) => cloudwatch.Metric]>([
    ['metricPullCount', (metrics, options) => metrics.metricPullCount(options)],
    ['metricImageCount', (metrics, options) => metrics.metricImageCount(options)],
  ])('fails with other dimensions for %s', (_, metric) => {
    expect(() => metric(made(), { dimensionsMap: { ImageTag: 'latest' } }))
      .toThrow(/'dimensionsMap' must be left out, got \{"ImageTag":"latest"\}: ECR publishes \w+ with exactly \{.*\} \[Team\/App\]/);
  });

  test('are of 5 minutes unless something else is said', () => {
    expect(made().metricPullCount().period.toMinutes()).toBe(5);
  });

  test('name account and Region in a stack of another place', () => {
    expect(inGraph(made().metricPullCount())).toEqual(
      ['AWS/ECR', 'RepositoryPullCount', 'RepositoryName', expect.anything(), { region: 'us-east-1', accountId: '111111111111', stat: 'Sum' }]);
  });

  test.each<[string, (scope: Stack) => ecrRefs.IRepositoryRef]>([
    ['CfnRepository', scope => new ecr.CfnRepository(scope, 'App', { repositoryName: 'shop/api' })],
    ['ecr.Repository', scope => new ecr.Repository(scope, 'App', { repositoryName: 'shop/api' })],
    ['HardenedRepository', scope => new HardenedRepository(scope, 'App', { repositoryName: 'shop/api' })],
  ])('name %s of another account by its name, and refer to it within', (_, make) => {
    const metrics = metricsOf(make(stack));
    const [other, same] = [OTHER_ACCOUNT, ENV].map((env, i) => {
      const graphs = new Stack(app, `Graphs${i}`, { env });
      new cloudwatch.Dashboard(graphs, 'Board', {
        widgets: [[new cloudwatch.GraphWidget({ left: [metrics.metricPullCount(), metrics.metricImageCount()] })]],
      });
      return graphs;
    });
    const bodies = [other, same].map(of => JSON.stringify(Template.fromStack(of).findResources('AWS::CloudWatch::Dashboard')));
    expect(bodies[0]).toMatch(/RepositoryName\\",\\"shop\/api\\".*repository\/shop\/api/);
    expect(bodies[0]).not.toMatch(/ImportValue|GetStackOutput/);
    expect(bodies[1]).toContain('Fn::ImportValue');
  });

  test.each([['its account', ENV], ['another one', OTHER_ACCOUNT]])('refer to a repository without a name from %s', (_, env) => {
    const metric = metricsOf(new ecr.CfnRepository(stack, 'App')).metricPullCount();
    const graphs = new Stack(app, 'Graphs', { env });
    new cloudwatch.Dashboard(graphs, 'Board', { widgets: [[new cloudwatch.GraphWidget({ left: [metric] })]] });
    expect(JSON.stringify(Template.fromStack(graphs).toJSON())).toMatch(/RepositoryName\\",\\"",\{"Fn::/);
  });

  test('name the account and Region of an ARN, however it was imported', () => {
    const repository = ecr.Repository.fromRepositoryAttributes(stack, 'App', {
      repositoryName: 'shop/api', repositoryArn: 'arn:aws-cn:ecr:cn-north-1:222222222222:repository/shop/api',
    });
    expect(metricsOf(repository).metricImageCount()).toMatchObject({ account: '222222222222', region: 'cn-north-1' });
  });

  test('name neither where the stack does not know them', () => {
    const { account, region } = made(new Stack(app, 'Anywhere')).metricPullCount();
    expect({ account, region }).toEqual({ account: undefined, region: undefined });
  });
});

describe('alarmIfUnused', () => {
  test.each([
    [Duration.hours(1), 1], [Duration.minutes(60), 1], [Duration.hours(36), 36], [Duration.days(1), 24], [Duration.hours(168), 168],
    [Duration.days(7), 168],
  ])('looks back for %s', (within, periods) => {
    made().alarmIfUnused('Unused', { within });
    expect(alarmOf()).toMatchObject({ Period: 3600, EvaluationPeriods: periods });
  });

  test.each([
    [Duration.minutes(59), '59 minutes'], [Duration.hours(0), '0 hours'], [Duration.minutes(61), '1 hour 1 minute'], [Duration.millis(3_600_001), '.*'],
    [Duration.hours(169), '7 days 1 hour'], [Duration.days(8), '8 days'],
  ])('fails for %s', (within, shown) => {
    expect(() => made().alarmIfUnused('Unused', { within })).toThrow(
      new RegExp(`'within' must be whole hours, 1 hour to 7 days, got "${shown}": no alarm looks back further.*LifecycleRule.archiveAfterPull.*\\[Team/App\\]`));
  });

  test('a token skips the check', () => {
    made().alarmIfUnused('Unused', { within: Duration.hours(Lazy.number({ produce: () => 12 })) });
    expect(alarmOf()).toMatchObject({ EvaluationPeriods: 12 });
  });
});

describe('alarmOnImageCount', () => {
  test.each([[1, 1, 0.01], [100, 100_000, 100_000], [80, 250_000, 200_000], [99.5, 1000, 995]])('is at %d %% of %d', (percent, quota, threshold) => {
    made().alarmOnImageCount('Full', { percent, quota });
    expect(alarmOf()).toMatchObject({ Threshold: threshold, AlarmDescription: `${percent} % of the ${quota} images that the repository may hold` });
  });

  test.each([[0.99], [0], [-1], [100.5], [101], [NaN]])('fails at %d %%', percent => {
    expect(() => made().alarmOnImageCount('Full', { percent })).toThrow(/'percent' must be 1 to 100, got .* \[Team\/App\]/);
  });

  test.each([[0], [0.5], [-1], [1.5], [Infinity]])('fails with a quota of %d', quota => {
    expect(() => made().alarmOnImageCount('Full', { quota }))
      .toThrow(/'quota' must be a whole number of images, at least 1, known at synth, got .*: Service Quotas has the account's \[Team\/App\]/);
  });

  test('fails with tokens, of which nothing is computed', () => {
    expect(() => made().alarmOnImageCount('Full', { quota: token() }))
      .toThrow("'quota' must be a whole number of images, at least 1, known at synth, got a token");
    expect(() => made(new Stack(app, 'Other')).alarmOnImageCount('Full', { percent: token() }))
      .toThrow("'percent' must be known at synth, got a token: CloudFormation does not multiply it by the quota");
  });

  test('fails with everything that is wrong at once', () => {
    expect(() => made().alarmOnImageCount('Full', { percent: 0, quota: 0 })).toThrow(/'percent' .*\n'quota'/);
  });
});

describe('alarms of a repository elsewhere', () => {
  const imported = (region: string, account: string) =>
    metricsOf(HardenedRepository.fromRepositoryArn(stack, 'App', `arn:aws:ecr:${region}:${account}:repository/shop/api`));
  const warnings = () => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('RepositoryMetrics')).map(({ entry }) => String(entry.data));

  test.each<[string, (metrics: RepositoryMetrics) => cloudwatch.Alarm]>([
    ['alarmIfUnused', metrics => metrics.alarmIfUnused('Alarm')],
    ['alarmOnImageCount', metrics => metrics.alarmOnImageCount('Alarm')],
  ])('%s fails in another Region, and warns in another account', (_, alarm) => {
    expect(() => alarm(imported('eu-west-1', '111111111111'))).toThrow(
      '\'repository\' must be in the Region of its stack, "us-east-1", got "eu-west-1": an alarm watches its own Region, so import the repository into a stack there');
    stack = new Stack(app, 'Second', { env: ENV });
    alarm(imported('us-east-1', OTHER_ACCOUNT.account));
    expect(alarmOf()).toMatchObject({ Metrics: [{ AccountId: '222222222222', ReturnData: true }] });
    expect(warnings()).toEqual([expect.stringContaining(
      'an alarm in account "111111111111" sees the metrics of "222222222222" only where that account shares them with CloudWatch cross-account observability')]);
  });

  test('warn of nothing in their own account', () => {
    imported('us-east-1', '111111111111').alarmIfUnused('Alarm');
    expect(warnings()).toEqual([]);
  });

  test('are taken where the place of the stack is not known', () => {
    stack = new Stack(app, 'Anywhere');
    imported('eu-west-1', '222222222222').alarmIfUnused('Alarm');
    expect(warnings()).toEqual([]);
  });
});
