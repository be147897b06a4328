"""Checks requests against AWS's own model of ECR, the one that botocore ships.

Required members, types, lengths, ranges, enums and patterns are read from there instead of being written
down a second time. What the model does not say (which members exclude each other, for instance) is
checked by the operation itself.
"""
import base64
import binascii
import re
from functools import lru_cache

from botocore.session import Session

from .errors import EcrError, invalid

MODEL = Session().get_service_model('ecr')

# The model's pattern for scanning filters backtracks exponentially in Python; this one accepts the same strings.
_SAFE_PATTERNS = {
    r'^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$': r'[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*',
}


@lru_cache(maxsize=None)
def pattern(text: str) -> re.Pattern:
    return re.compile(_SAFE_PATTERNS.get(text, text), re.ASCII)


def check(operation: str, payload: dict) -> None:
    """Raise what ECR raises for a request that its model does not allow."""
    model = MODEL.operation_model(operation)
    if not isinstance(payload, dict):
        raise EcrError('SerializationException', 'the request is not a JSON object')
    try:
        _check(model.input_shape, payload, '')
    except EcrError as error:
        declared = {shape.name for shape in model.error_shapes}
        if error.code == 'InvalidParameterException' and error.code not in declared:
            raise EcrError('ValidationException', error.message) from None
        raise


def _check(shape, value, path: str) -> None:
    limits = shape.metadata
    if shape.type_name == 'structure':
        _expect(dict, value, path)
        for name in shape.required_members:
            if value.get(name) is None:
                raise invalid(_join(path, name), 'Member must not be null')
        for name, member in shape.members.items():
            if value.get(name) is not None:
                _check(member, value[name], _join(path, name))
    elif shape.type_name == 'list':
        _expect(list, value, path)
        _range(len(value), limits, path, 'length')
        for index, item in enumerate(value):
            _check(shape.member, item, f'{path}[{index}]')
    elif shape.type_name == 'map':
        _expect(dict, value, path)
    elif shape.type_name == 'boolean':
        _expect(bool, value, path)
    elif shape.type_name in ('integer', 'long'):
        if isinstance(value, bool):
            raise EcrError('SerializationException', f"'{path}' must be a number")
        _expect(int, value, path)
        _range(value, limits, path, 'value')
    elif shape.type_name == 'blob':
        _expect(str, value, path)
        try:
            _range(len(base64.b64decode(value, validate=True)), limits, path, 'length')
        except binascii.Error:
            raise EcrError('SerializationException', f"'{path}' must be base64") from None
    elif shape.type_name == 'string':
        _expect(str, value, path)
        _range(len(value), limits, path, 'length')
        if limits.get('enum') and value not in limits['enum']:
            raise invalid(path, f'Member must satisfy enum value set: [{", ".join(limits["enum"])}]')
        if limits.get('pattern') and not pattern(limits['pattern']).fullmatch(value):
            raise invalid(path, f"must satisfy regular expression '{limits['pattern']}'")


def _join(path: str, name: str) -> str:
    return f'{path}.{name}' if path else name


def _expect(kind: type, value, path: str) -> None:
    if not isinstance(value, kind):
        raise EcrError('SerializationException', f"'{path}' must be a {kind.__name__}, got {type(value).__name__}")


def _range(number: int, limits: dict, path: str, what: str) -> None:
    if 'min' in limits and number < limits['min']:
        raise invalid(path, f'Member must have {what} greater than or equal to {limits["min"]}')
    if 'max' in limits and number > limits['max']:
        raise invalid(path, f'Member must have {what} less than or equal to {limits["max"]}')
