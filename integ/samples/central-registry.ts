import { aws_iam as iam, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { explainGrantsOf } from './explained';
import { CentralRegistry, ImageEncryption, ImageProfile, LifecyclePolicy, PullAudience, TagImmutability } from '../../src';

/** The registry of an organization: repositories by name, a namespace for a team of this account and for one of another account. */
export class CentralRegistrySample extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const central = new CentralRegistry(this, 'Registry', {
      audience: PullAudience.organization('o-abcd123456'),
      repositories: ['base/node', 'base/python'],
    });

    // One repository that keeps fewer images, and one for a single unit of the organization.
    central.addRepository('search/api', { profile: ImageProfile.release({ keep: 50 }) });
    central.addRepository('audit/ledger', { audience: PullAudience.organizationalUnits('o-abcd123456/r-ab12/ou-ab12-22222222') });

    // Functions of another account are made of these images, and fetched again by Lambda after they were idle.
    central.grantLambdaPull({ accounts: ['222222222222'] });

    // A team makes its repositories by pushing to them.
    const payments = new iam.Role(this, 'PaymentsCi', { roleName: 'payments-ci', assumedBy: new iam.AccountRootPrincipal() });
    central.addNamespace('payments', { description: 'The payments team', pushers: [payments] });
    explainGrantsOf(payments);

    // So does a team whose pipeline runs in another account.
    central.addNamespace('shop', { description: 'The shop team', pushers: [new iam.AccountPrincipal('222222222222')] });
  }
}

/** The same with 2,000 repositories, which takes nested stacks. */
export class ManyRepositoriesSample extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    new CentralRegistry(this, 'Registry', {
      audience: PullAudience.organization('o-abcd123456'),
      shards: 16,
      repositories: Array.from({ length: 2_000 }, (_, i) => `team-${i % 40}/app-${i}`),
    });
  }
}

/** Where the adoption of a registry stands. */
export interface AdoptedRegistrySampleProps extends StackProps {
  /**
   * Whether the repositories have been imported. An import changes nothing of what it takes in: the template must say first
   * what is there, and what is wanted in a second deployment.
   */
  readonly isImported: boolean;
}

/** A registry that was there before the library: its repositories come under the construct as they were made, and stay what they are. */
export class AdoptedRegistrySample extends Stack {
  constructor(scope: Construct, id: string, props: AdoptedRegistrySampleProps) {
    super(scope, id, props);
    // As they were made, by hand: nothing said about encryption, tags that move, nothing ever deleted.
    const asMade = ImageProfile.of({
      encryption: ImageEncryption.asDeployed(),
      tagImmutability: TagImmutability.MUTABLE,
      lifecyclePolicy: LifecyclePolicy.NONE,
      scanOnPush: false,
    });
    new CentralRegistry(this, 'Registry', {
      audience: props.isImported ? PullAudience.organization('o-abcd123456') : undefined,
      // Encryption alone can never be changed.
      profile: props.isImported ? ImageProfile.release({ encryption: ImageEncryption.asDeployed() }) : asMade,
      repositories: ['legacy/api', 'legacy/batch'],
    });
  }
}
