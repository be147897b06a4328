"""All operations of the ECR API that are modelled, and the handler that replaces MiniStack's."""
import json
import re

from ministack.core.responses import get_account_id, get_region, set_request_account_id
from ministack.services import ecr

from .. import access
from . import (
    account_settings, authorization, cached_pulls, creation_templates, exclusions, images, images_api, layers, lifecycle_preview,
    model, pull_through_cache, referrers, registry_policy, replication, replicator, repositories, scanning, signing, state,
)
from .errors import EcrError

_MODULES = (
    account_settings, authorization, creation_templates, exclusions, images_api, layers, lifecycle_preview,
    pull_through_cache, referrers, registry_policy, replication, repositories, scanning, signing,
)
OPERATIONS = {name: function for module in _MODULES for name, function in module.OPERATIONS.items()}


def invoke(operation: str, payload: dict) -> dict:
    """Check a request and carry it out in the current account and Region, or raise EcrError."""
    model.check(operation, payload)
    return OPERATIONS[operation](payload)


async def handle_request(_method, _path, headers, body, query_params):
    """Answer one call of the ECR API. MiniStack has checked its signature and the caller's policies before."""
    operation = headers.get('x-amz-target', '').rpartition('.')[2]
    try:
        if operation not in OPERATIONS and operation not in cached_pulls.OPERATIONS:
            known = operation in model.MODEL.operation_names
            raise EcrError('UnsupportedCommandException' if known else 'UnknownOperationException',
                           f'{operation} is not modelled by the local AWS')
        payload = _json(body)
        with access.calling(headers, query_params):
            _enter_registry(operation, payload)
            answer = await _answer(operation, payload)
    except EcrError as error:
        return error.response()
    return 200, {'Content-Type': 'application/x-amz-json-1.1'}, json.dumps(answer).encode()


async def _answer(operation: str, payload: dict) -> dict:
    if operation not in cached_pulls.OPERATIONS:
        return invoke(operation, payload)
    model.check(operation, payload)
    return await cached_pulls.OPERATIONS[operation](payload)


def _json(body: bytes) -> dict:
    try:
        payload = json.loads(body or b'{}')
    except ValueError:
        raise EcrError('SerializationException', 'the request is not JSON') from None
    if not isinstance(payload, dict):
        raise EcrError('SerializationException', 'the request is not a JSON object')
    return payload


def _enter_registry(operation: str, payload: dict) -> None:
    """Work in the registry that `registryId` names, if its owner lets the caller in.

    MiniStack's own check knows one resource for each request and lets the root of any account through;
    other accounts' registries and requests on several repositories are therefore checked here.
    """
    named = payload.get('registryId')
    owner = named if isinstance(named, str) and re.fullmatch('[0-9]{12}', named) else get_account_id()
    names = payload.get('repositoryNames') or [payload.get('repositoryName')]
    if isinstance(names, list) and (owner != get_account_id() or len(names) > 1):
        for name in names:
            resource = repositories.arn(name, get_region(), owner) if isinstance(name, str) else '*'
            access.require(access.action_of(operation), resource, owner)
    set_request_account_id(owner)


def install() -> None:
    """Answer in place of MiniStack, also where it calls its handler itself (Step Functions does)."""
    state.install()
    images.after_push.append(replicator.after_push)
    ecr.handle_request = handle_request
