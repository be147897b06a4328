import { ExpectedResource } from './expected';

/** Where the property of a group has the rules of a type. */
const PROPERTIES: Record<string, string> = {
  'AWS::EC2::SecurityGroupIngress': 'SecurityGroupIngress',
  'AWS::EC2::SecurityGroupEgress': 'SecurityGroupEgress',
};

/**
 * Security groups with the rules that templates have beside them: EC2 answers all of a group's rules in one list, and one more than the
 * templates have, wherever it comes from, is to be seen.
 */
export function withRulesBeside(resources: readonly ExpectedResource[]): ExpectedResource[] {
  return resources.map(resource => resource.type === 'AWS::EC2::SecurityGroup' ? { ...resource, properties: withRules(resource, resources) } : resource);
}

function withRules({ physicalId, properties }: ExpectedResource, resources: readonly ExpectedResource[]): Record<string, unknown> {
  const result: Record<string, unknown> = { ...properties };
  for (const { type, properties: { GroupId, ...rule } } of resources.filter(candidate => candidate.type in PROPERTIES)) {
    const name = PROPERTIES[type];
    if (GroupId === physicalId) { result[name] = [...(result[name] as unknown[] | undefined) ?? [], rule]; }
  }
  return result;
}
