import type { Case } from './case';
import { LifecyclePolicy } from '../../../src';

// What ECR asks of the text of a policy; moto's policy_validation.py has the service's messages for most of it.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html

/** Sets a value at a path like `rules.0.action`, in a copy; `undefined` removes what is there. */
function change(policy: object, path: string, value: unknown): object {
  const copy = JSON.parse(JSON.stringify(policy));
  const keys = path.split('.');
  const last = keys.pop()!;
  keys.reduce((at, key) => at[key], copy)[last] = value;
  return copy;
}

const BY_AGE = {
  rules: [{
    rulePriority: 1,
    description: 'archive releases',
    selection: { tagStatus: 'tagged', tagPatternList: ['v*'], storageClass: 'standard', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
    action: { type: 'transition', targetStorageClass: 'archive' },
  }],
};
const BY_COUNT = {
  rules: [{ rulePriority: 1, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 }, action: { type: 'expire' } }],
};

const read = (policy: unknown) => () => LifecyclePolicy.fromJson(JSON.stringify(policy));

/** One value of a legal policy changed, by its path below the first rule. */
function breaking(rule: string, policy: object, path: string, value: unknown, message: string): Case {
  return [rule, read(change(policy, `rules.0.${path}`, value)), message, read(policy)];
}

const RULE = 'correct its name to one of rulePriority, selection, action, description, or remove it';
const SELECTION = 'correct its name to one of tagStatus, countType, countNumber, tagPatternList, tagPrefixList, storageClass, countUnit, or remove it';

export const SHAPE: Case[] = [
  ['a policy is JSON', () => LifecyclePolicy.fromJson('{"rules":[]'),
    `'text' must be JSON like {"rules": [...]}: ${messageOf(() => JSON.parse('{"rules":[]'))}`, () => LifecyclePolicy.fromJson('{"rules":[]}')],
  ...[5, null, [], 'rules', true].map((value): Case => [
    `a policy is an object, not ${JSON.stringify(value)}`, read(value), `'text' must be an object, got ${JSON.stringify(value)}`, read(BY_AGE),
  ]),
  ['a policy has rules', read({}), "'text.rules' must be given, got none", read({ rules: [] })],
  ['a policy has nothing else', read({ ...BY_AGE, Version: 1 }),
    "'text.Version' must not be there, got 1: correct its name to one of rules, or remove it", read(BY_AGE)],
  ['rules are a list', read({ rules: BY_AGE.rules[0] }), `'text.rules' must be an array, got ${JSON.stringify(BY_AGE.rules[0])}`, read(BY_AGE)],
  ['a rule is an object', read({ rules: [[]] }), "'text.rules[0]' must be an object, got []", read(BY_AGE)],
  breaking('a rule has a priority', BY_AGE, 'rulePriority', undefined, "'text.rules[0].rulePriority' must be given, got none"),
  breaking('a rule has a selection', BY_AGE, 'selection', undefined, "'text.rules[0].selection' must be given, got none"),
  breaking('a rule has an action', BY_AGE, 'action', undefined, "'text.rules[0].action' must be given, got none"),
  breaking('a rule has nothing else', BY_AGE, 'enabled', true, `'text.rules[0].enabled' must not be there, got true: ${RULE}`),
  breaking('a priority is a number', BY_AGE, 'rulePriority', '1', "'text.rules[0].rulePriority' must be a number, got \"1\""),
  breaking('a description is a string', BY_AGE, 'description', null, "'text.rules[0].description' must be a string, got null"),
  breaking('a selection is an object', BY_AGE, 'selection', 'any', "'text.rules[0].selection' must be an object, got \"any\""),
  breaking('a selection has a tag status', BY_AGE, 'selection.tagStatus', undefined, "'text.rules[0].selection.tagStatus' must be given, got none"),
  breaking('a selection has a count type', BY_AGE, 'selection.countType', undefined, "'text.rules[0].selection.countType' must be given, got none"),
  breaking('a selection has a count', BY_AGE, 'selection.countNumber', undefined, "'text.rules[0].selection.countNumber' must be given, got none"),
  breaking('a selection has nothing else', BY_AGE, 'selection.tagPaternList', ['v*'],
    `'text.rules[0].selection.tagPaternList' must not be there, got ["v*"]: ${SELECTION}`),
  breaking('a tag status is one of three', BY_AGE, 'selection.tagStatus', 'TAGGED',
    '\'text.rules[0].selection.tagStatus\' must be "tagged" or "untagged" or "any", got "TAGGED"'),
  breaking('a count type is one of four', BY_AGE, 'selection.countType', 'sinceImageDeleted',
    '\'text.rules[0].selection.countType\' must be "imageCountMoreThan" or "sinceImagePushed" or "sinceImagePulled" or "sinceImageTransitioned", '
    + 'got "sinceImageDeleted"'),
  breaking('a count is a number', BY_AGE, 'selection.countNumber', '14', "'text.rules[0].selection.countNumber' must be a number, got \"14\""),
  breaking('patterns are a list', BY_AGE, 'selection.tagPatternList', 'v*', "'text.rules[0].selection.tagPatternList' must be an array, got \"v*\""),
  breaking('a pattern is a string', BY_AGE, 'selection.tagPatternList', ['v*', 1], "'text.rules[0].selection.tagPatternList[1]' must be a string, got 1"),
  ['a prefix is a string', read(change(BY_AGE, 'rules.0.selection.tagPrefixList', [1])),
    "'text.rules[0].selection.tagPrefixList[0]' must be a string, got 1",
    read(change(change(BY_AGE, 'rules.0.selection.tagPrefixList', ['v']), 'rules.0.selection.tagPatternList', undefined))],
  breaking('a storage class is one of two', BY_AGE, 'selection.storageClass', 'glacier',
    '\'text.rules[0].selection.storageClass\' must be "standard" or "archive", got "glacier"'),
  breaking('ages are in days', BY_AGE, 'selection.countUnit', 'hours', '\'text.rules[0].selection.countUnit\' must be "days", got "hours"'),
  breaking('an action is an object', BY_AGE, 'action', 'expire', "'text.rules[0].action' must be an object, got \"expire\""),
  breaking('an action has a type', BY_AGE, 'action.type', undefined, "'text.rules[0].action.type' must be given, got none"),
  breaking('an action has nothing else', BY_AGE, 'action.after', 1,
    "'text.rules[0].action.after' must not be there, got 1: correct its name to one of type, targetStorageClass, or remove it"),
  breaking('an action is one of two', BY_AGE, 'action.type', 'delete', '\'text.rules[0].action.type\' must be "expire" or "transition", got "delete"'),
  breaking('images go to archive', BY_AGE, 'action.targetStorageClass', 'standard',
    '\'text.rules[0].action.targetStorageClass\' must be "archive", got "standard"'),
  breaking('a target is not null', BY_COUNT, 'action.targetStorageClass', null,
    '\'text.rules[0].action.targetStorageClass\' must be "archive", got null'),
];

export const PROPERTIES: Case[] = [
  breaking('tagged images are selected by a list', BY_AGE, 'selection.tagPatternList', undefined,
    '\'text.rules[0].selection\' must have tagPatternList or tagPrefixList when tagStatus is "tagged": use ["*"] for every tagged image'),
  breaking('a list of patterns is for tagged images', BY_COUNT, 'selection.tagPatternList', ['v*'],
    '\'text.rules[0].selection.tagStatus\' must be "tagged" beside tagPatternList or tagPrefixList, got "any"'),
  ['a list of prefixes is for tagged images',
    read(change(change(BY_COUNT, 'rules.0.selection.tagStatus', 'untagged'), 'rules.0.selection.tagPrefixList', ['v'])),
    '\'text.rules[0].selection.tagStatus\' must be "tagged" beside tagPatternList or tagPrefixList, got "untagged"\n'
    + "'text.rules[0].selection.tagStatus' and 'text.rules[0].selection.tagPrefixList' must not be in one rule: "
    + 'ECR selects images by one of them, keep one or make a rule of each',
    read(change(BY_COUNT, 'rules.0.selection.tagStatus', 'untagged'))],
  breaking('patterns and prefixes exclude each other', BY_AGE, 'selection.tagPrefixList', ['v'],
    "'text.rules[0].selection.tagPatternList' and 'text.rules[0].selection.tagPrefixList' must not be in one rule: "
    + 'ECR selects images by one of them, keep one or make a rule of each'),
  breaking('a list has an entry', BY_AGE, 'selection.tagPatternList', [],
    "'text.rules[0].selection.tagPatternList' must have at least one entry, got []: "
    + "leave it out to select any image, or use the pattern '*' for every tagged one"),
  breaking('an age has a unit', BY_AGE, 'selection.countUnit', undefined,
    "'text.rules[0].selection.countUnit' must be \"days\" for 'sinceImagePushed', got none"),
  breaking('a count has no unit', BY_COUNT, 'selection.countUnit', 'days',
    "'text.rules[0].selection.countUnit' must not be there for 'imageCountMoreThan', got \"days\": images are counted, not days"),
  breaking('a transition has a target', BY_AGE, 'action.targetStorageClass', undefined,
    "'text.rules[0].action.targetStorageClass' must be \"archive\" for 'transition', got none"),
  breaking('what is deleted has no target', BY_COUNT, 'action.targetStorageClass', 'archive',
    "'text.rules[0].action.targetStorageClass' must not be there for 'expire', got \"archive\": use 'transition' to archive"),
  breaking('a count is at least 1', BY_AGE, 'selection.countNumber', 0,
    "'text.rules[0].selection.countNumber' must be a whole number of days of at least 1 for 'sinceImagePushed', got 0"),
  breaking('a priority is at least 1', BY_AGE, 'rulePriority', 0, "'text.rules[0].rulePriority' must be a whole number of at least 1, got 0"),
  breaking('the storage class suits the count type', BY_AGE, 'selection.storageClass', 'archive',
    "'text.rules[0].selection.storageClass' must be \"standard\" for 'sinceImagePushed', got \"archive\": "
    + "images in archive can only be selected by 'sinceImageTransitioned'"),
  ['the action suits the count type',
    read(change(change(BY_AGE, 'rules.0.selection.countType', 'sinceImagePulled'), 'rules.0.action', { type: 'expire' })),
    "'text.rules[0].action.type' must be \"transition\" for 'sinceImagePulled', got \"expire\": "
    + "to delete what nobody pulls, let one rule archive it and another expire what was archived, by 'sinceImageTransitioned'",
    read(change(BY_AGE, 'rules.0.selection.countType', 'sinceImagePulled'))],
  ['rules get along', read({ rules: [...BY_COUNT.rules, ...BY_AGE.rules] }),
    "'text.rules[1]' must have a priority of its own, got 1 like text.rules[0]: change one of them",
    read({ rules: [...BY_AGE.rules, { ...BY_COUNT.rules[0], rulePriority: 2 }] })],
];

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
