"""Who may do what: MiniStack's policy evaluation, extended to what ECR adds to it.

Everything here is silent without AUTH=true, as MiniStack's own checks are. Added for ECR:

* a registry policy applies to every request, beside the repository policy (registry policy scope V2);
* the ARN of a repository carries the account that `registryId` or `resourceArn` names;
* ListImageReferrers needs ecr:BatchGetImage (its API page says so);
* the condition keys ecr:ResourceTag, aws:TagKeys of UntagResource and ecr:AccountSetting;
* the OCI endpoints, which MiniStack serves to everybody;
* roles as which a service works: CloudFormation's execution role, and those of ECR in `service_roles`.

`api_access` puts this in front of API requests.

Not modelled: service control policies, resource control policies, and service principals, which are nobody's key.
"""
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import iam

from .ecr import prefixes, registry_policy, state
from .ecr.errors import EcrError

_AUTHORIZED_AS = {'ListImageReferrers': 'BatchGetImage'}


@dataclass(frozen=True)
class Caller:
    """Whose key signed a request, or whose token it carries, or the role as which a service works.

    The rights of a role are its policies, except of a service-linked role, whose `actions` AWS has set.
    """

    account: str
    access_key: str = ''
    role_arn: str | None = None
    session: str = ''
    actions: tuple[str, ...] | None = None


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
        service_context={key.lower(): value for key, value in {**resource_tags(resource), **(context or {})}.items()})
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
        session = iam_evaluator.ResolvedCredential('', '', found.account, f'arn:aws:sts::{found.account}:assumed-role/{name}/{found.session}',
                                                   '', 'AssumedRole')
        policies = (iam_evaluator._gather_role_policies(name, found.account) if found.actions is None
                    else [iam_evaluator.parse_policy_document({'Statement': {'Effect': 'Allow', 'Action': [*found.actions], 'Resource': '*'}})])
        return iam_evaluator.PrincipalInfo(session.principal_arn, session.principal_type, found.account, policies,
                                           iam_evaluator._principal_keys(session),
                                           iam_evaluator._permissions_boundary(iam._roles, name, found.account))


def require(action: str, resource: str | None = None, owner: str | None = None, context: dict | None = None) -> None:
    """Raise AccessDeniedException unless the caller may. Without a resource the action has none."""
    refused = denial(action, resource or '*', owner or get_account_id(), context)
    if refused:
        raise EcrError('AccessDeniedException', refused)


def kms_denial(action: str, key_arn: str) -> str | None:
    """Why ECR, acting for the caller, may not use a key, or None if it may."""
    via = {'kms:ViaService': f'ecr.{get_region()}.amazonaws.com', 'kms:GrantIsForAWSResource': 'true',
           'kms:CallerAccount': caller().account}
    return denial(action, key_arn, key_arn.split(':')[4], via)


def resource_tags(resource: str) -> dict:
    owner, region, name = _parts(resource)
    repository = state.REPOSITORIES.get_scoped(owner, region, name) if name else None
    return {f'{prefix}ResourceTag/{tag["Key"]}': tag['Value']
            for tag in (repository or {'tags': []})['tags'] for prefix in ('aws:', 'ecr:')}


def policy_of(resource: str) -> tuple[str, str]:
    """The statements that apply to a repository, or with '*' to the registry itself, and the owner's account."""
    owner, region, name = _parts(resource)
    texts = [state.REPOSITORY_POLICIES.get_scoped(owner, region, name) if name else None, registry_policy.text_of(owner, region)]
    is_coming = name and state.REPOSITORIES.get_scoped(owner, region, name) is None
    statements = prefixes.coming_statements(owner, region, name) if is_coming else []
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
