import { Annotations, aws_cloudwatch as cloudwatch, aws_ecr as ecr, Duration, Lazy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { aws_ecr as ecrRefs, ResourceEnvironment } from 'aws-cdk-lib/interfaces';
import { environmentOf } from './private/environment-of';
import { Findings } from '../private/findings';
import { metric } from '../private/metric';
import { checkShare, PERCENT } from '../private/quota-share';

/** How far an alarm looks back. A period of an hour, which is what that far takes, must not be repeated for longer. */
const LOOK_BACK = Duration.days(7);
const HOUR = Duration.hours(1);

/** Images that a repository may hold, where nobody asked for more. */
const IMAGES_PER_REPOSITORY = 100_000;

/** When a repository counts as unused. */
export interface UnusedAlarmOptions {
  /**
   * For how long nobody has pulled. Whole hours, 1 hour to 7 days.
   *
   * @default Duration.days(7), as far as an alarm looks back
   */
  readonly within?: Duration;
}

/** When a repository has too many images. */
export interface ImageCountAlarmOptions {
  /**
   * The share of the quota, 1 to 100.
   *
   * @default 80
   */
  readonly percent?: number;

  /**
   * The account's quota of images per repository, L-03A36CE1 in Service Quotas: a whole number, at least 1.
   *
   * @default 100000, what AWS gives every account
   */
  readonly quota?: number;
}

/**
 * What CloudWatch knows of a repository, whoever made it: `CfnRepository`, `ecr.Repository`, `HardenedRepository`, and imported ones.
 *
 * There are two metrics, its pulls and its images. Nothing tells of its pushes, bytes or findings, or of a single image.
 *
 * Alarms come without actions: `metrics.alarmIfUnused('Unused').addAlarmAction(new actions.SnsAction(topic))`.
 *
 * @example
 * import { aws_ecr as ecr } from 'aws-cdk-lib';
 * import { RepositoryMetrics } from 'cdk-hardened-ecr';
 *
 * declare const repository: ecr.Repository;
 * const unused = RepositoryMetrics.fromRepository(repository).alarmIfUnused('Unused');
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-repository-metrics.html
 */
export class RepositoryMetrics {
  /**
   * The metrics of a repository.
   */
  public static fromRepository(repository: ecrRefs.IRepositoryRef): RepositoryMetrics {
    return new RepositoryMetrics(repository);
  }

  private readonly env: ResourceEnvironment;

  private readonly name: string;

  private constructor(private readonly repository: ecrRefs.IRepositoryRef) {
    this.env = environmentOf(repository);
    this.name = nameOf(repository);
  }

  /**
   * How often images of the repository were pulled, per minute or longer.
   *
   * @param options as for any metric; the statistic is the sum unless given
   * @throws when `options` has dimensions: there are no others
   */
  public metricPullCount(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return metric({
      namespace: 'AWS/ECR',
      metricName: 'RepositoryPullCount',
      dimensionsMap: { RepositoryName: this.name },
      statistic: 'Sum',
    }, this.repository, this.env, options);
  }

  /**
   * How many images the repository holds, counted in 5 minutes.
   *
   * The dimensions are those of ECR's guide. Metrics of `AWS/Usage` that count calls have one more in truth, `Class`; whether this one has it
   * could not be seen. Where it has, `metric.with({ dimensionsMap })` says so.
   *
   * @param options as for any metric; the statistic is the maximum unless given
   * @throws when `options` has dimensions
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html
   */
  public metricImageCount(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return metric({
      namespace: 'AWS/Usage',
      metricName: 'ResourceCount',
      dimensionsMap: {
        Service: 'ECR',
        Type: 'RESOURCE',
        Resource: 'ImagesPerRepositoryCount',
        ResourceId: `repository/${this.name}`,
      },
      statistic: 'Maximum',
      period: Duration.minutes(5),
    }, this.repository, this.env, options);
  }

  /**
   * Alarms when nobody pulls any more.
   *
   * An hour without data counts as one without a pull, so a repository that never was pulled alarms too, soon after it was made. It may come
   * some hours late, never early: CloudWatch looks at older hours where the newest have no data.
   *
   * @throws when `within` is not whole hours from 1 hour to 7 days; when the repository is in another Region than its stack
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
   */
  public alarmIfUnused(id: string, options: UnusedAlarmOptions = {}): cloudwatch.Alarm {
    const { within = LOOK_BACK } = options;
    const findings = new Findings();
    findings.unless(within.isUnresolved() || isWholeHours(within),
      () => `'within' must be whole hours, 1 hour to 7 days, got ${JSON.stringify(within.toHumanString())}: no alarm looks back further. `
        + 'To put away what was not pulled for longer there is LifecycleRule.archiveAfterPull()');
    this.checkRegion(findings);
    findings.throwIfAny(this.repository);
    return this.alarm(id, this.metricPullCount({ period: HOUR }), {
      alarmDescription: 'Nobody pulls from the repository any more',
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      evaluationPeriods: within.toHours(),
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  /**
   * Alarms before the repository takes no more images.
   *
   * The quota is a number, not one that is asked of Service Quotas: `SERVICE_QUOTA()` is not known to answer for a single repository.
   *
   * @throws when `percent` is not 1 to 100, when `quota` is not a whole number of at least 1, or when one of them is a token;
   * when the repository is in another Region than its stack
   */
  public alarmOnImageCount(id: string, options: ImageCountAlarmOptions = {}): cloudwatch.Alarm {
    const { percent = PERCENT, quota = IMAGES_PER_REPOSITORY } = options;
    const findings = new Findings();
    const threshold = checkShare(findings, { percent, quota, counted: 'images' });
    this.checkRegion(findings);
    findings.throwIfAny(this.repository);
    return this.alarm(id, this.metricImageCount(), {
      alarmDescription: `${percent} % of the ${quota} images that the repository may hold`,
      threshold,
      evaluationPeriods: 1,
    });
  }

  private checkRegion(findings: Findings): void {
    const { region } = Stack.of(this.repository);
    findings.unless(Token.compareStrings(this.env.region, region) !== TokenComparison.DIFFERENT,
      () => `'repository' must be in the Region of its stack, ${JSON.stringify(region)}, got ${JSON.stringify(this.env.region)}: `
        + 'an alarm watches its own Region, so import the repository into a stack there');
  }

  private alarm(id: string, watched: cloudwatch.Metric, props: cloudwatch.CreateAlarmOptions): cloudwatch.Alarm {
    const { account } = Stack.of(this.repository);
    if (Token.compareStrings(this.env.account, account) === TokenComparison.DIFFERENT) {
      Annotations.of(this.repository).addWarningV2('cdk-hardened-ecr:RepositoryMetrics.otherAccount',
        `an alarm in account ${JSON.stringify(account)} sees the metrics of ${JSON.stringify(this.env.account)} only where that account shares them `
        + 'with CloudWatch cross-account observability');
    }
    return watched.createAlarm(this.repository, id, props);
  }
}

/** An L1 of another environment by the name that it was given: a reference to it would take an output, and a role that reads it. */
function nameOf(repository: ecrRefs.IRepositoryRef): string {
  const { repositoryName } = repository.repositoryRef;
  const given = ecr.CfnRepository.isCfnRepository(repository) ? repository.repositoryName : undefined;
  return given === undefined ? repositoryName : Lazy.uncachedString({
    produce: ({ scope }) => Stack.of(scope).environment === Stack.of(repository).environment ? repositoryName : given,
  });
}

function isWholeHours(time: Duration): boolean {
  const hours = time.toMilliseconds() / HOUR.toMilliseconds();
  return Number.isInteger(hours) && hours >= 1 && hours <= LOOK_BACK.toHours();
}
