import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The stack that CloudFormation is asked to deploy: `Stack.of` inside a nested stack is the nested one. */
export function topLevelStack(scope: IConstruct): Stack {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) {
    stack = stack.nestedStackParent;
  }
  return stack;
}
