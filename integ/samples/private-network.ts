import { aws_ec2 as ec2, aws_s3 as s3, CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ContainerPlatform, RegistryVpcEndpoints } from '../../src';

/** What cdk-nag's packs say of the group that comes with every VPC. */
const OPEN_DEFAULT_GROUP = ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'].map(pack => `${pack}-VPCDefaultSecurityGroupClosed`);

/** A workload account's network without internet: Fargate tasks in it pull the organization's images, and nobody else's. */
export class PrivateNetworkSample extends Stack {
  /** What the tasks pull through. */
  public readonly endpoints: RegistryVpcEndpoints;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'tasks', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      // Emptying the default group takes a Lambda function of the CDK's. Nothing is in that group, and it lets in nobody but its own members.
      restrictDefaultSecurityGroup: false,
    });
    Validations.of(vpc).acknowledge(...OPEN_DEFAULT_GROUP.map(rule => (
      { id: rule, reason: 'Nothing is in the default group, and no template closes it: the landing zone does, or AWS Config' })));
    // In a bucket of the account that archives the organization's logs.
    vpc.addFlowLog('FlowLog', { destination: ec2.FlowLogDestination.toS3(s3.Bucket.fromBucketName(this, 'LogArchive', 'example-log-archive')) });

    // Where the tasks may go is where the network leads: to the endpoints.
    const tasks = new ec2.SecurityGroup(this, 'Tasks', { vpc, description: 'Tasks that are made of images of the central registry' });
    this.endpoints = new RegistryVpcEndpoints(this, 'Ecr', {
      vpc,
      clients: [tasks],
      organizationId: 'o-abcd123456',
      // The agent of GuardDuty runs beside the tasks, from an account of AWS: this one in us-east-1.
      awsRegistries: ['593207742271'],
      platforms: [ContainerPlatform.FARGATE],
    });

    new CfnOutput(this, 'TaskSubnets', { value: vpc.isolatedSubnets.map(({ subnetId }) => subnetId).join(',') });
    new CfnOutput(this, 'TaskSecurityGroup', { value: tasks.securityGroupId });
  }
}
