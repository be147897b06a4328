"""Template properties as the members of an API request.

A property is called like its member, with a capital letter. Values of the wrong type are coerced, as
CloudFormation does it ("true" comes as text from a parameter, and a number may stand where text is meant), and properties that the API does
not have are refused.
"""
import json

from ..ecr.model import MODEL
from .resource_type import HandlerError

_EXCLUSION_FILTER = {'ImageTagMutabilityExclusionFilterType': 'filterType', 'ImageTagMutabilityExclusionFilterValue': 'filter'}


def members(operation: str, properties: dict) -> dict:
    """The request of an operation, made from all of the properties."""
    return _convert(MODEL.operation_model(operation).input_shape, properties, '')


def text(document) -> str:
    """A policy, which a template may hold as text or as an object."""
    return document if isinstance(document, str) else json.dumps(document)


def _convert(shape, value, path: str):
    if shape.type_name == 'structure' and isinstance(value, dict):
        return {member: _convert(shape.members[member], item, f'{path}/{name}')
                for name, item in value.items() for member in [_member(shape, name, path)]}
    if shape.type_name == 'list' and isinstance(value, list):
        return [_convert(shape.member, item, f'{path}/{index}') for index, item in enumerate(value)]
    if shape.type_name == 'boolean' and value in ('true', 'false'):
        return value == 'true'
    if shape.type_name == 'string' and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


def _member(shape, name: str, path: str) -> str:
    if shape.name == 'ImageTagMutabilityExclusionFilter' and name in _EXCLUSION_FILTER:
        return _EXCLUSION_FILTER[name]
    for member in shape.members:
        if member[:1].upper() + member[1:] == name:
            return member
    raise HandlerError(f'#{path}: extraneous key [{name}] is not permitted')
