import { Annotations, aws_iam as iam, CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { explainGrantsOf } from './explained';
import type { PrivateRegistry } from '../../src';
import { ImageProfile, PullThroughCache, PullThroughCacheCredentials, UpstreamRegistry } from '../../src';

export interface PullThroughCacheSampleProps extends StackProps {
  /**
   * Another private registry, which this one copies from.
   *
   * @default - that of account 111111111111 in us-west-2, which is not in the app
   */
  readonly central?: PrivateRegistry;
}

/** Nobody pulls from the internet: a cache for each upstream registry that ECR knows. */
export class PullThroughCacheSample extends Stack {
  constructor(scope: Construct, id: string, props: PullThroughCacheSampleProps = {}) {
    super(scope, id, props);
    const credentials = (name: string) => new PullThroughCacheCredentials(this, `Credentials:${name}`, { name });

    // Tasks of this account pull, and everyone in the organization whose own account allows it.
    const tasks = new iam.Role(this, 'TaskExecutionRole', {
      roleName: 'image-puller',
      assumedBy: new iam.CompositePrincipal(new iam.ServicePrincipal('ecs-tasks.amazonaws.com'), new iam.AccountRootPrincipal()),
    });
    explainGrantsOf(tasks);
    const dockerHub = new PullThroughCache(this, 'DockerHub', { upstream: UpstreamRegistry.dockerHub(credentials('docker-hub')) });
    dockerHub.grantPull(tasks);
    dockerHub.grantPull(new iam.OrganizationPrincipal('o-abcd123456'));
    new CfnOutput(this, 'Nginx', { value: dockerHub.imageUri('nginx', '1.27') });

    // Anyone may pull from these, so ECR needs no credentials for them.
    new PullThroughCache(this, 'EcrPublic', { upstream: UpstreamRegistry.ECR_PUBLIC });
    new PullThroughCache(this, 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES });
    new PullThroughCache(this, 'Quay', { upstream: UpstreamRegistry.QUAY, profile: ImageProfile.cache({ tags: { content: 'copies' } }) });

    // From here on with credentials. Of this registry one project, and nothing else.
    new PullThroughCache(this, 'GitHub', {
      upstream: UpstreamRegistry.githubContainerRegistry(credentials('github')),
      prefix: 'actions-runner',
      upstreamPrefix: 'actions/actions-runner',
    });
    new PullThroughCache(this, 'GitLab', { upstream: UpstreamRegistry.gitlabContainerRegistry(credentials('gitlab')) });
    new PullThroughCache(this, 'Azure', { upstream: UpstreamRegistry.azureContainerRegistry('contoso', credentials('azure')) });
    new PullThroughCache(this, 'Chainguard', { upstream: UpstreamRegistry.chainguard(credentials('chainguard')) });

    const central = new PullThroughCache(this, 'Central', {
      upstream: props.central
        ? UpstreamRegistry.privateRegistry(props.central)
        : UpstreamRegistry.ecr({ account: '111111111111', region: 'us-west-2' }),
      prefix: 'central',
    });
    if (!props.central) {
      Annotations.of(central).acknowledgeWarning('cdk-hardened-ecr:PullThroughCache.upstreamMustAllow', 'The platform team has added the statement');
    }
  }
}
