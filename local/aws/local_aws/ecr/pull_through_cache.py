"""Pull-through cache rules: kept and checked here, used by `cache`.

See https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
"""
import re
import time

from ministack.core.responses import get_account_id, get_region

from . import cache_credentials
from .errors import EcrError, invalid
from .paging import page
from .state import PULL_THROUGH_CACHE_RULES

_MAX_RULES = 50
# Upstream registry, the URLs that it has, and whether it needs credentials.
_UPSTREAMS = {
    'ecr-public': (r'public\.ecr\.aws', False),
    'k8s': (r'registry\.k8s\.io', False),
    'quay': (r'quay\.io', False),
    'docker-hub': (r'registry-1\.docker\.io', True),
    'github-container-registry': (r'ghcr\.io', True),
    'gitlab-container-registry': (r'registry\.gitlab\.com', True),
    'azure-container-registry': (r'[a-zA-Z0-9]+\.azurecr\.io', True),
    'chainguard': (r'cgr\.dev', True),
    'ecr': (r'[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?', False),
}
_WITHOUT_CACHE = ('cn-', 'us-gov-')


def create(payload: dict) -> dict:
    prefix, url = payload['ecrRepositoryPrefix'], payload['upstreamRegistryUrl']
    if get_region().startswith(_WITHOUT_CACHE):
        raise EcrError('UnsupportedUpstreamRegistryException', f'pull through cache is not available in {get_region()}')
    upstream = _upstream(url, payload.get('upstreamRegistry'))
    _check_prefixes(prefix, payload.get('upstreamRepositoryPrefix'))
    _check_access(upstream, url, payload)
    if prefix in PULL_THROUGH_CACHE_RULES:
        raise EcrError('PullThroughCacheRuleAlreadyExistsException',
                       f"A pull through cache rule with prefix '{prefix}' already exists in the registry with id '{get_account_id()}'")
    if len(PULL_THROUGH_CACHE_RULES) >= _MAX_RULES:
        raise EcrError('LimitExceededException', f'a registry can have at most {_MAX_RULES} pull through cache rules')
    now = time.time()
    optional = {key: payload[key] for key in ('credentialArn', 'customRoleArn') if payload.get(key)}
    PULL_THROUGH_CACHE_RULES[prefix] = {
        'ecrRepositoryPrefix': prefix, 'upstreamRegistryUrl': url, 'upstreamRegistry': upstream,
        'upstreamRepositoryPrefix': payload.get('upstreamRepositoryPrefix', 'ROOT'),
        'registryId': get_account_id(), 'createdAt': now, 'updatedAt': now, **optional,
    }
    return _without(PULL_THROUGH_CACHE_RULES[prefix], 'updatedAt')


def describe(payload: dict) -> dict:
    names = payload.get('ecrRepositoryPrefixes') or list(PULL_THROUGH_CACHE_RULES.keys())
    found, more = page([require(name) for name in names], payload, lambda item: item['ecrRepositoryPrefix'], 100)
    return {'pullThroughCacheRules': found, **more}


def update(payload: dict) -> dict:
    """UpdatePullThroughCacheRule, which changes the credentials or the role and nothing else."""
    rule = require(payload['ecrRepositoryPrefix'])
    changes = {key: payload[key] for key in ('credentialArn', 'customRoleArn') if payload.get(key)}
    changed = {**rule, **changes, 'updatedAt': time.time()}
    _check_access(changed['upstreamRegistry'], changed['upstreamRegistryUrl'], changed)
    PULL_THROUGH_CACHE_RULES[payload['ecrRepositoryPrefix']] = changed
    return _without(changed, 'createdAt', 'upstreamRegistryUrl', 'upstreamRegistry')


def delete(payload: dict) -> dict:
    rule = require(payload['ecrRepositoryPrefix'])
    PULL_THROUGH_CACHE_RULES.pop(payload['ecrRepositoryPrefix'])
    return _without(rule, 'updatedAt', 'upstreamRegistry')


def require(prefix: str) -> dict:
    rule = PULL_THROUGH_CACHE_RULES.get(prefix)
    if rule is None:
        raise EcrError('PullThroughCacheRuleNotFoundException',
                       f"The pull through cache rule with prefix '{prefix}' does not exist in the registry with id '{get_account_id()}'")
    return rule


def _upstream(url: str, named: str | None) -> str:
    """The upstream registry of a URL; if the request names one too, both must agree."""
    for name, (pattern, _) in _UPSTREAMS.items():
        if re.fullmatch(pattern, url):
            if named in (None, name):
                return name
            raise invalid('upstreamRegistry', f"'{named}' does not match the upstream registry URL '{url}'")
    raise EcrError('UnsupportedUpstreamRegistryException', f"The upstream registry URL '{url}' is not supported")


def _check_prefixes(prefix: str, upstream_prefix: str | None) -> None:
    if prefix == 'ROOT' and upstream_prefix not in (None, 'ROOT'):
        raise invalid('upstreamRepositoryPrefix', 'is not allowed when ecrRepositoryPrefix is ROOT')


def _check_access(upstream: str, url: str, rule: dict) -> None:
    credential, role = rule.get('credentialArn'), rule.get('customRoleArn')
    if _UPSTREAMS[upstream][1]:
        if not credential:
            raise invalid('credentialArn', f"is required for the upstream registry '{upstream}'")
        cache_credentials.read(credential)
    elif credential:
        raise invalid('credentialArn', f"is not supported for the upstream registry '{upstream}'")
    if role and upstream != 'ecr':
        raise invalid('customRoleArn', f"is not supported for the upstream registry '{upstream}'")
    if upstream == 'ecr' and not role and url.split('.')[0] != get_account_id():
        raise invalid('customRoleArn', 'is required when the upstream registry belongs to another account')
    if role and role.split(':')[4:5] != [get_account_id()]:
        raise invalid('customRoleArn', 'must be a role of the account of the rule')


def _without(rule: dict, *keys: str) -> dict:
    return {key: value for key, value in rule.items() if key not in keys}


OPERATIONS = {
    'CreatePullThroughCacheRule': create,
    'DescribePullThroughCacheRules': describe,
    'UpdatePullThroughCacheRule': update,
    'DeletePullThroughCacheRule': delete,
}
