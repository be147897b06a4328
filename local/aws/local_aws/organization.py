"""One AWS Organization over several local accounts.

MiniStack gives every account an organization of its own and knows no organizational units, so
conditions on aws:PrincipalOrgID and aws:PrincipalOrgPaths could never match across accounts. The two
functions replaced here are where its policy evaluator looks those keys up.
"""
import re
from dataclasses import dataclass

from ministack.core import iam_evaluator

_ID = re.compile(r'o-[a-z0-9]{10,32}')
_ACCOUNT = re.compile(r'[0-9]{12}')
_PATH = re.compile(r'r-[0-9a-z]{4,32}(/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})*')


@dataclass(frozen=True)
class Organization:
    """An organization id, and for each member account its path below the organization."""

    id: str
    paths: dict[str, str]

    @staticmethod
    def parse(text: str) -> 'Organization':
        """Read `o-id:account=root/ou/ou,account=root/ou`."""
        identity, _, members = text.partition(':')
        if not _ID.fullmatch(identity):
            raise ValueError(f'organization id {identity!r} is not like o-abcd123456')
        paths = {}
        for member in members.split(','):
            account, _, path = member.partition('=')
            if not _ACCOUNT.fullmatch(account) or not _PATH.fullmatch(path):
                raise ValueError(f'member {member!r} is not like 111111111111=r-ab12/ou-ab12-11111111')
            paths[account] = path
        return Organization(identity, paths)

    def path(self, account: str) -> str:
        """The value of aws:PrincipalOrgPaths and aws:ResourceOrgPaths, which ends with a slash."""
        return f'{self.id}/{self.paths[account]}/'

    def install(self) -> None:
        """Answer the organization's condition keys for its members; other accounts keep MiniStack's answer."""
        own_id, own_key = iam_evaluator._principal_org_id, iam_evaluator._resolve_condition_key

        def principal_org_id(account):
            return self.id if account in self.paths else own_id(account)

        def resolve_condition_key(key, context):
            name = key.lower()
            if name == 'aws:principalorgpaths' and context.principal_account in self.paths:
                return [self.path(context.principal_account)]
            owner = _owner(context)
            if owner in self.paths:
                if name == 'aws:resourceorgid':
                    return self.id
                if name == 'aws:resourceorgpaths':
                    return [self.path(owner)]
            return own_key(key, context)

        iam_evaluator._principal_org_id = principal_org_id
        iam_evaluator._resolve_condition_key = resolve_condition_key


def _owner(context) -> str:
    """The account that owns the requested resource: the ARN's, else the caller's own."""
    parts = context.resource_arn.split(':')
    return parts[4] if len(parts) > 4 and parts[4] else context.principal_account
