import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a client sent to /graphql, and how it was answered. */
export interface Recorded {
  readonly document: string;
  readonly status: number;
  /** Of the answer's errors: the code, and what it says. */
  readonly errors: readonly { readonly code: string; readonly message: string }[];
}

/** Stands before the gateway, passes everything on as it is, and keeps what clients sent. */
export async function startRecorder(gateway: string) {
  let recorded: Recorded[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, expect: _____, ...headers } = request.headers;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const answer = await fetch(`${gateway}${request.url ?? '/'}`, {
        method: request.method ?? 'GET',
        headers: Object.entries(headers).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, String(value)] as [string, string]],
        ),
        redirect: 'manual',
        signal: gone.signal,
        ...(body.length === 0 ? {} : { body }),
      });
      const text = await answer.text();
      if (request.url === '/graphql') recorded.push(read(body.toString('utf8'), answer.status, text));
      const {
        'content-encoding': ______,
        'content-length': _______,
        'transfer-encoding': ________,
        ...kept
      } = Object.fromEntries(answer.headers);
      response.writeHead(answer.status, kept).end(text);
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Since the last call. */
    take(): readonly Recorded[] {
      const taken = recorded;
      recorded = [];
      return taken;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function read(body: string, status: number, text: string): Recorded {
  const { query } = JSON.parse(body) as { readonly query: string };
  const { errors = [] } = JSON.parse(text) as {
    readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  };
  return { document: query, status, errors: errors.map(({ message, extensions }) => ({ code: extensions?.code ?? '', message })) };
}
