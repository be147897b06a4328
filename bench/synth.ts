// What synth costs: hardened repositories against the plain L2 with the same settings and the bare L1.
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, aws_ecr as ecr, aws_kms as kms, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { median } from './median';
import { HardenedRepository, PrivateRegistry } from '../src';

export type Kind = 'ours' | 'L2' | 'L1';
const KINDS: Kind[] = ['ours', 'L2', 'L1'];
// ts-node maps the stack traces that the CDK takes for every resource back to TypeScript; a compiled app does not.
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;

const ENV = { account: '111111111111', region: 'us-east-1' };
const PER_STACK = 200;

const RULES: ecr.LifecycleRule[] = [
  { rulePriority: 1, tagStatus: ecr.TagStatus.UNTAGGED, maxImageAge: Duration.days(14) },
  { rulePriority: 2, tagStatus: ecr.TagStatus.TAGGED, tagPatternList: ['*'], maxImageCount: 100 },
];
const RULES_TEXT = JSON.stringify({
  rules: [
    { rulePriority: 1, selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 }, action: { type: 'expire' } },
    { rulePriority: 2, selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 100 }, action: { type: 'expire' } },
  ],
});

/** One stack's repositories, with equal settings whoever makes them. */
function fill(kind: Kind, stack: Stack, registry: PrivateRegistry | undefined, first: number, count: number): void {
  const key = kind === 'ours' ? undefined : new kms.Key(stack, 'Key', { enableKeyRotation: true });
  for (let i = first; i < first + count; i++) {
    const repositoryName = `team/app-${i}`;
    if (kind === 'ours') {
      new HardenedRepository(stack, `R${i}`, { repositoryName, registry });
    } else if (kind === 'L2') {
      new ecr.Repository(stack, `R${i}`, {
        repositoryName,
        imageTagMutability: ecr.TagMutability.IMMUTABLE,
        imageScanOnPush: true,
        encryption: ecr.RepositoryEncryption.KMS,
        encryptionKey: key,
        lifecycleRules: RULES,
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      });
    } else {
      new ecr.CfnRepository(stack, `R${i}`, {
        repositoryName,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: { encryptionType: 'KMS', kmsKey: key!.keyArn },
        lifecyclePolicy: { lifecyclePolicyText: RULES_TEXT },
      }).applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    }
  }
}

/** Processor time of one synth, in milliseconds. */
function synth(kind: Kind, count: number): number {
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  const app = new App({ analyticsReporting: false, outdir });
  global.gc?.();
  const start = process.cpuUsage();
  let registry: PrivateRegistry | undefined; // one for the account and Region, so one for all stacks
  for (let first = 0; first < count; first += PER_STACK) {
    const stack = new Stack(app, `Stack${first}`, { env: ENV });
    registry ??= kind === 'ours' ? PrivateRegistry.of(stack) : undefined;
    fill(kind, stack, registry, first, Math.min(PER_STACK, count - first));
  }
  app.synth();
  const { user, system } = process.cpuUsage(start);
  rmSync(outdir, { recursive: true });
  return (user + system) / 1000;
}

/** Medians of alternating runs, so that a machine that slows down slows all of them down. */
export function measureSynth(count: number, rounds: number): Record<Kind, number> {
  KINDS.forEach(kind => synth(kind, 100));
  const times: Record<Kind, number[]> = { ours: [], L2: [], L1: [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of KINDS) {
      times[kind].push(synth(kind, count));
    }
  }
  return { ours: median(times.ours), L2: median(times.L2), L1: median(times.L1) };
}
