"""A repository with one image, and roles that may or may not have it."""
import json

from .support import EcrTestCase, Oci, digest_of, role

PULL = ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability']
PUSH = PULL + ['ecr:PutImage', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload']
TOKEN_ONLY = ['ecr:GetAuthorizationToken']


def allow(principal, actions, **members):
    return {'Effect': 'Allow', 'Principal': principal, 'Action': actions, **members}


class AccessTestCase(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')
        self.admin = Oci(self.account, self.root)
        self.digest = self.admin.push('app', 'v1', 'hello')
        self.arn = f'arn:aws:ecr:us-east-1:{self.account}:repository/app'

    def as_role(self, account, name, actions, resource='*'):
        return Oci(self.account, role(account, name, actions, resource))

    def policy(self, *statements):
        text = json.dumps({'Version': '2012-10-17', 'Statement': statements})
        self.ecr.set_repository_policy(repositoryName='app', policyText=text)

    def pulls(self, oci):
        return (oci.request('GET', '/v2/app/manifests/v1').status, oci.request('GET', f'/v2/app/blobs/{digest_of(b"hello")}').status)
