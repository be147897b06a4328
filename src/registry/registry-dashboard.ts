import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { aws_cloudwatch as cloudwatchRefs, aws_ecr as ecrRefs } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { RegistryApi } from './registry-api';
import { RegistryMetrics } from './registry-metrics';
import { Findings } from '../private/findings';
import { checkQuota, PERCENT, REPOSITORIES } from '../private/quota-share';
import { RepositoryMetrics } from '../repository/repository-metrics';

/** What a widget of a dashboard takes. */
const MAX_METRICS = 500;
const WIDTH = 24;
const HEIGHT = 7;
const HOUR = Duration.hours(1);

/** A search is for the names of dimensions: it finds what has exactly these. */
const PULLS = 'SEARCH(\'{AWS/ECR,RepositoryName} MetricName="RepositoryPullCount"\', \'Sum\', 3600)';
const IMAGES = 'SEARCH(\'{AWS/Usage,Resource,ResourceId,Service,Type} MetricName="ResourceCount" Service="ECR" Resource="ImagesPerRepositoryCount"\', '
  + '\'Maximum\', 300)';

/** What a dashboard shows. */
export interface RegistryDashboardProps {
  /**
   * Of which repositories pulls and images are shown. 1 to 500: a graph has no more metrics.
   *
   * @default - all that were pulled in the last two weeks, those that come later too
   */
  readonly repositories?: ecrRefs.IRepositoryRef[];

  /**
   * Alarms whose state is shown on top.
   *
   * @default - none
   */
  readonly alarms?: cloudwatchRefs.IAlarmRef[];

  /**
   * The account's quota of repositories in the Region, for the share of it: a whole number, at least 1.
   *
   * @default 100000, what AWS gives every account
   */
  readonly repositoryQuota?: number;

  /**
   * The name of the dashboard.
   *
   * @default - generated
   */
  readonly dashboardName?: string;
}

/**
 * A registry at a glance: pulls by repository, the least pulled repositories, images by repository, calls of the API and shares of quotas.
 *
 * Nobody has to add a repository: graphs search for them, as far as CloudWatch has heard of them in the last two weeks. So a repository that
 * nobody pulls is not among the least pulled, it is missing: `RepositoryMetrics.alarmIfUnused()` tells of it, or `repositories`.
 *
 * It shows a day, unless another time is chosen in the console.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html
 */
@propertyInjectable
export class RegistryDashboard extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.RegistryDashboard';

  /** The dashboard, for widgets of your own: they come below. */
  public readonly dashboard: cloudwatch.Dashboard;

  private readonly metrics = RegistryMetrics.of(this);

  /**
   * @throws when `repositories` has none or more than 500, or when `repositoryQuota` is not a whole number of at least 1, or a token
   */
  constructor(scope: Construct, id: string, props: RegistryDashboardProps = {}) {
    super(scope, id);
    const { repositories, alarms = [], repositoryQuota = REPOSITORIES } = props;
    const findings = new Findings();
    checkQuota(findings, 'repositoryQuota', repositoryQuota, 'repositories');
    findings.unless(repositories === undefined || (repositories.length >= 1 && repositories.length <= MAX_METRICS),
      () => `'repositories' must have 1 to ${MAX_METRICS} entries, got ${repositories!.length}: leave it out to see every repository that is pulled`);
    findings.throwIfAny(this);

    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: props.dashboardName,
      defaultInterval: Duration.days(1),
      // Else CloudWatch takes longer periods for longer times, and a minute's calls would no longer be a minute's.
      periodOverride: cloudwatch.PeriodOverride.INHERIT,
      widgets: [
        ...alarms.length > 0 ? [[new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width: WIDTH })]] : [],
        ...repositories ? this.named(repositories.map(repository => RepositoryMetrics.fromRepository(repository))) : this.found(),
        [
          graph('API calls in a minute', WIDTH / 2, RegistryApi.all.map(api => this.metrics.metricCallCount(api, { label: api.name }))),
          graph('Shares of quotas', WIDTH / 2, this.shares(repositoryQuota), {
            leftYAxis: { label: '%', min: 0, showUnits: false },
            leftAnnotations: [{ value: PERCENT, label: `${PERCENT} %` }],
          }),
        ],
      ],
    });
  }

  private named(repositories: RepositoryMetrics[]): cloudwatch.IWidget[][] {
    const pulls = repositories.map(repository => repository.metricPullCount({ period: HOUR }));
    return [
      [graph('Pulls in an hour', WIDTH, pulls)],
      [
        new cloudwatch.TableWidget({
          title: 'Pulls in the time shown: a repository without a number is unused',
          metrics: pulls,
          summary: { columns: [cloudwatch.TableSummaryColumn.SUM], hideNonSummaryColumns: true },
          width: WIDTH / 2,
          height: HEIGHT,
        }),
        graph('Images', WIDTH / 2, repositories.map(repository => repository.metricImageCount())),
      ],
    ];
  }

  private found(): cloudwatch.IWidget[][] {
    return [
      [graph('Pulls in an hour', WIDTH, [search(PULLS)])],
      [
        graph('The 20 least pulled repositories of those pulled in the last two weeks', WIDTH / 2, [search(`SORT(${PULLS}, SUM, ASC, 20)`)]),
        graph('Images', WIDTH / 2, [search(IMAGES)]),
      ],
    ];
  }

  private shares(repositoryQuota: number): cloudwatch.IMetric[] {
    return [
      new cloudwatch.MathExpression({
        expression: `repositories/${repositoryQuota}*100`,
        usingMetrics: { repositories: this.metrics.metricRepositoryCount() },
        label: 'repositories',
      }),
      ...RegistryApi.all.map(api => this.metrics.metricCallRateShare(api)),
    ];
  }
}

/** With an empty label each line keeps the name of its repository. */
function search(expression: string): cloudwatch.IMetric {
  return new cloudwatch.SearchExpression({ expression, label: '' });
}

function graph(title: string, width: number, left: cloudwatch.IMetric[], props: cloudwatch.GraphWidgetProps = {}): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, width, height: HEIGHT, left, ...props });
}
