import type { Request } from './decide';
import type { Asked } from './world';

/** Who owns what is asked for: any account may be of any organization, and of some requests nothing is said. */
interface Owner {
  readonly ownerAccount?: string;
  readonly ownerOrganization?: string;
}

const BUCKETS = ['some-bucket', 'prod-us-east-1-starport-layer-bucket', 'prod-us-east-1-starport-layer-bucket-of-others', 'prod-eu-west-1-starport-layer-bucket'];

/** Every call of a service goes to what the service has: also the login, which is for no registry. */
const RESOURCES: Record<string, (account: string) => string[]> = {
  ecr: account => ['*', `arn:aws:ecr:us-east-1:${account}:repository/team/app`],
  s3: () => BUCKETS.flatMap(bucket => [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/1111-2222`]),
};

/** Every request that the policy of a VPC endpoint could tell from another one: all of them over TLS, no other port leads to an endpoint. */
export function* throughEndpoint(
  askers: readonly Omit<Asked, 'action' | 'resource'>[], actions: readonly string[], accounts: readonly string[], organizations: readonly (string | undefined)[],
): Generator<Asked> {
  const owners: Owner[] = [
    {}, ...accounts.flatMap(ownerAccount => organizations.map(ownerOrganization => ({ ownerAccount, ownerOrganization }))),
  ];
  for (const owner of owners) {
    const context: Record<string, Request['context'][string]> = {
      ...owner.ownerAccount && { 'aws:resourceaccount': [owner.ownerAccount] },
      ...owner.ownerOrganization && { 'aws:resourceorgid': [owner.ownerOrganization] },
    };
    for (const asker of askers) {
      const asking = { ...asker, ...owner, context: { ...asker.context, ...context } };
      for (const action of actions) {
        for (const resource of RESOURCES[action.split(':')[0]](owner.ownerAccount ?? '')) {
          yield { ...asking, action, resource };
        }
      }
    }
  }
}
