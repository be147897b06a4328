import type { aws_ecr as ecr } from 'aws-cdk-lib';
import { Annotations, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { policySizeErrors } from './policy-size';
import { isOverridden } from './property-override';
import type { RenderedRepository } from './unmended';
import { unmended } from './unmended';

/** What was asked for, so that its absence is worth a word. */
export interface Expectations {
  /** Immutability of tags. */
  readonly tagImmutability: boolean;

  /** Statements for an audience. */
  readonly audience: boolean;
}

/**
 * Warns of what hardening left in a repository, and returns what can't be deployed.
 *
 * Looks at what the template will say, so that nothing which came after is missed.
 */
export function reportOn(repository: ecr.CfnRepository, expected: Expectations): string[] {
  const { Resources } = Stack.of(repository).resolve(repository._toCloudFormation()) as { Resources: { [id: string]: RenderedRepository } };
  const [rendered] = Object.values(Resources);
  for (const { id, message } of unmended(rendered, expected.tagImmutability)) {
    warnOf(repository, id, message);
  }
  return expected.audience ? checkPolicy(repository, rendered.Properties.RepositoryPolicyText) : [];
}

/** Warns once, however often it is asked to. */
export function warnOf(repository: IConstruct, id: string, message: string): void {
  Annotations.of(repository).addWarningV2(`cdk-hardened-ecr:RepositoryHardening.${id}`, message);
}

function checkPolicy(repository: ecr.CfnRepository, policy: unknown): string[] {
  if (isOverridden(repository, 'RepositoryPolicyText')) {
    warnOf(repository, 'audienceNotAdmitted', "the policy is written with an escape hatch, which wins over the audience: write the audience's statements there");
    return [];
  }
  return policySizeErrors(repository, policy, {
    subject: 'the repository policy',
    fix: 'grant to an organization, or to accounts rather than to roles',
    warning: 'RepositoryHardening.policyMayBeTooLong',
  });
}
