import type { InjectionContext, IPropertyInjector } from 'aws-cdk-lib';
import { App, Aspects, aws_codecommit as codecommit, aws_ecr as ecr, NestedStack, pipelines, PropertyInjectors, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import { ORGANIZATION, propertiesOf, repositoryOf, warningsOf } from './helpers';
import { HardenedRepository, RepositoryHardening } from '../../src';

const SCANNED = { ImageScanningConfiguration: { ScanOnPush: true } };

/** What a company may have in its apps already: an injector that has a say in every repository's props. */
class CompanyDefaults implements IPropertyInjector {
  public readonly constructUniqueId = ecr.Repository.PROPERTY_INJECTION_ID;

  constructor(private readonly defaults: ecr.RepositoryProps) {}

  public inject(props: ecr.RepositoryProps, _context: InjectionContext): ecr.RepositoryProps {
    return { ...this.defaults, ...props };
  }
}

describe('RepositoryHardening.applyToStages()', () => {
  test('reaches what is in the App itself, L1s and nested stacks too, made before or after', () => {
    const app = new App();
    const before = new Stack(app, 'Before');
    new ecr.CfnRepository(before, 'App');
    RepositoryHardening.inPlace().applyToStages(app);
    const after = new Stack(app, 'After');
    new ecr.CfnRepository(after, 'App');
    const nested = new NestedStack(after, 'Nested');
    new ecr.Repository(nested, 'App');
    expect([before, after, nested].map(propertiesOf)).toEqual([SCANNED, SCANNED, SCANNED]);
  });

  test('reaches Stages that are made later, as soon as an L2 is made in them', () => {
    const app = new App();
    RepositoryHardening.inPlace().applyToStages(app);
    const stacks = ['Beta', 'Production'].map(id => new Stack(new Stage(app, id), 'Team'));
    new ecr.CfnRepository(stacks[0], 'L1');
    new ecr.Repository(stacks[0], 'L2');
    new ecr.Repository(stacks[1], 'L2');
    const inner = new Stack(new Stage(stacks[1], 'Inner'), 'Team');
    new ecr.Repository(inner, 'L2');
    expect(Object.values(Template.fromStack(stacks[0]).findResources('AWS::ECR::Repository', { Properties: SCANNED }))).toHaveLength(2);
    expect(propertiesOf(stacks[1])).toEqual(SCANNED);
    expect(propertiesOf(inner)).toEqual(SCANNED);
  });

  test('reaches Stages that are there already, those with only L1s too', () => {
    const app = new App();
    const stack = new Stack(new Stage(app, 'Beta'), 'Team');
    new ecr.CfnRepository(stack, 'App');
    RepositoryHardening.inPlace().applyToStages(app);
    expect(propertiesOf(stack)).toEqual(SCANNED);
  });

  test('does not reach a Stage that is made later and has only L1s, until it is told', () => {
    const app = new App();
    const mixin = RepositoryHardening.inPlace();
    mixin.applyToStages(app);
    const make = (id: string) => {
      const stage = new Stage(app, id);
      new ecr.CfnRepository(new Stack(stage, 'Team'), 'App', { repositoryName: 'team/app' });
      return stage;
    };
    const [beta, production] = [make('Beta'), make('Production')];
    mixin.applyToStages(production);
    expect(propertiesOf(beta.node.findChild('Team') as Stack)).toEqual({ RepositoryName: 'team/app' });
    expect(propertiesOf(production.node.findChild('Team') as Stack)).toEqual({ RepositoryName: 'team/app', ...SCANNED });
  });

  test('reaches the Stages of a pipeline, which are synthesized when they are added', () => {
    const app = new App();
    RepositoryHardening.inPlace().applyToStages(app);
    const pipelineStack = new Stack(app, 'Pipeline');
    const source = pipelines.CodePipelineSource.codeCommit(codecommit.Repository.fromRepositoryName(pipelineStack, 'Code', 'code'), 'main');
    const pipeline = new pipelines.CodePipeline(pipelineStack, 'Pipeline', { synth: new pipelines.ShellStep('Synth', { input: source, commands: [] }) });
    const stage = new Stage(pipelineStack, 'Production', { env: { account: '111111111111', region: 'us-east-1' } });
    const stack = new Stack(stage, 'Team');
    new ecr.Repository(stack, 'App');
    pipeline.addStage(stage);
    expect(propertiesOf(stack)).toEqual(SCANNED);
  });

  test('changes no props, and leaves the injector that was there before at work', () => {
    const app = new App();
    PropertyInjectors.of(app).add(new CompanyDefaults({ imageTagMutability: ecr.TagMutability.IMMUTABLE }));
    RepositoryHardening.inPlace().applyToStages(app);
    const stack = new Stack(new Stage(app, 'Beta'), 'Team');
    new ecr.Repository(stack, 'App');
    expect(propertiesOf(stack)).toEqual({ ImageTagMutability: 'IMMUTABLE', ...SCANNED });
  });

  test('leaves the nearest injector further up at work, and no other', () => {
    const app = new App();
    PropertyInjectors.of(app).add(new CompanyDefaults({ imageTagMutability: ecr.TagMutability.IMMUTABLE, repositoryName: 'from-the-app' }));
    const outer = new Stage(app, 'Outer');
    const inner = new Stage(outer, 'Inner');
    RepositoryHardening.inPlace().applyToStages(inner);
    PropertyInjectors.of(outer).add(new CompanyDefaults({ repositoryName: 'from-the-stage' }));
    const stack = new Stack(inner, 'Team');
    new ecr.Repository(stack, 'App');
    expect(propertiesOf(stack)).toEqual({ RepositoryName: 'from-the-stage', ...SCANNED });
  });

  test('looks further up past constructs that inject into other classes', () => {
    const app = new App();
    PropertyInjectors.of(app).add(new CompanyDefaults({ repositoryName: 'from-the-app' }));
    const outer = new Stage(app, 'Outer');
    PropertyInjectors.of(outer).add({ constructUniqueId: 'another-class', inject: (props: unknown) => props });
    const inner = new Stage(outer, 'Inner');
    RepositoryHardening.inPlace().applyToStages(inner);
    const stack = new Stack(inner, 'Team');
    new ecr.Repository(stack, 'App');
    expect(propertiesOf(stack)).toEqual({ RepositoryName: 'from-the-app', ...SCANNED });
  });

  test('gives every Stage one Aspect, however often it is called', () => {
    const app = new App();
    const mixin = RepositoryHardening.inPlace();
    mixin.applyToStages(app);
    mixin.applyToStages(app);
    const stage = new Stage(app, 'Beta');
    const stack = new Stack(stage, 'Team');
    new ecr.Repository(stack, 'One');
    new ecr.Repository(stack, 'Two');
    expect([app, stage].map(scope => Aspects.of(scope).all.length)).toEqual([1, 1]);
  });

  test('works with a second mixin beside it', () => {
    const app = new App();
    RepositoryHardening.inPlace().applyToStages(app);
    RepositoryHardening.inPlace({ audience: ORGANIZATION }).applyToStages(app);
    const stack = new Stack(new Stage(app, 'Beta'), 'Team');
    new ecr.Repository(stack, 'App');
    expect(propertiesOf(stack)).toEqual({
      ...SCANNED, RepositoryPolicyText: { Version: '2012-10-17', Statement: [expect.objectContaining({ Sid: 'PullFromOrganization' })] },
    });
    expect(warningsOf(stack)).toEqual(['encryptionIsForEver']);
  });

  test.each([true, false])('makes the key of new repositories at synth, among other Aspects (stabilized: %s)', isStabilized => {
    const app = new App({ context: { '@aws-cdk/core:aspectStabilization': isStabilized } });
    RepositoryHardening.forNewRepositories().applyToStages(app);
    const seen: string[] = [];
    Tags.of(app).add('team', 'search');
    Aspects.of(app).add({ visit: (node: IConstruct) => seen.push(node.node.path) });
    const stack = new Stack(app, 'Team');
    new ecr.Repository(stack, 'App');
    new ecr.Repository(stack, 'Other');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.resourcePropertiesCountIs('AWS::ECR::Repository', {
      EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': ['RegistryKeyDD63DA09', 'Arn'] } },
      Tags: [{ Key: 'team', Value: 'search' }],
    }, 2);
    expect(seen).toContain('Team/App/Resource');
  });

  test('comes before Aspects that only look', () => {
    const app = new App();
    const seen: unknown[] = [];
    Aspects.of(app).add({ visit: node => ecr.CfnRepository.isCfnRepository(node) && seen.push(node.imageScanningConfiguration) });
    RepositoryHardening.inPlace().applyToStages(app);
    new ecr.Repository(new Stack(app, 'Team'), 'App');
    app.synth();
    expect(seen).toEqual([{ scanOnPush: true }]);
  });

  test('leaves a HardenedRepository as it is', () => {
    const make = (mixin?: RepositoryHardening) => {
      const app = new App();
      mixin?.applyToStages(app);
      const stack = new Stack(app, 'Team');
      new HardenedRepository(stack, 'App', { scanOnPush: false });
      return repositoryOf(stack);
    };
    expect(make(RepositoryHardening.inPlace({ overwrite: true }))).toEqual(make());
  });
});
