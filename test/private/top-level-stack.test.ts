import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { topLevelStack } from '../../src/private/top-level-stack';

test('is the stack around a construct, however deeply nested', () => {
  const stack = new Stack(new App(), 'Stack');
  const inner = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');

  expect(topLevelStack(stack)).toBe(stack);
  expect(topLevelStack(new Construct(stack, 'Thing'))).toBe(stack);
  expect(topLevelStack(new Construct(inner, 'Thing'))).toBe(stack);
});
