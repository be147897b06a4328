/**
 * ECR's answer to the text of a lifecycle policy, as far as it is documented: written from the user guide, knowing nothing of `src/`.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
export function ecrAccepts(text: string): boolean {
  const policy = JSON.parse(text);
  const rules: any[] = policy.rules;
  return text.length >= 100 && text.length <= 30_720
    && only(policy, 'rules') && rules.length <= 50
    && rules.every(isRule)
    && unique(rules.map(rule => rule.rulePriority))
    && ['standard', 'archive'].every(storageClass => getAlong(rules.filter(rule => (rule.selection.storageClass ?? 'standard') === storageClass)));
}

function isRule(rule: any): boolean {
  const { rulePriority, description, selection, action } = rule;
  const { tagStatus, tagPatternList, tagPrefixList, storageClass = 'standard', countType, countUnit, countNumber } = selection;
  const combination = [countType, storageClass, action.type].join(' ');
  const lists = [tagPatternList, tagPrefixList].filter(list => list !== undefined);
  return only(rule, 'rulePriority', 'description', 'selection', 'action')
    && only(selection, 'tagStatus', 'tagPatternList', 'tagPrefixList', 'storageClass', 'countType', 'countUnit', 'countNumber')
    && only(action, 'type', 'targetStorageClass')
    && positive(rulePriority)
    && (description === undefined || typeof description === 'string')
    && ['tagged', 'untagged', 'any'].includes(tagStatus)
    && lists.length === (tagStatus === 'tagged' ? 1 : 0)
    && lists.every(list => Array.isArray(list) && list.length > 0)
    && lists.flat().every(entry => typeof entry === 'string' && entry !== '')
    && (tagPatternList ?? []).every((pattern: string) => !/\*.*\*.*\*.*\*.*\*/.test(pattern))
    && LEGAL.includes(combination)
    && countUnit === (countType === 'imageCountMoreThan' ? undefined : 'days')
    && positive(countNumber) && (countType !== 'sinceImageTransitioned' || countNumber >= 90)
    && action.targetStorageClass === (action.type === 'transition' ? 'archive' : undefined);
}

const LEGAL = [
  'imageCountMoreThan standard expire',
  'imageCountMoreThan standard transition',
  'sinceImagePushed standard expire',
  'sinceImagePushed standard transition',
  'sinceImagePulled standard transition',
  'sinceImageTransitioned archive expire',
];

/** The rules for one storage class. */
function getAlong(rules: any[]): boolean {
  const priorities = (tagStatus: string) => rules.filter(rule => rule.selection.tagStatus === tagStatus).map(rule => rule.rulePriority);
  const any = priorities('any');
  return any.length <= 1 && priorities('untagged').length <= 1
    && any.every(priority => rules.every(rule => rule.rulePriority <= priority))
    && unique(rules.flatMap(rule => rule.selection.tagPrefixList ?? []));
}

function only(value: object, ...keys: string[]): boolean {
  return Object.keys(value).every(key => keys.includes(key));
}

function positive(value: unknown): boolean {
  return typeof value === 'number' && value % 1 === 0 && value > 0;
}

function unique(values: unknown[]): boolean {
  return new Set(values).size === values.length;
}
