"""Who may do what: MiniStack's policy evaluation, extended to what ECR adds to it.

Everything here is silent without AUTH=true, as MiniStack's own checks are. Added for ECR:

* a registry policy applies to every request, beside the repository policy (registry policy scope V2);
* the ARN of a repository carries the account that `registryId` or `resourceArn` names;
* ListImageReferrers needs ecr:BatchGetImage (its API page says so);
* the condition keys ecr:ResourceTag, aws:TagKeys of UntagResource and ecr:AccountSetting;
* the OCI endpoints, which MiniStack serves to everybody.

Not modelled: service control policies, resource control policies, and service principals, which are nobody's key.
"""
import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import iam

from .ecr import registry_policy, state
from .ecr.errors import EcrError

_AUTHORIZED_AS = {'ListImageReferrers': 'BatchGetImage'}


@dataclass(frozen=True)
class Caller:
    """Whose key signed a request, or whose token it carries, or the role with which CloudFormation works."""

    account: str
    access_key: str = ''
    role_arn: str | None = None


_caller: ContextVar[Caller | None] = ContextVar('local_aws_caller', default=None)


def action_of(operation: str) -> str:
    """The IAM action that an operation of the ECR API needs."""
    return f'ecr:{_AUTHORIZED_AS.get(operation, operation)}'


def calling(headers: dict, query_params: dict) -> AbstractContextManager[None]:
    """Remember the caller of an API request while it is worked on, and in the tasks that it starts."""
    return acting(Caller(get_account_id(), app.extract_access_key_id(headers, query_params)))


@contextmanager
def acting(found: Caller) -> Iterator[None]:
    """Work as someone else for a while."""
    token = _caller.set(found)
    try:
        yield
    finally:
        _caller.reset(token)


def caller() -> Caller:
    return _caller.get() or Caller(get_account_id(), get_account_id())


def enter(found: Caller | None) -> None:
    """Remember the caller of an OCI request, which runs in a context of its own."""
    _caller.set(found)


def caller_arn() -> str | None:
    """The ARN of the caller, or None for a request without one."""
    found = _caller.get()
    return getattr(_principal(found), 'arn', None) if found else None


def denial(action: str, resource: str, owner: str, context: dict | None = None) -> str | None:
    """Why the caller may not do something, or None if it may. The root of an account may do all that is its own."""
    found = _caller.get()
    if not app.AUTH or found is None:
        return None
    principal = _principal(found)
    if isinstance(principal, iam_evaluator.AuthError):
        return principal.message
    service, is_root = action.partition(':')[0], principal.policies is None
    if is_root and principal.account == owner and service == 'ecr':
        return None
    evaluation = iam_evaluator.EvalContext(
        principal_arn=principal.arn, principal_type=principal.type, principal_account=principal.account,
        action=action, resource_arn=resource, region=get_region(), principal_keys=principal.keys,
        service_context={key.lower(): value for key, value in {**_resource_tags(resource), **(context or {})}.items()})
    identity = (iam_evaluator.EvalResult('Allow') if is_root
                else iam_evaluator.evaluate(evaluation, principal.policies, *principal.limits))
    with request_scope(owner, get_region()):
        policy = iam_evaluator._resource_policy(service, resource)
    result = iam_evaluator.combine_resource_policy(
        identity, evaluation, *(policy or ('', owner)), required=service in iam_evaluator._POLICY_REQUIRED, limits=principal.limits)
    if result.decision == 'Allow':
        return None
    reason = 'with an explicit deny' if result.decision == 'Deny' else f'because no policy allows the {action} action'
    return f'User: {principal.arn} is not authorized to perform: {action} on resource: {resource} {reason}'


def _principal(found: Caller):
    """A caller's policies, read in its own account: some of MiniStack's lookups go by the account of the request."""
    with request_scope(found.account, get_region()):
        if found.role_arn is None:
            return iam_evaluator.resolve_principal(found.access_key, found.account)
        name = found.role_arn.rpartition('/')[2]
        session = iam_evaluator.ResolvedCredential('', '', found.account, f'arn:aws:sts::{found.account}:assumed-role/{name}/AWSCloudFormation',
                                                   '', 'AssumedRole')
        return iam_evaluator.PrincipalInfo(
            session.principal_arn, session.principal_type, found.account, iam_evaluator._gather_role_policies(name, found.account),
            iam_evaluator._principal_keys(session), iam_evaluator._permissions_boundary(iam._roles, name, found.account))


def require(action: str, resource: str | None = None, owner: str | None = None) -> None:
    """Raise AccessDeniedException unless the caller may. Without a resource the action has none."""
    refused = denial(action, resource or '*', owner or get_account_id())
    if refused:
        raise EcrError('AccessDeniedException', refused)


def kms_denial(action: str, key_arn: str) -> str | None:
    """Why ECR, acting for the caller, may not use a key, or None if it may."""
    via = {'kms:ViaService': f'ecr.{get_region()}.amazonaws.com', 'kms:GrantIsForAWSResource': 'true',
           'kms:CallerAccount': caller().account}
    return denial(action, key_arn, key_arn.split(':')[4], via)


def _resource_tags(resource: str) -> dict:
    owner, region, name = _parts(resource)
    repository = state.REPOSITORIES.get_scoped(owner, region, name) if name else None
    return {f'{prefix}ResourceTag/{tag["Key"]}': tag['Value']
            for tag in (repository or {'tags': []})['tags'] for prefix in ('aws:', 'ecr:')}


def _policy_of(resource: str) -> tuple[str, str]:
    """The statements that apply to a repository, or with '*' to the registry itself, and the owner's account."""
    owner, region, name = _parts(resource)
    texts = [state.REPOSITORY_POLICIES.get_scoped(owner, region, name) if name else None, registry_policy.text_of(owner, region)]
    statements = []
    for text in filter(None, texts):
        found = json.loads(text)['Statement']
        statements += found if isinstance(found, list) else [found]
    return (json.dumps({'Version': '2012-10-17', 'Statement': statements}) if statements else ''), owner


def _parts(resource: str) -> tuple[str, str, str | None]:
    """The account, the Region and the name of a repository's ARN; for anything else the request's own and no name."""
    parts = resource.split(':', 5)
    if len(parts) == 6 and parts[2] == 'ecr' and parts[5].startswith('repository/'):
        return parts[4], parts[3], parts[5].removeprefix('repository/')
    return get_account_id(), get_region(), None


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
        return action_of(found.partition(':')[2]) if service == 'ecr' and found else found

    def request_tag_context(service, iam_action, body, params):
        context = tags(service, iam_action, body, params)
        return {**context, **_request_keys(iam_action, body)} if service == 'ecr' else context

    def resource_policy(service, resource):
        return _policy_of(resource) if service == 'ecr' else policy(service, resource)

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
    keys.update({key: value for key, value in _resource_tags(resource).items() if key.startswith('ecr:')})
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
