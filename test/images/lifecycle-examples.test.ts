import { Stack } from 'aws-cdk-lib';
import { LifecyclePolicy } from '../../src';

/**
 * The worked examples of the ECR user guide, and a few policies that people have.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html
 */
const expire = { type: 'expire' };
const archive = { type: 'transition', targetStorageClass: 'archive' };
const tagged = (...tagPatternList: string[]) => ({ tagStatus: 'tagged', tagPatternList });
const any = { tagStatus: 'any' };
const untagged = { tagStatus: 'untagged' };
const moreThan = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber });
const since = (countType: string, countNumber: number) => ({ countType, countUnit: 'days', countNumber });

const EXAMPLES: [name: string, rules: object[]][] = [
  ['filtering on image age', [
    { rulePriority: 1, description: 'Expire images older than 14 days', selection: { ...tagged('prod*'), ...since('sinceImagePushed', 14) }, action: expire },
  ]],
  ['filtering on last pulled time', [
    { rulePriority: 1, description: 'Archive images not pulled in 90 days', selection: { ...any, ...since('sinceImagePulled', 90) }, action: archive },
  ]],
  ['filtering on archive transition time', [
    {
      rulePriority: 1,
      description: 'Expire images archived for more than 365 days',
      selection: { ...any, storageClass: 'archive', ...since('sinceImageTransitioned', 365) },
      action: expire,
    },
  ]],
  ['filtering on image count', [
    { rulePriority: 1, description: 'Keep only one untagged image, expire all others', selection: { ...untagged, ...moreThan(1) }, action: expire },
  ]],
  ['multiple rules, example A', [
    { rulePriority: 1, description: 'Rule 1', selection: { ...tagged('prod*'), ...moreThan(1) }, action: expire },
    { rulePriority: 2, description: 'Rule 2', selection: { ...tagged('beta*'), ...moreThan(1) }, action: expire },
  ]],
  ['multiple rules, example B', [
    { rulePriority: 1, description: 'Rule 1', selection: { ...tagged('beta*'), ...moreThan(1) }, action: expire },
    { rulePriority: 2, description: 'Rule 2', selection: { ...tagged('prod*'), ...moreThan(1) }, action: expire },
  ]],
  ['multiple tags in a rule, example A', [
    { rulePriority: 1, description: 'Rule 1', selection: { ...tagged('alpha*', 'beta*'), ...since('sinceImagePushed', 5) }, action: expire },
  ]],
  ['multiple tags in a rule, example B', [
    { rulePriority: 1, description: 'Rule 1', selection: { ...tagged('alpha*', 'beta*'), ...moreThan(1) }, action: expire },
  ]],
  ['all images, example A', [
    { rulePriority: 1, description: 'Rule 1', selection: { ...any, ...moreThan(1) }, action: expire },
  ]],
  ['all images, example B', [
    { rulePriority: 1, description: 'Rule 1', selection: { ...tagged('alpha*'), ...moreThan(1) }, action: expire },
    { rulePriority: 2, description: 'Rule 2', selection: { ...untagged, ...since('sinceImagePushed', 1) }, action: expire },
    { rulePriority: 3, description: 'Rule 3', selection: { ...any, ...moreThan(1) }, action: expire },
  ]],
  ['archiving by age', [
    {
      rulePriority: 1,
      description: 'Archive production images older than 30 days',
      selection: { ...tagged('prod*'), ...since('sinceImagePushed', 30) },
      action: archive,
    },
  ]],
  ['combining archive and expire rules', [
    { rulePriority: 1, description: 'Archive images older than 30 days', selection: { ...any, ...since('sinceImagePushed', 30) }, action: archive },
    {
      rulePriority: 2,
      description: 'Expire images archived for more than 365 days',
      selection: { ...any, storageClass: 'archive', ...since('sinceImageTransitioned', 365) },
      action: expire,
    },
  ]],
  ['gaps between priorities, not in their order', [
    { rulePriority: 900, selection: { ...any, ...moreThan(500) }, action: expire },
    { rulePriority: 10, selection: { tagStatus: 'tagged', tagPrefixList: ['v', 'release-'], ...moreThan(20) }, action: archive },
  ]],
];

describe('fromJson', () => {
  test.each(EXAMPLES)('reads and writes: %s', (_, rules) => {
    const text = JSON.stringify({ rules }, undefined, 2);
    expect(JSON.parse(LifecyclePolicy.fromJson(text)._render(new Stack())!)).toEqual({ rules });
  });

  test('leaves out what ECR takes for granted', () => {
    const rule = { rulePriority: 1, selection: { ...any, ...moreThan(1) }, action: expire };
    const verbose = { ...rule, description: '', selection: { ...rule.selection, storageClass: 'standard' } };
    expect(LifecyclePolicy.fromJson(JSON.stringify({ rules: [verbose] }))._toJson()).toEqual({ rules: [rule] });
  });
});
