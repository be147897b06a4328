import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Whether a stack is known to be deployed to another account or Region than a registry. */
export function isElsewhere(stack: Stack, registry: IConstruct): boolean {
  const here = Stack.of(registry);
  return [Token.compareStrings(stack.account, here.account), Token.compareStrings(stack.region, here.region)]
    .includes(TokenComparison.DIFFERENT);
}
