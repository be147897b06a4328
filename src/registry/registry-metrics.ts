import { aws_cloudwatch as cloudwatch, Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RegistryApi } from './registry-api';
import { Findings } from '../private/findings';
import { metric } from '../private/metric';
import { checkPercent, checkShare, PERCENT, REPOSITORIES } from '../private/quota-share';

const SECONDS_A_MINUTE = 60;

/** When a registry has too many repositories. */
export interface RepositoryCountAlarmOptions {
  /**
   * The share of the quota, 1 to 100.
   *
   * @default 80
   */
  readonly percent?: number;

  /**
   * The account's quota of repositories in the Region, L-CFEB8E8D in Service Quotas: a whole number, at least 1.
   *
   * @default 100000, what AWS gives every account
   */
  readonly quota?: number;
}

/** When a registry is called too often. */
export interface CallRateAlarmOptions {
  /**
   * The share of the quota, 1 to 100.
   *
   * @default 80
   */
  readonly percent?: number;

  /**
   * The account's quota of such calls, in a second: a whole number, at least 1.
   *
   * @default - what Service Quotas says when CloudWatch evaluates the alarm
   */
  readonly quota?: number;
}

/**
 * What CloudWatch knows of a whole registry: its repositories, and the calls of logins, pushes and pulls.
 *
 * What of it is documented and what was seen stands at each metric: a metric with other dimensions than those published is silent for ever.
 *
 * Alarms come without actions: `metrics.alarmOnRepositoryCount('Full').addAlarmAction(new actions.SnsAction(topic))`.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html
 */
export class RegistryMetrics {
  /**
   * The metrics of the registry that the scope's account has in its Region. Alarms are made in the scope.
   */
  public static of(scope: Construct): RegistryMetrics {
    return new RegistryMetrics(scope);
  }

  private constructor(private readonly scope: Construct) {
  }

  /**
   * How often a call was made, in a minute or longer.
   *
   * ECR's guide says that the `Class` dimension is not used. Published it is, with the value `None`: so public lists of the metrics of real
   * accounts have it.
   *
   * @param options as for any metric; the statistic is the sum, and the period a minute, unless given
   * @throws when `options` has dimensions: there are no others
   */
  public metricCallCount(api: RegistryApi, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return metric({
      namespace: 'AWS/Usage',
      metricName: 'CallCount',
      dimensionsMap: { Service: 'ECR', Type: 'API', Resource: api.name, Class: 'None' },
      statistic: 'Sum',
      period: Duration.minutes(1),
    }, this.scope, Stack.of(this.scope), options);
  }

  /**
   * How many repositories the registry has, counted in 5 minutes.
   *
   * The dimensions are those of ECR's guide; whether there is a `Class` as there is for calls could not be seen.
   * Where there is, `metric.with({ dimensionsMap })` says so.
   *
   * @param options as for any metric; the statistic is the maximum unless given
   * @throws when `options` has dimensions
   */
  public metricRepositoryCount(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return metric({
      namespace: 'AWS/Usage',
      metricName: 'ResourceCount',
      dimensionsMap: { Service: 'ECR', Type: 'RESOURCE', Resource: 'RepositoryCount' },
      statistic: 'Maximum',
      period: Duration.minutes(5),
    }, this.scope, Stack.of(this.scope), options);
  }

  /**
   * The share that a minute's calls are of the account's quota, in percent.
   *
   * The expression is the one of CloudWatch's guide. ECR's quotas are for a second: that `SERVICE_QUOTA()` counts them for the period, 60 times
   * as many for a minute, is our reading of AWS, which says so of KMS. Were it not so, the share would be 60 times too high, and an alarm too
   * early, never too late.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html
   * @see https://aws.amazon.com/blogs/security/manage-your-aws-kms-api-request-rates-using-service-quotas-and-amazon-cloudwatch/
   */
  public metricCallRateShare(api: RegistryApi): cloudwatch.MathExpression {
    // A name of its own for each, so that a graph can hold them all.
    const calls = api.name.charAt(0).toLowerCase() + api.name.slice(1);
    return new cloudwatch.MathExpression({
      expression: `${calls}/SERVICE_QUOTA(${calls})*100`,
      usingMetrics: { [calls]: this.metricCallCount(api) },
      period: Duration.minutes(1),
      label: api.name,
    });
  }

  /**
   * Alarms before the registry takes no more repositories.
   *
   * @throws when `percent` is not 1 to 100, when `quota` is not a whole number of at least 1, or when one of them is a token
   */
  public alarmOnRepositoryCount(id: string, options: RepositoryCountAlarmOptions = {}): cloudwatch.Alarm {
    const { percent = PERCENT, quota = REPOSITORIES } = options;
    const findings = new Findings();
    const threshold = checkShare(findings, { percent, quota, counted: 'repositories' });
    findings.throwIfAny(this.scope);
    return this.metricRepositoryCount().createAlarm(this.scope, id, {
      alarmDescription: `${percent} % of the ${quota} repositories that the registry may have`,
      threshold,
      evaluationPeriods: 1,
    });
  }

  /**
   * Alarms before calls are throttled: when those of a minute come near what the quota allows in 60 seconds.
   *
   * A burst of a few seconds is throttled all the same: no metric of ECR's is finer than a minute.
   *
   * @throws when `percent` is not 1 to 100, or when `quota` is not a whole number of at least 1; with `quota`, when one of them is a token
   */
  public alarmOnCallRate(id: string, api: RegistryApi, options: CallRateAlarmOptions = {}): cloudwatch.Alarm {
    const { percent = PERCENT, quota } = options;
    const always = { evaluationPeriods: 1, treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING };
    const findings = new Findings();
    if (quota === undefined) {
      checkPercent(findings, percent);
      findings.throwIfAny(this.scope);
      const alarmDescription = `Calls of ${api.name} come near the account's quota`;
      return this.metricCallRateShare(api).createAlarm(this.scope, id, { alarmDescription, threshold: percent, ...always });
    }
    const perSecond = checkShare(findings, { percent, quota, counted: 'calls in a second' });
    findings.throwIfAny(this.scope);
    const alarmDescription = `${percent} % of ${quota} calls of ${api.name} in a second, for a minute`;
    return this.metricCallCount(api).createAlarm(this.scope, id, { alarmDescription, threshold: perSecond * SECONDS_A_MINUTE, ...always });
  }
}
