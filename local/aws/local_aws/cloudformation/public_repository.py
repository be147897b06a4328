"""AWS::ECR::PublicRepository, in us-east-1 only. Public images themselves are not modelled."""
from ministack.core.responses import get_region
from ministack.services.cloudformation import provisioners

from .. import ecr_public
from ..ecr.errors import EcrError
from .convert import text
from .resource_type import HandlerError, Properties, ResourceType, Result, failure

_NAME = 'AWS::ECR::PublicRepository'
_CATALOG = {'UsageText': 'usageText', 'AboutText': 'aboutText', 'OperatingSystems': 'operatingSystems',
            'Architectures': 'architectures', 'RepositoryDescription': 'description'}


def create(logical_id: str, properties: Properties, stack: str) -> Result:
    if get_region() != 'us-east-1':
        raise HandlerError('Public repositories can be created in us-east-1 only')
    name = properties.get('RepositoryName') or provisioners._physical_name(stack, logical_id, lowercase=True, max_len=205)
    try:
        ecr_public.create(name, **_settings(properties))
    except EcrError as error:
        raise failure(error) from None
    return find(name)


def update(name: str, _old: Properties, new: Properties, _stack: str) -> Result:
    try:
        ecr_public.update(name, **_settings(new))
    except EcrError as error:
        raise failure(error) from None
    return find(name)


def delete(name: str, _properties: Properties) -> None:
    ecr_public.delete(name)


def find(name: str) -> Result:
    return name, {'Arn': ecr_public.require(name)['repositoryArn']}


def _settings(properties: Properties) -> dict:
    catalog = properties.get('RepositoryCatalogData') or {}
    policy = properties.get('RepositoryPolicyText')
    unknown = sorted(set(catalog) - set(_CATALOG))
    if unknown:
        raise HandlerError(f'#/RepositoryCatalogData: extraneous key [{unknown[0]}] is not permitted')
    return {'catalog': {_CATALOG[key]: value for key, value in catalog.items()},
            'policy': text(policy) if policy else None, 'tags': properties.get('Tags') or []}


TYPE = ResourceType(_NAME, 'RepositoryName', ('RepositoryName',), create, delete, find, update)
