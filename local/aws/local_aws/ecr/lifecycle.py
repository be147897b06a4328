"""Rejects the lifecycle policies that ECR rejects.

The rules are those of the user guide; the wording of some messages comes from reports of users.
See https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""
import json

from .errors import EcrError, invalid

_MAX_RULES = 50
_MAX_WILDCARDS = 4
_MIN_ARCHIVE_DAYS = 90
_SINCE = {'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'}
_COUNT_TYPES = _SINCE | {'imageCountMoreThan'}
_TAG_LISTS = ('tagPatternList', 'tagPrefixList')


def parse(text: str) -> list[dict]:
    """The rules of a policy in ascending priority, or InvalidParameterException."""
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _failure('Could not map policyString into LifecyclePolicy.')
    _members(document, {'rules'}, {'rules'})
    rules = document['rules']
    _array(rules, 'rules')
    if len(rules) > _MAX_RULES:
        raise _failure(f'array is too long: must have at most {_MAX_RULES} elements but instance has {len(rules)} elements')
    for rule in rules:
        _check_rule(rule)
    rules = sorted(rules, key=lambda rule: rule['rulePriority'])
    priorities = [rule['rulePriority'] for rule in rules]
    if len(set(priorities)) != len(priorities):
        raise _failure('rulePriority must be unique')
    for storage_class in ('standard', 'archive'):
        _check_class([rule for rule in rules if storage_class_of(rule) == storage_class])
    return rules


def storage_class_of(rule: dict) -> str:
    return rule['selection'].get('storageClass', 'standard')


def _check_rule(rule) -> None:
    if not isinstance(rule, dict):
        raise _failure('a rule is not an object')
    _members(rule, {'rulePriority', 'selection', 'action'}, {'rulePriority', 'selection', 'action', 'description'})
    _number(rule['rulePriority'])
    if not isinstance(rule.get('description', ''), str):
        raise _failure('description must be a string')
    if not isinstance(rule['selection'], dict) or not isinstance(rule['action'], dict):
        raise _failure('selection and action must be objects')
    _check_selection(rule['selection'])
    _check_action(rule['action'], rule['selection'])


def _check_selection(selection: dict) -> None:
    _members(selection, {'tagStatus', 'countType', 'countNumber'},
             {'tagStatus', 'storageClass', 'countType', 'countUnit', 'countNumber', *_TAG_LISTS})
    if selection['tagStatus'] not in ('tagged', 'untagged', 'any'):
        raise _no_schema()
    if selection.get('storageClass', 'standard') not in ('standard', 'archive'):
        raise _no_schema()
    count_type = selection['countType']
    if count_type not in _COUNT_TYPES:
        raise _no_schema()
    _number(selection['countNumber'])
    if count_type in _SINCE:
        if selection.get('countUnit') != 'days':
            raise _failure(f"countUnit must be 'days' when countType={count_type}")
    elif 'countUnit' in selection:
        raise _failure('countUnit is not allowed when countType=imageCountMoreThan')
    if (count_type == 'sinceImageTransitioned') != (storage_class_of({'selection': selection}) == 'archive'):
        raise _failure('storageClass=archive goes with countType=sinceImageTransitioned and with no other')
    if count_type == 'sinceImageTransitioned' and selection['countNumber'] < _MIN_ARCHIVE_DAYS:
        raise _failure(f'numeric instance is lower than the required minimum (minimum: {_MIN_ARCHIVE_DAYS}, '
                       f'found: {selection["countNumber"]})')
    _check_tag_lists(selection)


def _check_tag_lists(selection: dict) -> None:
    present = [name for name in _TAG_LISTS if name in selection]
    if selection['tagStatus'] != 'tagged':
        if present:
            raise _failure(f'{present[0]} is allowed only when tagStatus=TAGGED.')
        return
    if not present:
        raise _failure('Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.')
    if len(present) > 1:
        raise _failure('tagPrefixList and tagPatternList are mutually exclusive')
    entries = selection[present[0]]
    _array(entries, present[0])
    if not all(isinstance(entry, str) and entry for entry in entries):
        raise _failure(f'{present[0]} must hold non-empty strings')
    if present[0] == 'tagPatternList' and any(entry.count('*') > _MAX_WILDCARDS for entry in entries):
        raise _failure(f'a tag pattern may have at most {_MAX_WILDCARDS} wildcards')


def _check_action(action: dict, selection: dict) -> None:
    _members(action, {'type'}, {'type', 'targetStorageClass'})
    kind = action['type']
    if kind not in ('expire', 'transition'):
        raise _no_schema()
    if ('targetStorageClass' in action) != (kind == 'transition') or action.get('targetStorageClass', 'archive') != 'archive':
        raise _no_schema()
    if selection['countType'] == 'sinceImagePulled' and kind == 'expire':
        raise _failure('countType=sinceImagePulled goes with the action transition only')
    if selection['countType'] == 'sinceImageTransitioned' and kind == 'transition':
        raise _failure('countType=sinceImageTransitioned goes with the action expire only')


def _check_class(rules: list[dict]) -> None:
    """What holds among the rules of one storage class."""
    statuses = [rule['selection']['tagStatus'] for rule in rules]
    if statuses.count('untagged') > 1:
        raise _failure('Only one rule can select Untagged images per storage class')
    if 'any' in statuses[:-1]:
        raise _failure('Rule for tagStatus=ANY must have the lowest priority per storage class')
    prefixes = [prefix for rule in rules for prefix in rule['selection'].get('tagPrefixList', [])]
    if len(set(prefixes)) != len(prefixes):
        raise _failure('a tag prefix may appear in one rule per storage class only')


def _members(value: dict, required: set[str], allowed: set[str]) -> None:
    missing = sorted(required - set(value))
    if missing:
        raise _failure(f'object has missing required properties ({_quoted(missing)})')
    unknown = sorted(set(value) - allowed)
    if unknown:
        raise _failure(f'object instance has properties which are not allowed by the schema: ({_quoted(unknown)})')


def _quoted(names: list[str]) -> str:
    return json.dumps(names, separators=(',', ':'))


def _array(value, name: str) -> None:
    if not isinstance(value, list):
        raise _failure(f'{name} must be an array')
    if not value:
        raise _failure('array is too short: must have at least 1 elements but instance has 0 elements')


def _number(value) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _failure('instance type does not match any allowed primitive type (allowed: ["integer"])')
    if value < 1:
        raise _failure(f'numeric instance is lower than the required minimum (minimum: 1, found: {value})')


def _no_schema() -> EcrError:
    return _failure('instance failed to match exactly one schema (matched 0 out of 2)')


def _failure(detail: str) -> EcrError:
    return invalid('LifecyclePolicyText', f'Lifecycle policy validation failure: {detail}')
