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

/** What the controls ask for and a sample does not have, by template, control and resource, with the reason. */
const EXPLAINED: Record<string, Record<string, string>> = {
  'ImageEvents.template.json': {
    'cloudwatch_log_group_encrypted_check Announcements': 'CloudWatch Logs encrypts every group; it holds names of images',
    'cloudwatch_log_group_encrypted_check QuarantineLogs': 'the same',
    'lambda_inside_vpc_check Announce': 'the function calls nothing in a network',
    'sqs_dlq_check ImageEventsDeadLetters': 'it is a dead-letter queue itself',
    'sqs_dlq_check Lost': 'it is a dead-letter queue itself',
  },
};

describe('the proactive controls of Control Tower', () => {
  const without = ['ImageTagMutability', 'ImageScanningConfiguration', 'LifecyclePolicy'].map(property => broken(property, properties => {
    delete properties[property];
  }));
  const found = validate(new CfnGuardValidator({ controlTowerRulesEnabled: true }), [...HARDENED, ...without]);

  test.each(HARDENED.map(path => [basename(path), path]))('accept %s but for what is explained', (name, path) => {
    // The rule and the resource, whose logical id ends with a hash.
    expect(found.get(path)!.map(text => text.split(' ').slice(0, 2).join(' ').replace(/[0-9A-F]{8}$/, '')).sort())
      .toEqual(Object.keys(EXPLAINED[name] ?? {}).sort());
  });

  test.each([
    [without[0], 'ecr_private_tag_immutability_enabled_check'],
    [without[1], 'ecr_private_image_scanning_enabled_check'],
    [without[2], 'ecr_private_lifecycle_policy_configured_check'],
  ])('reject a repository that lacks what they ask for (%#)', (path, rule) => {
    expect(found.get(path)).toEqual([expect.stringContaining(rule)]);
  });
});
