import { SNAPSHOTS } from './snapshots';

/**
 * The metrics that ECR publishes, and no others.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-repository-metrics.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html
 */
const PUBLISHED = [
  /^AWS\/ECR RepositoryPullCount RepositoryName=.+$/,
  /^AWS\/Usage ResourceCount Resource=RepositoryCount Service=ECR Type=RESOURCE$/,
  /^AWS\/Usage ResourceCount Resource=ImagesPerRepositoryCount ResourceId=repository\/.+ Service=ECR Type=RESOURCE$/,
  new RegExp('^AWS/Usage CallCount Class=None Resource=(GetAuthorizationToken|BatchCheckLayerAvailability|InitiateLayerUpload|UploadLayerPart'
    + '|CompleteLayerUpload|PutImage|BatchGetImage|GetDownloadUrlForLayer) Service=ECR Type=API$'),
];
const isPublished = (metric: string) => PUBLISHED.some(pattern => pattern.test(metric));
/** Other services' metrics are theirs. */
const isUnpublished = (metric: string) => /^AWS\/(ECR|Usage) /.test(metric) && !isPublished(metric);

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: { readonly Name: string; readonly Value: unknown }[];
}

interface Alarm extends Partial<Metric> {
  readonly Period?: number;
  readonly EvaluationPeriods: number;
  readonly Metrics?: Query[];
}

interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: Metric; readonly Period: number };
}

interface Graph {
  readonly properties: { readonly metrics?: (string | Record<string, unknown>)[][] };
}

/** A value that is known at deployment in angle brackets. */
function text(value: any): string {
  if (typeof value === 'string') { return value; }
  return value['Fn::Join']?.[1].map(text).join('') ?? `<${value.Ref ?? value['Fn::GetAtt'].join('.')}>`;
}

function written(namespace: string, name: string, dimensions: [string, string][]): string {
  return [namespace, name, ...dimensions.map(([key, value]) => `${key}=${value}`).sort()].join(' ');
}

const ofAlarms = ({ Namespace, MetricName, Dimensions = [] }: Metric) =>
  written(Namespace, MetricName, Dimensions.map(({ Name, Value }) => [Name, text(Value)]));

function ofGraph(line: (string | Record<string, unknown>)[]): string[] {
  const [namespace, name, ...rest] = line.filter(part => typeof part === 'string');
  const dimensions = rest.flatMap((key, i) => i % 2 === 0 ? [[key, rest[i + 1]] as [string, string]] : []);
  return namespace === undefined ? [] : [written(namespace, name, dimensions)];
}

const resources = (type: string) => SNAPSHOTS.flatMap(({ test: of, template }) => Object.entries(template.Resources)
  .filter(([, { Type }]) => Type === type).map(([id, { Properties }]) => ({ id: `${of} ${id}`, properties: Properties as any })));
const ALARMS = resources('AWS::CloudWatch::Alarm').map(({ id, properties }) => [id, properties as Alarm] as const);
const GRAPHS = resources('AWS::CloudWatch::Dashboard').map(({ id, properties }) => {
  const { widgets }: { widgets: Graph[] } = JSON.parse(text(properties.DashboardBody));
  return [id, widgets.flatMap(({ properties: { metrics = [] } }) => metrics)] as const;
});

const ofAnAlarm = ({ Metrics: metrics = [], ...alarm }: Alarm) =>
  [...alarm.MetricName === undefined ? [] : [alarm as Metric], ...metrics.flatMap(({ MetricStat: stat }) => stat ? [stat.Metric] : [])].map(ofAlarms);

describe('the alarms of the samples', () => {
  test.each(ALARMS)('%s watches what is published', (_, alarm) => {
    expect(ofAnAlarm(alarm)).not.toEqual([]);
    expect(ofAnAlarm(alarm).filter(isUnpublished)).toEqual([]);
  });

  /** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
  test.each(ALARMS)('%s looks back as far as alarms do', (_, alarm) => {
    for (const period of [alarm.Period, ...(alarm.Metrics ?? []).map(({ MetricStat: stat }) => stat?.Period)].filter(time => time !== undefined)) {
      expect(period % 60).toBe(0);
      expect(period * alarm.EvaluationPeriods).toBeLessThanOrEqual(period < 3600 ? 86_400 : 604_800);
    }
  });

  /** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
  test.each(ALARMS)('%s computes with ids that are its own', (_, { Metrics: metrics = [] }) => {
    const ids = metrics.map(({ Id }) => Id);
    expect(ids.filter(id => !/^[a-z][a-zA-Z0-9_]{0,254}$/.test(id))).toEqual([]);
    expect(metrics.flatMap(({ Expression = '' }) => Expression.match(/\b[a-z]\w*/g) ?? []).filter(id => !ids.includes(id))).toEqual([]);
  });

  test('are there, on metrics of ECR', () => {
    expect(ALARMS.flatMap(([, alarm]) => ofAnAlarm(alarm)).filter(isPublished).length).toBeGreaterThan(4);
  });
});

describe('the dashboards of the samples', () => {
  test.each(GRAPHS)('%s shows what is published', (_, lines) => {
    expect(lines.flatMap(ofGraph).length).toBeGreaterThan(16);
    expect(lines.flatMap(ofGraph).filter(isUnpublished)).toEqual([]);
  });

  test.each(GRAPHS)('%s searches for what is published', (_, lines) => {
    const expressions = lines.flat().flatMap(part => typeof part === 'string' ? [] : [String(part.expression)]);
    expect([...new Set(expressions.flatMap(expression => /SEARCH\('(.*)', '(Sum|Maximum)', \d+\)/.exec(expression)?.[1] ?? []))].sort()).toEqual([
      '{AWS/ECR,RepositoryName} MetricName="RepositoryPullCount"',
      '{AWS/Usage,Resource,ResourceId,Service,Type} MetricName="ResourceCount" Service="ECR" Resource="ImagesPerRepositoryCount"',
    ]);
  });

  test('are there', () => {
    expect(GRAPHS).not.toEqual([]);
  });
});

test.each([
  'AWS/ECR RepositoryPushCount RepositoryName=shop/api',
  'AWS/ECR RepositoryPullCount',
  'AWS/ECR RepositoryPullCount ImageTag=latest RepositoryName=shop/api',
  'AWS/Usage CallCount Resource=PutImage Service=ECR Type=API',
  'AWS/Usage CallCount Class=None Resource=DescribeImages Service=ECR Type=API',
  'AWS/Usage ResourceCount Resource=ImagesPerRepositoryCount Service=ECR Type=RESOURCE',
])('%s is not published', metric => {
  expect(isUnpublished(metric)).toBe(true);
});
