"""The secret with which a cache rule logs in at its upstream registry.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html
"""
import json

from ministack.core.responses import get_account_id, get_region
from ministack.services import secretsmanager

from .. import access
from ..upstream.client import Credentials
from .errors import EcrError

_MANAGED_KEY = 'alias/aws/secretsmanager'


def read(arn: str) -> Credentials:
    """What the secret holds. It must be readable by ECR: same account and Region, default key, and the right keys in its JSON.

    ECR reads the credentials when the rule is created, and again for each pull from the upstream registry; what it says of an
    incomplete secret is our reading.
    """
    parts = arn.split(':')
    if parts[3:5] != [get_region(), get_account_id()]:
        raise EcrError('UnableToAccessSecretException', f"The secret '{arn}' is not in this account and Region")
    _, secret = secretsmanager._resolve(arn)
    if not secret or secret.get('DeletedDate'):
        raise EcrError('SecretNotFoundException', f"The secret '{arn}' does not exist")
    if secret.get('KmsKeyId') not in (None, '', _MANAGED_KEY):
        raise EcrError('UnableToDecryptSecretValueException', f"The secret '{arn}' is not encrypted with {_MANAGED_KEY}")
    access.require('secretsmanager:GetSecretValue', secret['ARN'])
    current = next((item for item in secret['Versions'].values() if 'AWSCURRENT' in item['Stages']), {})
    try:
        value = json.loads(current.get('SecretString') or '')
    except ValueError:
        value = None
    if not isinstance(value, dict) or not value.get('username') or not value.get('accessToken'):
        raise EcrError('UnableToAccessSecretException', f"The secret '{arn}' does not hold username and accessToken")
    return Credentials(value['username'], value['accessToken'])
