"""A cache rule, and a registry that it pulls from."""
import json

from .support import UPSTREAM_PORT, EcrTestCase, Oci, client
from .upstream_registry import UpstreamRegistry

IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository']


class CacheCase(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.upstream = UpstreamRegistry(UPSTREAM_PORT)
        self.addCleanup(self.upstream.stop)
        self.oci = Oci(self.account, self.root)
        self.rule('public', 'public.ecr.aws')

    def rule(self, prefix, url, **members):
        self.ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=prefix, upstreamRegistryUrl=url, **members)

    def secret(self, username=UpstreamRegistry.USER, token=UpstreamRegistry.TOKEN):
        text = json.dumps({'username': username, 'accessToken': token})
        return client('secretsmanager', self.root).create_secret(Name='ecr-pullthroughcache/hub', SecretString=text)['ARN']

    def pull(self, path, oci=None, method='GET'):
        return (oci or self.oci).request(method, f'/v2/{path}')

    def names(self):
        return [item['repositoryName'] for item in self.ecr.describe_repositories()['repositories']]
