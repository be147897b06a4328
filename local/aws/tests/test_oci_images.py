"""Images over the OCI endpoints, and what the ECR API says of them afterwards."""
import json

from .support import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, EcrTestCase, Oci, descriptor, digest_of, index


class PushAndPullTest(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')
        self.oci = Oci(self.account, self.root)

    def test_pulls_what_was_pushed(self):
        manifest = self.oci.manifest('app', 'hello')
        pushed = self.oci.push_manifest('app', 'v1', manifest)
        self.assertEqual(pushed.status, 201)
        pulled = self.oci.request('GET', '/v2/app/manifests/v1')
        self.assertEqual((pulled.status, pulled.json), (200, manifest))
        self.assertEqual(pulled.headers['content-type'], OCI_MANIFEST)
        self.assertEqual(pulled.headers['docker-content-digest'], pushed.headers['docker-content-digest'])
        blob = self.oci.request('GET', f"/v2/app/blobs/{manifest['layers'][0]['digest']}")
        self.assertEqual((blob.status, blob.body), (200, b'hello'))

    def test_a_head_request_has_the_size_and_no_body(self):
        digest = self.oci.push('app', 'v1', 'hello')
        for path in (f'/v2/app/manifests/{digest}', f'/v2/app/blobs/{digest_of(b"hello")}'):
            got, head = self.oci.request('GET', path), self.oci.request('HEAD', path)
            self.assertEqual((head.status, head.body, head.headers['content-length']), (200, b'', str(len(got.body))))

    def test_describes_the_image_with_the_size_of_its_layers_and_all_tags(self):
        digest = self.oci.push('app', 'v1', 'hello')
        self.oci.push('app', 'v2', 'hello')
        detail = self.ecr.describe_images(repositoryName='app')['imageDetails'][0]
        self.assertEqual(detail['imageDigest'], digest)
        self.assertEqual(detail['imageTags'], ['v1', 'v2'])
        self.assertEqual(detail['imageSizeInBytes'], len(b'hello') + len(json.dumps({'content': 'hello'})))
        self.assertEqual(detail['imageManifestMediaType'], OCI_MANIFEST)
        self.assertEqual(detail['artifactMediaType'], OCI_CONFIG)
        self.assertEqual(detail['imageStatus'], 'ACTIVE')

    def test_an_untagged_image_has_no_list_of_tags(self):
        manifest = self.oci.manifest('app', 'hello')
        self.assertEqual(self.oci.push_manifest('app', descriptor(manifest)['digest'], manifest).status, 201)
        self.assertNotIn('imageTags', self.ecr.describe_images(repositoryName='app')['imageDetails'][0])

    def test_a_pull_is_recorded_and_a_head_request_is_not(self):
        self.oci.push('app', 'v1', 'hello')
        self.oci.request('HEAD', '/v2/app/manifests/v1')
        self.assertNotIn('lastRecordedPullTime', self.ecr.describe_images(repositoryName='app')['imageDetails'][0])
        self.oci.request('GET', '/v2/app/manifests/v1')
        self.assertIn('lastRecordedPullTime', self.ecr.describe_images(repositoryName='app')['imageDetails'][0])

    def test_an_index_has_the_size_of_its_largest_image(self):
        small, large = self.oci.manifest('app', 'x'), self.oci.manifest('app', 'x' * 500)
        for manifest in (small, large):
            self.oci.push_manifest('app', descriptor(manifest)['digest'], manifest)
        pushed = self.oci.push_manifest('app', 'multi', index(small, large))
        self.assertEqual(pushed.status, 201)
        detail = self.ecr.describe_images(repositoryName='app', imageIds=[{'imageTag': 'multi'}])['imageDetails'][0]
        self.assertEqual(detail['imageSizeInBytes'], 500 + large['config']['size'])
        self.assertEqual(detail['imageManifestMediaType'], OCI_INDEX)

    def test_fails_for_an_unknown_repository_or_tag(self):
        self.assertEqual(self.oci.request('GET', '/v2/none/manifests/v1').error, 'NAME_UNKNOWN')
        self.assertEqual(self.oci.request('GET', '/v2/app/manifests/none').error, 'MANIFEST_UNKNOWN')
        self.assertEqual(self.oci.request('GET', f'/v2/app/blobs/{digest_of(b"none")}').error, 'BLOB_UNKNOWN')
        self.assertEqual(self.oci.request('POST', '/v2/none/blobs/uploads/').error, 'NAME_UNKNOWN')


class ManifestTest(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')
        self.oci = Oci(self.account, self.root)
        self.manifest = self.oci.manifest('app', 'hello')

    def refused(self, code, reference='v1', **changes):
        manifest = {key: value for key, value in {**self.manifest, **changes}.items() if value is not None}
        answer = self.oci.push_manifest('app', reference, manifest)
        self.assertEqual((answer.status, answer.error), (400, code))
        self.assertEqual(self.ecr.list_images(repositoryName='app')['imageIds'], [])

    def test_accepts_it_under_its_digest(self):
        answer = self.oci.push_manifest('app', descriptor(self.manifest)['digest'], self.manifest)
        self.assertEqual(answer.status, 201)

    def test_accepts_a_foreign_layer_that_is_not_in_the_repository(self):
        foreign = {'mediaType': 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'digest': digest_of(b'far'), 'size': 3}
        self.manifest['layers'].append(foreign)
        self.assertEqual(self.oci.push_manifest('app', 'v1', self.manifest).status, 201)

    def test_fails_under_the_digest_of_something_else(self):
        self.refused('DIGEST_INVALID', reference=digest_of(b'else'))

    def test_fails_when_a_layer_is_absent(self):
        self.refused('MANIFEST_BLOB_UNKNOWN', layers=[{'mediaType': OCI_LAYER, 'digest': digest_of(b'none'), 'size': 4}])

    def test_fails_when_the_config_is_absent(self):
        self.refused('MANIFEST_BLOB_UNKNOWN', config={'mediaType': OCI_CONFIG, 'digest': digest_of(b'none'), 'size': 4})

    def test_fails_when_a_manifest_of_an_index_is_absent(self):
        answer = self.oci.push_manifest('app', 'multi', index(self.manifest))
        self.assertEqual((answer.status, answer.error), (400, 'MANIFEST_BLOB_UNKNOWN'))

    def test_fails_when_it_is_malformed(self):
        layer = self.manifest['layers'][0]
        for changes in (
            {'schemaVersion': 1}, {'layers': None}, {'layers': {}}, {'config': None}, {'config': 'x'}, {'manifests': []},
            {'layers': [{**layer, 'size': -1}]}, {'layers': [{**layer, 'size': True}]}, {'layers': [{**layer, 'digest': 'sha256:1'}]},
            {'layers': [{'digest': layer['digest'], 'size': 5}]}, {'layers': ['x']}, {'subject': {}}, {'annotations': []},
        ):
            with self.subTest(changes):
                self.refused('MANIFEST_INVALID', **changes)

    def test_fails_when_it_is_not_json(self):
        answer = self.oci.request('PUT', '/v2/app/manifests/v1', b'{', Content_Type=OCI_MANIFEST)
        self.assertEqual((answer.status, answer.error), (400, 'MANIFEST_INVALID'))

    def test_fails_when_it_is_sent_as_something_else(self):
        answer = self.oci.request('PUT', '/v2/app/manifests/v1', json.dumps(self.manifest).encode(), Content_Type=OCI_INDEX)
        self.assertEqual((answer.status, answer.error), (400, 'MANIFEST_INVALID'))

    def test_fails_when_it_says_that_it_is_something_else(self):
        docker = 'application/vnd.docker.distribution.manifest.v2+json'
        answer = self.oci.request('PUT', '/v2/app/manifests/v1', json.dumps(self.manifest).encode(), Content_Type=docker)
        self.assertEqual((answer.status, answer.error), (400, 'MANIFEST_INVALID'))

    def test_fails_for_an_index_with_layers(self):
        self.oci.push_manifest('app', descriptor(self.manifest)['digest'], self.manifest)
        whole = index(self.manifest)
        for members in ({'layers': []}, {'config': self.manifest['config']}):
            self.assertEqual(self.oci.push_manifest('app', 'multi', {**whole, **members}).error, 'MANIFEST_INVALID')
        self.assertEqual(self.oci.push_manifest('app', 'multi', whole).status, 201)

    def test_accepts_four_mebibytes_and_fails_for_more(self):
        body = json.dumps(self.manifest).encode()
        for size, status in ((4_194_305, 400), (4_194_304, 201)):
            answer = self.oci.request('PUT', '/v2/app/manifests/v1', body.ljust(size), Content_Type=OCI_MANIFEST)
            self.assertEqual(answer.status, status)

    def test_an_image_has_at_most_a_thousand_tags(self):
        for number in range(1_000):
            self.assertEqual(self.oci.push_manifest('app', f'v{number}', self.manifest).status, 201)
        self.assertEqual(self.oci.push_manifest('app', 'v0', self.manifest).status, 201)
        self.assertEqual(self.oci.push_manifest('app', 'one-more', self.manifest).error, 'TOOMANYREQUESTS')

    def test_fails_for_an_unsupported_media_type(self):
        body = json.dumps({**self.manifest, 'mediaType': None}).encode()
        answer = self.oci.request('PUT', '/v2/app/manifests/v1', body, Content_Type='application/json')
        self.assertEqual((answer.status, answer.error), (400, 'MANIFEST_INVALID'))

    def test_fails_for_a_tag_that_cannot_be_one(self):
        self.refused('MANIFEST_INVALID', reference='-v1')


class ImmutabilityTest(EcrTestCase):

    def push_twice(self, tag, mode, filters=None):
        name = f'app-{tag.lower()}-{mode.lower().replace("_", "-")}'
        extra = {'imageTagMutabilityExclusionFilters': [{'filterType': 'WILDCARD', 'filter': item} for item in filters]} if filters else {}
        self.ecr.create_repository(repositoryName=name, imageTagMutability=mode, **extra)
        oci = Oci(self.account, self.root)
        oci.push(name, tag, 'one')
        return oci.push_manifest(name, tag, oci.manifest(name, 'two'))

    def test_a_tag_moves_where_it_may(self):
        self.assertEqual(self.push_twice('v1', 'MUTABLE').status, 201)
        self.assertEqual(self.push_twice('dev-1', 'IMMUTABLE_WITH_EXCLUSION', ['dev-*']).status, 201)
        self.assertEqual(self.push_twice('dev-1', 'MUTABLE_WITH_EXCLUSION', ['v*']).status, 201)

    def test_fails_to_move_a_frozen_tag(self):
        self.assertEqual(self.push_twice('v1', 'IMMUTABLE').error, 'TAG_INVALID')
        self.assertEqual(self.push_twice('v1', 'IMMUTABLE_WITH_EXCLUSION', ['dev-*']).error, 'TAG_INVALID')
        self.assertEqual(self.push_twice('v1', 'MUTABLE_WITH_EXCLUSION', ['v*']).error, 'TAG_INVALID')

    def test_the_same_image_may_be_pushed_again_and_get_another_tag(self):
        self.ecr.create_repository(repositoryName='app', imageTagMutability='IMMUTABLE')
        oci = Oci(self.account, self.root)
        digest = oci.push('app', 'v1', 'one')
        self.assertEqual(oci.push('app', 'v1', 'one'), digest)
        self.assertEqual(oci.push('app', 'v2', 'one'), digest)
