import type { aws_iam as iam } from 'aws-cdk-lib';
import { Annotations, ArnFormat, aws_ec2 as ec2, Stack, Tags } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import type { ContainerPlatform, PlatformEndpoint } from './container-platform';
import { ACCOUNT, checkEntries, ORGANIZATION } from '../private/audience-grammar';
import { Findings } from '../private/findings';
import { repositoriesBelow } from '../registry/private/prefix-grammar';
import type { PullThroughCache } from '../registry/pull-through-cache';
import type { EndpointScope } from './private/endpoint-policies';
import { bucketStatements, registryStatements } from './private/endpoint-policies';
import { EndpointTable } from './private/endpoint-table';
import { checkNetwork, duplicateErrors, oneInEachZone } from './private/network-checks';

/** Endpoints that a network has already: they are used, and not made again. Their policies stay what they are. */
export interface ExistingRegistryEndpoints {
  /**
   * The one for `ecr.api`, with private DNS.
   *
   * @default - made here
   */
  readonly ecrApi?: ec2.IInterfaceVpcEndpoint;

  /**
   * The one for `ecr.dkr`, with private DNS.
   *
   * @default - made here
   */
  readonly ecrDkr?: ec2.IInterfaceVpcEndpoint;

  /**
   * The gateway to S3, in the route tables of the subnets.
   *
   * @default - made here
   */
  readonly s3?: ec2.IGatewayVpcEndpoint;

  /**
   * Services of the platforms that have an endpoint.
   *
   * @default - none
   */
  readonly others?: ec2.InterfaceVpcEndpointAwsService[];
}

/** Who pulls from where. */
export interface RegistryVpcEndpointsProps {
  /** The network: made here, imported or looked up. It needs DNS support and DNS hostnames. */
  readonly vpc: ec2.IVpc;

  /**
   * The subnets whose route tables lead to S3. Interface endpoints are in one of them in each zone.
   *
   * @default - all private and isolated subnets
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * Who may reach the endpoints on port 443: services, clusters, security groups. More come with `connections`.
   *
   * @default - nobody: a warning
   */
  readonly clients?: ec2.IConnectable[];

  /**
   * The organization whose principals pull, from the registries of its accounts: `o-` and 10 to 32 lowercase letters or digits.
   *
   * @default - principals and registries of the stack's own account alone
   */
  readonly organizationId?: string;

  /**
   * Accounts of AWS whose images are pulled too, 12 digits each: add-ons of EKS, the agent of GuardDuty. The guides of those services name them.
   *
   * @default - none
   */
  readonly awsRegistries?: string[];

  /**
   * Roles that also push through the endpoints.
   *
   * @default - none: nobody pushes
   */
  readonly pushers?: iam.IRole[];

  /**
   * Caches that are pulled through, of the registry that the stack's account has. A first pull needs a route to the internet as well.
   *
   * @default - none
   */
  readonly caches?: PullThroughCache[];

  /**
   * What runs the containers, which adds the endpoints that it needs by itself.
   *
   * @default - none: exactly the three of a pull
   */
  readonly platforms?: ContainerPlatform[];

  /**
   * Whether the gateway to S3 lets nothing through but image layers. All traffic of the subnets to S3 of the Region goes that way.
   *
   * @default false: also what the organization's principals do with its own buckets
   */
  readonly onlyLayers?: boolean;

  /**
   * Endpoints that are there.
   *
   * @default - none
   */
  readonly existing?: ExistingRegistryEndpoints;
}

/**
 * What a network without internet needs to pull images: interface endpoints for `ecr.api` and `ecr.dkr`, and the gateway to S3.
 *
 * The third is the one that is forgotten most: the login works, the manifest comes, and the layers, which are in a bucket of ECR's, never do.
 * The gateway is free, and the bulk of every pull goes through it.
 *
 * Endpoint policies let through what the organization's principals pull from its registries, and nothing else: no push unless roles are named,
 * no foreign registry, no foreign principal.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
 */
@propertyInjectable
export class RegistryVpcEndpoints extends Construct implements ec2.IConnectable {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-hardened-ecr.RegistryVpcEndpoints';

  /** Who reaches the endpoints: `endpoints.connections.allowDefaultPortFrom(service)`. */
  public readonly connections: ec2.Connections;

  /** The endpoint for the API and the login. */
  public readonly ecrApi: ec2.IInterfaceVpcEndpoint;

  /** The endpoint that container clients talk to. */
  public readonly ecrDkr: ec2.IInterfaceVpcEndpoint;

  /** The gateway that layers come through. */
  public readonly s3: ec2.IGatewayVpcEndpoint;

  private readonly table = new EndpointTable();
  private readonly subnets: ec2.ISubnet[];
  private securityGroup?: ec2.SecurityGroup;
  private readonly vpc: ec2.IVpc;

  /**
   * @throws when the VPC has no DNS support or hostnames, when subnets have no known route table, when an id is not one, or when an existing
   * endpoint has private DNS turned off; at synth, when the VPC has another endpoint for the same service
   */
  constructor(scope: Construct, id: string, props: RegistryVpcEndpointsProps) {
    super(scope, id);
    const { vpc, existing = {} } = props;
    this.vpc = vpc;
    const selected = vpc.selectSubnets(props.subnets ?? { subnets: [...vpc.isolatedSubnets, ...vpc.privateSubnets] });
    this.subnets = selected.subnets;
    this.check(props, selected.isPendingLookup === true);

    const there = [existing.ecrApi, existing.ecrDkr].flatMap(endpoint => endpoint?.connections.securityGroups ?? []);
    this.connections = new ec2.Connections({ securityGroups: [...new Set(there)], defaultPort: ec2.Port.tcp(443) });

    const { region } = Stack.of(this);
    const policy = registryStatements(this.scope(props));
    this.ecrApi = existing.ecrApi ?? this.interfaceTo('EcrApi', ec2.InterfaceVpcEndpointAwsService.ECR, 'the login, and calls of the ECR API', policy);
    this.ecrDkr = existing.ecrDkr ?? this.interfaceTo('EcrDkr', ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER, 'manifests, and where layers are', policy);
    this.s3 = existing.s3 ?? this.gateway(bucketStatements(this.scope(props)));
    this.table.add(`api.ecr.${region}.amazonaws.com`, 'ecr.api', existing.ecrApi !== undefined, 'the login, and calls of the ECR API');
    this.table.add(`*.dkr.ecr.${region}.amazonaws.com`, 'ecr.dkr', existing.ecrDkr !== undefined, 'manifests, and where layers are');
    this.table.add(`prod-${region}-starport-layer-bucket.s3.${region}.amazonaws.com`, 's3 (gateway)', existing.s3 !== undefined, 'layers: without it a pull stops after the manifest');
    this.addPlatforms(props.platforms ?? [], existing.others ?? []);

    (props.clients ?? []).forEach(client => this.connections.allowDefaultPortFrom(client, 'pulls images'));
    (props.caches ?? []).forEach(cache => cache.warnIfIsolated(vpc, { subnets: this.subnets }));
    this.node.addValidation({ validate: () => this.validate() });
  }

  /**
   * Which call goes where, as a table for people: a line for each host name of a pull and each service of a platform, with the endpoint and what
   * fails without it.
   */
  public explain(): string {
    return this.table.render();
  }

  private check({ organizationId, awsRegistries = [], existing = {}, vpc }: RegistryVpcEndpointsProps, isPendingLookup: boolean): void {
    const findings = new Findings();
    checkEntries(ORGANIZATION, organizationId === undefined ? [] : [organizationId], findings);
    checkEntries({ ...ACCOUNT, property: 'awsRegistries' }, awsRegistries, findings);
    checkNetwork(findings, vpc, this.subnets, isPendingLookup);
    for (const name of ['ecrApi', 'ecrDkr'] as const) {
      const endpoint = existing[name];
      const resource = endpoint?.node.tryFindChild('Resource') as ec2.CfnVPCEndpoint | undefined;
      findings.unless(resource?.privateDnsEnabled !== false,
        `'existing.${name}' must have private DNS, got it turned off for ${endpoint?.node.path}: clients know only the public names of ECR`);
    }
    findings.throwIfAny(this);
  }

  private scope({ organizationId, awsRegistries = [], pushers = [], caches = [], onlyLayers = false }: RegistryVpcEndpointsProps): EndpointScope {
    const { partition, region, account } = Stack.of(this);
    return {
      partition,
      region,
      account,
      organizationId,
      awsRegistries,
      onlyLayers,
      pusherArns: pushers.map(({ roleArn }) => roleArn),
      cachedRepositories: caches.map(cache => Stack.of(cache).formatArn({
        service: 'ecr', resource: 'repository', resourceName: repositoriesBelow(cache.prefix), arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      })),
    };
  }

  /** One for all endpoints that are made here; none when none are. */
  private ownSecurityGroup(): ec2.SecurityGroup {
    if (!this.securityGroup) {
      this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
        vpc: this.vpc, description: 'Endpoints for pulling images: 443 from the clients that are named', allowAllOutbound: false,
      });
      this.connections.addSecurityGroup(this.securityGroup);
    }
    return this.securityGroup;
  }

  private interfaceTo(
    id: string, service: ec2.InterfaceVpcEndpointAwsService, reason: string, policy: iam.PolicyStatement[] = [],
  ): ec2.InterfaceVpcEndpoint {
    const endpoint = new ec2.InterfaceVpcEndpoint(this, id, {
      vpc: this.vpc,
      service,
      subnets: { subnets: oneInEachZone(this.subnets, this.vpc) },
      privateDnsEnabled: true,
      open: false,
      securityGroups: [this.ownSecurityGroup()],
    });
    policy.forEach(statement => endpoint.addToPolicy(statement));
    Tags.of(endpoint).add('Description', reason);
    return endpoint;
  }

  private gateway(policy: iam.PolicyStatement[]): ec2.GatewayVpcEndpoint {
    const endpoint = new ec2.GatewayVpcEndpoint(this, 'S3', {
      vpc: this.vpc, service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [{ subnets: this.subnets }],
    });
    policy.forEach(statement => endpoint.addToPolicy(statement));
    Tags.of(endpoint).add('Description', 'image layers');
    return endpoint;
  }

  private addPlatforms(platforms: ContainerPlatform[], others: ec2.InterfaceVpcEndpointAwsService[]): void {
    const has = new Set(others.map(({ shortName }) => shortName));
    const needs = new Map<string, PlatformEndpoint & { readonly platforms: string[] }>();
    for (const platform of platforms) {
      for (const endpoint of platform.neededEndpoints) {
        const known = needs.get(endpoint.service.shortName);
        needs.set(endpoint.service.shortName, { ...endpoint, platforms: [...known?.platforms ?? [], platform.name] });
      }
    }
    for (const [name, { service, reason, platforms: names }] of needs) {
      const text = `${names.join(', ')}: ${reason}`;
      if (!has.has(name)) {
        this.interfaceTo(name, service, text);
      }
      this.table.add(name, name, has.has(name), text);
    }
  }

  private validate(): string[] {
    if (this.securityGroup && !isReached(this.securityGroup)) {
      Annotations.of(this).addWarningV2('cdk-hardened-ecr:RegistryVpcEndpoints.noClients',
        "nobody may reach the endpoints: name those who pull as 'clients', or let them in with connections.allowDefaultPortFrom()");
    }
    return duplicateErrors(this, this.vpc);
  }
}

/** Whether anybody is let in: by a rule within the group, or by one beside it. */
function isReached(group: ec2.SecurityGroup): boolean {
  const { securityGroupIngress } = group.node.findChild('Resource') as ec2.CfnSecurityGroup;
  const inline: unknown[] = Stack.of(group).resolve(securityGroupIngress) ?? [];
  return inline.length > 0 || group.node.findAll().some(child => child instanceof ec2.CfnSecurityGroupIngress);
}
