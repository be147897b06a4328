"""Encryption of repositories: the key must exist, be usable, and be the creator's to use.

ECR describes the key and makes two grants for each repository, and retires them with it. Nothing is
encrypted here; a key that is disabled or waits for its deletion stops pushes and pulls all the same.
See https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
"""
import json

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import kms

from .. import access
from .errors import EcrError, invalid

_MANAGED_ALIAS = 'alias/aws/ecr'
_GRANT_OPERATIONS = ['GenerateDataKey', 'Decrypt', 'DescribeKey']


def resolve(configuration: dict | None) -> dict:
    """The configuration as ECR stores it, with the key's ARN. Raises what ECR raises for a key that it cannot use."""
    kind = (configuration or {}).get('encryptionType', 'AES256')
    reference = (configuration or {}).get('kmsKey')
    if kind == 'AES256':
        if reference:
            raise invalid('encryptionConfiguration', 'kmsKey is allowed only with the encryption types KMS and KMS_DSSE')
        return {'encryptionType': 'AES256'}
    if kind == 'KMS_DSSE' and not get_region().startswith('us-gov-'):
        raise invalid('encryptionConfiguration', 'KMS_DSSE is available in AWS GovCloud (US) Regions only')
    if not reference:
        return {'encryptionType': kind, 'kmsKey': _managed_key()}
    key = _find(reference)
    _require_usable(key, reference)
    if key['KeySpec'] != 'SYMMETRIC_DEFAULT' or key['KeyUsage'] != 'ENCRYPT_DECRYPT':
        raise _failure('InvalidKeyUsageException', f'{key["Arn"]} is not a symmetric encryption key')
    for action in ('kms:DescribeKey', 'kms:CreateGrant', 'kms:RetireGrant'):
        denial = access.kms_denial(action, key['Arn'])
        if denial:
            raise _failure('AccessDeniedException', denial)
    return {'encryptionType': kind, 'kmsKey': key['Arn']}


def grant(configuration: dict, repository_arn: str) -> list[dict]:
    """Make the two grants of a new repository; returns what `retire` needs."""
    if configuration['encryptionType'] == 'AES256':
        return []
    grants = []
    with _key_scope(configuration['kmsKey']):
        for _ in range(2):
            _status, _headers, body = kms._create_grant({
                'KeyId': configuration['kmsKey'], 'GranteePrincipal': f'ecr.{get_region()}.amazonaws.com',
                'RetiringPrincipal': f'ecr.{get_region()}.amazonaws.com', 'Operations': _GRANT_OPERATIONS,
                'Constraints': {'EncryptionContextSubset': {'aws:ecr:arn': repository_arn}},
            })
            grants.append({'KeyId': configuration['kmsKey'], 'GrantId': json.loads(body)['GrantId']})
    return grants


def retire(grants: list[dict]) -> None:
    """Retire the grants of a deleted repository. Grants that someone revoked are gone already."""
    for item in grants:
        denial = access.kms_denial('kms:RetireGrant', item['KeyId'])
        if denial:
            raise _failure('AccessDeniedException', denial)
    for item in grants:
        with _key_scope(item['KeyId']):
            kms._retire_grant(item)


def require_usable(repository: dict) -> None:
    """Raise KmsException if the repository's key cannot be used any more."""
    arn = repository['encryptionConfiguration'].get('kmsKey')
    if arn:
        _require_usable(_find(arn), arn)


def _managed_key() -> str:
    """The ARN of aws/ecr, made at its first use as AWS does."""
    key = kms._resolve_key(_MANAGED_ALIAS)
    if key is None:
        created = json.loads(kms._create_key({'Description': 'Default key that protects my ECR data when no other key is defined'})[2])
        key_id = created['KeyMetadata']['KeyId']
        kms._create_alias({'AliasName': _MANAGED_ALIAS, 'TargetKeyId': key_id})
        key = kms._resolve_key(key_id)
    return key['Arn']


def _find(reference: str) -> dict | None:
    """A key by id, ARN or alias. A key of another account is found by its ARN; one of another Region is not."""
    with _key_scope(reference):
        return kms._resolve_key(reference)


def _key_scope(reference: str):
    parts = reference.split(':')
    return request_scope(parts[4] if len(parts) == 6 else get_account_id(), get_region())


def _require_usable(key: dict | None, reference: str) -> None:
    if key is None:
        raise _failure('NotFoundException', f"Key '{reference}' does not exist")
    if key['KeyState'] == 'Disabled':
        raise _failure('DisabledException', f'{key["Arn"]} is disabled.')
    if key['KeyState'] != 'Enabled':
        raise _failure('KMSInvalidStateException', f'{key["Arn"]} is in the state {key["KeyState"]}.')


def _failure(error: str, message: str) -> EcrError:
    return EcrError('KmsException', message, kmsError=error)
