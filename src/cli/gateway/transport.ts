import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Document } from '../documents/document.ts';
import { UsageError } from '../usage-error.ts';

/** Runs one GraphQL document. Every command is such a document, wherever the gateway is. */
export interface Gateway {
  run<Answer, Variables>(document: Document<Answer, Variables>, ...variables: Given<Variables>): Promise<Answer>;
  close(): Promise<void>;
}

/** Nothing for a document that has no variables. */
export type Given<Variables> = Variables extends Readonly<Record<string, never>> ? [] : [Variables];

/** An answer with errors, as the gateway gave them. */
export class GatewayError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'GatewayError';
    this.code = code;
    this.details = details;
  }
}

/** A gateway at an address, with the rights of a token. */
export function remoteGateway(url: string, token: string): Gateway {
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new UsageError('CHANGEOVER_URL must be an http or https URL.');
  if (!/^[\x21-\x7e]{1,200}$/.test(token)) throw new UsageError('CHANGEOVER_TOKEN must hold a token, as CHANGEOVER_URL is set.');
  const { protocol, hostname, port, pathname } = new URL(url);
  const options = {
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    path: `${pathname.replace(/\/(graphql)?$/, '')}/graphql`,
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  };
  return overHttp((body) => post(options, body, protocol === 'https:' ? httpsRequest : httpRequest));
}

/** The gateway that listens on this socket. */
export function socketGateway(socketPath: string): Gateway {
  return overHttp((body) => post({ socketPath, path: '/graphql', method: 'POST', headers: { host: 'localhost' } }, body, httpRequest));
}

interface Sent {
  readonly text: string;
  /** What its header Retry-After says. */
  readonly retryAfterSeconds: number | null;
}

function overHttp(send: (body: string) => Promise<Sent>): Gateway {
  return {
    run: async (query, ...[variables]) => readAnswer(await send(JSON.stringify({ query, variables }))),
    close: async () => {},
  };
}

/** The data of an answer, or its first error thrown. */
export function readAnswer<T>({ text, retryAfterSeconds }: Sent): T {
  let answer: {
    readonly data?: T;
    readonly message?: string;
    readonly code?: string;
    readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
  };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    throw new GatewayError('UNAVAILABLE', 'What answered is not a Changeover gateway.', { next: 'Check the address in CHANGEOVER_URL.' });
  }
  const [error] = answer.errors ?? [];
  if (error !== undefined) throw inWordsOfTheCommandLine(String(error.extensions?.code ?? 'INTERNAL'), error.message, error.extensions);
  if (answer.data === undefined || answer.data === null)
    throw new GatewayError(
      answer.code ?? 'UNAVAILABLE',
      answer.message ?? 'The gateway gave no answer.',
      retryAfterSeconds === null ? {} : { retryAfterSeconds },
    );
  return answer.data;
}

/** A person at the command line sends no headers and knows no paths, so such an error is explained by the setting behind it. */
function inWordsOfTheCommandLine(code: string, message: string, details: Readonly<Record<string, unknown>> = {}): GatewayError {
  if (code === 'UNAUTHENTICATED')
    return new GatewayError(code, 'The gateway does not accept the token in CHANGEOVER_TOKEN.', {
      next: 'Set CHANGEOVER_TOKEN to a token of this gateway that has neither expired nor been revoked.',
    });
  if (details.served !== undefined)
    return new GatewayError(code, 'What answered is a Changeover gateway, but not at this path.', {
      next: 'Check the address in CHANGEOVER_URL.',
    });
  return new GatewayError(code, message, details);
}

async function post(options: RequestOptions, body: string, request: typeof httpRequest): Promise<Sent> {
  return await new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...options,
        timeout: 40_000,
        headers: {
          ...(options.headers as Readonly<Record<string, string>> | undefined),
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const seconds = Number(incoming.headers['retry-after'] ?? Number.NaN);
          resolve({ text: Buffer.concat(chunks).toString('utf8'), retryAfterSeconds: Number.isFinite(seconds) ? seconds : null });
        });
        incoming.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', (error) => reject(new TransportError('code' in error ? String(error.code) : 'TIMEOUT')));
    outgoing.end(body);
  });
}

export class TransportError extends GatewayError {
  constructor(code: string) {
    super('UNAVAILABLE', `The gateway can't be reached (${code}).`, { next: 'Check that it runs, and the address in CHANGEOVER_URL.' });
  }
}
