import type { Stack } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { topLevelStack } from '../../private/top-level-stack';
import type { RepositoryCreationTemplate } from '../creation-template';

const prefixes = new WeakMap<Stack, Map<string, RepositoryCreationTemplate>>();

/** The template that a registry has for a prefix. */
export function templateOf(registry: IConstruct, prefix: string): RepositoryCreationTemplate | undefined {
  return prefixes.get(topLevelStack(registry))?.get(keyOf(prefix));
}

/** All templates of a registry whose prefixes are known. */
export function templatesOf(registry: IConstruct): RepositoryCreationTemplate[] {
  return [...prefixes.get(topLevelStack(registry))?.values() ?? []].filter(({ prefix }) => !Token.isUnresolved(prefix));
}

/**
 * Makes a second template for the same prefix of a registry an error: ECR has one a prefix.
 *
 * With and without a slash at the end it is the same prefix, because ECR assumes one.
 */
export function claimPrefix(registry: IConstruct, prefix: string, template: RepositoryCreationTemplate): void {
  const stack = topLevelStack(registry);
  const claimed = prefixes.get(stack) ?? new Map<string, RepositoryCreationTemplate>();
  prefixes.set(stack, claimed);

  const key = keyOf(prefix);
  const other = claimed.get(key);
  if (other && !Token.isUnresolved(prefix)) {
    throw new Error(`'prefix' must be the prefix of one template in a registry, got ${JSON.stringify(prefix)} in ${other.node.path} too: `
      + `make one template for all uses, before others need it: 'appliedFor', or 'replicated' of a namespace [${template.node.path}]`);
  }
  claimed.set(key, template);
}

function keyOf(prefix: string): string {
  return prefix.replace(/\/$/, '');
}
