import { IncomingHttpHeaders, request } from 'http';
import { GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { Credentials, Environment } from './accounts';
import { Clients } from './clients';
import { digestOf, Image, MANIFEST_TYPE } from './image';

/** What a registry answered. */
export interface Answer {
  readonly status: number;
  /** Its own words, when it refuses. */
  readonly words: string;
}

interface Response extends Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * One account's registry in one Region, as a container client sees it.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class Registry {
  private readonly host: string;

  constructor(private readonly port: number, private readonly environment: Environment, private readonly authorization?: string) {
    this.host = `${environment.account}.dkr.ecr.${environment.region}.amazonaws.com`;
  }

  /** The registry for someone with credentials, as `docker login` makes it. */
  public async login(clients: Clients, credentials: Credentials): Promise<Registry> {
    const { authorizationData } = await clients.ecr(this.environment, credentials).send(new GetAuthorizationTokenCommand({}));
    return new Registry(this.port, this.environment, `Basic ${authorizationData?.[0].authorizationToken}`);
  }

  /** Pushes an image: its layer, its config, its manifest. The first refusal is the answer. */
  public async push(repository: string, tag: string, image: Image): Promise<Answer> {
    for (const blob of [image.layer, image.config]) {
      const there = await this.send('HEAD', `/v2/${repository}/blobs/${blob.digest}`);
      if (there.status === 200) { continue; }
      if (there.status !== 404) { return there; }
      const begun = await this.send('POST', `/v2/${repository}/blobs/uploads/`);
      if (begun.status !== 202) { return begun; }
      const sent = await this.send('PATCH', location(begun), blob.content, 'application/octet-stream');
      if (sent.status !== 202) { return sent; }
      const end = location(sent);
      const complete = await this.send('PUT', `${end}${end.includes('?') ? '&' : '?'}digest=${blob.digest}`);
      if (complete.status !== 201) { return complete; }
    }
    return this.send('PUT', `/v2/${repository}/manifests/${tag}`, image.manifest.content, MANIFEST_TYPE);
  }

  /** Pulls an image: its manifest and everything that it names, each checked against its digest. */
  public async pull(repository: string, reference: string): Promise<Answer & { digest?: string }> {
    const manifest = await this.send('GET', `/v2/${repository}/manifests/${reference}`);
    if (manifest.status !== 200) { return manifest; }
    const { config, layers } = JSON.parse(manifest.body.toString());
    for (const { digest } of [config, ...layers]) {
      const blob = await this.send('GET', `/v2/${repository}/blobs/${digest}`);
      if (blob.status !== 200) { return blob; }
      if (digestOf(blob.body) !== digest) { throw new Error(`the registry's content for ${digest} has the digest ${digestOf(blob.body)}`); }
    }
    return { ...manifest, digest: digestOf(manifest.body) };
  }

  public async delete(repository: string, digest: string): Promise<Answer> {
    return this.send('DELETE', `/v2/${repository}/manifests/${digest}`);
  }

  private send(method: string, path: string, body?: Buffer, type?: string): Promise<Response> {
    const headers: Record<string, string> = { Host: this.host, Accept: `${MANIFEST_TYPE}, */*` };
    if (this.authorization) { headers.Authorization = this.authorization; }
    if (type) { headers['Content-Type'] = type; }
    headers['Content-Length'] = String(body?.length ?? 0);
    return new Promise((done, failed) => {
      const sent = request({ host: '127.0.0.1', port: this.port, method, path, headers, timeout: 30_000 }, response => {
        const chunks: Buffer[] = [];
        response.on('data', chunk => chunks.push(chunk)).on('error', failed).on('end', () => {
          const content = Buffer.concat(chunks);
          done({ status: response.statusCode ?? 0, headers: response.headers, body: content, words: wordsOf(content) });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`the registry did not answer ${method} ${path}`))).on('error', failed).end(body);
    });
  }
}

/** Where an upload goes on: a path, or a URL of the registry's own name. */
function location(response: Response): string {
  const { pathname, search } = new URL(String(response.headers.location), 'http://registry');
  return pathname + search;
}

function wordsOf(body: Buffer): string {
  try {
    const [{ code, message }] = JSON.parse(body.toString()).errors;
    return `${code}: ${message}`;
  } catch {
    return ''; // an answer without errors, or a blob
  }
}
