import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Records why a finding of a cdk-nag pack is as it should be: by the plugin's name, which the rule's starts with, as the CDK's report has it,
 * and by the rule's alone, as the pack looks it up.
 *
 * Not with `Validations.acknowledge()`, which in aws-cdk-lib before 2.262 refuses the `::` that findings about ARNs have in their names.
 */
export function explain(construct: IConstruct, rule: string, reason: string): void {
  construct.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [rule]: reason, [`${rule.split('-')[0]}::${rule}`]: reason });
}

/** The packs that have rules of the same names for every service. */
const PACKS = ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'];

/** The same for the rule of each of cdk-nag's compliance packs. */
export function explainInPacks(construct: IConstruct, rule: string, reason: string): void {
  PACKS.forEach(pack => explain(construct, `${pack}-${rule}`, reason));
}

/** Records why a policy names resources with a wildcard: cdk-nag names that finding by the text of the template, with what is referred to in angle brackets. */
export function explainWildcard(construct: IConstruct, arn: string, reason: string): void {
  const resolved = Stack.of(construct).resolve(arn);
  const text = typeof resolved === 'string' ? resolved
    : resolved['Fn::Join'][1].map((part: string | { readonly Ref: string }) => typeof part === 'string' ? part : `<${part.Ref}>`).join('');
  explain(construct, `AwsSolutions-IAM5[Resource::${text}]`, reason);
}
