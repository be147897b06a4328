import type { CfnResource } from 'aws-cdk-lib';
import { Annotations, App, aws_ecr as ecr, aws_s3 as s3, CfnCondition, CfnParameter, Fn, NestedStack, pipelines, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { Construct as BareConstruct } from 'constructs';
import { claimSingleton } from '../../../src/registry/private/singleton-owners';
import { errorOf, messagesOf } from '../messages';

const HERE = { account: '111111111111', region: 'us-east-1' };
const OTHER_REGION = { account: '111111111111', region: 'eu-west-1' };
const OTHER_ACCOUNT = { account: '222222222222', region: 'us-east-1' };
const REGION_ONLY = { region: 'us-east-1' };
const UNKNOWN = {};

const raw = (scope: Construct) => new ecr.CfnRegistryPolicy(scope, 'Raw', { policyText: {} });

function ours(scope: Construct): CfnResource {
  const resource = new ecr.CfnRegistryPolicy(scope, 'Ours', { policyText: {} });
  claimSingleton(resource);
  return resource;
}

const ERROR = "'AWS::ECR::RegistryPolicy' exists once per account and Region, got two owners, A/Ours and B/Raw: "
  + "pass one PrivateRegistry to both as 'registry', or let one use PrivateRegistry.ownedElsewhere()";
const WARNING = "A/Ours: 'AWS::ECR::RegistryPolicy' exists once per account and Region: where A/Ours and B/Raw are deployed to the same ones, "
  + "each overwrites the other. Give their stacks an 'env', or pass one PrivateRegistry to both as 'registry', "
  + 'or let one use PrivateRegistry.ownedElsewhere() [ack: cdk-hardened-ecr:PrivateRegistry.twoOwners]';

describe('two stacks of an app, one with an owner of ours, one with an L1', () => {
  test.each([
    ['the same account and Region', HERE, HERE],
    ['both unknown', UNKNOWN, UNKNOWN],
    ['the same Region, both accounts unknown', REGION_ONLY, REGION_ONLY],
  ])('fails with %s', (_, a, b) => {
    const app = new App();
    ours(new Stack(app, 'A', { env: a }));
    raw(new Stack(app, 'B', { env: b }));

    const error = errorOf(() => app.synth());
    expect(error).toContain(ERROR);
    expect(error.split('two owners')).toHaveLength(2);
  });

  test.each([
    ['one known, one unknown', HERE, UNKNOWN],
    ['one unknown, one known', UNKNOWN, HERE],
    ['the same Region, one account unknown', HERE, REGION_ONLY],
  ])('warns with %s', (_, a, b) => {
    const app = new App();
    ours(new Stack(app, 'A', { env: a }));
    raw(new Stack(app, 'B', { env: b }));

    expect(messagesOf(app)).toEqual([`/${WARNING}`]);
  });

  test.each([
    ['another Region', HERE, OTHER_REGION],
    ['another account', HERE, OTHER_ACCOUNT],
    ['another Region, both accounts unknown', REGION_ONLY, { region: 'eu-west-1' }],
    ['another account, one Region unknown', HERE, { account: '222222222222' }],
  ])('is silent with %s', (_, a, b) => {
    const app = new App();
    ours(new Stack(app, 'A', { env: a }));
    raw(new Stack(app, 'B', { env: b }));

    expect(messagesOf(app)).toEqual([]);
  });

  test('is silent when neither is ours', () => {
    const app = new App();
    raw(new Stack(app, 'A', { env: HERE }));
    raw(new Stack(app, 'B', { env: HERE }));

    expect(messagesOf(app)).toEqual([]);
  });

  test('is silent when they own different things', () => {
    const app = new App();
    ours(new Stack(app, 'A', { env: HERE }));
    new ecr.CfnSigningConfiguration(new Stack(app, 'B', { env: HERE }), 'Raw', { rules: [] });

    expect(messagesOf(app)).toEqual([]);
  });

  test.each(['A', 'B'])('warns when the one in %s depends on a condition', conditional => {
    const app = new App();
    const a = new Stack(app, 'A', { env: HERE });
    const b = new Stack(app, 'B', { env: HERE });
    const [owner, other] = [ours(a), raw(b)];
    const stack = conditional === 'A' ? a : b;
    const resource = conditional === 'A' ? owner : other;
    resource.cfnOptions.condition = new CfnCondition(stack, 'When', {
      expression: Fn.conditionEquals(new CfnParameter(stack, 'Say'), 'yes'),
    });

    expect(messagesOf(app)).toEqual([`/${WARNING}`]);
  });

  test('the warning can be acknowledged', () => {
    const app = new App();
    const a = new Stack(app, 'A', { env: HERE });
    Annotations.of(a).acknowledgeWarning('cdk-hardened-ecr:PrivateRegistry.twoOwners', 'one of them is never deployed');
    ours(a);
    raw(new Stack(app, 'B'));

    expect(messagesOf(app)).toEqual([]);
  });
});

describe('two owners of ours', () => {
  test('fails once', () => {
    const app = new App();
    ours(new Stack(app, 'A', { env: HERE }));
    ours(new Stack(app, 'B', { env: HERE }));

    const error = errorOf(() => app.synth());
    expect(error).toContain('got two owners, A/Ours and B/Ours');
    expect(error.split('two owners')).toHaveLength(2);
  });

  test('fails with each pair of three', () => {
    const app = new App();
    ['A', 'B', 'C'].forEach(id => ours(new Stack(app, id, { env: HERE })));

    const error = errorOf(() => app.synth());
    expect(error).toContain('got two owners, A/Ours and B/Ours');
    expect(error).toContain('got two owners, A/Ours and C/Ours');
    expect(error).toContain('got two owners, B/Ours and C/Ours');
    expect(error.split('two owners')).toHaveLength(4);
  });
});

describe.each([
  ['AWS::ECR::RegistryPolicy', (scope: Construct, id: string) => new ecr.CfnRegistryPolicy(scope, id, { policyText: {} })],
  ['AWS::ECR::RegistryScanningConfiguration',
    (scope: Construct, id: string) => new ecr.CfnRegistryScanningConfiguration(scope, id, { scanType: 'BASIC', rules: [] })],
  ['AWS::ECR::ReplicationConfiguration',
    (scope: Construct, id: string) => new ecr.CfnReplicationConfiguration(scope, id, { replicationConfiguration: { rules: [] } })],
  ['AWS::ECR::SigningConfiguration', (scope: Construct, id: string) => new ecr.CfnSigningConfiguration(scope, id, { rules: [] })],
])('%s', (type, make) => {
  test('fails with two in one stack', () => {
    const stack = new Stack(new App(), 'Stack');
    claimSingleton(make(stack, 'Ours'));
    make(stack, 'Raw');

    expect(() => Template.fromStack(stack)).toThrow(`'${type}' exists once per account and Region, got two owners, Stack/Ours and Stack/Raw`);
  });
});

describe('nested stacks', () => {
  test('fails with an owner in a nested stack', () => {
    const app = new App();
    ours(new Stack(app, 'A', { env: HERE }));
    raw(new NestedStack(new Stack(app, 'B', { env: HERE }), 'Nested'));

    expect(() => app.synth()).toThrow('got two owners, A/Ours and B/Nested/Raw');
  });

  test('fails when the environment is unknown', () => {
    const app = new App();
    const stack = new Stack(app, 'A');
    ours(new NestedStack(stack, 'Nested'));
    raw(stack);

    expect(() => app.synth()).toThrow('got two owners, A/Nested/Ours and A/Raw');
  });
});

describe('stages', () => {
  const stageWith = (app: App, id: string, env: object, make: (scope: Construct) => unknown) => {
    const stage = new Stage(app, id, { env });
    make(new Stack(stage, 'A'));
    return stage;
  };

  test('Dev and Prod, both unknown, is a warning for each of them', () => {
    const app = new App();
    stageWith(app, 'Dev', UNKNOWN, ours);
    stageWith(app, 'Prod', UNKNOWN, ours);

    expect(messagesOf(app).map(message => message.slice(0, message.indexOf(': where')))).toEqual([
      "/Dev/A/Ours: 'AWS::ECR::RegistryPolicy' exists once per account and Region",
      "/Prod/A/Ours: 'AWS::ECR::RegistryPolicy' exists once per account and Region",
    ]);
  });

  test('fails within one stage, both unknown', () => {
    const stage = stageWith(new App(), 'Dev', UNKNOWN, ours);
    raw(new Stack(stage, 'B'));

    expect(() => stage.synth()).toThrow('got two owners, Dev/A/Ours and Dev/B/Raw');
  });

  test('fails between stages with the same environment', () => {
    const app = new App();
    stageWith(app, 'One', HERE, ours);
    stageWith(app, 'Two', HERE, raw);

    expect(() => app.synth()).toThrow('got two owners, One/A/Ours and Two/A/Raw');
  });

  test('is silent between stages with different environments', () => {
    const app = new App();
    stageWith(app, 'One', HERE, ours);
    stageWith(app, 'Two', OTHER_ACCOUNT, ours);

    expect(messagesOf(app)).toEqual([]);
  });

  test('fails when only the stage is synthesized and the other owner is in the app', () => {
    const app = new App();
    const stage = stageWith(app, 'Stage', HERE, ours);
    raw(new Stack(app, 'B', { env: HERE }));

    expect(() => stage.synth()).toThrow('got two owners, Stage/A/Ours and B/Raw');
  });

  test('fails when a stage is tested by a template of its stack', () => {
    const stage = stageWith(new App(), 'Stage', HERE, ours);
    raw(new Stack(stage, 'B'));

    expect(() => Template.fromStack(stage.node.findChild('A') as Stack)).toThrow('got two owners, Stage/A/Ours and Stage/B/Raw');
  });

  test('another stage can be synthesized: it has no owner of ours', () => {
    const app = new App();
    stageWith(app, 'One', HERE, ours);
    stageWith(app, 'Two', HERE, raw);
    const three = stageWith(app, 'Three', HERE, scope => new s3.Bucket(scope, 'Bucket'));

    expect(() => three.synth()).not.toThrow();
  });

  test('fails when a stage inside a stage is synthesized by itself', () => {
    const app = new App();
    const outer = new Stage(app, 'Outer', { env: HERE });
    const inner = new Stage(outer, 'Inner');
    ours(new Stack(inner, 'A'));
    raw(new Stack(outer, 'B'));

    expect(() => inner.synth()).toThrow('got two owners, Outer/Inner/A/Ours and Outer/B/Raw');
    expect(() => outer.synth()).toThrow('got two owners, Outer/Inner/A/Ours and Outer/B/Raw');
  });

  test('the warning is printed for the construct of the assembly that is written later', () => {
    const app = new App();
    const stage = stageWith(app, 'Stage', UNKNOWN, ours);
    stage.synth();
    raw(new Stack(app, 'B'));

    expect(messagesOf(app).map(message => message.slice(0, message.indexOf(':')))).toEqual(['/B/Raw']);
  });
});

describe('a pipeline', () => {
  function pipeline(app: App): [Stack, pipelines.CodePipeline] {
    const stack = new Stack(app, 'Pipeline', { env: HERE });
    const input = pipelines.CodePipelineSource.s3(new s3.Bucket(stack, 'Source'), 'source.zip');
    return [stack, new pipelines.CodePipeline(stack, 'Pipeline', { synth: new pipelines.ShellStep('Synth', { input, commands: ['true'] }) })];
  }

  test('fails with an owner added after the stage', () => {
    const app = new App();
    const [stack, codePipeline] = pipeline(app);
    const stage = new Stage(app, 'Stage', { env: HERE });
    ours(new Stack(stage, 'A'));
    codePipeline.addStage(stage);
    raw(stack);

    expect(() => app.synth()).toThrow('got two owners, Stage/A/Ours and Pipeline/Raw');
  });

  test('fails with an owner added before the stage, while the stage is added', () => {
    const app = new App();
    const [stack, codePipeline] = pipeline(app);
    raw(stack);
    const stage = new Stage(app, 'Stage', { env: HERE });
    ours(new Stack(stage, 'A'));

    expect(() => codePipeline.addStage(stage)).toThrow('got two owners, Stage/A/Ours and Pipeline/Raw');
  });

  test('fails with owners in two of its stages', () => {
    const app = new App();
    const [, codePipeline] = pipeline(app);
    const one = new Stage(app, 'One', { env: HERE });
    ours(new Stack(one, 'A'));
    codePipeline.addStage(one);
    const two = new Stage(app, 'Two', { env: HERE });
    raw(new Stack(two, 'A'));
    codePipeline.addStage(two);

    expect(() => app.synth()).toThrow('got two owners, One/A/Ours and Two/A/Raw');
  });
});

test.each([['known', HERE], ['unknown', UNKNOWN]])('works in a tree without an app, the environment being %s', (_, env) => {
  const root = new BareConstruct(undefined as never, '');
  const stack = new Stack(root, 'A', { env });
  ours(stack);
  raw(stack);

  expect(root.node.validate()).toEqual([expect.stringContaining('got two owners, A/Ours and A/Raw')]);
});
