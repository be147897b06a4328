import { Annotations, ArnFormat, aws_iam as iam, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { repositoriesBelow, ROOT } from './prefix-grammar';
import type { Findings } from '../../private/findings';
import { partitionOf } from '../../private/partition-of';
import type { PrivateRegistry } from '../private-registry';
import type { EcrUpstreamProps } from '../upstream-registry';

/** Another private registry as a cache has to know it. */
export interface EcrUpstream extends EcrUpstreamProps {
  /** When it is in this app. */
  readonly registry?: PrivateRegistry;
}

/** What the guide has the upstream registry allow the account that keeps the copies. */
const COPY_ACTIONS = ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'];

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html#pull-through-cache-considerations */
export function hasCaches(region: string): boolean {
  return !/^(cn|us-gov)-/.test(region);
}

/** Records what is wrong with another private registry as an upstream of a cache. */
export function checkEcrUpstream(findings: Findings, cache: IConstruct, upstream: EcrUpstream): void {
  const { account, region } = Stack.of(cache);
  findings.unless(hasCaches(upstream.region),
    `'upstream' must be a registry of this partition, got the Region ${JSON.stringify(upstream.region)}: copying does not cross partitions`);
  findings.unless(upstream.account !== account || upstream.region !== region,
    "'upstream' must be the registry of another account or Region, got this one: its images are here already");
  findings.unless(!upstream.registry || !Token.isUnresolved(account),
    `'upstream' must get a statement for the cache's account, which is not known: give ${Stack.of(cache).node.path} an 'env'`);
  const owner = upstream.role?.principalAccount ?? account;
  findings.unless(Token.compareStrings(owner, account) !== TokenComparison.DIFFERENT,
    `'role' must be of the cache's account, ${JSON.stringify(account)}, got one of ${JSON.stringify(owner)}: ECR assumes it here`);
}

/** Whether ECR needs a role to fetch, which it does across accounts. */
export function isOfAnotherAccount(upstream: EcrUpstream, cache: IConstruct): boolean {
  return upstream.account !== Stack.of(cache).account;
}

/** The repositories that images are copied from, as policies of the cache's account name them. */
export function upstreamRepositories(upstream: EcrUpstream, upstreamPrefix: string, scope: IConstruct): string {
  return Stack.of(scope).formatArn({
    service: 'ecr',
    account: upstream.account,
    region: upstream.region,
    resource: 'repository',
    resourceName: repositoriesBelow(upstreamPrefix),
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

/**
 * Has the upstream registry of another account allow the copying, or says what its owner must add.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private.html
 */
export function admitCache(cache: IConstruct, upstream: EcrUpstream, upstreamPrefix: string = ROOT): void {
  if (!isOfAnotherAccount(upstream, cache)) {
    return;
  }
  const { account } = Stack.of(cache);
  if (upstream.registry) {
    upstream.registry.addToRegistryPolicy(new iam.PolicyStatement({
      principals: [new iam.AccountPrincipal(account)],
      actions: COPY_ACTIONS,
      resources: [upstreamRepositories(upstream, upstreamPrefix, upstream.registry)],
    }), cache);
    return;
  }
  const partition = partitionOf(upstream.region);
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${Token.isUnresolved(account) ? 'ACCOUNT' : account}:root` },
    Action: COPY_ACTIONS,
    Resource: `arn:${partition}:ecr:${upstream.region}:${upstream.account}:repository/${repositoriesBelow(upstreamPrefix)}`,
  };
  Annotations.of(cache).addWarningV2('cdk-hardened-ecr:PullThroughCache.upstreamMustAllow',
    `the upstream registry is not in this app: its owner must add ${JSON.stringify(Stack.of(cache).resolve(statement))} to the registry policy`);
}
