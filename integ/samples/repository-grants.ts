import { Annotations, aws_codebuild as codebuild, aws_ecr as ecr, aws_iam as iam, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { explainGrantsOf } from './explained';
import { GitHubActionsPrincipal, HardenedRepository, PrivateRegistry, RepositoryGrants, RepositoryHardening } from '../../src';

/** A team's repositories, whoever's code made them, and everyone who pulls from them and pushes to them. */
export class RepositoryGrantsSample extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const api = new HardenedRepository(this, 'Api', { repositoryName: 'shop/api', registry: PrivateRegistry.ownedElsewhere(this) });
    const worker = new ecr.Repository(this, 'Worker', { repositoryName: 'shop/worker' });
    const batch = new ecr.CfnRepository(this, 'Batch', { repositoryName: 'shop/batch' });
    [worker, batch].forEach(repository => repository.with(RepositoryHardening.forNewRepositories()));
    // Of another account, whose central registry lets the organization pull.
    const base = HardenedRepository.fromRepositoryArn(this, 'Base', 'arn:aws:ecr:us-east-1:111111111111:repository/base/node');
    Annotations.of(base).acknowledgeWarning('cdk-hardened-ecr:RepositoryGrants.ownerMustAllow', "The registry's audience is the organization");

    const roles = {
      tasks: this.role('TaskExecution', new iam.ServicePrincipal('ecs-tasks.amazonaws.com')),
      nodes: this.role('Nodes', new iam.ServicePrincipal('ec2.amazonaws.com')),
      builders: this.role('Builders', new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com'))),
      releases: this.role('Releases', GitHubActionsPrincipal.environment('acme/shop', 'production', { ownerId: '123456', repositoryId: '456789' })),
    };
    for (const grants of [api, worker, batch].map(repository => RepositoryGrants.fromRepository(repository))) {
      grants.pull(roles.tasks);
      grants.pull(roles.nodes);
      grants.pullPush(roles.builders);
      grants.push(roles.releases);
    }
    base.grantPull(roles.builders);

    // Functions that are made of the image, a project that is built in it with CodeBuild's own credentials, another account, an organization.
    api.grantPull(new iam.ServicePrincipal('lambda.amazonaws.com'));
    RepositoryGrants.fromRepository(batch).pullByCodeBuild(codebuild.Project.fromProjectName(this, 'Nightly', 'nightly'));
    RepositoryGrants.fromRepository(worker).pull(new iam.AccountPrincipal('111111111111'));
    api.grantPull(new iam.OrganizationPrincipal('o-abcd123456'));
  }

  private role(id: string, assumedBy: iam.IPrincipal): iam.Role {
    const role = new iam.Role(this, id, { assumedBy });
    explainGrantsOf(role);
    return role;
  }
}
