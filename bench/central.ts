// What synth costs: a central registry whose repositories share one audience, against plain L2 repositories with the same policy.
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, aws_ecr as ecr, aws_iam as iam, aws_kms as kms, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { median } from './median';
import { CentralRegistry, PullAudience } from '../src';

// ts-node maps the stack traces that the CDK takes for every resource back to TypeScript; a compiled app does not.
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;

const ENV = { account: '111111111111', region: 'us-east-1' };
const ORGANIZATION = 'o-abcd123456';
const SHARDS = 16;

function central(stack: Stack, count: number): void {
  new CentralRegistry(stack, 'Registry', {
    audience: PullAudience.organization(ORGANIZATION),
    shards: SHARDS,
    repositories: Array.from({ length: count }, (_, i) => `team/app-${i}`),
  });
}

function plain(stack: Stack, count: number): void {
  const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
  const shards = Array.from({ length: SHARDS }, (_, shard) => new NestedStack(stack, `Shard${shard}`));
  for (let i = 0; i < count; i++) {
    new ecr.Repository(shards[i % SHARDS], `R${i}`, {
      repositoryName: `team/app-${i}`,
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      encryption: ecr.RepositoryEncryption.KMS,
      encryptionKey: key,
      lifecycleRules: [
        { rulePriority: 1, tagStatus: ecr.TagStatus.UNTAGGED, maxImageAge: Duration.days(14) },
        { rulePriority: 2, tagStatus: ecr.TagStatus.TAGGED, tagPatternList: ['*'], maxImageCount: 100 },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    }).addToResourcePolicy(new iam.PolicyStatement({
      sid: 'PullFromOrganization',
      principals: [new iam.AnyPrincipal()],
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      conditions: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION }, Bool: { 'aws:SecureTransport': 'true' } },
    }));
  }
}

/** Processor time of one synth, in milliseconds. */
function synth(fill: (stack: Stack, count: number) => void, count: number): number {
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  const app = new App({ analyticsReporting: false, outdir });
  global.gc?.();
  const start = process.cpuUsage();
  fill(new Stack(app, 'Central', { env: ENV }), count);
  app.synth();
  const { user, system } = process.cpuUsage(start);
  rmSync(outdir, { recursive: true });
  return (user + system) / 1000;
}

/** Medians of alternating runs. */
export function measureCentral(count: number, rounds: number): { readonly ours: number; readonly L2: number } {
  [central, plain].forEach(fill => synth(fill, 100));
  const times: { ours: number[]; L2: number[] } = { ours: [], L2: [] };
  for (let round = 0; round < rounds; round++) {
    times.ours.push(synth(central, count));
    times.L2.push(synth(plain, count));
  }
  return { ours: median(times.ours), L2: median(times.L2) };
}
