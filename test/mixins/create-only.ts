import { createRequire } from 'module';
import type { Template } from 'aws-cdk-lib/assertions';

/** The CloudFormation specification that integ-runner brings with it. */
const { loadAwsServiceSpecSync } = createRequire(require.resolve('@aws-cdk/integ-runner/package.json'))('@aws-cdk/aws-service-spec') as {
  loadAwsServiceSpecSync(): { lookup(...query: string[]): { only(): { properties: Record<string, { causesReplacement?: string }> } } };
};

/** What CloudFormation replaces a repository for. */
export const CREATE_ONLY = Object.entries(loadAwsServiceSpecSync().lookup('resource', 'cloudFormationType', 'equals', 'AWS::ECR::Repository').only().properties)
  .filter(([, { causesReplacement }]) => causesReplacement !== undefined).map(([name]) => name).sort();

/** Each repository's logical id with what it would be replaced for. */
export function identities(template: Template): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(template.findResources('AWS::ECR::Repository'))
    .map(([logicalId, { Properties }]) => [logicalId, CREATE_ONLY.map(property => (Properties as Record<string, unknown> | undefined)?.[property])]));
}
