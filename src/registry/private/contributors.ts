import type { IConstruct } from 'constructs';

/** For messages: whose contributions make up what is wrong. */
export function pathsOf(contributors: readonly IConstruct[]): string {
  return [...new Set(contributors.map(contributor => contributor.node.path))].join(', ');
}
