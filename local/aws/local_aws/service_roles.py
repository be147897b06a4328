"""The roles as which ECR works by itself: those that it is given, and its own service-linked ones.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/using-service-linked-roles.html
"""
from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam

from .access import Caller
from .ecr.errors import EcrError

ECR = 'ecr.amazonaws.com'

PULL_THROUGH_CACHE = 'pullthroughcache.ecr.amazonaws.com'
READ_UPSTREAM = ('ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchImportUpstreamImage', 'ecr:GetImageCopyStatus')
WRITE_CACHE = ('ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage')

_SESSION = 'ecr'


def creating() -> Caller:
    """The service-linked role that makes repositories from templates that name no role."""
    return _linked(ECR, 'AWSServiceRoleForECRTemplate', 'ecr:CreateRepository')


def replicating() -> Caller:
    """The service-linked role, in the account of the source, that copies images to other registries."""
    return _linked('replication.ecr.amazonaws.com', 'AWSServiceRoleForECRReplication', 'ecr:CreateRepository', 'ecr:ReplicateImage')


def caching() -> Caller:
    """The service-linked role that pulls from upstream registries and reads their credentials."""
    return _linked(PULL_THROUGH_CACHE, 'AWSServiceRoleForECRPullThroughCache', 'secretsmanager:GetSecretValue', 'ecr:GetAuthorizationToken', *READ_UPSTREAM,
                   *WRITE_CACHE)


def assume(role_arn: str, service: str) -> Caller:
    """Work as a role of the registry's account, or AccessDeniedException when it does not let the service in.

    A trust policy with conditions on aws:SourceAccount or aws:SourceArn lets nobody in: AWS's pages name no such
    key that ECR would send (our reading).
    """
    account = get_account_id()
    if app.AUTH:
        role = iam._roles.get_scoped(account, None, role_arn.rpartition('/')[2])
        if role is None or role['Arn'] != role_arn:
            raise EcrError('AccessDeniedException', f"the role '{role_arn}' does not exist in the account {account}")
        if not _trusts(role, service):
            raise EcrError('AccessDeniedException', f"the trust policy of the role '{role_arn}' does not let {service} assume it")
    return Caller(account, role_arn=role_arn, session=_SESSION)


def _trusts(role: dict, service: str) -> bool:
    context = iam_evaluator.EvalContext(
        principal_arn=service, principal_type='Service', principal_account='', action='sts:AssumeRole', resource_arn=role['Arn'],
        region=get_region())
    return iam_evaluator.evaluate_resource_policy(role['AssumeRolePolicyDocument'], context, service).decision == 'Allow'


def _linked(service: str, name: str, *actions: str) -> Caller:
    account = get_account_id()
    return Caller(account, role_arn=f'arn:aws:iam::{account}:role/aws-service-role/{service}/{name}', session=_SESSION, actions=actions)
