import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LossyGateway {
  readonly url: string;
  /** The idempotency id of each request that came, by the mutation in it. */
  readonly requests: { readonly mutation: string; readonly id: string | null }[];
  close(): void;
}

/** What happens to the next answers of a mutation: the request is done and its answer is lost, or it is not done and answered with the code. */
export type Fault = 'lost' | { readonly code: string };

/** Stands before a gateway, and does to its answers what networks do. */
export async function startLossyGateway(target: string, faults: Readonly<Record<string, readonly Fault[]>>): Promise<LossyGateway> {
  const left = new Map(Object.entries(faults).map(([mutation, all]) => [mutation, [...all]]));
  const requests: LossyGateway['requests'] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const mutation = /(acquire|read|renew|release)Lease/.exec(body)?.[0] ?? '';
    const id = request.headers['x-mcd-idempotent-id'];
    requests.push({ mutation, id: typeof id === 'string' ? id : null });
    const fault = left.get(mutation)?.shift();
    if (typeof fault === 'object') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ data: null, errors: [{ message: 'In use.', extensions: { code: fault.code, retryAfterSeconds: 0 } }] }),
      );
      return;
    }
    const { authorization = '' } = request.headers;
    const headers = { 'content-type': 'application/json', authorization, ...(typeof id === 'string' ? { 'x-mcd-idempotent-id': id } : {}) };
    const answer = await fetch(`${target}${request.url}`, { method: 'POST', headers, body });
    const text = await answer.text();
    if (fault === 'lost') request.socket.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
