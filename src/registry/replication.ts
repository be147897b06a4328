import { Annotations, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ImageProfile } from '../images/image-profile';

/** What is copied, and how the copies are kept. */
export interface ReplicationOptions {
  /**
   * What the names of the repositories start with, 2 to 256 characters each: `payments/` for everything below `payments`.
   *
   * ECR compares text and adds no slash: `prod` is also for `production/api`, and that is warned of.
   *
   * @default - every repository
   */
  readonly prefixes?: string[];

  /**
   * How the copies are kept. ECR copies images and none of the settings of their repository.
   *
   * @default ImageProfile.release(), or what a creation template for REPLICATION says that the destination has for the prefix
   */
  readonly profile?: ImageProfile;

  /**
   * Whether the destination scans the copies, continuously. Findings are of an image in a registry: those of the source say
   * nothing about what is deployed from the destination.
   *
   * @default true
   */
  readonly scanned?: boolean;

  /**
   * The construct that needs it, which errors name.
   *
   * @default - the registry
   */
  readonly contributor?: IConstruct;
}

/** Whose images are taken in, and how they are kept. */
export interface AcceptReplicationOptions extends ReplicationOptions {
  /** The account that they come from: 12 digits. */
  readonly account: string;
}

/**
 * A registry that images are copied to: a `PrivateRegistry` of the app, or `ReplicationDestination.elsewhere()`.
 */
export interface IReplicationDestination {
  /** The account of the registry. */
  readonly account: string;

  /** The Region of the registry. */
  readonly region: string;

  /**
   * Has the registry take in images of another one: its policy allows it, and its creation templates say how they are kept.
   *
   * @throws when a prefix is not one, or when the registry has other settings for it
   */
  acceptReplicationFrom(options: AcceptReplicationOptions): void;
}

/** A registry that another app configures. */
export class ReplicationDestination implements IReplicationDestination {
  /**
   * The registry of an account in a Region.
   *
   * Nothing is written for it here: a message says what its owner must have, or what `PrivateRegistry.acceptReplicationFrom()` writes there.
   *
   * @param account 12 digits, known at synth
   * @param region known at synth
   */
  public static elsewhere(account: string, region: string): ReplicationDestination {
    return new ReplicationDestination(account, region);
  }

  private constructor(public readonly account: string, public readonly region: string) {}

  public acceptReplicationFrom(options: AcceptReplicationOptions): void {
    const { contributor, prefixes } = options;
    if (contributor) {
      const account = Token.isUnresolved(options.account) ? 'that this is deployed to' : JSON.stringify(options.account);
      Annotations.of(contributor).addInfoV2(`cdk-hardened-ecr:PrivateRegistry.askForReplication:${this.account}/${this.region}`,
        `ask the owner of the registry of ${this.account} in ${this.region} to take the images in, `
        + `PrivateRegistry.acceptReplicationFrom() with the account ${account} and ${prefixes ? `the prefixes ${JSON.stringify(prefixes)}` : 'no prefixes'}: `
        + 'in another account nothing arrives without it, and repositories that replication makes have no key, no lifecycle and tags that move');
    }
  }
}
