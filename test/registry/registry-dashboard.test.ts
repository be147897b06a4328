import { App, aws_cloudwatch as cloudwatch, aws_ecr as ecr, Lazy, PropertyInjectors, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { RegistryDashboardProps } from '../../src';
import { HardenedRepository, RegistryApi, RegistryDashboard, RegistryMetrics, RepositoryMetrics } from '../../src';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Team', { env: { account: '111111111111', region: 'us-east-1' } });
});

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly properties: { readonly title: string; readonly metrics: any[][]; readonly [name: string]: unknown };
}

/** The body, with what is known at deployment in angle brackets. */
function widgets(): Widget[] {
  const [{ Properties: { DashboardBody: body } }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  const parts: (string | { Ref: string })[] = body['Fn::Join'][1];
  return JSON.parse(parts.map(part => typeof part === 'string' ? part : `<${part.Ref}>`).join('')).widgets;
}

const make = (props?: RegistryDashboardProps) => new RegistryDashboard(stack, 'Dashboard', props);
const titles = () => widgets().map(({ properties: { title } }) => title);
const titled = (title: string) => widgets().find(({ properties }) => properties.title.startsWith(title))!.properties;
const imported = (count: number) => Array.from({ length: count }, (_, i) => ecr.Repository.fromRepositoryName(stack, `R${i}`, `shop/r${i}`));

describe('a dashboard', () => {
  test('has the repositories that are there and those that come, calls and shares of quotas', () => {
    make();
    expect(titles()).toEqual([
      'Pulls in an hour', 'The 20 least pulled repositories of those pulled in the last two weeks', 'Images', 'API calls in a minute', 'Shares of quotas',
    ]);
    expect(widgets().map(({ x, y, width }) => [x, y, width])).toEqual([[0, 0, 24], [0, 7, 12], [12, 7, 12], [0, 14, 12], [12, 14, 12]]);
  });

  test('searches for repositories, so that nobody has to add one', () => {
    make();
    const pulls = 'SEARCH(\'{AWS/ECR,RepositoryName} MetricName="RepositoryPullCount"\', \'Sum\', 3600)';
    expect(titled('Pulls').metrics).toEqual([[expect.objectContaining({ expression: pulls })]]);
    expect(titled('The 20 least').metrics).toEqual([[expect.objectContaining({ expression: `SORT(${pulls}, SUM, ASC, 20)` })]]);
    expect(titled('Images').metrics).toEqual([[expect.objectContaining({
      expression: 'SEARCH(\'{AWS/Usage,Resource,ResourceId,Service,Type} MetricName="ResourceCount" Service="ECR" Resource="ImagesPerRepositoryCount"\', \'Maximum\', 300)',
    })]]);
  });

  test('searches for metrics with the dimensions that the metrics of a repository have', () => {
    make();
    const metrics = RepositoryMetrics.fromRepository(imported(1)[0]);
    const schema = (metric: cloudwatch.Metric) => `{${[metric.namespace, ...Object.keys(metric.dimensions!).sort()].join(',')}}`;
    expect(titled('Pulls').metrics[0][0].expression).toContain(schema(metrics.metricPullCount()));
    expect(titled('Images').metrics[0][0].expression).toContain(schema(metrics.metricImageCount()));
  });

  test('counts the calls that are counted', () => {
    make();
    const { metrics } = titled('API calls');
    expect(metrics.map(metric => metric.at(-1).label)).toEqual(RegistryApi.all.map(({ name }) => name));
    expect(metrics.every(([namespace, name]) => namespace === 'AWS/Usage' && name === 'CallCount')).toBe(true);
  });

  test('shows shares of all quotas, with the line at which alarms are', () => {
    make();
    const { metrics, annotations, yAxis } = titled('Shares');
    const expressions = metrics.map(metric => metric.at(-1)).filter(({ expression }) => expression);
    expect(expressions.map(({ label }) => label)).toEqual(['repositories', ...RegistryApi.all.map(({ name }) => name)]);
    expect(expressions[0].expression).toBe('repositories/100000*100');
    expect(annotations).toEqual({ horizontal: [expect.objectContaining({ value: 80, label: '80 %' })] });
    expect(yAxis).toEqual({ left: { label: '%', min: 0, showUnits: false } });
  });

  test('takes the account\'s quota of repositories', () => {
    make({ repositoryQuota: 1 });
    expect(titled('Shares').metrics[0].at(-1).expression).toBe('repositories/1*100');
  });

  test.each([[0], [1.5]])('fails with a quota of %d', repositoryQuota => {
    expect(() => make({ repositoryQuota })).toThrow(
      `'repositoryQuota' must be a whole number of repositories, at least 1, known at synth, got ${repositoryQuota}: Service Quotas has the account's [Team/Dashboard]`);
  });

  test('fails with a quota that is a token', () => {
    expect(() => make({ repositoryQuota: Lazy.number({ produce: () => 3 }) })).toThrow("'repositoryQuota' must be a whole number of repositories, at least 1, known at synth, got a token");
  });

  test('shows the repositories that are named, the unused among them', () => {
    make({ repositories: [new HardenedRepository(stack, 'Api'), new ecr.CfnRepository(stack, 'Worker'), ...imported(1)] });
    expect(titles()).toEqual([
      'Pulls in an hour', 'Pulls in the time shown: a repository without a number is unused', 'Images', 'API calls in a minute', 'Shares of quotas',
    ]);
    const names = [expect.stringMatching(/^<Api/), '<Worker>', 'shop/r0'];
    for (const title of ['Pulls in an hour', 'Pulls in the time shown']) {
      expect(titled(title).metrics).toEqual(names.map(name => ['AWS/ECR', 'RepositoryPullCount', 'RepositoryName', name, { period: 3600, stat: 'Sum' }]));
    }
    expect(titled('Pulls in the time shown').table).toMatchObject({ summaryColumns: ['SUM'], showTimeSeriesData: false });
    expect(titled('Images').metrics.map(metric => metric[metric.indexOf('ResourceId') + 1])).toEqual(
      [expect.stringMatching(/^repository\/<Api/), 'repository/<Worker>', 'repository/shop/r0']);
  });

  test.each([[1], [500]])('takes %d repositories', count => {
    make({ repositories: imported(count) });
    expect(titled('Pulls in an hour').metrics).toHaveLength(count);
  });

  test.each([[0], [501]])('fails with %d repositories', count => {
    expect(() => make({ repositories: imported(count) })).toThrow(
      `'repositories' must have 1 to 500 entries, got ${count}: leave it out to see every repository that is pulled [Team/Dashboard]`);
  });

  test('shows the state of alarms on top', () => {
    make({ alarms: [RegistryMetrics.of(stack).alarmOnRepositoryCount('Full')] });
    expect(titles()[0]).toBe('Alarms');
    expect(widgets()[0]).toMatchObject({ type: 'alarm', width: 24, properties: { alarms: [expect.anything()] } });
  });

  test('shows a day in the periods of its graphs, under a name of its own where it has one', () => {
    make({ dashboardName: 'registry' });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', {
      DashboardName: 'registry', DashboardBody: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('^\\{"start":"-P1D","periodOverride":"inherit",')])] },
    });
  });

  test('takes widgets of others', () => {
    make().dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: 'Whom to call' }));
    expect(widgets().at(-1)).toMatchObject({ type: 'text' });
  });

  test('says nothing at synth that CDK would warn of', () => {
    make({ repositories: imported(2) });
    new RegistryDashboard(stack, 'Second');
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  test('is property injectable', () => {
    PropertyInjectors.of(app).add({
      constructUniqueId: RegistryDashboard.PROPERTY_INJECTION_ID,
      inject: props => ({ ...props, dashboardName: 'injected' }),
    });
    make();
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'injected' });
    expect(RegistryDashboard.PROPERTY_INJECTION_ID).toBe('cdk-hardened-ecr.RegistryDashboard');
  });
});
