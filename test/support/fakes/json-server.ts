import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TEST_CERTIFICATE } from './test-certificate.ts';

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface FakeReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonServer {
  readonly url: string;
  readonly port: number;
  close(): void;
}

/** A server on loopback that answers JSON, or a text as it is: what the fakes of services stand on. */
export async function startJsonServer(answer: (request: FakeRequest) => FakeReply, { tls = false } = {}): Promise<JsonServer> {
  const serve: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const {
        status,
        body,
        headers = {},
      } = answer({
        method: request.method ?? '',
        url: new URL(request.url ?? '/', 'http://fake'),
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };
  const server = tls ? createTlsServer(TEST_CERTIFICATE, serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http${tls ? 's' : ''}://127.0.0.1:${port}`, port, close: () => server.close() };
}
