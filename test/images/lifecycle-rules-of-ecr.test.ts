import { Duration } from 'aws-cdk-lib';
import { PROPERTIES, SHAPE } from './lifecycle-cases/json';
import { POLICIES } from './lifecycle-cases/policy';
import { COMBINATIONS, NUMBERS, SELECTIONS } from './lifecycle-cases/rule';
import { ImageStorageClass, LifecycleActionType, LifecycleCountType, LifecyclePolicy, LifecycleRule } from '../../src';

describe.each([
  ['the numbers of a rule', NUMBERS],
  ['what goes together in a rule', COMBINATIONS],
  ['the images of a rule', SELECTIONS],
  ['the rules of a policy', POLICIES],
  ['the shape of JSON', SHAPE],
  ['the properties in JSON', PROPERTIES],
])('%s', (_, cases) => {
  test.each(cases)('fails unless %s', (__, bad, message, neighbour) => {
    expect(bad).toThrow(new Error(message));
    expect(neighbour).not.toThrow();
  });
});

const { EXPIRE, TRANSITION } = LifecycleActionType;
const { STANDARD, ARCHIVE } = ImageStorageClass;
const { IMAGE_COUNT_MORE_THAN, SINCE_IMAGE_PUSHED, SINCE_IMAGE_PULLED, SINCE_IMAGE_TRANSITIONED } = LifecycleCountType;
const { of, keepNewest, archiveAllButNewest, expireAfterPush, archiveAfterPush, archiveAfterPull, expireArchived } = LifecycleRule;
const { of: policy } = LifecyclePolicy;
const { days } = Duration;

test('fails once with everything that is wrong', () => {
  expect(() => of({ countType: SINCE_IMAGE_PULLED, countNumber: 0, action: EXPIRE, storageClass: ARCHIVE, tagPatterns: [''], tagPrefixes: [] }))
    .toThrow(/'countNumber'.*\n'storageClass'.*\n'action'.*\n'tagPatterns'.*\n'tagPatterns'.*\n'tagPrefixes'/);
  expect(() => policy(keepNewest(1), keepNewest(2, { priority: 1 }), expireArchived(days(90), { tagPrefixes: ['a', 'a'] })))
    .toThrow(/'rules\[1\]'.*\n'rules\[1\]'.*\n'rules\[2\]'/);
});

describe('every legal combination passes', () => {
  test.each([
    ['keepNewest', keepNewest(1), IMAGE_COUNT_MORE_THAN, EXPIRE, STANDARD],
    ['archiveAllButNewest', archiveAllButNewest(1), IMAGE_COUNT_MORE_THAN, TRANSITION, STANDARD],
    ['expireAfterPush', expireAfterPush(days(1)), SINCE_IMAGE_PUSHED, EXPIRE, STANDARD],
    ['archiveAfterPush', archiveAfterPush(days(1)), SINCE_IMAGE_PUSHED, TRANSITION, STANDARD],
    ['archiveAfterPull', archiveAfterPull(days(1)), SINCE_IMAGE_PULLED, TRANSITION, STANDARD],
    ['expireArchived', expireArchived(days(90)), SINCE_IMAGE_TRANSITIONED, EXPIRE, ARCHIVE],
  ])('as %s and in ECR\'s own words', (_, rule, countType, action, storageClass) => {
    const countNumber = storageClass === ARCHIVE ? 90 : 1;
    expect(policy(rule)._toJson()).toEqual(policy(of({ countType, countNumber, action, storageClass }))._toJson());
  });
});
