import { Duration } from 'aws-cdk-lib';
import type { Case } from './case';
import { ImageStorageClass, LifecycleActionType, LifecycleCountType, LifecyclePolicy, LifecycleRule } from '../../../src';

// What ECR asks of a single rule.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html for what may be expired, and after how long

const { EXPIRE, TRANSITION } = LifecycleActionType;
const { STANDARD, ARCHIVE } = ImageStorageClass;
const { IMAGE_COUNT_MORE_THAN, SINCE_IMAGE_PUSHED, SINCE_IMAGE_PULLED, SINCE_IMAGE_TRANSITIONED } = LifecycleCountType;
const { of, keepNewest, archiveAllButNewest, expireAfterPush, archiveAfterPush, archiveAfterPull, expireArchived } = LifecycleRule;
const { days } = Duration;

export const NUMBERS: Case[] = [
  ['a count is at least 1', () => keepNewest(0),
    "'count' of LifecycleRule.keepNewest must be a whole number of at least 1 for 'imageCountMoreThan', got 0",
    () => keepNewest(1)],
  ['a count is whole', () => archiveAllButNewest(1.5),
    "'count' of LifecycleRule.archiveAllButNewest must be a whole number of at least 1 for 'imageCountMoreThan', got 1.5",
    () => archiveAllButNewest(2)],
  ['an age is whole days', () => expireAfterPush(Duration.hours(36)),
    "'age' of LifecycleRule.expireAfterPush must be a whole number of days of at least 1 for 'sinceImagePushed', got 1.5",
    () => expireAfterPush(Duration.hours(48))],
  ['an age is at least a day', () => archiveAfterPush(days(0)),
    "'age' of LifecycleRule.archiveAfterPush must be a whole number of days of at least 1 for 'sinceImagePushed', got 0",
    () => archiveAfterPush(days(1))],
  ['a time without pulls is at least a day', () => archiveAfterPull(days(0)),
    "'age' of LifecycleRule.archiveAfterPull must be a whole number of days of at least 1 for 'sinceImagePulled', got 0",
    () => archiveAfterPull(days(1))],
  ['images stay 90 days in archive', () => expireArchived(days(89)),
    "'age' of LifecycleRule.expireArchived must be a whole number of days of at least 90 for 'sinceImageTransitioned', got 89: "
    + 'ECR bills 90 days of archive storage in any case, and takes no rule that deletes earlier',
    () => expireArchived(days(90))],
  ['a priority is at least 1', () => keepNewest(1, { priority: 0 }),
    "'priority' of LifecycleRule.keepNewest (priority 0) must be a whole number of at least 1, got 0",
    () => keepNewest(1, { priority: 1 })],
  ['a priority is whole', () => keepNewest(1, { priority: 2.5 }),
    "'priority' of LifecycleRule.keepNewest (priority 2.5) must be a whole number of at least 1, got 2.5",
    () => keepNewest(1, { priority: 2 })],
];

const TO_EXPIRE_BY_PULL = 'to delete what nobody pulls, let one rule archive it and another expire what was archived, by \'sinceImageTransitioned\'';
const NO_ARCHIVE = 'images in archive can only be selected by \'sinceImageTransitioned\'';
const ONLY_ARCHIVE = 'only images in archive have been there for a time, and they can only be expired';

export const COMBINATIONS: Case[] = [
  ['images are counted in standard storage',
    () => of({ countType: IMAGE_COUNT_MORE_THAN, countNumber: 1, action: EXPIRE, storageClass: ARCHIVE }),
    `'storageClass' of LifecycleRule.of must be "standard" for 'imageCountMoreThan', got "archive": ${NO_ARCHIVE}`,
    () => of({ countType: IMAGE_COUNT_MORE_THAN, countNumber: 1, action: EXPIRE, storageClass: STANDARD })],
  ['the push is looked at in standard storage',
    () => of({ countType: SINCE_IMAGE_PUSHED, countNumber: 1, action: EXPIRE, storageClass: ARCHIVE, priority: 7 }),
    `'storageClass' of LifecycleRule.of (priority 7) must be "standard" for 'sinceImagePushed', got "archive": ${NO_ARCHIVE}`,
    () => of({ countType: SINCE_IMAGE_PUSHED, countNumber: 1, action: EXPIRE, storageClass: STANDARD, priority: 7 })],
  ['the last pull is looked at in standard storage',
    () => of({ countType: SINCE_IMAGE_PULLED, countNumber: 1, action: TRANSITION, storageClass: ARCHIVE }),
    `'storageClass' of LifecycleRule.of must be "standard" for 'sinceImagePulled', got "archive": ${TO_EXPIRE_BY_PULL}`,
    () => of({ countType: SINCE_IMAGE_PULLED, countNumber: 1, action: TRANSITION, storageClass: STANDARD })],
  ['nothing is deleted by its last pull',
    () => of({ countType: SINCE_IMAGE_PULLED, countNumber: 1, action: EXPIRE }),
    `'action' of LifecycleRule.of must be "transition" for 'sinceImagePulled', got "expire": ${TO_EXPIRE_BY_PULL}`,
    () => LifecyclePolicy.of(archiveAfterPull(days(1)), expireArchived(days(90)))],
  ['the time in archive is looked at in archive',
    () => of({ countType: SINCE_IMAGE_TRANSITIONED, countNumber: 90, action: EXPIRE }),
    `'storageClass' of LifecycleRule.of must be "archive" for 'sinceImageTransitioned', got "standard": ${ONLY_ARCHIVE}`,
    () => of({ countType: SINCE_IMAGE_TRANSITIONED, countNumber: 90, action: EXPIRE, storageClass: ARCHIVE })],
  ['what is in archive is not archived',
    () => of({ countType: SINCE_IMAGE_TRANSITIONED, countNumber: 90, action: TRANSITION, storageClass: ARCHIVE }),
    `'action' of LifecycleRule.of must be "expire" for 'sinceImageTransitioned', got "transition": ${ONLY_ARCHIVE}`,
    () => of({ countType: SINCE_IMAGE_TRANSITIONED, countNumber: 90, action: EXPIRE, storageClass: ARCHIVE })],
];

export const SELECTIONS: Case[] = [
  ['untagged images have no tag to match a pattern', () => keepNewest(1, { untagged: true, tagPatterns: ['a'] }),
    "'untagged' of LifecycleRule.keepNewest and 'tagPatterns' of LifecycleRule.keepNewest must not be in one rule: "
    + 'ECR selects images by one of them, keep one or make a rule of each',
    () => keepNewest(1, { untagged: false, tagPatterns: ['a'] })],
  ['untagged images have no tag to start with a prefix', () => keepNewest(1, { untagged: true, tagPrefixes: ['a'] }),
    "'untagged' of LifecycleRule.keepNewest and 'tagPrefixes' of LifecycleRule.keepNewest must not be in one rule: "
    + 'ECR selects images by one of them, keep one or make a rule of each',
    () => keepNewest(1, { untagged: true })],
  ['patterns and prefixes exclude each other in a rule', () => keepNewest(1, { tagPatterns: ['a'], tagPrefixes: ['b'] }),
    "'tagPatterns' of LifecycleRule.keepNewest and 'tagPrefixes' of LifecycleRule.keepNewest must not be in one rule: "
    + 'ECR selects images by one of them, keep one or make a rule of each',
    () => LifecyclePolicy.of(keepNewest(1, { tagPatterns: ['a'] }), keepNewest(1, { tagPrefixes: ['b'] }))],
  ['there is a pattern', () => keepNewest(1, { tagPatterns: [] }),
    "'tagPatterns' of LifecycleRule.keepNewest must have at least one entry, got []: "
    + "leave it out to select any image, or use the pattern '*' for every tagged one",
    () => keepNewest(1, { tagPatterns: ['*'] })],
  ['there is a prefix', () => keepNewest(1, { tagPrefixes: [] }),
    "'tagPrefixes' of LifecycleRule.keepNewest must have at least one entry, got []: "
    + "leave it out to select any image, or use the pattern '*' for every tagged one",
    () => keepNewest(1, { tagPrefixes: ['a'] })],
  ['a pattern is not empty', () => keepNewest(1, { tagPatterns: ['a', ''] }),
    "'tagPatterns' of LifecycleRule.keepNewest must have no empty entry, got \"\": use the pattern '*' for every tagged image",
    () => keepNewest(1, { tagPatterns: ['a', 'b'] })],
  ['a prefix is not empty', () => keepNewest(1, { tagPrefixes: ['a', ''] }),
    "'tagPrefixes' of LifecycleRule.keepNewest must have no empty entry, got \"\": use the pattern '*' for every tagged image",
    () => keepNewest(1, { tagPrefixes: ['a', 'b'] })],
  ['a pattern has at most 4 wildcards', () => keepNewest(1, { tagPatterns: ['a', '*b*c*d*e*'] }),
    "'tagPatterns' of LifecycleRule.keepNewest must have at most 4 '*' in an entry, got 5 in \"*b*c*d*e*\"",
    () => keepNewest(1, { tagPatterns: ['*test*1*2*3', 'test*1*2*3*'] })],
];
