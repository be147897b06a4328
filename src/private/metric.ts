import { aws_cloudwatch as cloudwatch, Token } from 'aws-cdk-lib';
import type { ResourceEnvironment } from 'aws-cdk-lib/interfaces';
import type { IConstruct } from 'constructs';
import { Findings } from './findings';

/**
 * A metric that ECR publishes.
 *
 * As `attachTo()` of the CDK does, it carries the account and Region of what it measures, where they are known: a graph or an alarm in another
 * stack then names them.
 */
export function metric(
  props: cloudwatch.MetricProps, scope: IConstruct, env: ResourceEnvironment, options: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  const findings = new Findings();
  findings.unless(options.dimensionsMap === undefined,
    () => `'dimensionsMap' must be left out, got ${JSON.stringify(options.dimensionsMap)}: ECR publishes ${props.metricName} with exactly `
      + JSON.stringify(props.dimensionsMap));
  findings.throwIfAny(scope);
  return new cloudwatch.Metric({ ...props, stackAccount: known(env.account), stackRegion: known(env.region), ...options });
}

function known(value: string): string | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}
