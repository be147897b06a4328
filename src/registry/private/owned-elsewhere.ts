import type { aws_iam as iam } from 'aws-cdk-lib';
import { Annotations } from 'aws-cdk-lib';
import type { aws_signer as signer } from 'aws-cdk-lib/interfaces';
import type { IConstruct } from 'constructs';
import { grantSigning, profileArn } from './signing-profile';
import { SIGN_ACTION } from '../../private/actions';
import type { IPrivateRegistry } from '../../repository/i-private-registry';

/** A registry that someone else configures: nothing is contributed, what they must have set is said. */
export class OwnedElsewhere implements IPrivateRegistry {
  constructor(
    private readonly scope: IConstruct,
    private readonly owner: string,
    private readonly signingProfiles: readonly signer.ISigningProfileRef[],
  ) {
  }

  public ensureScanned(): void {
    // The text is always the same: the CDK prints it once however many repositories there are.
    Annotations.of(this.scope).addInfoV2('cdk-hardened-ecr:PrivateRegistry.askForScanning',
      `ask ${this.owner} for enhanced, continuous scanning of this stack's repositories in its registry: `
      + 'without it images are scanned when they are pushed, and not again');
  }

  public allowSigning(grantee: iam.IGrantable): void {
    for (const profile of this.signingProfiles) {
      grantSigning(this.scope, grantee, profileArn(profile));
    }
    if (this.signingProfiles.length === 0) {
      Annotations.of(this.scope).addInfoV2('cdk-hardened-ecr:PrivateRegistry.askForSigning',
        `ask ${this.owner} whether its registry signs images, and give the profiles as 'signingProfiles': `
        + `who pushes then needs '${SIGN_ACTION}' on them, or images stay unsigned`);
    }
  }
}
