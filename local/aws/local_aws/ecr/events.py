"""Events of ECR on the default bus of its account and Region.

PutEvents refuses the source aws.ecr to callers, so only the registry itself can send these.
See https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
"""
import json

from ministack.services import eventbridge


def image_action(action: str, name: str, digest: str, tag: str | None) -> None:
    """A completed push or delete."""
    _send('ECR Image Action', {
        'result': 'SUCCESS', 'repository-name': name, 'image-digest': digest, 'action-type': action, 'image-tag': tag or '',
    })


def storage_class_change(name: str, digest: str, media_type: str, artifact_type: str | None, target: str,
                         activated_at: str | None) -> None:
    """An image that was archived or restored."""
    _send('ECR Image Action', {
        'result': 'SUCCESS', 'repository-name': name, 'image-digest': digest, 'action-type': 'UPDATE_STORAGE_CLASS',
        'target-storage-class': target, 'manifest-media-type': media_type, 'artifact-media-type': artifact_type or '',
        **({'last-activated-at': activated_at} if activated_at else {}),
    })


def replication(result: str, name: str, digest: str, tag: str | None, source: tuple[str, str]) -> None:
    """A copy that came, or failed to come, from another registry: its account and Region."""
    account, region = source
    _send('ECR Replication Action', {
        'result': result, 'repository-name': name, 'image-digest': digest, 'source-account': account, 'source-region': region,
        'action-type': 'REPLICATE', 'image-tag': tag or '',
    })


def pull_through_cache(status: str, rule: dict, name: str, digest: str, tag: str | None) -> None:
    """An image that came, or failed to come, from an upstream registry."""
    _send('ECR Pull Through Cache Action', {
        'rule-version': '1', 'sync-status': status, 'ecr-repository-prefix': rule['ecrRepositoryPrefix'], 'repository-name': name,
        'upstream-registry-url': rule['upstreamRegistryUrl'], 'image-tag': tag or '', 'image-digest': digest,
    })


def _send(detail_type: str, detail: dict) -> None:
    entry = {'Source': 'aws.ecr', 'DetailType': detail_type, 'Resources': [], 'Detail': json.dumps(detail)}
    eventbridge._put_events({'Entries': [entry]}, allow_aws_source=True)
