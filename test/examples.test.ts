import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';

/** The template that an example synthesizes. */
async function synthesized(file: string): Promise<{ Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> }> {
  const before = process.env.CDK_OUTDIR;
  const outdir = mkdtempSync(join(tmpdir(), 'example-'));
  process.env.CDK_OUTDIR = outdir;
  try {
    await import(file);
    return JSON.parse(readFileSync(join(outdir, 'Payments.template.json'), 'utf8'));
  } finally {
    process.env.CDK_OUTDIR = before;
    rmSync(outdir, { recursive: true });
  }
}

describe('the TypeScript example', () => {
  test('synthesizes what it is an example of', async () => {
    const { Resources } = await synthesized('../examples/typescript/app');
    expect(Object.values(Resources).map(({ Type }) => Type).sort()).toEqual([
      'AWS::ECR::RegistryScanningConfiguration',
      'AWS::ECR::Repository',
      'AWS::ECR::Repository',
      'AWS::ECR::RepositoryCreationTemplate',
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::KMS::Alias',
      'AWS::KMS::Key',
    ]);
  });
});
