import type { CfnResource } from 'aws-cdk-lib';

/** Whether an author took a property into his own hands with an escape hatch, which is merged over whatever else is written. */
export function isOverridden(resource: CfnResource, property: string): boolean {
  const overrides = Reflect.get(resource, 'rawOverrides') as { Properties?: object };
  return property in (overrides.Properties ?? {});
}
