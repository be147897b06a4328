import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { gunzipSync } from 'zlib';
import { buildImage, digestOf, tar } from '../../local/image';

describe('an image made in code', () => {
  const image = buildImage('hello.txt', 'hello');
  const manifest = JSON.parse(image.manifest.content.toString());
  const config = JSON.parse(image.config.content.toString());

  test('names its config and its layer by digest and size', () => {
    expect(manifest).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(image.config.content), size: image.config.content.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf(image.layer.content), size: image.layer.content.length }],
    });
    expect(image.manifest.digest).toBe(digestOf(image.manifest.content));
  });

  test('has a config that names the layer as it is unpacked', () => {
    expect(config.rootfs).toEqual({ type: 'layers', diff_ids: [digestOf(gunzipSync(image.layer.content))] });
  });

  test('is the same every time, and another one with another content', () => {
    expect(buildImage('hello.txt', 'hello').manifest.digest).toBe(image.manifest.digest);
    expect(buildImage('hello.txt', 'other').manifest.digest).not.toBe(image.manifest.digest);
  });

  test.each([['nothing', ''], ['one block exactly', 'x'.repeat(512)], ['a block and one', 'x'.repeat(513)]])(
    "is an archive that 'tar' unpacks, with %s in it", (_, text) => {
      const folder = mkdtempSync(join(tmpdir(), 'tar-'));
      try {
        execFileSync('tar', ['-xf', '-', '-C', folder], { input: tar('hello.txt', Buffer.from(text)) });
        expect(execFileSync('cat', [join(folder, 'hello.txt')]).toString()).toBe(text);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
});

test('a digest is the SHA-256 of the content', () => {
  expect(digestOf(Buffer.from(''))).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
