import { request } from 'http';
import { PULLS } from '../../local/caches';
import { buildImage } from '../../local/image';
import { Upstream } from '../../local/upstream';

/** What a client is answered that asks a host for a path. */
function ask(upstream: Upstream, host: string, path: string, login?: string): Promise<{ status?: number; type?: string; body: string }> {
  const { port } = new URL(upstream.options[1].split('=')[1]);
  const headers = { Host: host, ...login ? { Authorization: `Basic ${Buffer.from(login).toString('base64')}` } : {} };
  return new Promise((done, failed) => request({ host: '127.0.0.1', port, path, headers, agent: false }, response => {
    let body = '';
    response.on('data', chunk => { body += chunk; })
      .on('end', () => done({ status: response.statusCode, type: response.headers['content-type'], body }));
  }).on('error', failed).end());
}

describe('what stands for the upstream registries', () => {
  const image = buildImage('hello.txt', 'hello');
  let upstream: Upstream;

  beforeAll(async () => {
    upstream = await Upstream.start();
    upstream.offer('library/nginx', '1.27', image);
  });

  test('is on loopback, for each of its hosts', () => {
    expect(upstream.options).toEqual([
      '--upstream', expect.stringMatching(/^registry-1\.docker\.io=http:\/\/127\.0\.0\.1:\d+$/),
      '--upstream', expect.stringMatching(/^public\.ecr\.aws=http:\/\/127\.0\.0\.1:\d+$/),
    ]);
  });

  test.each([['a tag', '1.27'], ['a digest', image.manifest.digest]])('gives the manifest for %s', async (_, reference) => {
    const { status, type, body } = await ask(upstream, 'public.ecr.aws', `/v2/library/nginx/manifests/${reference}`);
    expect([status, type, body]).toEqual([200, 'application/vnd.oci.image.manifest.v1+json', image.manifest.content.toString()]);
  });

  test.each(['config', 'layer'] as const)('gives the %s', async name => {
    expect((await ask(upstream, 'public.ecr.aws', `/v2/library/nginx/blobs/${image[name].digest}`)).status).toBe(200);
  });

  test('has nothing else', async () => {
    expect((await ask(upstream, 'public.ecr.aws', '/v2/nginx/manifests/1.27')).status).toBe(404);
  });

  test('lets nobody into Docker Hub without a login, and notes who comes and how often', async () => {
    const path = '/v2/library/nginx/manifests/1.27';
    const before = upstream.asked;
    expect((await ask(upstream, 'registry-1.docker.io', path)).status).toBe(401);
    expect([...upstream.logins]).toEqual([]);
    expect((await ask(upstream, 'registry-1.docker.io', path, 'someone:token')).status).toBe(200);
    expect([[...upstream.logins], upstream.asked - before]).toEqual([['someone'], 2]);
  });
});

test('some pulls bring an image and some do not, or the table would show nothing', () => {
  expect(new Set(PULLS.map(({ template }) => template !== undefined))).toEqual(new Set([true, false]));
});
