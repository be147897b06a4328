import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { LifecyclePolicy, LifecycleRule } from '../../src';

describe('LifecyclePolicy', () => {
  const stack = new Stack();
  const days = new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber;
  const team = new CfnParameter(stack, 'Team').valueAsString;

  test('renders the JSON of ECR\'s grammar: nothing empty, nothing that ECR takes for granted', () => {
    const policy = LifecyclePolicy.of(
      LifecycleRule.expireAfterPush(Duration.days(14), { untagged: true, description: 'untagged' }),
      LifecycleRule.keepNewest(100, { tagPatterns: ['*'] }),
    );
    expect(policy._render(stack)).toBe('{"rules":['
      + '{"rulePriority":1,"description":"untagged",'
      + '"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}},'
      + '{"rulePriority":2,'
      + '"selection":{"tagStatus":"tagged","tagPatternList":["*"],"countType":"imageCountMoreThan","countNumber":100},"action":{"type":"expire"}}]}');
  });

  test.each([
    ['NONE', LifecyclePolicy.NONE],
    ['no rules', LifecyclePolicy.of()],
    ['JSON without rules', LifecyclePolicy.fromJson('{"rules":[]}')],
  ])('renders to nothing for %s', (_, policy) => {
    expect(policy._render(stack)).toBeUndefined();
    expect(policy._toJson()).toEqual({ rules: [] });
  });

  test('renders values that are only known at deployment', () => {
    const policy = LifecyclePolicy.of(
      LifecycleRule.expireAfterPush(Duration.days(days), { tagPatterns: [`${team}-*`], description: 'a "team"' }),
    );
    expect(stack.resolve(policy._render(stack))).toEqual({
      'Fn::Join': ['', [
        '{"rules":[{"rulePriority":1,"description":"a \\"team\\"","selection":{"tagStatus":"tagged","tagPatternList":["',
        { Ref: 'Team' },
        '-*"],"countType":"sinceImagePushed","countUnit":"days","countNumber":',
        { Ref: 'Days' },
        '},"action":{"type":"expire"}}]}',
      ]],
    });
  });

  test('gives a rule without a priority one more than the rule before it', () => {
    const policy = LifecyclePolicy.of(
      LifecycleRule.keepNewest(1, { tagPatterns: ['a'] }),
      LifecycleRule.keepNewest(1, { tagPatterns: ['b'], priority: 10 }),
      LifecycleRule.keepNewest(1, { tagPatterns: ['c'] }),
    );
    expect(policy._toJson()).toMatchObject({ rules: [{ rulePriority: 1 }, { rulePriority: 10 }, { rulePriority: 11 }] });
  });

  test('knows whether images go to archive', () => {
    expect(LifecyclePolicy.of(LifecycleRule.keepNewest(1, { untagged: true }), LifecycleRule.archiveAllButNewest(1))._archives).toBe(true);
    expect(LifecyclePolicy.of(LifecycleRule.keepNewest(1))._archives).toBe(false);
  });
});
