"""What MiniStack's check of an API request asks, answered for ECR: which action, on which repository, with which keys."""
import json
import re

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region

from . import access


def install() -> None:
    """Put ECR's answers in front of the functions that MiniStack's check of an API request asks."""
    arn, action = iam_actions.extract_resource_arn, iam_actions.extract_iam_action
    tags, policy = iam_actions.request_tag_context, iam_evaluator._resource_policy

    def extract_resource_arn(service, method, path, headers, body, query_params, region, account):
        if service == 'ecr':
            return _requested(body, region, account)
        return arn(service, method, path, headers, body, query_params, region, account)

    def extract_iam_action(service, method, path, headers, body, query_params):
        found = action(service, method, path, headers, body, query_params)
        return access.action_of(found.partition(':')[2]) if service == 'ecr' and found else found

    def request_tag_context(service, iam_action, body, params):
        context = tags(service, iam_action, body, params)
        return {**context, **_request_keys(iam_action, body)} if service == 'ecr' else context

    def resource_policy(service, resource):
        return access.policy_of(resource) if service == 'ecr' else policy(service, resource)

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_actions.extract_iam_action = extract_iam_action
    iam_actions.request_tag_context = request_tag_context
    iam_evaluator._resource_policy = resource_policy


def _requested(body: bytes, region: str, account: str) -> str:
    """The repository of an API request as an ARN, or '*' for the actions that have no resource."""
    payload = _payload(body)
    if isinstance(payload.get('resourceArn'), str):
        return payload['resourceArn']
    names = payload.get('repositoryNames')
    name = names[0] if isinstance(names, list) and names else payload.get('repositoryName')
    named = payload.get('registryId')
    owner = named if isinstance(named, str) and re.fullmatch('[0-9]{12}', named) else account
    return f'arn:aws:ecr:{region}:{owner}:repository/{name}' if isinstance(name, str) and name else '*'


def _request_keys(action: str, body: bytes) -> dict:
    payload, keys = _payload(body), {}
    resource = _requested(body, get_region(), get_account_id())
    keys.update({key: value for key, value in access.resource_tags(resource).items() if key.startswith('ecr:')})
    if isinstance(payload.get('tagKeys'), list):
        keys['aws:TagKeys'] = payload['tagKeys']
    if action.endswith('AccountSetting') and isinstance(payload.get('name'), str):
        keys['ecr:AccountSetting'] = payload['name']
    return keys


def _payload(body: bytes) -> dict:
    try:
        payload = json.loads(body or b'{}')
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}
