import { App, aws_cloudwatch as cloudwatch, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { RegistryApi, RegistryMetrics } from '../../src';

/** As ECR's guide lists them, with the rate of each that an account has unless raised. */
const CALLS: Record<string, number> = {
  GetAuthorizationToken: 500,
  BatchCheckLayerAvailability: 1000,
  InitiateLayerUpload: 100,
  UploadLayerPart: 500,
  CompleteLayerUpload: 100,
  PutImage: 10,
  BatchGetImage: 2000,
  GetDownloadUrlForLayer: 3000,
};

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Team', { env: { account: '111111111111', region: 'us-east-1' } });
});

const metrics = (scope: Construct = stack) => RegistryMetrics.of(scope);
const token = () => Lazy.number({ produce: () => 50 });
const sorted = (items: { Name: string }[]) => [...items].sort((a, b) => a.Name < b.Name ? -1 : 1);
const dimensionsOf = (api: string) => [
  { Name: 'Class', Value: 'None' }, { Name: 'Resource', Value: api }, { Name: 'Service', Value: 'ECR' }, { Name: 'Type', Value: 'API' },
];

function alarmOf(): any {
  const [alarm, ...others] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  expect(others).toEqual([]);
  return alarm.Properties;
}

describe('RegistryApi', () => {
  test('has the calls that are counted', () => {
    expect(RegistryApi.all.map(({ name }) => name)).toEqual(Object.keys(CALLS));
  });

  test.each(Object.keys(CALLS))('has %s by name, as a constant', name => {
    const constant = name.replace(/^Get/, '').replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase() as 'PUT_IMAGE';
    expect(RegistryApi.of(name)).toBe(RegistryApi[constant]);
  });

  test.each(['DescribeImages', 'putImage', '', 'StartImageScan'])('fails with %j, which nobody counts', name => {
    expect(() => RegistryApi.of(name)).toThrow(`'name' must be one of ${Object.keys(CALLS).join(', ')}, got ${JSON.stringify(name)}: ECR counts no other calls`);
  });
});

describe('the metrics', () => {
  test.each(Object.keys(CALLS))('count calls of %s in a minute', name => {
    metrics().metricCallCount(RegistryApi.of(name)).createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
    const { Dimensions, ...alarm } = alarmOf();
    expect(alarm).toMatchObject({ Namespace: 'AWS/Usage', MetricName: 'CallCount', Statistic: 'Sum', Period: 60 });
    expect(sorted(Dimensions)).toEqual(dimensionsOf(name));
  });

  test('count repositories in 5 minutes', () => {
    metrics().metricRepositoryCount().createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
    const { Dimensions, ...alarm } = alarmOf();
    expect(alarm).toMatchObject({ Namespace: 'AWS/Usage', MetricName: 'ResourceCount', Statistic: 'Maximum', Period: 300 });
    expect(sorted(Dimensions)).toEqual([{ Name: 'Resource', Value: 'RepositoryCount' }, { Name: 'Service', Value: 'ECR' }, { Name: 'Type', Value: 'RESOURCE' }]);
  });

  test.each<[string, (options: cloudwatch.MetricOptions) => cloudwatch.Metric]>([
    ['metricCallCount', options => metrics().metricCallCount(RegistryApi.PUT_IMAGE, options)],
    ['metricRepositoryCount', options => metrics().metricRepositoryCount(options)],
  ])('%s takes the options of any metric, and fails with dimensions', (_, metric) => {
    expect(metric({ period: Duration.days(1), statistic: 'Average', region: 'eu-west-1' }))
      .toMatchObject({ statistic: 'Average', account: '111111111111', region: 'eu-west-1' });
    expect(metric({ period: Duration.days(1) }).period.toDays()).toBe(1);
    expect(() => metric({ dimensionsMap: { RepositoryName: 'shop/api' } })).toThrow(/'dimensionsMap' must be left out, got .*ECR publishes .*\[Team\]/);
  });

  test('are those of the place of the scope', () => {
    const { account, region } = metrics(new Construct(stack, 'Below')).metricRepositoryCount();
    expect({ account, region }).toEqual({ account: '111111111111', region: 'us-east-1' });
  });

  test('name no place where it is not known', () => {
    const { account, region } = metrics(new Stack(app, 'Anywhere')).metricRepositoryCount();
    expect({ account, region }).toEqual({ account: undefined, region: undefined });
  });

  test('are shares of quotas that a graph can hold all at once', () => {
    const left = RegistryApi.all.map(api => metrics().metricCallRateShare(api));
    const [{ properties }] = stack.resolve(new cloudwatch.GraphWidget({ left }).toJson());
    expect(properties.metrics.flat().filter((part: any) => part.expression).map(({ expression, label }: any) => `${label}: ${expression}`)).toEqual(
      Object.keys(CALLS).map(name => `${name}: ${lower(name)}/SERVICE_QUOTA(${lower(name)})*100`));
  });
});

const lower = (name: string) => name[0].toLowerCase() + name.slice(1);

describe('alarmOnCallRate', () => {
  test.each(Object.keys(CALLS))('is at a share of the quota of the account for %s', name => {
    metrics().alarmOnCallRate('Alarm', RegistryApi.of(name));
    const { Metrics, ...alarm } = alarmOf();
    expect(alarm).toEqual({
      AlarmDescription: `Calls of ${name} come near the account's quota`,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 80,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    });
    expect(Metrics).toHaveLength(2);
    expect(Metrics[0]).toMatchObject({ Expression: `${lower(name)}/SERVICE_QUOTA(${lower(name)})*100`, ReturnData: true });
    const { MetricStat, ...calls } = Metrics[1];
    expect(calls).toEqual({ Id: lower(name), ReturnData: false });
    expect(MetricStat).toMatchObject({ Metric: { Namespace: 'AWS/Usage', MetricName: 'CallCount' }, Stat: 'Sum', Period: 60 });
    expect(sorted(MetricStat.Metric.Dimensions)).toEqual(dimensionsOf(name));
  });

  test.each(Object.entries(CALLS))('is at a share of a minute of %s, %d in a second', (name, quota) => {
    metrics().alarmOnCallRate('Alarm', RegistryApi.of(name), { quota, percent: 50 });
    const { Dimensions, ...alarm } = alarmOf();
    expect(alarm).toEqual({
      AlarmDescription: `50 % of ${quota} calls of ${name} in a second, for a minute`,
      Namespace: 'AWS/Usage',
      MetricName: 'CallCount',
      Statistic: 'Sum',
      Period: 60,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 30 * quota,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    });
    expect(sorted(Dimensions)).toEqual(dimensionsOf(name));
  });

  test.each([[1], [100]])('is at %d %%', percent => {
    metrics().alarmOnCallRate('Alarm', RegistryApi.PUT_IMAGE, { percent });
    expect(alarmOf()).toMatchObject({ Threshold: percent });
  });

  test.each([[0.9], [100.1]])('fails at %d %%', percent => {
    const message = `'percent' must be 1 to 100, got ${percent} [Team]`;
    expect(() => metrics().alarmOnCallRate('Alarm', RegistryApi.PUT_IMAGE, { percent })).toThrow(message);
    expect(() => metrics().alarmOnCallRate('Alarm', RegistryApi.PUT_IMAGE, { percent, quota: 10 })).toThrow(message);
  });

  test('takes a token for the share', () => {
    metrics().alarmOnCallRate('Alarm', RegistryApi.PUT_IMAGE, { percent: token() });
    expect(alarmOf()).toMatchObject({ Threshold: 50 });
  });

  test.each([[0], [9.5]])('fails with a quota of %d', quota => {
    expect(() => metrics().alarmOnCallRate('Alarm', RegistryApi.PUT_IMAGE, { quota }))
      .toThrow(`'quota' must be a whole number of calls in a second, at least 1, known at synth, got ${quota}: Service Quotas has the account's [Team]`);
  });

  test('fails with tokens beside a quota', () => {
    expect(() => metrics().alarmOnCallRate('Alarm', RegistryApi.PUT_IMAGE, { quota: token(), percent: token() }))
      .toThrow(/'quota' .* got a token.*\n'percent' must be known at synth, got a token/);
  });

  test('says nothing at synth that CDK would warn of', () => {
    RegistryApi.all.forEach(api => metrics().alarmOnCallRate(api.name, api));
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

describe('alarmOnRepositoryCount', () => {
  test.each<[string, { percent?: number; quota?: number }, number, string]>([
    ['80 % of what AWS gives every account', {}, 80_000, '80 % of the 100000 repositories that the registry may have'],
    ['a share', { percent: 1 }, 1000, '1 % of the 100000 repositories that the registry may have'],
    ['all of it', { percent: 100 }, 100_000, '100 % of the 100000 repositories that the registry may have'],
    ['the account\'s quota', { quota: 500_000, percent: 90 }, 450_000, '90 % of the 500000 repositories that the registry may have'],
    ['a quota of one', { quota: 1 }, 0.8, '80 % of the 1 repositories that the registry may have'],
  ])('is at %s', (_, options, threshold, description) => {
    metrics().alarmOnRepositoryCount('Alarm', options);
    const { Dimensions, ...alarm } = alarmOf();
    expect(alarm).toEqual({
      AlarmDescription: description,
      Namespace: 'AWS/Usage',
      MetricName: 'ResourceCount',
      Statistic: 'Maximum',
      Period: 300,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: threshold,
      EvaluationPeriods: 1,
    });
    expect(Dimensions).toHaveLength(3);
  });

  test.each<[{ percent?: number; quota?: number }, string]>([
    [{ percent: 0.9 }, "'percent' must be 1 to 100, got 0.9 [Team]"],
    [{ percent: 100.1 }, "'percent' must be 1 to 100, got 100.1 [Team]"],
    [{ quota: 0 }, "'quota' must be a whole number of repositories, at least 1, known at synth, got 0: Service Quotas has the account's [Team]"],
    [{ quota: 1.5 }, "'quota' must be a whole number of repositories, at least 1, known at synth, got 1.5"],
  ])('fails with %j', (options, message) => {
    expect(() => metrics().alarmOnRepositoryCount('Alarm', options)).toThrow(message);
  });
});
