import { Duration } from 'aws-cdk-lib';
import type { Case } from './case';
import { LifecyclePolicy, LifecycleRule } from '../../../src';

// What ECR asks of the rules of a policy together.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html for 50 rules and 30,720 characters

const { keepNewest, archiveAfterPush, expireArchived } = LifecycleRule;
const { of: policy } = LifecyclePolicy;
const { days } = Duration;

/** A policy whose JSON has exactly so many characters. */
function ofLength(characters: number): LifecyclePolicy {
  const shortest = JSON.stringify(policy(keepNewest(1, { description: 'x' }))._toJson()).length;
  return policy(keepNewest(1, { description: 'x'.repeat(characters - shortest + 1) }));
}

function rules(count: number): LifecycleRule[] {
  return Array.from({ length: count }, (_, i) => keepNewest(1, { tagPatterns: [`team-${i}-*`] }));
}

export const POLICIES: Case[] = [
  ['a priority is unique', () => policy(keepNewest(1, { tagPatterns: ['a'], priority: 5 }), keepNewest(1, { tagPatterns: ['b'], priority: 5 })),
    "'rules[1]' must have a priority of its own, got 5 like rules[0]: change one of them",
    () => policy(keepNewest(1, { tagPatterns: ['a'], priority: 5 }), keepNewest(1, { tagPatterns: ['b'] }))],
  ['a priority is not the one that a rule got by itself',
    () => policy(keepNewest(1, { tagPatterns: ['a'] }), keepNewest(1, { tagPatterns: ['b'] }), keepNewest(1, { tagPatterns: ['c'], priority: 2 })),
    "'rules[2]' must have a priority of its own, got 2 like rules[1]: change one of them",
    () => policy(keepNewest(1, { tagPatterns: ['a'] }), keepNewest(1, { tagPatterns: ['b'] }), keepNewest(1, { tagPatterns: ['c'], priority: 3 }))],
  ['a priority is unique across storage classes', () => policy(keepNewest(1, { priority: 1 }), expireArchived(days(90), { priority: 1 })),
    "'rules[1]' must have a priority of its own, got 1 like rules[0]: change one of them",
    () => policy(keepNewest(1, { priority: 2 }), expireArchived(days(90), { priority: 1 }))],
  ['any image comes last in standard storage', () => policy(keepNewest(1), keepNewest(1, { tagPatterns: ['a'] }), keepNewest(1, { untagged: true })),
    "'rules[0]' must have the highest priority number in standard storage because it selects any image, "
    + 'got 1 before 2 of rules[1], 3 of rules[2]: ECR applies it last, put it last',
    () => policy(keepNewest(1, { tagPatterns: ['a'] }), keepNewest(1, { untagged: true }), keepNewest(1))],
  ['any image comes last in archive', () => policy(expireArchived(days(90)), expireArchived(days(90), { tagPrefixes: ['a'] })),
    "'rules[0]' must have the highest priority number in archive storage because it selects any image, "
    + 'got 1 before 2 of rules[1]: ECR applies it last, put it last',
    () => policy(archiveAfterPush(days(1)), expireArchived(days(90), { tagPrefixes: ['a'] }), expireArchived(days(90)))],
  ['any image comes last by number, not by position', () => policy(keepNewest(1, { tagPatterns: ['a'], priority: 2 }), keepNewest(1, { priority: 1 })),
    "'rules[1]' must have the highest priority number in standard storage because it selects any image, "
    + 'got 1 before 2 of rules[0]: ECR applies it last, put it last',
    () => policy(keepNewest(1, { priority: 2 }), keepNewest(1, { tagPatterns: ['a'], priority: 1 }))],
  ['one rule is for any image in standard storage', () => policy(archiveAfterPush(days(1)), keepNewest(1)),
    "'rules[1]' must not select any image in standard storage, got a second rule beside rules[0]: ECR takes one, merge them",
    () => policy(archiveAfterPush(days(1)), expireArchived(days(90)))],
  ['one rule is for any image in archive', () => policy(expireArchived(days(90)), expireArchived(days(91))),
    "'rules[1]' must not select any image in archive storage, got a second rule beside rules[0]: ECR takes one, merge them",
    () => policy(expireArchived(days(90)), keepNewest(1))],
  ['one rule is for untagged images in standard storage',
    () => policy(archiveAfterPush(days(1), { untagged: true }), keepNewest(1, { untagged: true })),
    "'rules[1]' must not select untagged images in standard storage, got a second rule beside rules[0]: ECR takes one, merge them",
    () => policy(archiveAfterPush(days(1), { untagged: true }), expireArchived(days(90), { untagged: true }))],
  ['one rule is for untagged images in archive',
    () => policy(expireArchived(days(90), { untagged: true }), expireArchived(days(91), { untagged: true })),
    "'rules[1]' must not select untagged images in archive storage, got a second rule beside rules[0]: ECR takes one, merge them",
    () => policy(expireArchived(days(90), { untagged: true }), expireArchived(days(91)))],
  ['a prefix is in one rule of a storage class',
    () => policy(keepNewest(1, { tagPrefixes: ['a', 'b'] }), keepNewest(1, { untagged: true }), keepNewest(1, { tagPrefixes: ['b', 'c'] })),
    '\'rules[2]\' must not repeat the prefix "b" of rules[0] in standard storage: ECR wants each once, write it as the pattern "b*"',
    () => policy(keepNewest(1, { tagPrefixes: ['a', 'b'] }), expireArchived(days(90), { tagPrefixes: ['b'] }), keepNewest(1, { tagPatterns: ['b*'] }))],
  ['a prefix is in a rule once', () => policy(expireArchived(days(90), { tagPrefixes: ['a', 'a'] })),
    '\'rules[0]\' must not repeat the prefix "a" of rules[0] in archive storage: ECR wants each once, write it as the pattern "a*"',
    () => policy(expireArchived(days(90), { tagPrefixes: ['a', 'aa'] }))],
  ['a policy has at most 50 rules', () => policy(...rules(51)),
    "'rules' must be at most 50, got 51: ECR takes no more, select with wildcards instead of one rule a tag",
    () => policy(...rules(50))],
  ['a policy has at most 30,720 characters', () => ofLength(30_721),
    "'rules' must be at most 30720 characters as JSON, got 30721: shorten the descriptions or the lists of tags",
    () => ofLength(30_720)],
];
