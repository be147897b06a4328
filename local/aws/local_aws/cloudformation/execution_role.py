"""With whose rights a stack is deployed: its execution role's, or else the caller's own.

MiniStack takes RoleARN and forgets it, and its handlers ask nobody. Here the role is kept with its stack, as in AWS,
and with AUTH=true the handlers of ECR act as that role: one that may not create repositories fails the stack.
The types of other services are still deployed without asking.
"""
import re

from ministack.core.responses import AccountRegionScopedDict, get_account_id
from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, handlers
from ministack.services.cloudformation.helpers import _p

from .. import access

_OPERATIONS = ('CreateStack', 'UpdateStack', 'DeleteStack', 'CreateChangeSet', 'ExecuteChangeSet', 'RollbackStack',
               'ContinueUpdateRollback')
_roles = AccountRegionScopedDict()


def install() -> None:
    """Wrap the operations that deploy. The task that they start copies their context, and the caller with it."""
    native = cloudformation.handle_request

    async def handle_request(method, path, headers, body, query_params):
        with access.calling(headers, query_params):
            return await native(method, path, headers, body, query_params)

    cloudformation.handle_request = handle_request
    for operation in _OPERATIONS:
        handlers._ACTION_HANDLERS[operation] = _as_role(handlers._ACTION_HANDLERS[operation])


def _as_role(handler):
    def handle(params):
        stack = _stack(params)
        if _p(params, 'RoleARN'):
            _roles[stack] = _p(params, 'RoleARN')
        if stack not in _roles:
            return handler(params)
        with access.acting(access.Caller(get_account_id(), role_arn=_roles[stack], session='AWSCloudFormation')):
            return handler(params)
    return handle


def _stack(params) -> str:
    """The name of the stack of a request, which may give its ARN, or only the ARN of a change set."""
    given = _p(params, 'StackName')
    if not given:
        _, change_set = changesets._find_change_set(_p(params, 'ChangeSetName'))
        given = change_set['StackName'] if change_set else ''
    match = re.fullmatch(r'arn:[^:]+:cloudformation:[^:]*:\d*:stack/([^/]+)/.+', given)
    return match[1] if match else given
