"""Resource tags of repositories."""
from .errors import EcrError

_MAX_TAGS = 50


def check(tags: list[dict]) -> None:
    """Raise what ECR raises for tags that no resource may have."""
    keys = [tag['Key'] for tag in tags]
    if len(keys) > _MAX_TAGS:
        raise EcrError('TooManyTagsException', f'a repository can have at most {_MAX_TAGS} tags, got {len(keys)}')
    if len(set(keys)) != len(keys):
        raise EcrError('InvalidTagParameterException', 'a tag key is given more than once')
    for tag in tags:
        if not 1 <= len(tag['Key']) <= 128 or len(tag.get('Value', '')) > 256:
            raise EcrError('InvalidTagParameterException', f"the tag '{tag['Key']}' is too long: key 1 to 128, value 0 to 256")
        if tag['Key'].lower().startswith('aws:'):
            raise EcrError('InvalidTagParameterException', f"the tag key '{tag['Key']}' is reserved for AWS")


def merge(present: list[dict], added: list[dict]) -> list[dict]:
    """Tags after TagResource: a key that exists gets its new value."""
    merged = {tag['Key']: tag for tag in present} | {tag['Key']: {'Key': tag['Key'], 'Value': tag.get('Value', '')} for tag in added}
    return list(merged.values())
