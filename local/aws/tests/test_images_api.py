"""The ECR API on images."""
import json

from .support import OCI_INDEX, OCI_MANIFEST, EcrTestCase, Oci, descriptor, digest_of, index


class ImagesTestCase(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')
        self.oci = Oci(self.account, self.root)

    def untagged(self, content):
        manifest = self.oci.manifest('app', content)
        self.oci.push_manifest('app', descriptor(manifest)['digest'], manifest)
        return manifest

    def put(self, manifest, **more):
        return self.ecr.put_image(repositoryName='app', imageManifest=json.dumps(manifest), **more)['image']


class PutImageTest(ImagesTestCase):

    def test_can_be_pulled(self):
        manifest = self.oci.manifest('app', 'x')
        image = self.put(manifest, imageTag='v1', imageDigest=descriptor(manifest)['digest'])
        self.assertEqual(image['imageId'], {'imageDigest': descriptor(manifest)['digest'], 'imageTag': 'v1'})
        self.assertEqual(self.oci.request('GET', '/v2/app/manifests/v1').json, manifest)

    def test_a_second_tag_is_no_second_image(self):
        manifest = self.oci.manifest('app', 'x')
        self.put(manifest, imageTag='v1')
        self.put(manifest, imageTag='v2')
        self.assertEqual([item['imageTags'] for item in self.ecr.describe_images(repositoryName='app')['imageDetails']], [['v1', 'v2']])

    def test_a_moved_tag_leaves_its_image_untagged(self):
        self.put(self.oci.manifest('app', 'x'), imageTag='v1')
        self.put(self.oci.manifest('app', 'y'), imageTag='v1')
        self.assertEqual([item.get('imageTags') for item in self.ecr.describe_images(repositoryName='app')['imageDetails']], [None, ['v1']])

    def test_fails_for_an_image_that_is_there(self):
        manifest = self.oci.manifest('app', 'x')
        put = {'repositoryName': 'app', 'imageManifest': json.dumps(manifest)}
        self.ecr.put_image(**put, imageTag='v1')
        self.assert_fails('ImageAlreadyExistsException', self.ecr.put_image, **put, imageTag='v1')
        self.assert_fails('ImageAlreadyExistsException', self.ecr.put_image, **put)

    def test_fails_for_a_frozen_tag(self):
        self.ecr.put_image_tag_mutability(repositoryName='app', imageTagMutability='IMMUTABLE')
        self.put(self.oci.manifest('app', 'x'), imageTag='v1')
        other = json.dumps(self.oci.manifest('app', 'y'))
        self.assert_fails('ImageTagAlreadyExistsException', self.ecr.put_image, repositoryName='app', imageManifest=other, imageTag='v1')

    def test_fails_under_another_digest(self):
        self.assert_fails('ImageDigestDoesNotMatchException', self.ecr.put_image, repositoryName='app',
                          imageManifest=json.dumps(self.oci.manifest('app', 'x')), imageDigest=digest_of(b'else'))

    def test_fails_without_its_layers_or_its_images(self):
        manifest = self.oci.manifest('app', 'x')
        manifest['layers'][0]['digest'] = digest_of(b'none')
        self.assert_fails('LayersNotFoundException', self.ecr.put_image, repositoryName='app', imageManifest=json.dumps(manifest))
        self.assert_fails('ReferencedImagesNotFoundException', self.ecr.put_image, repositoryName='app',
                          imageManifest=json.dumps(index(self.oci.manifest('app', 'y'))))

    def test_fails_for_something_else(self):
        for body in ('x', '{}', '[]'):
            self.assert_fails('InvalidParameterException', self.ecr.put_image, repositoryName='app', imageManifest=body)


class BatchGetTest(ImagesTestCase):

    def failures(self, *ids, **more):
        return [item['failureCode'] for item in self.ecr.batch_get_image(repositoryName='app', imageIds=list(ids), **more)['failures']]

    def test_finds_by_tag_by_digest_and_by_both(self):
        digest = self.oci.push('app', 'v1', 'x')
        for image_id in ({'imageTag': 'v1'}, {'imageDigest': digest}, {'imageTag': 'v1', 'imageDigest': digest}):
            found = self.ecr.batch_get_image(repositoryName='app', imageIds=[image_id])['images'][0]
            self.assertEqual(found['imageId'], {'imageDigest': digest, **image_id})
            self.assertEqual(digest_of(found['imageManifest'].encode()), digest)
            self.assertEqual(found['imageManifestMediaType'], OCI_MANIFEST)

    def test_says_why_it_does_not_find(self):
        one, two = self.oci.push('app', 'v1', 'x'), self.oci.push('app', 'v2', 'y')
        self.assertEqual(self.failures(
            {'imageTag': 'none'}, {'imageDigest': digest_of(b'none')}, {'imageDigest': 'x'}, {'imageTag': '-x'}, {},
            {'imageTag': 'v1', 'imageDigest': two}, {'imageTag': 'v1', 'imageDigest': digest_of(b'none')},
            {'imageTag': 'none', 'imageDigest': one},
        ), ['ImageNotFound', 'ImageNotFound', 'InvalidImageDigest', 'InvalidImageTag', 'MissingDigestAndTag',
            'ImageTagDoesNotMatchDigest', 'ImageNotFound', 'ImageNotFound'])

    def test_finds_only_accepted_media_types(self):
        self.oci.push('app', 'v1', 'x')
        self.assertEqual(self.failures({'imageTag': 'v1'}, acceptedMediaTypes=[OCI_MANIFEST]), [])
        self.assertEqual(self.failures({'imageTag': 'v1'}, acceptedMediaTypes=[OCI_INDEX]), ['ImageNotFound'])


class DescribeAndListTest(ImagesTestCase):

    def test_fails_for_an_unknown_image(self):
        digest = self.oci.push('app', 'v1', 'x')
        for image_id in ({'imageTag': 'none'}, {'imageDigest': digest_of(b'none')}, {'imageTag': 'none', 'imageDigest': digest}):
            self.assert_fails('ImageNotFoundException', self.ecr.describe_images, repositoryName='app', imageIds=[image_id])
        for image_id in ({}, {'imageDigest': 'x'}):
            self.assert_fails('InvalidParameterException', self.ecr.describe_images, repositoryName='app', imageIds=[image_id])
        self.assert_fails('InvalidParameterException', self.ecr.describe_images, repositoryName='app', imageIds=[{'imageTag': 'v1'}],
                          maxResults=1)

    def test_one_image_by_two_of_its_tags_is_described_once(self):
        self.oci.push('app', 'v1', 'x')
        self.oci.push('app', 'v2', 'x')
        self.assertEqual(len(self.ecr.describe_images(repositoryName='app', imageIds=[{'imageTag': 'v1'}, {'imageTag': 'v2'}])['imageDetails']), 1)

    def test_lists_every_tag_and_every_untagged_image(self):
        digest = self.oci.push('app', 'v1', 'x')
        self.oci.push('app', 'v2', 'x')
        loose = descriptor(self.untagged('y'))['digest']
        self.assertEqual(self.ecr.list_images(repositoryName='app')['imageIds'], [
            {'imageDigest': digest, 'imageTag': 'v1'}, {'imageDigest': digest, 'imageTag': 'v2'}, {'imageDigest': loose}])

    def test_filters_by_tag_status(self):
        digest = self.oci.push('app', 'v1', 'x')
        loose = descriptor(self.untagged('y'))['digest']
        for status, expected in (('TAGGED', [digest]), ('UNTAGGED', [loose]), ('ANY', [digest, loose])):
            wanted = {'tagStatus': status}
            self.assertEqual([item['imageDigest'] for item in self.ecr.list_images(repositoryName='app', filter=wanted)['imageIds']], expected)
            found = self.ecr.describe_images(repositoryName='app', filter=wanted)['imageDetails']
            self.assertEqual([item['imageDigest'] for item in found], expected)
        self.assert_fails('InvalidParameterException', self.ecr.list_images, repositoryName='app', filter={'tagStatus': 'ALL'})

    def test_pages(self):
        for number in range(3):
            self.oci.push('app', f'v{number}', str(number))
        for operation, key in ((self.ecr.list_images, 'imageIds'), (self.ecr.describe_images, 'imageDetails')):
            first = operation(repositoryName='app', maxResults=2)
            second = operation(repositoryName='app', maxResults=2, nextToken=first['nextToken'])
            digests = [item['imageDigest'] for item in first[key] + second[key]]
            self.assertEqual((len(first[key]), len(set(digests)), 'nextToken' in second), (2, 3, False))


class DeleteTest(ImagesTestCase):

    def delete(self, *ids):
        return self.ecr.batch_delete_image(repositoryName='app', imageIds=list(ids))

    def test_a_tag_goes_and_the_last_one_takes_the_image(self):
        digest = self.oci.push('app', 'v1', 'x')
        self.oci.push('app', 'v2', 'x')
        self.assertEqual(self.delete({'imageTag': 'v1'})['imageIds'], [{'imageDigest': digest, 'imageTag': 'v1'}])
        self.assertEqual(self.ecr.list_images(repositoryName='app')['imageIds'], [{'imageDigest': digest, 'imageTag': 'v2'}])
        self.delete({'imageTag': 'v2'})
        self.assertEqual(self.ecr.list_images(repositoryName='app')['imageIds'], [])

    def test_a_digest_takes_the_image_and_all_tags(self):
        digest = self.oci.push('app', 'v1', 'x')
        self.oci.push('app', 'v2', 'x')
        self.assertEqual(self.delete({'imageDigest': digest})['imageIds'],
                         [{'imageDigest': digest, 'imageTag': 'v1'}, {'imageDigest': digest, 'imageTag': 'v2'}])
        self.assertEqual(self.oci.request('GET', f'/v2/app/manifests/{digest}').status, 404)

    def test_fails_for_an_image_of_an_index_until_the_index_is_gone(self):
        child = self.untagged('x')
        parent = self.oci.push_manifest('app', 'multi', index(child)).headers['docker-content-digest']
        answer = self.delete({'imageDigest': descriptor(child)['digest']})
        self.assertEqual((answer['imageIds'], answer['failures'][0]['failureCode']), ([], 'ImageReferencedByManifestList'))
        self.assertIn(parent, answer['failures'][0]['failureReason'])
        self.assertEqual(self.oci.request('DELETE', f"/v2/app/manifests/{descriptor(child)['digest']}").status, 405)
        both = self.delete({'imageDigest': descriptor(child)['digest']}, {'imageDigest': parent})
        self.assertEqual((len(both['imageIds']), both['failures']), (2, []))

    def test_the_last_tag_of_an_image_of_an_index_goes_without_the_image(self):
        manifest = self.oci.manifest('app', 'x')
        self.oci.push_manifest('app', 'amd64', manifest)
        self.oci.push_manifest('app', 'multi', index(manifest))
        self.assertEqual(self.delete({'imageTag': 'amd64'})['failures'], [])
        self.assertEqual(self.oci.request('HEAD', f"/v2/app/manifests/{descriptor(manifest)['digest']}").status, 200)

    def test_says_why_it_does_not_delete(self):
        self.assertEqual([item['failureCode'] for item in self.delete({'imageTag': 'none'}, {}, {'imageDigest': 'x'})['failures']],
                         ['ImageNotFound', 'MissingDigestAndTag', 'InvalidImageDigest'])

    def test_the_oci_endpoint_deletes_too(self):
        digest = self.oci.push('app', 'v1', 'x')
        self.assertEqual(self.oci.request('DELETE', f'/v2/app/manifests/{digest}').status, 202)
        self.assertEqual(self.oci.request('DELETE', f'/v2/app/manifests/{digest}').error, 'MANIFEST_UNKNOWN')


class ArchiveTest(ImagesTestCase):

    def store(self, storage_class):
        return self.ecr.update_image_storage_class(repositoryName='app', imageId={'imageTag': 'v1'}, targetStorageClass=storage_class)

    def test_an_image_of_a_list_waits_for_the_list(self):
        manifest = self.untagged('arm64')
        whole = index(manifest)
        self.oci.push_manifest('app', 'multi', whole)
        archive = {'repositoryName': 'app', 'targetStorageClass': 'ARCHIVE'}
        part = {'imageDigest': descriptor(manifest)['digest']}
        self.assert_fails('ImageStorageClassUpdateNotSupportedException', self.ecr.update_image_storage_class, **archive, imageId=part)
        self.ecr.update_image_storage_class(**archive, imageId={'imageTag': 'multi'})
        self.assertEqual(self.ecr.update_image_storage_class(**archive, imageId=part)['imageStatus'], 'ARCHIVED')

    def test_an_archived_image_cannot_be_pulled_and_is_listed_on_demand(self):
        self.oci.push('app', 'v1', 'x')
        self.assertEqual(self.store('ARCHIVE')['imageStatus'], 'ARCHIVED')
        for method in ('GET', 'HEAD'):
            self.assertEqual(self.oci.request(method, '/v2/app/manifests/v1').status, 404)
        self.assertEqual(self.ecr.list_images(repositoryName='app')['imageIds'], [])
        found = self.ecr.describe_images(repositoryName='app', filter={'imageStatus': 'ARCHIVED'})['imageDetails'][0]
        self.assertEqual((found['imageStatus'], 'lastArchivedAt' in found), ('ARCHIVED', True))

    def test_restoring_or_pushing_brings_it_back(self):
        self.oci.push('app', 'v1', 'x')
        for back in (lambda: self.store('STANDARD'), lambda: self.oci.push('app', 'v1', 'x')):
            self.store('ARCHIVE')
            back()
            self.assertEqual(self.oci.request('GET', '/v2/app/manifests/v1').status, 200)
            self.assertIn('lastActivatedAt', self.ecr.describe_images(repositoryName='app')['imageDetails'][0])

    def test_fails_for_the_storage_class_that_it_has(self):
        self.oci.push('app', 'v1', 'x')
        self.assert_fails('ImageStorageClassUpdateNotSupportedException', self.store, storage_class='STANDARD')
        self.store('ARCHIVE')
        self.assert_fails('ImageStorageClassUpdateNotSupportedException', self.store, storage_class='ARCHIVE')
