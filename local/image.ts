import { createHash } from 'crypto';
import { gzipSync } from 'zlib';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Content that is addressed by what it is. */
export interface Blob {
  readonly digest: string;
  readonly content: Buffer;
}

/** An OCI image of one layer: small, but one that a container runtime would take. */
export interface Image {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layer: Blob;
}

/** @see https://github.com/opencontainers/image-spec/blob/main/manifest.md */
export function buildImage(fileName: string, text: string): Image {
  const archive = tar(fileName, Buffer.from(text));
  const layer = toBlob(gzipSync(archive));
  const config = toBlob(json({
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { 'org.opencontainers.image.title': 'cdk-hardened-ecr demo' } },
    rootfs: { type: 'layers', diff_ids: [digestOf(archive)] },
  }));
  const manifest = toBlob(json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, digest: config.digest, size: config.content.length },
    layers: [{ mediaType: LAYER_TYPE, digest: layer.digest, size: layer.content.length }],
  }));
  return { manifest, config, layer };
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function toBlob(content: Buffer): Blob {
  return { digest: digestOf(content), content };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/**
 * A tar archive of one file, in the ustar format.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export function tar(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108); // user
  header.write(octal(0, 7), 116); // group
  header.write(octal(content.length, 11), 124);
  header.write(octal(0, 11), 136); // time: the same image has the same digest on every run
  header.write(' '.repeat(8), 148); // the checksum is taken with blanks in its place
  header.write('0', 156); // a regular file
  header.write('ustar\x0000', 257);
  const checksum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - content.length % 512) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}
