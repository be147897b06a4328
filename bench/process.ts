// What a whole process costs that synthesizes one repository: mostly what importing the library loads.
import { spawnSync } from 'child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';
import { median } from './median';

const ROOT = resolve(__dirname, '..');

const APPS = {
  ours: `const { App, Stack } = require('aws-cdk-lib');
const { HardenedRepository, PrivateRegistry } = require(${JSON.stringify(ROOT)});
const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
new HardenedRepository(stack, 'App', { registry: PrivateRegistry.of(stack) });
stack.node.root.synth();`,
  L2: `const { App, Stack, aws_ecr, aws_kms } = require('aws-cdk-lib');
const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
const encryptionKey = new aws_kms.Key(stack, 'Key', { enableKeyRotation: true });
new aws_ecr.Repository(stack, 'App', { imageScanOnPush: true, encryption: aws_ecr.RepositoryEncryption.KMS, encryptionKey,
  imageTagMutability: aws_ecr.TagMutability.IMMUTABLE, lifecycleRules: [{ maxImageCount: 100 }] });
stack.node.root.synth();`,
};

/** Medians of processor time in milliseconds, of processes that alternate. */
export function measureProcess(rounds: number): Record<keyof typeof APPS, number> {
  if (!existsSync(join(ROOT, 'lib', 'index.js'))) {
    throw new Error("bench: the library is not compiled: run 'npx projen compile' first");
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const times: Record<keyof typeof APPS, number[]> = { ours: [], L2: [] };
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const kind of ['ours', 'L2'] as const) {
        const file = join(folder, `${kind}.js`);
        writeFileSync(file, `${APPS[kind]}\nconst { user, system } = process.cpuUsage();\nconsole.log(String((user + system) / 1000));\n`);
        const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
          encoding: 'utf8',
          env: { ...process.env, NODE_PATH: join(ROOT, 'node_modules'), CDK_OUTDIR: join(folder, kind), CDK_VALIDATION: 'false' },
        });
        if (status !== 0) {
          throw new Error(`bench: ${kind} failed: ${stderr}`);
        }
        if (round > 0) { // the first one warms the file system's cache
          times[kind].push(Number(stdout.trim().split('\n').at(-1)));
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { ours: median(times.ours), L2: median(times.L2) };
}
