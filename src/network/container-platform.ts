import { aws_ec2 as ec2 } from 'aws-cdk-lib';

/** One more endpoint, and what for. */
export interface PlatformEndpoint {
  /** The service of the interface endpoint. */
  readonly service: ec2.InterfaceVpcEndpointAwsService;

  /** What fails without it, in a few words. */
  readonly reason: string;
}

/**
 * What runs the containers in a network without internet: it decides which endpoints are needed beside those of a pull.
 *
 * Each is only what the platform itself calls. What applications call (Secrets Manager, DynamoDB, ...) is for them to know.
 */
export class ContainerPlatform {
  /**
   * ECS on Fargate, platform version 1.4.0 or newer, with the `awslogs` driver.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
   */
  public static readonly FARGATE = new ContainerPlatform('Fargate', () => [
    { service: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, reason: 'the awslogs driver: without it a task does not start' },
  ]);

  /**
   * ECS on EC2 instances, with the `awslogs` driver.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
   */
  public static readonly ECS_ON_EC2 = new ContainerPlatform('ECS on EC2', () => [
    { service: ec2.InterfaceVpcEndpointAwsService.ECS, reason: 'the agent registers its instance' },
    { service: ec2.InterfaceVpcEndpointAwsService.ECS_AGENT, reason: 'the agent is told what to run' },
    { service: ec2.InterfaceVpcEndpointAwsService.ECS_TELEMETRY, reason: 'the agent sends health and metrics' },
    { service: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, reason: 'the awslogs driver: without it a task does not start' },
  ]);

  /**
   * Nodes of EKS clusters. A node's role comes from the instance itself.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
   */
  public static readonly EKS_NODES = new ContainerPlatform('EKS nodes', () => [
    { service: ec2.InterfaceVpcEndpointAwsService.EC2, reason: 'the network plugin attaches interfaces, the node learns of itself' },
    { service: ec2.InterfaceVpcEndpointAwsService.EKS, reason: 'the node joins its cluster' },
  ]);

  /**
   * Pods with roles for service accounts (IRSA).
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
   */
  public static readonly EKS_IRSA = new ContainerPlatform('EKS with IRSA', () => [
    { service: ec2.InterfaceVpcEndpointAwsService.STS, reason: "a pod exchanges its service account's token for its role" },
  ]);

  /**
   * Pods with EKS Pod Identity.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
   */
  public static readonly EKS_POD_IDENTITY = new ContainerPlatform('EKS Pod Identity', () => [
    { service: ec2.InterfaceVpcEndpointAwsService.EKS_AUTH, reason: "the node's agent asks for the role of a pod" },
  ]);

  /** Lambda functions made of images: none. Lambda fetches the image itself, not from the function's network (our reading). */
  public static readonly LAMBDA = new ContainerPlatform('Lambda', () => []);

  /**
   * Any other platform.
   *
   * @param name as `explain()` is to name it
   */
  public static of(name: string, ...endpoints: PlatformEndpoint[]): ContainerPlatform {
    return new ContainerPlatform(name, () => endpoints);
  }

  /** @param endpoints is asked when they are needed: the endpoints of all services are half of the EC2 module */
  private constructor(public readonly name: string, private readonly endpoints: () => PlatformEndpoint[]) {}

  /** What it needs beside the endpoints of a pull. */
  public get neededEndpoints(): PlatformEndpoint[] {
    return [...this.endpoints()];
  }
}
