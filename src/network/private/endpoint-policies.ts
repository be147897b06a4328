import { aws_iam as iam } from 'aws-cdk-lib';
import { PULL_ACTIONS, PUSH_ACTIONS, TOKEN_ACTION } from '../../private/actions';

/** Whom and what the endpoints let through. */
export interface EndpointScope {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  /** Nothing: this account alone. */
  readonly organizationId?: string;
  readonly awsRegistries: readonly string[];
  readonly pusherArns: readonly string[];
  /** ARNs of the repositories that caches fill. */
  readonly cachedRepositories: readonly string[];
  readonly onlyLayers: boolean;
}

type Conditions = Record<string, string | string[]>;

/** Who asks. */
function identity({ organizationId, account }: EndpointScope): Conditions {
  return organizationId === undefined ? { 'aws:PrincipalAccount': account } : { 'aws:PrincipalOrgID': organizationId };
}

/** What is asked for. */
function resource({ organizationId, account }: EndpointScope): Conditions {
  return organizationId === undefined ? { 'aws:ResourceAccount': account } : { 'aws:ResourceOrgID': organizationId };
}

function allow(sid: string, actions: readonly string[], resources: readonly string[], conditions?: iam.Conditions): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid, principals: [new iam.AnyPrincipal()], actions: [...actions], resources: [...resources], conditions });
}

/** One policy for both endpoints of ECR, as AWS advises. */
export function registryStatements(scope: EndpointScope): iam.PolicyStatement[] {
  const ours = { ...identity(scope), ...resource(scope) };
  const statements = [
    // The login has no resource, so nothing is said about whose it is.
    allow('Login', [TOKEN_ACTION], ['*'], { StringEquals: identity(scope) }),
    allow('Pull', PULL_ACTIONS, ['*'], { StringEquals: ours }),
  ];
  if (scope.awsRegistries.length > 0) {
    statements.push(allow('PullFromAws', PULL_ACTIONS, ['*'], { StringEquals: { ...identity(scope), 'aws:ResourceAccount': [...scope.awsRegistries] } }));
  }
  if (scope.pusherArns.length > 0) {
    statements.push(allow('Push', PUSH_ACTIONS, ['*'], { StringEquals: ours, ArnEquals: { 'aws:PrincipalArn': [...scope.pusherArns] } }));
  }
  if (scope.cachedRepositories.length > 0) {
    statements.push(allow('PullThroughCache', ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'], scope.cachedRepositories, { StringEquals: ours }));
  }
  return statements;
}

/**
 * What the gateway to S3 lets through.
 *
 * ECR hands out presigned URLs of a bucket of its own: whoever signs them is in no organization of ours, so there is no condition.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
 */
export function bucketStatements(scope: EndpointScope): iam.PolicyStatement[] {
  const { partition, region } = scope;
  const layers = allow('Layers', ['s3:GetObject'], [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`]);
  return scope.onlyLayers ? [layers] : [layers, allow('OwnBuckets', ['s3:*'], ['*'], { StringEquals: { ...identity(scope), ...resource(scope) } })];
}
