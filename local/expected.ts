import { readFileSync } from 'fs';
import { dirname, join } from 'path';
import {
  DescribeStacksCommand, CloudFormationClient, paginateListExports, paginateListStackResources, StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Environment } from './accounts';
import { Clients } from './clients';
import { withRulesBeside } from './group-rules';
import { DeployedStack, resolve } from './intrinsics';

/** A resource as its template says that it is. */
export interface ExpectedResource {
  readonly environment: Environment;
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** CloudFormation's policy for the end of the stack. */
  readonly deletionPolicy: string;
}

interface Template {
  readonly Resources?: Record<string, TemplateResource>;
}

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly Metadata?: Record<string, unknown>;
}

/** What ECR, KMS, EC2 and CloudWatch have been told: these are read back. */
const READ_BACK = /^AWS::(ECR|KMS|EC2|CloudWatch)::/;

/**
 * Every resource of ECR, KMS, EC2 and CloudWatch in the templates of an app, nested stacks included, with what its functions stand for.
 *
 * @param only the one stack that is deployed, where not all are
 */
export async function expectedResources(assembly: string, clients: Clients, only?: string): Promise<ExpectedResource[]> {
  const found: ExpectedResource[] = [];
  for (const artifact of new CloudAssembly(assembly).stacksRecursively.filter(({ stackName }) => only === undefined || stackName === only)) {
    const { account, region } = artifact.environment;
    found.push(...await expectedOf({ account, region }, artifact.stackName, artifact.stackName, artifact.templateFullPath, clients));
  }
  return withRulesBeside(found);
}

async function expectedOf(environment: Environment, name: string, stackId: string, file: string, clients: Clients): Promise<ExpectedResource[]> {
  const template: Template = JSON.parse(readFileSync(file, 'utf8'));
  const deployed = await describe(environment, stackId, clients.cloudFormation(environment));
  const found: ExpectedResource[] = [];
  for (const [logicalId, resource] of Object.entries(template.Resources ?? {})) {
    const physicalId = deployed.resources[logicalId]?.physicalId;
    if (resource.Type === 'AWS::CloudFormation::Stack') {
      const nested = join(dirname(file), String(resource.Metadata?.['aws:asset:path']));
      found.push(...await expectedOf(environment, `${name}/${logicalId}`, physicalId, nested, clients));
    } else if (READ_BACK.test(resource.Type)) {
      found.push({
        environment,
        stack: name,
        logicalId,
        type: resource.Type,
        physicalId,
        properties: resolve(resource.Properties ?? {}, deployed) as Record<string, unknown>,
        deletionPolicy: resource.DeletionPolicy ?? 'Delete',
      });
    }
  }
  return found;
}

async function describe(environment: Environment, name: string, client: CloudFormationClient): Promise<DeployedStack> {
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
  const summaries: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: name })) {
    summaries.push(...page.StackResourceSummaries ?? []);
  }
  const exports: Record<string, string> = {};
  for await (const page of paginateListExports({ client }, {})) {
    for (const { Name, Value } of page.Exports ?? []) { exports[String(Name)] = String(Value); }
  }
  const outputs: Record<string, Record<string, string>> = {};
  for (const { LogicalResourceId, PhysicalResourceId } of summaries.filter(({ ResourceType }) => ResourceType === 'AWS::CloudFormation::Stack')) {
    const { Stacks: [nested] = [] } = await client.send(new DescribeStacksCommand({ StackName: PhysicalResourceId }));
    outputs[String(LogicalResourceId)] = Object.fromEntries((nested.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  }
  return {
    ...environment,
    stackName: String(stack.StackName),
    stackId: String(stack.StackId),
    resources: Object.fromEntries(summaries.map(({ LogicalResourceId, ResourceType, PhysicalResourceId }) =>
      [LogicalResourceId, { type: ResourceType, physicalId: PhysicalResourceId }])),
    parameters: Object.fromEntries((stack.Parameters ?? []).map(({ ParameterKey, ParameterValue, ResolvedValue }) =>
      [ParameterKey, ResolvedValue ?? ParameterValue])),
    exports,
    outputs,
  };
}
