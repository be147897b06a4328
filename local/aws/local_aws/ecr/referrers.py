"""Signatures, SBOMs and other artifacts that refer to an image.

See https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImageReferrers.html
"""
from .errors import invalid
from .images import Image
from .manifests import is_digest
from .paging import page
from .repositories import content

_PAGE = 20


def find(name: str, digest: str) -> list[Image]:
    """What refers to a digest, whether or not there is an image with it."""
    return [image for image in content(name).images.values() if image.manifest.subject == digest]


def descriptor(image: Image) -> dict:
    optional = {'artifactType': image.manifest.artifact_type, 'annotations': image.manifest.annotations}
    return {'mediaType': image.manifest.media_type, 'digest': image.digest, 'size': len(image.body),
            **{key: value for key, value in optional.items() if value}}


def list_image_referrers(payload: dict) -> dict:
    wanted = payload.get('filter', {})
    types, status = wanted.get('artifactTypes'), wanted.get('artifactStatus', 'ACTIVE')
    digest = payload['subjectId']['imageDigest']
    if not is_digest(digest):
        raise invalid('subjectId.imageDigest', 'not a sha256 digest')
    matching = [image for image in find(payload['repositoryName'], digest)
                if (not types or image.manifest.artifact_type in types) and status in ('ANY', image.status)]
    found, more = page(matching, payload, lambda image: image.digest, _PAGE)
    return {'referrers': [{**descriptor(image), 'artifactStatus': image.status} for image in found], **more}


OPERATIONS = {'ListImageReferrers': list_image_referrers}
