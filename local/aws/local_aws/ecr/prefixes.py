"""Which template or rule is for a repository, and what the template says of it before it is there."""
import json

from ministack.core import iam_evaluator
from ministack.core.responses import request_scope

from .state import CREATION_TEMPLATES

ROOT = 'ROOT'

# What a repository is asked for before it is there, by what makes it.
_FIRST_ACTIONS = {
    'CREATE_ON_PUSH': ('ecr:BatchCheckLayerAvailability', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload',
                       'ecr:PutImage', 'ecr:BatchGetImage'),
    'PULL_THROUGH_CACHE': ('ecr:BatchGetImage',),
}


def template_for(name: str, use: str) -> dict | None:
    """The template with the longest prefix above a name, among those for a use; ROOT is above everything.

    That a longer prefix for another use does not stand in the way is our reading.
    """
    found = [item for item in CREATION_TEMPLATES.values() if use in item['appliedFor'] and is_below(name, item['prefix'])]
    return max(found, key=lambda item: depth(item['prefix']), default=None)


def is_below(name: str, prefix: str) -> bool:
    """Whether a repository is below a prefix, which ends with a slash, written or not."""
    return prefix == ROOT or name.startswith(f'{prefix.rstrip("/")}/')


def depth(prefix: str) -> int:
    """How specific a prefix is."""
    return 0 if prefix == ROOT else len(prefix.rstrip('/'))


def coming_statements(owner: str, region: str, name: str) -> list[dict]:
    """What the policy of a repository will say to the push or the pull that makes it.

    Without this nobody of another account could make one, except through a registry policy that allows the whole push or pull.
    AWS's pages don't say what counts before the repository is there: it is our reading. The right to create it is never among them.
    """
    found = []
    with request_scope(owner, region):
        for use, actions in _FIRST_ACTIONS.items():
            template = template_for(name, use)
            for statement in _statements((template or {}).get('repositoryPolicy')):
                parsed = iam_evaluator.parse_policy_document({'Statement': statement})[0]
                named = [action for action in actions if iam_evaluator._action_matches(action, parsed.actions, parsed.not_actions)]
                if named:
                    found.append({**statement, 'Action': named})
    return found


def _statements(text: str | None) -> list[dict]:
    found = json.loads(text)['Statement'] if text else []
    return found if isinstance(found, list) else [found]
