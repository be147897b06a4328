import { Token } from 'aws-cdk-lib';
import type { Findings } from '../../private/findings';
import { checkRepositoryName } from '../../private/repository-name';

/** Records what is no image of an upstream registry: its path there, and a tag or digest. */
export function checkImage(findings: Findings, image: string, hosts: readonly string[]): void {
  const host = hosts.find(name => image.startsWith(`${name}/`));
  findings.unless(host === undefined,
    `'image' must be a path in the upstream registry, got ${JSON.stringify(image)}: leave out its host, ${JSON.stringify(host && image.slice(host.length + 1))}`);
  findings.unless(Token.isUnresolved(image) || !/[:@]/.test(image),
    `'image' must be a path without a tag or digest, got ${JSON.stringify(image)}: give it as 'tagOrDigest'`);
  if (findings.all.length === 0) {
    checkRepositoryName(findings, 'image', image);
  }
}

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
export function checkTagOrDigest(findings: Findings, tagOrDigest: string): void {
  findings.unless(Token.isUnresolved(tagOrDigest) || /^(?:[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}|sha256:[0-9a-f]{64})$/.test(tagOrDigest),
    "'tagOrDigest' must be a tag of 1 to 128 letters, digits, '_', '.' or '-' that starts with none of the last two, "
    + `or 'sha256:' and 64 lowercase hexadecimal digits, got ${JSON.stringify(tagOrDigest)}`);
}

/** What follows a repository's name; a token is taken for a tag. */
export function suffixOf(tagOrDigest: string): string {
  return tagOrDigest.startsWith('sha256:') ? `@${tagOrDigest}` : `:${tagOrDigest}`;
}
