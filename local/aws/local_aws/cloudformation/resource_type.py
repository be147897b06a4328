"""What the engine has to know of a type, and how an operation of ECR becomes the step of a stack."""
from collections.abc import Callable
from dataclasses import dataclass

from ministack.services.cloudformation import changesets

from .. import access
from ..ecr import repositories, service
from ..ecr.errors import EcrError

Properties = dict
Result = tuple[str, dict]
_CODES = {'AlreadyExists': 'AlreadyExists', 'NotFound': 'NotFound', 'AccessDenied': 'AccessDenied'}


@dataclass(frozen=True)
class ResourceType:
    """One CloudFormation type. `find` answers as `create` does for a resource that exists, and raises an error without one."""

    name: str
    identifier: str
    create_only: tuple[str, ...]
    create: Callable[[str, Properties, str], Result]
    delete: Callable[[str, Properties], None]
    find: Callable[[str], Result]
    update: Callable[[str, Properties, Properties, str], Result] | None = None

    def handlers(self) -> dict:
        """The functions that the engine calls. A type without an update has create-only properties and nothing else."""
        update = {'update': self.update} if self.update else {}
        return {'create': self.create, 'delete': self.delete, 'import': lambda given: self.find(given[self.identifier]), **update}

    def import_problem(self, identifier: str) -> str | None:
        """Why a resource cannot be imported, or None."""
        try:
            self.find(identifier)
        except (EcrError, HandlerError):
            return changesets._IMPORT_NOT_FOUND.format(type=self.name, value=identifier)
        return None


class HandlerError(Exception):
    """A failed step, in the words in which CloudFormation reports one."""

    def __init__(self, message: str, code: str = 'InvalidRequest') -> None:
        super().__init__(f'Resource handler returned message: "{message}" (HandlerErrorCode: {code})')


def call(operation: str, payload: dict) -> dict:
    """Carry out an operation of ECR with the rights of the stack; its error fails the resource."""
    try:
        return _invoke(operation, payload)
    except EcrError as error:
        raise failure(error) from None


def call_if_present(operation: str, payload: dict) -> None:
    """As `call`, for deletions: what is gone already needs no deletion."""
    try:
        _invoke(operation, payload)
    except EcrError as error:
        if 'NotFound' not in error.code:
            raise failure(error) from None


def _invoke(operation: str, payload: dict) -> dict:
    require(operation, payload.get('repositoryName'))
    return service.invoke(operation, payload)


def require(operation: str, repository: str | None = None) -> None:
    """Raise EcrError unless the stack may carry out an operation."""
    access.require(access.action_of(operation), repositories.arn(repository) if repository else None)


def failure(error: EcrError) -> HandlerError:
    code = next((name for part, name in _CODES.items() if part in error.code), 'InvalidRequest')
    return HandlerError(f'{error.message} (Service: Ecr, Status Code: 400, {error.code})', code)
