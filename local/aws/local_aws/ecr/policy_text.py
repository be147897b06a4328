"""Checks the text of repository policies and registry policies.

ECR answers every defect with the same words, so ours do too, and add what is wrong. Whether a principal
exists is not checked: here the accounts of a policy need not be local.
"""
import json
import re

from .errors import EcrError

_ACTION = re.compile(r'ecr:[A-Za-z*?]+|\*')
_ELEMENTS = {'Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'}
_REPOSITORY_ARN = re.compile(r'\*|arn:[\w*-]+:ecr:[\w*-]*:[\d*]*:repository/.+')


def check_repository_policy(text: str) -> None:
    """A repository policy. Its statements must not have Resource.

    AWS's own pages disagree on Resource; that ECR rejects it is what its users report and what the CDK warns of.
    See https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
    """
    for statement in _statements(text, 'repository'):
        if 'Resource' in statement or 'NotResource' in statement:
            raise _invalid('repository', 'a statement has Resource')


def check_registry_policy(text: str) -> None:
    """A registry policy. Its statements must have Resource, with repositories in it.

    See https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions-examples.html
    """
    for statement in _statements(text, 'registry'):
        resources = _strings(statement.get('Resource', statement.get('NotResource')))
        if not resources:
            raise _invalid('registry', 'a statement has no Resource')
        for resource in resources:
            if not _REPOSITORY_ARN.fullmatch(resource):
                raise _invalid('registry', f"'{resource}' is not the ARN of a repository")


def _statements(text: str, kind: str) -> list[dict]:
    try:
        document = json.loads(text)
    except ValueError:
        raise _invalid(kind, 'it is not JSON') from None
    if not isinstance(document, dict):
        raise _invalid(kind, 'it is not a JSON object')
    if document.get('Version', '2008-10-17') not in ('2008-10-17', '2012-10-17'):
        raise _invalid(kind, 'its Version is neither 2012-10-17 nor 2008-10-17')
    if set(document) - {'Version', 'Id', 'Statement'}:
        raise _invalid(kind, 'it has an element that policies do not have')
    statements = document.get('Statement')
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements or not all(isinstance(item, dict) for item in statements):
        raise _invalid(kind, 'it has no statements')
    for statement in statements:
        _check_statement(statement, kind)
    return statements


def _check_statement(statement: dict, kind: str) -> None:
    unknown = set(statement) - _ELEMENTS
    if unknown:
        raise _invalid(kind, f'a statement has the unknown element {sorted(unknown)[0]}')
    if statement.get('Effect') not in ('Allow', 'Deny'):
        raise _invalid(kind, 'a statement has no Effect of Allow or Deny')
    if ('Principal' in statement) == ('NotPrincipal' in statement):
        raise _invalid(kind, 'a statement needs either Principal or NotPrincipal')
    if not _is_principal(statement.get('Principal', statement.get('NotPrincipal'))):
        raise _invalid(kind, 'a principal is neither * nor a map of AWS, Service or Federated')
    if ('Action' in statement) == ('NotAction' in statement):
        raise _invalid(kind, 'a statement needs either Action or NotAction')
    actions = _strings(statement.get('Action', statement.get('NotAction')))
    for action in actions or ['']:
        if not _ACTION.fullmatch(action):
            raise _invalid(kind, f"'{action}' is not an action of ECR")
    if 'Condition' in statement and not isinstance(statement['Condition'], dict):
        raise _invalid(kind, 'a condition is not a map')


def _is_principal(value) -> bool:
    if value == '*':
        return True
    return (isinstance(value, dict) and bool(value) and set(value) <= {'AWS', 'Service', 'Federated'}
            and all(_strings(item) for item in value.values()))


def _strings(value) -> list[str]:
    """A string or a list of strings as a list; anything else is empty."""
    values = [value] if isinstance(value, str) else value
    return values if isinstance(values, list) and all(isinstance(item, str) for item in values) else []


def _invalid(kind: str, detail: str) -> EcrError:
    return EcrError('InvalidParameterException', "Invalid parameter at 'PolicyText' failed to satisfy constraint: "
                                                 f"'Invalid {kind} policy provided': {detail}")
