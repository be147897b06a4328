import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

const INTEG = join(__dirname, '..', '..', 'integ');

/** A template as CloudFormation would get it. */
export interface Snapshot {
  /** The integration test that it belongs to. */
  readonly test: string;
  readonly path: string;
  readonly template: { readonly Resources: Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }> };
}

/** The templates of all committed snapshots, which the build compares with what the samples synthesize now. */
export const SNAPSHOTS: Snapshot[] = readdirSync(INTEG)
  .filter(folder => folder.endsWith('.ts.snapshot'))
  .flatMap(folder => readdirSync(join(INTEG, folder))
    .filter(file => file.endsWith('.template.json') && !file.startsWith('IntegDefaultTestDeployAssert'))
    .map(file => {
      const path = join(INTEG, folder, file);
      return { test: folder.replace(/^integ\.(.*)\.ts\.snapshot$/, '$1'), path, template: JSON.parse(readFileSync(path, 'utf8')) as Snapshot['template'] };
    }));

/** Samples of what is possible, not of what is good: no scanner is asked to like them. */
export const RELAXED = ['relaxed-repository', 'brownfield'];
