import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LossyGateway {
  readonly url: string;
  /** The idempotency id of each request that came, by what it asks for. */
  readonly requests: { readonly operation: Operation; readonly id: string | null }[];
  close(): void;
}

/** What a client of jobs asks for, by the end of the path. */
type Operation = 'leases' | 'read' | 'renew' | 'release';

/** What happens to the next answers of an operation: the request is done and its answer is lost, or it is not done and answered with the code. */
export type Fault = 'lost' | { readonly code: string };

export type Faults = Readonly<Partial<Record<Operation, readonly Fault[]>>>;

/** Stands before a gateway, and does to its answers what networks do. */
export async function startLossyGateway(target: string, faults: Faults): Promise<LossyGateway> {
  const left = new Map(Object.entries(faults).map(([operation, all]) => [operation, [...all]]));
  const requests: LossyGateway['requests'] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    // There are no others.
    const operation = request.url?.split('/').at(-1) as Operation;
    const id = request.headers['x-mcd-idempotent-id'];
    requests.push({ operation, id: typeof id === 'string' ? id : null });
    const fault = left.get(operation)?.shift();
    if (typeof fault === 'object') {
      response.writeHead(409, { 'content-type': 'application/problem+json', 'retry-after': '0' });
      response.end(JSON.stringify({ status: 409, code: fault.code, detail: 'In use.' }));
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
