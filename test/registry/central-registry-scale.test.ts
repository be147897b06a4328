import { statSync } from 'fs';
import type { aws_ecr as ecr } from 'aws-cdk-lib';
import { App, aws_iam as iam, CfnOutput, CfnParameter, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { array, assert, integer, property, stringMatching, uniqueArray } from 'fast-check';
import { errorOf } from './messages';
import { snapshotApp } from '../../integ/app';
import type { CentralRegistryProps } from '../../src';
import { CentralRegistry, LifecyclePolicy, LifecycleRule, PrivateRegistry, PullAudience } from '../../src';
import { shardOf } from '../../src/registry/private/shards';

const ENV = { account: '111111111111', region: 'us-east-1' };
const NAMES = Array.from({ length: 2_001 }, (_, i) => `team-${i % 40}/app-${i}`);

function given(props: CentralRegistryProps) {
  const app = snapshotApp(); // records no stack traces, which take most of the time
  const stack = new Stack(app, 'Central', { env: ENV });
  const central = new CentralRegistry(stack, 'Registry', props);
  return { app, stack, central };
}

/** Repository name to `shard/logical id`, as a synth places it. */
function placesOf(repositories: string[], shards?: number): Map<string, string> {
  const { stack, central } = given({ repositories, shards });
  return new Map(repositories.map(name => {
    const resource = central.repository(name).node.findChild('Resource') as CfnResource;
    return [name, `${resource.stack.node.path}/${stack.resolve(resource.logicalId)}`];
  }));
}

describe('a central registry of many repositories', () => {
  test('places a repository the same in every synth, whatever the number of the others, from 1 to 2,001', () => {
    const all = placesOf(NAMES, 16);
    for (const size of [1, 2, 17, 500, 2_000]) {
      placesOf(NAMES.slice(0, size), 16).forEach((place, name) => expect(place).toBe(all.get(name)));
    }
  });

  test('moves nothing when others are added, taken away or put in another order', () => {
    const name = stringMatching(/^[a-z][a-z0-9]{1,8}(\/[a-z][a-z0-9]{1,8})?$/);
    assert(property(uniqueArray(name, { minLength: 2, maxLength: 12 }), array(integer({ min: 0, max: 11 }), { maxLength: 6 }), (names, dropped) => {
      const kept = names.filter((_, i) => !dropped.includes(i)).reverse();
      const before = placesOf(names, 4);
      placesOf(kept, 4).forEach((place, kept_) => expect(place).toBe(before.get(kept_)));
    }), { numRuns: 15 });
  });

  test('places known names where deployed registries have them', () => {
    expect(['payments/api', 'payments/worker', 'search/api'].map(name => shardOf(name, 16))).toEqual([12, 5, 13]);
  });

  test('spreads 2,000 names over 16 shards so that they stay below 2,500 resources and 160 in each', () => {
    const counts = new Map<number, number>();
    NAMES.slice(0, 2_000).forEach(name => counts.set(shardOf(name, 16), (counts.get(shardOf(name, 16)) ?? 0) + 1));
    expect(counts.size).toBe(16);
    expect(Math.max(...counts.values())).toBeLessThan(160);
    expect(Math.min(...counts.values())).toBeGreaterThan(90);
  });

  test('synthesizes 2,000 repositories with one key, a parameter for it in each shard, and no outputs', () => {
    const { app, stack } = given({ audience: PullAudience.organization('o-abcd123456'), repositories: NAMES.slice(0, 2_000), shards: 16 });
    expect(errorOf(() => app.synth())).toBe('');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::CloudFormation::Stack', 16);
    template.resourceCountIs('AWS::KMS::Key', 1);
    const shards = stack.node.findAll().filter(NestedStack.isNestedStack).map(shard => Template.fromStack(shard).toJSON());
    expect(shards.reduce((total, { Resources }) => total + Object.keys(Resources).length, 0)).toBe(2_000);
    shards.forEach(({ Parameters, Outputs }) => {
      expect(Object.keys(Parameters)).toHaveLength(1);
      expect(Outputs).toBeUndefined();
    });
  });

  test.each([
    ['half a shard', 2.5, 'got 2.5'],
    ['one', 1, "'shards' must be a whole number from 2 to 64, got 1: 16 hold 2,000 repositories [Central/Registry]"],
    ['65', 65, 'got 65'],
  ])('fails with %s', (_, shards, message) => {
    expect(() => given({ shards })).toThrow(message);
  });

  test.each([2, 64])('takes %d shards', shards => {
    expect(() => given({ shards })).not.toThrow();
  });
});

describe("a central registry at CloudFormation's limits", () => {
  const fill = (stack: Stack, kind: string, count: number) => {
    for (let i = 0; i < count; i++) {
      if (kind === 'resources') {
        new CfnResource(stack, `R${i}`, { type: 'AWS::SNS::Topic' });
      } else if (kind === 'parameters') {
        new CfnParameter(stack, `P${i}`);
      } else {
        new CfnOutput(stack, `O${i}`, { value: 'x' });
      }
    }
  };
  /** What a stack with one repository has anyway: repository, key, alias, scanning; the parameter with the bootstrap's version comes later. */
  const OWN: Record<string, number> = { resources: 4, parameters: 0, outputs: 0 };

  test.each([['resources', 500], ['parameters', 200], ['outputs', 200]])('fails with more %s than %d in a stack, and says what to do', (kind, limit) => {
    const at = (count: number) => {
      const { app, stack } = given({ repositories: ['payments/api'] });
      fill(stack, kind, count - OWN[kind]);
      return errorOf(() => app.synth());
    };
    expect(at(limit)).not.toContain(`must have at most ${limit} ${kind}`);
    expect(at(limit + 1)).toContain(`the stack Central must have at most ${limit} ${kind}, got ${limit + 1}: `
      + "spread the repositories over nested stacks, 'shards: 16'. If they are deployed already: deploy once without them, which retains them, "
      + "then with them in their new place and 'cdk deploy --import-existing-resources'");
  });

  test('counts what is in a shard, and names the way out of shards', () => {
    const at = (count: number) => {
      const { app, stack } = given({ repositories: ['payments/api'], shards: 2 });
      fill(stack.node.findAll().find(NestedStack.isNestedStack)!, 'resources', count - 1);
      return errorOf(() => app.synth());
    };
    expect(at(500)).toBe('');
    expect(at(501)).toMatch(/the stack Central\/Registry\/Shards\/Shard[01] must have at most 500 resources, got 501: make a CentralRegistry of another stack for new repositories/);
  });

  test('fails with more than 2,500 resources in a stack and those nested in it', () => {
    const at = (count: number) => {
      const { app, stack } = given({ repositories: ['payments/api'] });
      // Five nested stacks and the four of the repository.
      const nested = Array.from({ length: 6 }, (_, i) => new NestedStack(stack, `Nested${i}`));
      let left = count - 6 - OWN.resources;
      new CfnOutput(stack, 'Output', { value: 'is no resource' });
      nested.forEach(one => { fill(one, 'resources', Math.min(left, 490)); left -= Math.min(left, 490); });
      return errorOf(() => app.synth());
    };
    expect(at(2_500)).toBe('');
    expect(at(2_501)).toContain('the stack Central and those nested in it must have at most 2500 resources, got 2501: CloudFormation takes no more in one operation. '
      + "Put the new repositories into a CentralRegistry of another stack, with the same 'registry'");
  });

  test('fails with a template of more than 1 MB, which a long policy makes of few repositories', () => {
    const accounts = Array.from({ length: 200 }, (_, i) => String(222222220000 + i));
    const at = (count: number) => {
      const { app } = given({ audience: PullAudience.accounts(...accounts), repositories: NAMES.slice(0, count) });
      return errorOf(() => app.synth());
    };
    expect(at(20)).toBe('');
    expect(at(25)).toMatch(/the template of the stack Central must have at most 1048576 bytes, got about \d+: make the policy of the audience shorter, PullAudience.organization\(\) is the shortest, turn on @aws-cdk\/core:enablePartitionLiterals, or spread/);
  });

  test('measures a template to within 2 percent, repositories with policies of their own included', () => {
    const { app, stack, central } = given({ audience: PullAudience.organization('o-abcd123456'), repositories: NAMES.slice(0, 450) });
    const writer = new iam.ArnPrincipal('arn:aws:iam::222222222222:role/writer');
    NAMES.slice(0, 200).forEach((name, i) => central.repository(name).addToResourcePolicy(
      new iam.PolicyStatement({ principals: [writer], actions: ['ecr:PutImage'], sid: 'X'.repeat(2_000 + 10 * i) })));
    const measured = Number(/got about (\d+)/.exec(errorOf(() => app.synth()))![1]);
    const { templateFullPath } = app.synth({ skipValidation: true, force: true }).getStackByName(stack.stackName);
    const actual = statSync(templateFullPath).size;
    expect(Math.abs(measured - actual) / actual).toBeLessThan(0.02);
  });

  test('measures repositories with different profiles, one by one where it must', () => {
    const long = LifecyclePolicy.of(...Array.from({ length: 40 }, (_, i) => LifecycleRule.keepNewest(10, { tagPatterns: [`release-${i}-*`], description: 'x'.repeat(200) })));
    const { app, stack, central } = given({ audience: PullAudience.organization('o-abcd123456'), repositories: NAMES.slice(0, 20) });
    NAMES.slice(20, 100).forEach(name => central.addRepository(name, { lifecyclePolicy: long }));
    const measured = Number(/got about (\d+)/.exec(errorOf(() => app.synth()))![1]);
    const { templateFullPath } = app.synth({ skipValidation: true, force: true }).getStackByName(stack.stackName);
    const actual = statSync(templateFullPath).size;
    expect(Math.abs(measured - actual) / actual).toBeLessThan(0.02);
  });

  test('measures repositories whose scanning an escape hatch took away one by one', () => {
    const { app, central } = given({ repositories: NAMES.slice(0, 2) });
    NAMES.slice(0, 2).forEach((name, i) => {
      const resource = central.repository(name).node.findChild('Resource') as ecr.CfnRepository;
      resource.imageScanningConfiguration = undefined;
      resource.addPropertyOverride('LifecyclePolicy.LifecyclePolicyText', 'x'.repeat(i * 1_100_000));
    });
    expect(errorOf(() => app.synth())).toContain('must have at most 1048576 bytes');
  });

  test('measures without indentation what is written without', () => {
    const accounts = Array.from({ length: 200 }, (_, i) => String(222222220000 + i));
    const app = new App({ context: { '@aws-cdk/core:suppressTemplateIndentation': true } });
    new CentralRegistry(new Stack(app, 'Central', { env: ENV }), 'Registry', { audience: PullAudience.accounts(...accounts), repositories: NAMES.slice(0, 25) });
    expect(errorOf(() => app.synth())).toBe('');
  });

  test('leaves out what is in another stack that is only put into this one', () => {
    const { app, stack } = given({ repositories: ['payments/api'] });
    Array.from({ length: 6 }, (_, i) => new Stack(stack, `Inner${i}`, { env: ENV })).forEach(inner => fill(inner, 'resources', 450));
    expect(errorOf(() => app.synth())).toBe('');
  });

  test('another registry of the same account takes the registry of the first', () => {
    const { app, central } = given({ repositories: ['payments/api'] });
    const more = new CentralRegistry(new Stack(app, 'More', { env: ENV }), 'Registry', { registry: central.registry, repositories: ['search/api'] });
    expect(more.registry).toBe(central.registry);
    expect(PrivateRegistry.of(central)).toBe(central.registry);
    expect(errorOf(() => app.synth())).toBe('');
  });
});
