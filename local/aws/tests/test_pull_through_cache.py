"""Pull-through cache rules."""
import json

from .support import EcrTestCase, client, new_account


class PullThroughCacheTest(EcrTestCase):

    def secret(self, name='ecr-pullthroughcache/hub', value=None, **members):
        text = json.dumps({'username': 'u', 'accessToken': 't'} if value is None else value)
        return client('secretsmanager', self.root).create_secret(Name=name, SecretString=text, **members)['ARN']

    def create(self, prefix='quay', url='quay.io', **members):
        return self.ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=prefix, upstreamRegistryUrl=url, **members)

    def test_every_upstream_works_with_what_it_needs(self):
        credential = self.secret()
        for prefix, url, name, needs in (
            ('public', 'public.ecr.aws', 'ecr-public', False), ('k8s', 'registry.k8s.io', 'k8s', False), ('quay', 'quay.io', 'quay', False),
            ('hub', 'registry-1.docker.io', 'docker-hub', True), ('ghcr', 'ghcr.io', 'github-container-registry', True),
            ('gitlab', 'registry.gitlab.com', 'gitlab-container-registry', True), ('cgr', 'cgr.dev', 'chainguard', True),
            ('azure', 'mine.azurecr.io', 'azure-container-registry', True),
        ):
            with self.subTest(name):
                with_it, without = (self.create, prefix, {'credentialArn': credential}), (self.create, prefix, {})
                wrong, right = (without, with_it) if needs else (with_it, without)
                self.assert_fails('InvalidParameterException', wrong[0], prefix=prefix, url=url, **wrong[2])
                self.assertEqual(right[0](prefix, url, **right[2])['upstreamRegistry'], name)

    def test_another_registry_of_ecr_needs_a_role_when_it_is_another_account_s(self):
        mine, other = (f'{account}.dkr.ecr.eu-west-1.amazonaws.com' for account in (self.account, new_account()))
        self.create('mine', mine)
        self.assert_fails('InvalidParameterException', self.create, prefix='other', url=other)
        self.assert_fails('InvalidParameterException', self.create, prefix='other', url=other, customRoleArn='arn:aws:iam::111111111111:role/r')
        self.create('other', other, customRoleArn=f'arn:aws:iam::{self.account}:role/r')
        self.assert_fails('InvalidParameterException', self.create, customRoleArn=f'arn:aws:iam::{self.account}:role/r')

    def test_fails_for_an_unknown_or_a_wrongly_named_upstream(self):
        self.assert_fails('UnsupportedUpstreamRegistryException', self.create, url='example.com')
        self.assert_fails('InvalidParameterException', self.create, upstreamRegistry='k8s')
        self.create(upstreamRegistry='quay')

    def test_fails_where_the_feature_does_not_exist(self):
        for region in ('cn-north-1', 'us-gov-west-1'):
            ecr = client('ecr', self.root, region)
            self.assert_fails('UnsupportedUpstreamRegistryException', ecr.create_pull_through_cache_rule,
                              ecrRepositoryPrefix='quay', upstreamRegistryUrl='quay.io')

    def test_prefixes(self):
        self.create('ROOT')
        self.create('my/team/', upstreamRepositoryPrefix='their')
        self.assert_fails('PullThroughCacheRuleAlreadyExistsException', self.create, prefix='ROOT')
        for prefix in ('a', 'a' * 31, 'Team', 'a//b', '/a'):
            self.assert_fails('InvalidParameterException', self.create, prefix=prefix)
        self.ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix='ROOT')
        self.assert_fails('InvalidParameterException', self.create, prefix='ROOT', upstreamRepositoryPrefix='their')

    def test_fifty_rules_and_no_more(self):
        for number in range(50):
            self.create(f'quay{number}')
        self.assert_fails('LimitExceededException', self.create)

    def test_the_secret_must_be_one_that_ecr_can_use(self):
        key = client('kms', self.root).create_key()['KeyMetadata']['KeyId']
        absent = f'arn:aws:secretsmanager:us-east-1:{self.account}:secret:ecr-pullthroughcache/none-abcdef'
        for code, arn in (
            ('InvalidParameterException', self.secret('other')),
            ('SecretNotFoundException', absent),
            ('UnableToAccessSecretException', absent.replace('us-east-1', 'eu-west-1')),
            ('UnableToAccessSecretException', absent.replace(self.account, new_account())),
            ('UnableToDecryptSecretValueException', self.secret('ecr-pullthroughcache/cmk', KmsKeyId=key)),
            ('UnableToAccessSecretException', self.secret('ecr-pullthroughcache/no-token', {'username': 'u'})),
            ('UnableToAccessSecretException', self.secret('ecr-pullthroughcache/no-user', {'accessToken': 't'})),
            ('UnableToAccessSecretException', self.secret('ecr-pullthroughcache/list', [])),
        ):
            with self.subTest(arn):
                self.assert_fails(code, self.create, prefix='hub', url='registry-1.docker.io', credentialArn=arn)

    def test_an_update_changes_the_credentials_only(self):
        self.create('hub', 'registry-1.docker.io', credentialArn=self.secret())
        other = self.secret('ecr-pullthroughcache/hub2')
        changed = self.ecr.update_pull_through_cache_rule(ecrRepositoryPrefix='hub', credentialArn=other)
        self.assertEqual(changed['credentialArn'], other)
        found = self.ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=['hub'])['pullThroughCacheRules'][0]
        self.assertEqual((found['credentialArn'], found['upstreamRepositoryPrefix']), (other, 'ROOT'))
        self.assert_fails('SecretNotFoundException', self.ecr.update_pull_through_cache_rule, ecrRepositoryPrefix='hub',
                          credentialArn=f'arn:aws:secretsmanager:us-east-1:{self.account}:secret:ecr-pullthroughcache/none-abcdef')

    def test_fails_for_an_unknown_rule(self):
        for operation, payload in ((self.ecr.delete_pull_through_cache_rule, {'ecrRepositoryPrefix': 'none'}),
                                   (self.ecr.update_pull_through_cache_rule, {'ecrRepositoryPrefix': 'none'}),
                                   (self.ecr.describe_pull_through_cache_rules, {'ecrRepositoryPrefixes': ['none']})):
            self.assert_fails('PullThroughCacheRuleNotFoundException', operation, **payload)
