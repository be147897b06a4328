import {
  App, aws_codebuild as codebuild, aws_ec2 as ec2, aws_ecr as ecr, aws_ecs as ecs, aws_eks as eks, aws_iam as iam, aws_lambda as lambda, Stack,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { aws_ecr as ecrRefs } from 'aws-cdk-lib/interfaces';
import { GitHubActionsPrincipal, HardenedRepository, RepositoryGrants } from '../../src';

const CENTRAL = { account: '111111111111', region: 'us-east-1' };
const MEMBER = { account: '222222222222', region: 'us-east-1' };
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const ARN = 'arn:aws:ecr:us-east-1:111111111111:repository/team/app';

let app: App;
/** Where the images are. */
let central: Stack;
/** Where they are pulled to, in another account. */
let member: Stack;
beforeEach(() => {
  app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
  central = new Stack(app, 'Central', { env: CENTRAL });
  member = new Stack(app, 'Member', { env: MEMBER });
});

/** What stands in the policy of a repository. */
function repositoryStatements(stack = central): Record<string, unknown>[] {
  const [repository] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
  return repository.Properties?.RepositoryPolicyText?.Statement ?? [];
}

/** What the policies of a role allow of ECR. */
function rightsOf(role: iam.IRole): { readonly Action: unknown; readonly Resource: unknown }[] {
  const stack = Stack.of(role);
  const name = stack.resolve(role.roleName);
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(JSON.stringify(name)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => JSON.stringify(Action).includes('ecr:'))
    .map(({ Action, Resource }) => ({ Action, Resource }));
}

/** What the role of every puller has, wherever it is. */
const pulls = (resource: unknown) => [{ Action: PULL, Resource: resource }, { Action: 'ecr:GetAuthorizationToken', Resource: '*' }];
const OWN = { 'Fn::GetAtt': [expect.stringMatching(/^App/), 'Arn'] };

/** Which role pulls, of what uses images; made in a stack. */
const PULLERS: [string, (stack: Stack, uri: string) => iam.IRole][] = [
  ['the execution role of a Fargate task', (stack, uri) => {
    const task = new ecs.FargateTaskDefinition(stack, 'Task');
    task.addContainer('app', { image: ecs.ContainerImage.fromRegistry(uri) });
    return task.obtainExecutionRole();
  }],
  ['the execution role of a task on EC2', stack => new ecs.Ec2TaskDefinition(stack, 'Task').obtainExecutionRole()],
  ['the role of the nodes of EKS', stack => {
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], privateSubnetIds: ['subnet-1'] });
    return new eks.Nodegroup(stack, 'Nodes', { cluster: eks.Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'cluster', vpc }) }).role;
  }],
  ['the pod execution role of EKS on Fargate', stack => new iam.Role(stack, 'Pods', { assumedBy: new iam.ServicePrincipal('eks-fargate-pods.amazonaws.com') })],
  ["a service account's role of EKS (IRSA)", stack => {
    const provider = eks.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Issuer', 'arn:aws:iam::222222222222:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A1');
    return new iam.Role(stack, 'ServiceAccount', {
      assumedBy: new iam.OpenIdConnectPrincipal(provider, {
        StringEquals: { 'oidc.eks.us-east-1.amazonaws.com/id/A1:sub': 'system:serviceaccount:builds:builder', 'oidc.eks.us-east-1.amazonaws.com/id/A1:aud': 'sts.amazonaws.com' },
      }),
    });
  }],
  ["a service account's role of EKS (Pod Identity)", stack => {
    const role = new iam.Role(stack, 'ServiceAccount', { assumedBy: new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com')) });
    new eks.CfnPodIdentityAssociation(stack, 'Association', { clusterName: 'cluster', namespace: 'builds', serviceAccount: 'builder', roleArn: role.roleArn });
    return role;
  }],
  ['the role of a CodeBuild project', (stack, uri) => new codebuild.Project(stack, 'Build', {
    buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }),
    environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry(uri) },
  }).role!],
  ['a role of GitHub Actions', stack => new iam.Role(stack, 'Release', { assumedBy: GitHubActionsPrincipal.environment('acme/payments', 'production') })],
];

describe.each<[string, (stack: Stack) => ecrRefs.IRepositoryRef]>([
  ['CfnRepository', stack => new ecr.CfnRepository(stack, 'App', { repositoryName: 'team/app' })],
  ['ecr.Repository', stack => new ecr.Repository(stack, 'App', { repositoryName: 'team/app' })],
  ['HardenedRepository', stack => new HardenedRepository(stack, 'App', { repositoryName: 'team/app' })],
])('%s', (_, make) => {
  test.each(PULLERS)('is pulled from by %s, in the same account', (__, puller) => {
    const repository = make(central);
    const role = puller(central, 'uri');
    RepositoryGrants.fromRepository(repository).pull(role);
    expect(rightsOf(role)).toEqual(pulls(OWN));
    expect(repositoryStatements()).toEqual([]);
  });

  test.each(PULLERS)('is pulled from by %s, in another account', (__, puller) => {
    const repository = make(central);
    const role = puller(member, 'uri');
    RepositoryGrants.fromRepository(repository).pull(role);
    expect(rightsOf(role)).toEqual(pulls(ARN));
    expect(repositoryStatements()).toEqual([expect.objectContaining({
      Principal: { AWS: 'arn:aws:iam::222222222222:root' },
      Condition: { StringEquals: { 'aws:PrincipalTag/aws-cdk:id': expect.stringMatching(/^Member_/) } },
    })]);
  });
});

describe('a HardenedRepository', () => {
  let repository: HardenedRepository;
  beforeEach(() => {
    repository = new HardenedRepository(central, 'App', { repositoryName: 'team/app' });
  });

  test('grants by itself to what takes it as an image: ECS', () => {
    const task = new ecs.FargateTaskDefinition(central, 'Task');
    task.addContainer('app', { image: ecs.ContainerImage.fromEcrRepository(repository, 'v1.4.2') });
    expect(rightsOf(task.executionRole!)).toEqual(pulls(OWN));
    expect(rightsOf(task.taskRole)).toEqual([]);
  });

  test('grants by itself to what takes it as an image: CodeBuild of another account', () => {
    const project = new codebuild.Project(member, 'Build', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }),
      environment: { buildImage: codebuild.LinuxBuildImage.fromEcrRepository(repository, 'v1.4.2') },
    });
    expect(rightsOf(project.role!)).toEqual(pulls(ARN));
    expect(repositoryStatements()).toEqual([expect.objectContaining({ Principal: { AWS: 'arn:aws:iam::222222222222:root' } })]);
    Template.fromStack(member).hasResourceProperties('AWS::CodeBuild::Project', { Environment: { ImagePullCredentialsType: 'SERVICE_ROLE' } });
  });

  test('grants by itself to what takes it as an image: Lambda, whose service is pinned', () => {
    new lambda.DockerImageFunction(central, 'One', { code: lambda.DockerImageCode.fromEcr(repository, { tagOrDigest: 'v1.4.2' }) });
    new lambda.DockerImageFunction(central, 'Two', { code: lambda.DockerImageCode.fromEcr(repository, { tagOrDigest: 'v1.4.2' }) });
    expect(repositoryStatements()).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: PULL,
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:us-east-1:111111111111:function:*' } },
    }]);
  });

  test("lets CodeBuild's own credentials fetch the image of a project", () => {
    const image = {
      type: 'LINUX_CONTAINER',
      defaultComputeType: codebuild.ComputeType.SMALL,
      imageId: repository.repositoryUriForTag('v1.4.2'),
      imagePullPrincipalType: codebuild.ImagePullPrincipalType.CODEBUILD,
      validate: () => [],
      runScriptBuildspec: () => codebuild.BuildSpec.fromObject({ version: '0.2' }),
    };
    const project = new codebuild.Project(central, 'Build', {
      projectName: 'build', buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }), environment: { buildImage: image },
    });
    RepositoryGrants.fromRepository(repository).pullByCodeBuild(project);
    Template.fromStack(central).hasResourceProperties('AWS::CodeBuild::Project', { Environment: { ImagePullCredentialsType: 'CODEBUILD' } });
    expect(repositoryStatements()).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'codebuild.amazonaws.com' },
      Action: PULL,
      Condition: { StringEquals: { 'aws:SourceAccount': '111111111111', 'aws:SourceArn': 'arn:aws:codebuild:us-east-1:111111111111:project/build' } },
    }]);
  });

  test('is pushed to by a role of GitHub Actions of another account', () => {
    repository.grantPush(new iam.Role(member, 'Release', { assumedBy: GitHubActionsPrincipal.branch('acme/payments', 'main') }));
    const [{ Action }] = repositoryStatements();
    expect(Action).toEqual(expect.arrayContaining(['ecr:PutImage', 'ecr:UploadLayerPart']));
    Template.fromStack(member).hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Resource: ARN })]) } });
  });
});

test('importing the library loads none of the services that pull', () => {
  const loaded: string[] = [];
  jest.isolateModules(() => {
    for (const service of ['aws-codebuild', 'aws-ecs', 'aws-eks', 'aws-lambda']) {
      jest.doMock(`aws-cdk-lib/${service}`, () => {
        loaded.push(service);
        return {};
      });
    }
    const { RepositoryGrants: isolated } = jest.requireActual('../../src') as { RepositoryGrants: unknown };
    expect(isolated).not.toBe(RepositoryGrants);
    expect(loaded).toEqual([]);
    expect((jest.requireActual('aws-cdk-lib') as { aws_ecs: unknown }).aws_ecs).toBeDefined();
    expect(loaded).toEqual(['aws-ecs']);
  });
});
