const PREFIXES: [string, string][] = [
  ['cn-', 'aws-cn'], ['us-gov-', 'aws-us-gov'], ['us-iso-', 'aws-iso'], ['us-isob-', 'aws-iso-b'], ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'], ['eusc-', 'aws-eusc'],
];

/**
 * The partition of a Region, by its name.
 *
 * The CDK's own table of Regions takes a third of a second to load, in every app.
 *
 * @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
export function partitionOf(region: string): string {
  return PREFIXES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}
