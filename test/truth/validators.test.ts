import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import type { IPolicyValidationContext, IPolicyValidationPlugin, IPolicyValidationPluginBeta1 } from 'aws-cdk-lib';
import { CloudFormationValidatePlugin } from 'aws-cdk-lib-latest';
import { RELAXED, SNAPSHOTS } from './snapshots';

/** What a validator says of templates: by path, `rule resource`. Starting one takes seconds, so all templates go through it at once. */
type Findings = Map<string, string[]>;

function validate(plugin: IPolicyValidationPlugin | IPolicyValidationPluginBeta1, paths: string[]): Findings {
  const context = { templatePaths: paths, stackTemplates: paths.map(templatePath => ({ stackConstructPath: templatePath, templatePath })) };
  const found: Findings = new Map(paths.map(path => [path, []]));
  for (const { ruleName, description, violatingResources } of plugin.validate(context as IPolicyValidationContext).violations) {
    for (const { templatePath, resourceLogicalId } of violatingResources) {
      found.get(templatePath!)!.push(`${ruleName} ${resourceLogicalId} ${description}`);
    }
  }
  return found;
}

const folder = mkdtempSync(join(tmpdir(), 'template-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of a good template with one thing wrong. */
function broken(name: string, change: (properties: Record<string, unknown>) => void): string {
  const { template } = SNAPSHOTS.find(({ test: of }) => of === 'hardened-repository')!;
  const copy = JSON.parse(JSON.stringify(template)) as typeof template;
  change(Object.values(copy.Resources).find(({ Type }) => Type === 'AWS::ECR::Repository')!.Properties!);
  const path = join(folder, `${name}.template.json`);
  writeFileSync(path, JSON.stringify(copy));
  return path;
}

const ALL = SNAPSHOTS.map(({ path }) => path);
const HARDENED = SNAPSHOTS.filter(({ test: of }) => !RELAXED.includes(of)).map(({ path }) => path);

describe('the schemas and lint rules of CloudFormation', () => {
  const wrong = broken('enum', properties => {
    properties.ImageTagMutability = 'SOMETIMES';
  });
  const found = validate(new CloudFormationValidatePlugin() as unknown as IPolicyValidationPlugin, [...ALL, wrong]);

  test.each(ALL.map(path => [basename(path), path]))('accept %s, without a warning', (_, path) => {
    expect(found.get(path)).toEqual([]);
  });

  test('reject an enum that is not one', () => {
    expect(found.get(wrong)).toEqual([expect.stringContaining("'SOMETIMES' is not one of")]);
  });
});

describe('the proactive controls of Control Tower', () => {
  const without = ['ImageTagMutability', 'ImageScanningConfiguration', 'LifecyclePolicy'].map(property => broken(property, properties => {
    delete properties[property];
  }));
  const found = validate(new CfnGuardValidator({ controlTowerRulesEnabled: true }), [...HARDENED, ...without]);

  test.each(HARDENED.map(path => [basename(path), path]))('accept %s', (_, path) => {
    expect(found.get(path)).toEqual([]);
  });

  test.each([
    [without[0], 'ecr_private_tag_immutability_enabled_check'],
    [without[1], 'ecr_private_image_scanning_enabled_check'],
    [without[2], 'ecr_private_lifecycle_policy_configured_check'],
  ])('reject a repository that lacks what they ask for (%#)', (path, rule) => {
    expect(found.get(path)).toEqual([expect.stringContaining(rule)]);
  });
});
