import type { Stack } from 'aws-cdk-lib';
import { aws_ecr as ecr, CfnElement, CfnOutput, CfnParameter, CfnResource } from 'aws-cdk-lib';
import { topLevelStack } from '../../private/top-level-stack';

/**
 * What CloudFormation takes of one template.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
const LIMITS = { resources: 500, parameters: 200, outputs: 200 };

/** The bytes of a template in S3. */
const MAX_TEMPLATE_BYTES = 1_048_576;

/** What one operation on a stack takes with all stacks nested in it. */
const MAX_RESOURCES_PER_OPERATION = 2_500;

/** How repositories get from one stack into another. */
const MOVE = 'deploy once without them, which retains them, then with them in their new place and \'cdk deploy --import-existing-resources\'';

/**
 * Limits that a stack and those nested in it exceed, for use in a construct's validation: references between them are resolved by then.
 *
 * The CDK counts resources only, and says nothing of what to do about it.
 *
 * @param stacks the stacks that repositories were put into
 * @param isSharded whether these are nested for the repositories' sake
 */
export function stackLimitErrors(root: Stack, stacks: readonly Stack[], isSharded: boolean): string[] {
  const wayOut = isSharded
    ? `make a CentralRegistry of another stack for new repositories, with the same 'registry'. More 'shards' would move those that are deployed: ${MOVE}`
    : `spread the repositories over nested stacks, 'shards: 16'. If they are deployed already: ${MOVE}`;
  // A stack may be in another one without being nested in it.
  const elements = root.node.findAll().filter(CfnElement.isCfnElement).filter(element => topLevelStack(element) === root);
  const errors = [...new Set([root, ...stacks])].flatMap(stack => errorsOf(stack, elements.filter(element => element.stack === stack), wayOut));
  const all = elements.filter(CfnResource.isCfnResource).length;
  if (all > MAX_RESOURCES_PER_OPERATION) {
    errors.push(`the stack ${root.node.path} and those nested in it must have at most ${MAX_RESOURCES_PER_OPERATION} resources, got ${all}: `
      + 'CloudFormation takes no more in one operation. Put the new repositories into a CentralRegistry of another stack, with the same \'registry\'');
  }
  return errors;
}

function errorsOf(stack: Stack, elements: CfnElement[], wayOut: string): string[] {
  const resources = elements.filter(CfnResource.isCfnResource);
  const counts: Record<keyof typeof LIMITS, number> = {
    resources: resources.length,
    parameters: elements.filter(element => element instanceof CfnParameter).length,
    outputs: elements.filter(element => element instanceof CfnOutput).length,
  };
  const errors = (Object.keys(LIMITS) as (keyof typeof LIMITS)[])
    .filter(kind => counts[kind] > LIMITS[kind])
    .map(kind => `the stack ${stack.node.path} must have at most ${LIMITS[kind]} ${kind}, got ${counts[kind]}: ${wayOut}`);
  const bytes = templateBytes(stack, resources);
  if (bytes > MAX_TEMPLATE_BYTES) {
    errors.push(`the template of the stack ${stack.node.path} must have at most ${MAX_TEMPLATE_BYTES} bytes, got about ${bytes}: `
      + `make the policy of the audience shorter, PullAudience.organization() is the shortest, turn on @aws-cdk/core:enablePartitionLiterals, or ${wayOut}`);
  }
  return errors;
}

/** Repositories with the same profile and policy are measured once: most of a template is the same policy over and over. */
function templateBytes(stack: Stack, resources: CfnResource[]): number {
  const sizes = new Map<unknown, Map<unknown, number>>();
  return resources.reduce((total, resource) => {
    // A profile renders each of its settings once for a stack: one of them stands for all, the policy aside, to which more may be granted.
    const [profile, policy] = resource instanceof ecr.CfnRepository
      ? [resource.imageScanningConfiguration ?? resource, resource.repositoryPolicyText]
      : [resource];
    const known = sizes.get(profile) ?? new Map<unknown, number>();
    const size = known.get(policy) ?? bytesOf(stack, resource);
    sizes.set(profile, known.set(policy, size));
    return total + size;
  }, 0);
}

/** As the CDK writes it: indented by one space a level, unless it was told not to. */
function bytesOf(stack: Stack, resource: CfnResource): number {
  const rendered: unknown = (resource as unknown as { _toCloudFormation(): unknown })._toCloudFormation();
  const isIndented = Reflect.get(stack, '_suppressTemplateIndentation') !== true;
  return Buffer.byteLength(JSON.stringify(stack.resolve(rendered), undefined, isIndented ? 1 : undefined));
}
