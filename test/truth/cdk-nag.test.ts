import { App, aws_ecr as ecr, aws_iam as iam, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import { AdoptedRegistrySample, CentralRegistrySample } from '../../integ/samples/central-registry';
import { HardenedRepositorySample } from '../../integ/samples/hardened-repository';
import { ImageEventsSample } from '../../integ/samples/image-events';
import { PrivateNetworkSample } from '../../integ/samples/private-network';
import { ProfileSample } from '../../integ/samples/profile';
import { PullThroughCacheSample } from '../../integ/samples/pull-through-cache';
import { RegistrySample } from '../../integ/samples/registry';
import { RegistryMetricsSample } from '../../integ/samples/registry-metrics';
import { ReplicationDestinationSample, ReplicationSample } from '../../integ/samples/replication';
import { RepositoryGrantsSample } from '../../integ/samples/repository-grants';

const PACKS = [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks];
const SAMPLES: (new (scope: Construct, id: string, props?: StackProps) => Stack)[] = [
  CentralRegistrySample, HardenedRepositorySample, ImageEventsSample, PrivateNetworkSample, ProfileSample, PullThroughCacheSample,
  RegistryMetricsSample, RegistrySample, RepositoryGrantsSample,
];

function findings(stack: Stack): string[] {
  return PACKS.flatMap(Pack => new Pack().validateScope(stack).violations)
    .flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`));
}

/** A source and its two destinations, which are stacks of one app. */
function replicationStacks(): Stack[] {
  const app = new App();
  const otherRegion = new ReplicationDestinationSample(app, 'OtherRegion', { env: { account: '222222222222', region: 'eu-central-1' } });
  const otherAccount = new ReplicationDestinationSample(app, 'OtherAccount', { env: { account: '111111111111', region: 'eu-central-1' } });
  const source = new ReplicationSample(app, 'Source', {
    env: { account: '222222222222', region: 'us-west-2' }, otherRegion: otherRegion.registry, otherAccount: otherAccount.registry,
  });
  return [otherRegion, otherAccount, source];
}

describe('cdk-nag', () => {
  test.each(SAMPLES.map(Sample => [Sample.name, Sample] as const))('finds nothing unexplained in %s', (_, Sample) => {
    expect(findings(new Sample(new App(), 'Sample', { env: { account: '111111111111', region: 'us-east-1' } }))).toEqual([]);
  });

  test('finds nothing unexplained where images are replicated', () => {
    expect(replicationStacks().flatMap(findings)).toEqual([]);
  });

  test('finds nothing unexplained in a registry that was adopted', () => {
    expect(findings(new AdoptedRegistrySample(new App(), 'Sample', { isImported: true }))).toEqual([]);
  });

  test('finds a repository that is open to everyone', () => {
    const stack = new Stack(new App(), 'Open');
    new ecr.Repository(stack, 'App').addToResourcePolicy(new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['ecr:BatchGetImage'] }));
    expect(findings(stack)).toEqual([expect.stringContaining('AwsSolutions-ECR1')]);
  });
});
