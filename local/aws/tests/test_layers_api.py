"""The ECR API on layers."""
import hashlib

from .support import EcrTestCase, Oci, digest_of

PART = 5 * 1024 * 1024


class LayersTest(EcrTestCase):

    def setUp(self):
        super().setUp()
        self.ecr.create_repository(repositoryName='app')
        self.oci = Oci(self.account, self.root)

    def upload(self, *parts):
        upload_id = self.ecr.initiate_layer_upload(repositoryName='app')['uploadId']
        first = 0
        for part in parts:
            self.part(upload_id, first, part)
            first += len(part)
        return upload_id

    def part(self, upload_id, first, data, last=None):
        end = first + len(data) - 1 if last is None else last
        return self.ecr.upload_layer_part(repositoryName='app', uploadId=upload_id, partFirstByte=first, partLastByte=end, layerPartBlob=data)

    def complete(self, upload_id, data):
        return self.ecr.complete_layer_upload(repositoryName='app', uploadId=upload_id, layerDigests=[digest_of(data)])

    def test_a_layer_in_parts_reaches_the_registry(self):
        data = bytes(PART) + b'end'
        self.assertEqual(self.complete(self.upload(data[:PART], data[PART:]), data)['layerDigest'], digest_of(data))
        self.assertEqual(hashlib.sha256(self.oci.request('GET', f'/v2/app/blobs/{digest_of(data)}').body).hexdigest(),
                         hashlib.sha256(data).hexdigest())

    def test_fails_for_a_part_below_five_mebibytes_that_is_not_the_last(self):
        self.assert_fails('LayerPartTooSmallException', self.complete, upload_id=self.upload(b'small', b'end'), data=b'smallend')

    def test_fails_for_a_part_out_of_place(self):
        upload_id = self.upload(b'abc')
        self.assert_fails('InvalidLayerPartException', self.part, upload_id=upload_id, first=4, data=b'd')
        self.assert_fails('InvalidLayerPartException', self.part, upload_id=upload_id, first=3, data=b'd', last=4)
        self.assertEqual(self.part(upload_id, 3, b'd')['lastByteReceived'], 3)

    def test_fails_for_an_upload_that_is_empty_unknown_or_different(self):
        self.assert_fails('EmptyUploadException', self.complete, upload_id=self.upload(), data=b'')
        self.assert_fails('UploadNotFoundException', self.complete, upload_id='00000000-0000-0000-0000-000000000000', data=b'x')
        self.assert_fails('InvalidLayerException', self.complete, upload_id=self.upload(b'x'), data=b'y')

    def test_fails_for_a_layer_that_is_there(self):
        self.oci.push_blob('app', b'x')
        self.assert_fails('LayerAlreadyExistsException', self.complete, upload_id=self.upload(b'x'), data=b'x')

    def test_says_which_layers_are_available(self):
        self.oci.push('app', 'v1', 'x')
        answer = self.ecr.batch_check_layer_availability(repositoryName='app', layerDigests=[digest_of(b'x'), digest_of(b'none'), 'x'])
        self.assertEqual(answer['layers'], [
            {'layerDigest': digest_of(b'x'), 'layerAvailability': 'AVAILABLE', 'layerSize': 1,
             'mediaType': 'application/vnd.oci.image.layer.v1.tar'},
            {'layerDigest': digest_of(b'none'), 'layerAvailability': 'UNAVAILABLE'}])
        self.assertEqual([item['failureCode'] for item in answer['failures']], ['InvalidLayerDigest'])

    def test_fails_to_give_a_url_for_an_absent_layer(self):
        self.assert_fails('LayersNotFoundException', self.ecr.get_download_url_for_layer, repositoryName='app', layerDigest=digest_of(b'x'))
