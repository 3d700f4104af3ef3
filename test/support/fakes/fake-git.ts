import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRepository {
  readonly path: string;
  /** `user:token` pairs that may read it; null shows it to anybody. */
  readonly readers: readonly string[] | null;
}

interface Options {
  readonly repositories: readonly FakeRepository[];
  /** Pairs that the host knows, whatever they may read. */
  readonly known: readonly string[];
  /** An older server, which answers in version 0 whatever is asked for. */
  readonly old?: boolean;
}

/** A FAKE of Git's smart https protocol, made from what a real git http-backend answered, and from how hosts refuse. */
export async function startFakeGit({ repositories, known, old = false }: Options) {
  const server = createServer(({ method, url = '', headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://fake');
    const reply = (status: number, body: string, more: object = {}) =>
      response.writeHead(status, { 'content-type': 'text/plain', ...more }).end(body);
    const path = /^(.+)\/info\/refs$/.exec(pathname)?.[1];
    const repository = repositories.find((one) => one.path === path);
    const pair = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8');
    if (headers.authorization !== undefined && !known.includes(pair))
      return reply(401, 'Access denied', { 'www-authenticate': 'Basic realm="Git"' });
    if (headers.authorization === undefined && repository?.readers !== null)
      return reply(401, 'Access denied', { 'www-authenticate': 'Basic realm="Git"' });
    if (repository === undefined) return reply(404, 'not found');
    if (repository.readers !== null && !repository.readers.includes(pair)) return reply(403, 'forbidden');
    // Without the service it is the dumb protocol, which is read from files.
    if (method !== 'GET' || searchParams.get('service') !== 'git-upload-pack') return reply(200, '');
    const type = { 'content-type': 'application/x-git-upload-pack-advertisement' };
    if (!old && headers['git-protocol'] === 'version=2') return reply(200, '000eversion 2\n0015agent=git/2.51.00000', type);
    return reply(200, '001e# service=git-upload-pack\n00000000', type);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, close: () => server.close() };
}
