import { App, aws_ecr as ecr, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { LifecyclePolicy, LifecycleRule, PullAudience } from '../../src';

/** A repository as it stands in the template. */
export interface Rendered {
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export const KEEP_5 = LifecyclePolicy.of(LifecycleRule.keepNewest(5));
export const KEEP_5_TEXT = '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":5},"action":{"type":"expire"}}]}';

export const ORGANIZATION = PullAudience.organization('o-abcd123456');
export const PULL_FROM_ORGANIZATION = {
  Sid: 'PullFromOrganization',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcd123456' }, Bool: { 'aws:SecureTransport': 'true' } },
};

export function newStack(): Stack {
  return new Stack(new App(), 'Team');
}

/** The only repository of a stack. */
export function repositoryOf(stack: Stack): Rendered {
  const [repository, ...more] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository')) as Rendered[];
  expect(more).toEqual([]);
  return repository;
}

/** The properties of the only repository of a stack. */
export function propertiesOf(stack: Stack): Rendered['Properties'] {
  return repositoryOf(stack).Properties;
}

/** Sorted ids of the warnings of hardening, without their prefix. */
export function warningsOf(stack: Stack): string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('RepositoryHardening'))
    .map(({ entry }) => /\[ack: cdk-hardened-ecr:RepositoryHardening\.(\w+)\]$/.exec(entry.data as string)![1]).sort();
}

/** The two ways in which code that is not ours makes a repository. */
export const KINDS: [string, (stack: Stack) => ecr.Repository | ecr.CfnRepository][] = [
  ['an L2', stack => new ecr.Repository(stack, 'App')],
  ['an L1', stack => new ecr.CfnRepository(stack, 'App')],
];
