import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import { AddressInfo } from 'net';
import { Blob, Image, MANIFEST_TYPE } from './image';

/** The upstream registries that this one stands for; to the first it lets nobody in without a login. */
const DOCKER_HUB = 'registry-1.docker.io';
const HOSTS = [DOCKER_HUB, 'public.ecr.aws'];

/**
 * Stands for the registries of the internet, on a free port of 127.0.0.1: the demo pulls from nowhere else.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull
 */
export class Upstream {
  /** Starts it. It does not keep the demo from ending. */
  public static async start(): Promise<Upstream> {
    const server = createServer();
    await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
    server.unref();
    return new Upstream(server);
  }

  /** Everyone who has logged in. */
  public readonly logins = new Set<string>();

  /** How often it has been asked for anything. */
  public asked = 0;

  /** As the local AWS takes them. */
  public readonly options: readonly string[];

  private readonly content = new Map<string, { readonly type: string; readonly blob: Blob }>();

  private constructor(server: Server) {
    const { port } = server.address() as AddressInfo;
    this.options = HOSTS.flatMap(host => ['--upstream', `${host}=http://127.0.0.1:${port}`]);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.answer(request, response));
  }

  /** Offers an image under a tag. */
  public offer(repository: string, tag: string, { manifest, config, layer }: Image): void {
    for (const blob of [config, layer]) { this.content.set(`/v2/${repository}/blobs/${blob.digest}`, { type: 'application/octet-stream', blob }); }
    for (const reference of [tag, manifest.digest]) { this.content.set(`/v2/${repository}/manifests/${reference}`, { type: MANIFEST_TYPE, blob: manifest }); }
  }

  private answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.asked++;
    const [, encoded] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
    if (headers.host === DOCKER_HUB && encoded === undefined) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="upstream"' }).end();
      return;
    }
    if (encoded !== undefined) { this.logins.add(Buffer.from(encoded, 'base64').toString().split(':')[0]); }
    const found = this.content.get(url);
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': found.type, 'Content-Length': found.blob.content.length }).end(found.blob.content);
  }
}
