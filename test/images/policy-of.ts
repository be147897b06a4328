import { App, Stack } from 'aws-cdk-lib';
import type { PullAudience } from '../../src';

/** What an audience renders to. */
export interface Policy {
  readonly Version: string;
  readonly Statement: { Sid: string; Effect: string; Principal: any; Action: string[]; Condition: any }[];
}

/** A stack in a Region and partition that are known, so that ARNs can be read. */
export function stackIn(region = 'us-east-1', app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } }), id = 'Team'): Stack {
  return new Stack(app, id, { env: { account: '111111111111', region } });
}

export function policyOf(audience: PullAudience, stack = stackIn()): Policy {
  return stack.resolve(audience._render(stack));
}

/** Account ids, each another one. */
export function accounts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(111111111111 + i));
}
