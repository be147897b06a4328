import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { HardenedRepository, ImageProfile, PrivateRegistry, PullAudience } from '../../src';

/** Where copies go: a second Region, and the account of a subsidiary. */
export class ReplicationDestinationSample extends Stack {
  public readonly registry: PrivateRegistry;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    this.registry = PrivateRegistry.of(this);
  }
}

/** Where the copies come from, and who gets them. */
export interface ReplicationSampleProps extends StackProps {
  /** The same account in another Region, for the day when this one is down. */
  readonly otherRegion: PrivateRegistry;

  /** The registry of another account. */
  readonly otherAccount: PrivateRegistry;
}

/** A registry whose releases are copied to a second Region, and a part of them to another account. */
export class ReplicationSample extends Stack {
  constructor(scope: Construct, id: string, props: ReplicationSampleProps) {
    super(scope, id, props);
    const { otherRegion, otherAccount } = props;

    const registry = new PrivateRegistry(this, 'Registry', { replicationAccounts: [otherAccount.account] });
    const profile = ImageProfile.release({ audience: PullAudience.organization('o-abcd123456') });
    new HardenedRepository(this, 'Api', { repositoryName: 'release/api', registry, profile });
    new HardenedRepository(this, 'Tool', { repositoryName: 'internal/tool', registry, profile });

    registry.replicateTo(otherRegion, { prefixes: ['release/', 'shared/'], profile });
    registry.replicateTo(otherAccount, { prefixes: ['shared/'], profile: ImageProfile.release({ keep: 20, tags: { origin: 'platform' } }) });
  }
}
