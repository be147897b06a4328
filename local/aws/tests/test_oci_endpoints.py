"""Names, uploads, ranges, pages and referrers over the OCI endpoints."""
import json

from .access_case import PUSH
from .support import OCI_INDEX, EcrTestCase, Oci, descriptor, digest_of, role, server

AWKWARD = ('email/x', 'x/tags/y', 'x/blobs/y', 'x/manifests/y', 'x/referrers/y', 'x/blobs/uploads', 'tags/list', 'apis/x', 'v2', 'a--b/c__d')


class OciTestCase(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')
        self.oci = Oci(self.account, self.root)


class NamesTest(OciTestCase):

    def test_every_legal_name_works(self):
        for name in AWKWARD:
            with self.subTest(name):
                self.ecr.create_repository(repositoryName=name)
                digest = self.oci.push(name, 'v1', name)
                self.assertEqual(self.oci.request('HEAD', f'/v2/{name}/manifests/{digest}').status, 200)
                self.assertEqual(self.oci.request('GET', f'/v2/{name}/blobs/{digest_of(name.encode())}').body, name.encode())
                self.assertEqual(self.oci.request('GET', f'/v2/{name}/tags/list').json, {'name': name, 'tags': ['v1']})
                self.assertEqual(self.oci.request('GET', f'/v2/{name}/referrers/{digest}').json['manifests'], [])

    def test_the_catalog_has_all_of_them(self):
        self.ecr.create_repository(repositoryName='email/x')
        self.assertEqual(self.oci.request('GET', '/v2/_catalog').json, {'repositories': ['app', 'email/x']})

    def test_the_host_name_says_which_registry(self):
        abroad = Oci(self.account, self.root, 'eu-west-1')
        self.assertEqual(abroad.request('GET', '/v2/_catalog').json, {'repositories': []})

    def test_ns_says_which_registry_when_the_host_does_not(self):
        self.oci.push('app', 'v1', 'x')
        host = f'127.0.0.1:{server().port}'
        path = f'/v2/app/manifests/v1?ns={self.account}.dkr.ecr.us-east-1.amazonaws.com'
        self.assertEqual(self.oci.request('GET', path, Host=host).status, 200)

    def test_the_token_says_which_registry_when_nothing_else_does(self):
        self.oci.push('app', 'v1', 'x')
        self.assertEqual(self.oci.request('GET', '/v2/app/manifests/v1', Host=f'127.0.0.1:{server().port}').status, 200)
        abroad = Oci(self.account, self.root, 'eu-west-1')
        self.assertEqual(abroad.request('GET', '/v2/_catalog', Host='127.0.0.1').json, {'repositories': []})


class WithoutAuthTest(EcrTestCase):

    def test_a_registry_that_is_named_needs_no_token_and_one_that_is_not_does(self):
        oci = Oci(self.account, None, auth=False)
        self.assertEqual(oci.request('GET', '/v2/').status, 200)
        self.assertEqual(oci.request('GET', '/v2/', Host='127.0.0.1').status, 401)


class UploadTest(OciTestCase):

    def start(self):
        return self.oci.request('POST', '/v2/app/blobs/uploads/').headers['location']

    def test_takes_chunks_in_order_and_says_how_far_it_is(self):
        location = self.start()
        self.assertEqual(self.oci.request('PATCH', location, b'abc', Content_Range='0-2').headers['range'], '0-2')
        self.assertEqual(self.oci.request('GET', location).headers['range'], '0-2')
        self.assertEqual(self.oci.request('PATCH', location, b'def', Content_Range='3-5').status, 202)
        done = self.oci.request('PUT', f'{location}?digest={digest_of(b"abcdefg")}', b'g')
        self.assertEqual(done.status, 201)
        self.assertEqual(self.oci.request('GET', done.headers['location']).body, b'abcdefg')

    def test_fails_for_a_chunk_out_of_order(self):
        location = self.start()
        self.oci.request('PATCH', location, b'abc')
        self.assertEqual(self.oci.request('PATCH', location, b'def', Content_Range='4-6').status, 416)
        self.assertEqual(self.oci.request('PATCH', location, b'def', Content_Range='3-6').status, 416)

    def test_takes_a_layer_in_one_request(self):
        self.assertEqual(self.oci.request('POST', f'/v2/app/blobs/uploads/?digest={digest_of(b"abc")}', b'abc').status, 201)
        self.assertEqual(self.oci.request('GET', f'/v2/app/blobs/{digest_of(b"abc")}').body, b'abc')

    def test_fails_under_another_digest(self):
        for digest in (digest_of(b'else'), 'sha256:1', ''):
            answer = self.oci.request('PUT', f'{self.start()}?digest={digest}', b'abc')
            self.assertEqual((answer.status, answer.error), (400, 'DIGEST_INVALID'))
        self.assertEqual(self.oci.request('HEAD', f'/v2/app/blobs/{digest_of(b"abc")}').status, 404)

    def test_a_cancelled_upload_is_unknown(self):
        location = self.start()
        self.assertEqual(self.oci.request('DELETE', location).status, 204)
        self.assertEqual(self.oci.request('PATCH', location, b'x').error, 'BLOB_UPLOAD_UNKNOWN')

    def test_an_upload_belongs_to_its_repository(self):
        self.ecr.create_repository(repositoryName='other')
        location = self.start().replace('/v2/app/', '/v2/other/')
        self.assertEqual(self.oci.request('PATCH', location, b'x').error, 'BLOB_UPLOAD_UNKNOWN')


class MountTest(OciTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='base')
        self.oci.push_blob('base', b'shared')
        self.path = f'/v2/app/blobs/uploads/?mount={digest_of(b"shared")}&from=base'

    def test_mounts_a_layer_when_the_account_allows_it(self):
        self.ecr.put_account_setting(name='BLOB_MOUNTING', value='ENABLED')
        self.assertEqual(self.oci.request('POST', self.path).status, 201)
        self.assertEqual(self.oci.request('GET', f'/v2/app/blobs/{digest_of(b"shared")}').body, b'shared')

    def test_starts_an_upload_when_the_account_does_not(self):
        self.assertEqual(self.oci.request('POST', self.path).status, 202)
        self.assertEqual(self.oci.request('HEAD', f'/v2/app/blobs/{digest_of(b"shared")}').status, 404)

    def test_starts_an_upload_when_the_layer_is_elsewhere_or_encrypted_otherwise(self):
        self.ecr.put_account_setting(name='BLOB_MOUNTING', value='ENABLED')
        self.assertEqual(self.oci.request('POST', self.path.replace('from=base', 'from=none')).status, 202)
        self.assertEqual(self.oci.request('POST', self.path.replace(digest_of(b'shared'), digest_of(b'none'))).status, 202)
        self.ecr.create_repository(repositoryName='sealed', encryptionConfiguration={'encryptionType': 'KMS'})
        self.assertEqual(self.oci.request('POST', self.path.replace('/v2/app/', '/v2/sealed/')).status, 202)

    def test_starts_an_upload_when_the_caller_may_not_read_the_source(self):
        self.ecr.put_account_setting(name='BLOB_MOUNTING', value='ENABLED')
        pusher = Oci(self.account, role(self.account, 'limited', PUSH))
        self.assertEqual(pusher.request('POST', self.path).status, 201)
        deny = {'Effect': 'Deny', 'Principal': {'AWS': f'arn:aws:iam::{self.account}:role/limited'}, 'Action': 'ecr:GetDownloadUrlForLayer'}
        self.ecr.set_repository_policy(repositoryName='base', policyText=json.dumps({'Version': '2012-10-17', 'Statement': [deny]}))
        self.assertEqual(pusher.request('POST', self.path).status, 202)


class RangeTest(OciTestCase):

    def setUp(self):
        super().setUp()
        self.oci.push_blob('app', b'0123456789')

    def get(self, value):
        return self.oci.request('GET', f'/v2/app/blobs/{digest_of(b"0123456789")}', Range=value)

    def test_sends_the_part_that_is_asked_for(self):
        for header, body, where in (('bytes=2-4', b'234', '2-4'), ('bytes=7-', b'789', '7-9'), ('bytes=-3', b'789', '7-9'),
                                    ('bytes=8-99', b'89', '8-9')):
            answer = self.get(header)
            self.assertEqual((answer.status, answer.body, answer.headers['content-range']), (206, body, f'bytes {where}/10'))

    def test_sends_everything_without_a_single_range(self):
        for header in ('bytes=0-1,3-4', 'lines=0-1', 'bytes=-'):
            self.assertEqual((self.get(header).status, self.get(header).body), (200, b'0123456789'))

    def test_fails_for_what_is_no_digest(self):
        answer = self.oci.request('GET', '/v2/app/blobs/layer')
        self.assertEqual((answer.status, answer.error), (400, 'DIGEST_INVALID'))

    def test_fails_beyond_the_end(self):
        answer = self.get('bytes=10-')
        self.assertEqual((answer.status, answer.headers['content-range']), (416, 'bytes */10'))


class PagesTest(OciTestCase):

    def test_links_to_the_next_page_of_tags(self):
        for tag in ('c', 'a', 'b'):
            self.oci.push('app', tag, 'x')
        first = self.oci.request('GET', '/v2/app/tags/list?n=2')
        self.assertEqual(first.json['tags'], ['a', 'b'])
        self.assertEqual(first.headers['link'], '</v2/app/tags/list?n=2&last=b>; rel="next"')
        second = self.oci.request('GET', '/v2/app/tags/list?n=2&last=b')
        self.assertEqual(second.json['tags'], ['c'])
        self.assertNotIn('link', second.headers)

    def test_a_page_of_nothing_has_no_next(self):
        self.oci.push('app', 'a', 'x')
        empty = self.oci.request('GET', '/v2/app/tags/list?n=0')
        self.assertEqual(empty.json['tags'], [])
        self.assertNotIn('link', empty.headers)


class ReferrersTest(OciTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.put_image_tag_mutability(repositoryName='app', imageTagMutability='IMMUTABLE')
        manifest = self.oci.manifest('app', 'image')
        self.subject = descriptor(manifest)
        self.oci.push_manifest('app', 'v1', manifest)

    def attach(self, kind, content):
        manifest = self.oci.manifest('app', content, artifactType=kind, subject=self.subject, annotations={'content': content})
        return manifest, self.oci.push_manifest('app', descriptor(manifest)['digest'], manifest)

    def test_a_push_says_that_the_registry_keeps_the_list(self):
        _, answer = self.attach('application/vnd.example.sbom', 'one')
        self.assertEqual((answer.status, answer.headers['oci-subject']), (201, self.subject['digest']))
        self.assertNotIn('oci-subject', self.oci.push_manifest('app', 'v2', self.oci.manifest('app', 'other')).headers)

    def test_lists_several_referrers_of_an_immutable_repository(self):
        sbom, _ = self.attach('application/vnd.example.sbom', 'one')
        signature, _ = self.attach('application/vnd.example.signature', 'two')
        answer = self.oci.request('GET', f"/v2/app/referrers/{self.subject['digest']}")
        self.assertEqual(answer.headers['content-type'], OCI_INDEX)
        self.assertEqual(answer.json['manifests'], [
            {**descriptor(sbom), 'artifactType': 'application/vnd.example.sbom', 'annotations': {'content': 'one'}},
            {**descriptor(signature), 'artifactType': 'application/vnd.example.signature', 'annotations': {'content': 'two'}},
        ])

    def test_filters_by_artifact_type_and_says_so(self):
        self.attach('application/vnd.example.sbom', 'one')
        self.attach('application/vnd.example.signature', 'two')
        answer = self.oci.request('GET', f"/v2/app/referrers/{self.subject['digest']}?artifactType=application/vnd.example.sbom")
        self.assertEqual([item['artifactType'] for item in answer.json['manifests']], ['application/vnd.example.sbom'])
        self.assertEqual(answer.headers['oci-filters-applied'], 'artifactType')

    def test_the_api_lists_the_same(self):
        for number in range(3):
            self.attach('application/vnd.example.sbom', f'sbom {number}')
        self.attach('application/vnd.example.signature', 'signature')
        query = {'repositoryName': 'app', 'subjectId': {'imageDigest': self.subject['digest']}}
        first = self.ecr.list_image_referrers(**query, maxResults=3)
        rest = self.ecr.list_image_referrers(**query, maxResults=3, nextToken=first['nextToken'])
        self.assertEqual((len(first['referrers']), len(rest['referrers'])), (3, 1))
        self.assertEqual(first['referrers'][0]['artifactStatus'], 'ACTIVE')
        self.assertNotIn('nextToken', rest)
        filtered = self.ecr.list_image_referrers(**query, filter={'artifactTypes': ['application/vnd.example.signature']})
        self.assertEqual([item['annotations'] for item in filtered['referrers']], [{'content': 'signature'}])

    def test_an_image_says_whose_referrer_it_is(self):
        manifest, _ = self.attach('application/vnd.example.sbom', 'one')
        detail = self.ecr.describe_images(repositoryName='app', imageIds=[{'imageDigest': descriptor(manifest)['digest']}])['imageDetails'][0]
        self.assertEqual(detail['subjectManifestDigest'], self.subject['digest'])
        self.assertEqual(detail['artifactMediaType'], 'application/vnd.example.sbom')

    def test_fails_for_something_that_is_no_digest(self):
        self.assertEqual(self.oci.request('GET', '/v2/app/referrers/v1').error, 'DIGEST_INVALID')
        self.assert_fails('InvalidParameterException', self.ecr.list_image_referrers, repositoryName='app', subjectId={'imageDigest': 'v1'})
