import { App, Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { policySizeErrors } from '../../src/private/policy-size';

const WORDS = { subject: 'the policy', fix: 'grant to fewer', warning: 'Test.policyMayBeTooLong' };

/** A document of so many characters, without what the text in it stands for. */
function document(length: number, text = ''): object {
  return { a: 'x'.repeat(length - '{"a":""}'.length) + text };
}

describe('the size of a policy', () => {
  const stack = new Stack(new App(), 'Team');

  test.each([
    ['fits with 10,240 characters', document(10240), []],
    ['fails with 10,241', document(10241), ['the policy must have at most 10240 characters, got at least 10241: grant to fewer']],
    ['fits when it may have 10,240', document(10240 - 3, Aws.PARTITION), []],
    ['fails when it has 10,241 in the shortest partition', document(10241 - 3, Aws.PARTITION), [expect.stringContaining('at least 10241')]],
  ])('%s', (_, policy, errors) => {
    expect(policySizeErrors(stack, policy, WORDS)).toEqual(errors);
  });

  test.each([
    ['has at most 10,240 characters', document(10240 - 10, Aws.PARTITION), false],
    ['may have 10,241', document(10241 - 10, Aws.PARTITION), true],
    ['may have any length', document(10, new CfnParameter(stack, 'Any').valueAsString), false],
    ['has too many in any case, which is an error', document(10241), false],
  ])('warns only when it may be too long: it %s', (_, policy, warns) => {
    const other = new Stack(new App(), 'Other');
    policySizeErrors(other, policy, WORDS);
    const warnings = Annotations.fromStack(other).findWarning('/Other', Match.anyValue());
    expect(warnings.map(({ entry }) => entry.data)).toEqual(warns ? ['the policy may have up to 10241 characters, and ECR takes 10240: '
      + 'give the stack a Region and turn on @aws-cdk/core:enablePartitionLiterals, or grant to fewer [ack: cdk-hardened-ecr:Test.policyMayBeTooLong]'] : []);
  });
});
