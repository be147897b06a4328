import { aws_iam as iam } from 'aws-cdk-lib';

/** Nobody makes a grant on a key but through a service of AWS: Control Tower's CT.KMS.PR.3. */
export function grantsThroughServicesOnly(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'GrantsThroughServicesOnly',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['kms:CreateGrant'],
    resources: ['*'],
    conditions: { BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' } },
  });
}
