import {
  App, aws_codebuild as codebuild, aws_codepipeline as codepipeline, aws_codepipeline_actions as actions, aws_ecr as ecr, aws_ecs as ecs,
  aws_lambda as lambda, Stack,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { HardenedRepository, PullAudience, TagImmutability } from '../../src';

/** Whatever takes an ecr.IRepository takes ours. */
describe('HardenedRepository goes wherever a repository goes', () => {
  let stack: Stack;
  let repository: HardenedRepository;
  beforeEach(() => {
    stack = new Stack(new App(), 'Team', { env: { account: '111111111111', region: 'us-east-1' } });
    repository = new HardenedRepository(stack, 'App', { tagImmutability: TagImmutability.immutableExcept('latest') });
  });

  const PULL = { Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], Effect: 'Allow', Resource: { 'Fn::GetAtt': ['AppF1B96344', 'Arn'] } };
  const URI = (suffix: string) => ({ 'Fn::Join': ['', Match.arrayWith([Match.objectLike({ Ref: 'AppF1B96344' }), suffix])] });

  test('as the image of an ECS container, pulled by the execution role', () => {
    const task = new ecs.FargateTaskDefinition(stack, 'Task');
    task.addContainer('app', { image: ecs.ContainerImage.fromEcrRepository(repository, 'v1.4.2') });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ECS::TaskDefinition', { ContainerDefinitions: [Match.objectLike({ Image: URI(':v1.4.2') })] });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([PULL, { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' }]) },
    });
  });

  test('as the code of a Lambda function, fetched by the service', () => {
    new lambda.DockerImageFunction(stack, 'Function', { code: lambda.DockerImageCode.fromEcr(repository, { tagOrDigest: 'v1.4.2' }) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', { Code: { ImageUri: URI(':v1.4.2') } });
    template.hasResourceProperties('AWS::ECR::Repository', {
      RepositoryPolicyText: {
        Statement: [Match.objectLike({
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: Match.arrayWith(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']),
          Condition: { ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':lambda:us-east-1:111111111111:function:*']] } } },
        })],
      },
    });
  });

  test('as the code of functions here and in another account, of which the L2 lets in everybody', () => {
    const both = new HardenedRepository(stack, 'Both', { audience: PullAudience.lambdaFunctions({ accounts: ['222222222222'] }) });
    const l2 = new ecr.Repository(stack, 'L2');
    [both, l2].forEach((image, i) => new lambda.DockerImageFunction(stack, `Of${i}`, { code: lambda.DockerImageCode.fromEcr(image, { tagOrDigest: 'v1' }) }));
    const resources = Template.fromStack(stack).findResources('AWS::ECR::Repository');
    const sourcesOf = (construct: ecr.IRepository) => resources[stack.getLogicalId(construct.node.defaultChild as ecr.CfnRepository)]
      .Properties.RepositoryPolicyText.Statement
      .filter(({ Principal }: { Principal: object }) => 'Service' in Principal)
      .map(({ Condition }: { Condition?: unknown }) => JSON.stringify(Condition)?.match(/\d{12}/)?.[0]);
    expect(sourcesOf(both)).toEqual(['222222222222', '111111111111']);
    expect(sourcesOf(l2)).toEqual([undefined]);
  });

  test('as the build image of a CodeBuild project, pulled by the role of the project', () => {
    new codebuild.Project(stack, 'Build', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }),
      environment: { buildImage: codebuild.LinuxBuildImage.fromEcrRepository(repository, 'v1.4.2') },
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CodeBuild::Project', { Environment: { Image: URI(':v1.4.2'), ImagePullCredentialsType: 'SERVICE_ROLE' } });
    template.hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: Match.arrayWith([PULL]) } });
  });

  test('as the source of a CodePipeline, which starts when an image is pushed', () => {
    const output = new codepipeline.Artifact();
    new codepipeline.Pipeline(stack, 'Pipeline', {
      stages: [
        { stageName: 'Source', actions: [new actions.EcrSourceAction({ actionName: 'Image', repository, output })] },
        { stageName: 'Approve', actions: [new actions.ManualApprovalAction({ actionName: 'Approve' })] },
      ],
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({ detail: Match.objectLike({ 'repository-name': [{ Ref: 'AppF1B96344' }], 'image-tag': ['latest'] }) }),
    });
    template.hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'ecr:DescribeImages' })]) } });
  });

  test('with the events of the L2', () => {
    repository.onImageScanCompleted('Scanned');
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', { EventPattern: Match.objectLike({ 'detail-type': ['ECR Image Scan'] }) });
  });
});
