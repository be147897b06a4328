import { Annotations, aws_iam as iam, CfnResource, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { aws_signer as signer } from 'aws-cdk-lib/interfaces';
import type { IConstruct } from 'constructs';
import { SIGN_ACTION } from '../../private/actions';
import type { Findings } from '../../private/findings';

/** The one platform whose signatures belong to container images. */
const PLATFORM = 'Notation-OCI-SHA384-ECDSA';

/**
 * The ARN of a profile, in the form that ECR accepts: one slash before `signing-profiles`.
 * `SigningProfile.fromSigningProfileAttributes` makes it with two.
 */
export function profileArn(profile: signer.ISigningProfileRef): string {
  return profile.signingProfileRef.signingProfileArn.replace('://signing-profiles/', ':/signing-profiles/');
}

/** Lets whoever pushes sign with a profile, and says so where it can't be granted. */
export function grantSigning(scope: IConstruct, grantee: iam.IGrantable, arn: string): void {
  const grant = iam.Grant.addToPrincipal({ grantee, actions: [SIGN_ACTION], resourceArns: [arn] });
  if (!grant.success) {
    Annotations.of(scope).addWarningV2('cdk-hardened-ecr:PrivateRegistry.signingNotGranted',
      `images that ${JSON.stringify(grantee.grantPrincipal.toString())} pushes stay unsigned: it has no identity policy here that could be `
      + `given '${SIGN_ACTION}' on the signing profile; whoever owns the principal has to allow it`);
  }
}

/** Records what ECR would reject in a profile. */
export function checkProfile(findings: Findings, profile: signer.ISigningProfileRef, registry: IConstruct): void {
  const arn = profileArn(profile);
  const name = arn.split(':/signing-profiles/')[1];
  findings.unless(Token.isUnresolved(name ?? arn) || (name !== undefined && /^[a-zA-Z0-9_]{2,}$/.test(name)),
    `'profile' must have an ARN like arn:aws:signer:us-east-1:111111111111:/signing-profiles/name, got ${JSON.stringify(arn)}: `
    + 'give the profile, not a version of it');

  const { region } = Stack.of(registry);
  findings.unless(Token.compareStrings(regionOf(profile), region) !== TokenComparison.DIFFERENT,
    `'profile' must be in the registry's Region, ${JSON.stringify(region)}, got ${JSON.stringify(regionOf(profile))}: `
    + 'make a profile in each Region; one of another account works');

  const platform = platformOf(profile);
  findings.unless(platform === undefined || Token.isUnresolved(platform) || platform === PLATFORM,
    `'profile' must have the platform ${JSON.stringify(PLATFORM)}, got ${JSON.stringify(platform)}: use Platform.NOTATION_OCI_SHA384_ECDSA`);
}

/** An ARN that is known says more than the stack that it was imported into. */
function regionOf(profile: signer.ISigningProfileRef): string {
  const arn = profileArn(profile);
  return Token.isUnresolved(arn) ? profile.env.region : arn.split(':')[3];
}

/** Known when the profile is made in this app. */
function platformOf(profile: signer.ISigningProfileRef): string | undefined {
  const resource = [profile, profile.node.defaultChild].find(CfnResource.isCfnResource);
  return (resource as { platformId?: string } | undefined)?.platformId;
}
