import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** What cdk-nag's packs call an inline policy. */
const INLINE = inPacks('IAMNoInlinePolicy');

/** The rule of each of cdk-nag's compliance packs. */
export function inPacks(rule: string): string[] {
  return ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'].map(pack => `${pack}-${rule}`);
}

/** Why the policy that grants write to a role is as it is. */
export function explainGrantsOf(role: IConstruct): void {
  Validations.of(role).acknowledge(
    { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'ecr:GetAuthorizationToken has no resource: IAM takes it with "*" only' },
    ...INLINE.map(id => ({ id, reason: 'The CDK writes what is granted to a role as an inline policy, which comes and goes with the role' })),
  );
}
