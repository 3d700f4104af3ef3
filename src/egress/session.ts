import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import {
  EgressError,
  type EgressSession,
  type HttpReply,
  type HttpRequest,
  type HttpTls,
  networkFailure,
} from '../domain/connector/egress.ts';
import type { EgressPolicy } from './address-policy.ts';
import type { Guard } from './guard.ts';
import { resolveChecked } from './resolve.ts';

const MIB = 1024 * 1024;

/** The ways out of a worker, under one signal: when it aborts, every socket is destroyed and TIMEOUT thrown. The sockets are the guard's, so each is checked and pinned there. */
export function createEgressSession(policy: EgressPolicy, guard: Pick<Guard, 'firstFailure'>, signal: AbortSignal): EgressSession {
  return {
    firstFailure: guard.firstFailure,
    async probeTcp(host, port) {
      const started = performance.now();
      await new Promise<void>((resolve, reject) => {
        const socket = new Socket();
        const abort = () => socket.destroy(new EgressError('TIMEOUT'));
        signal.addEventListener('abort', abort, { once: true });
        socket.once('connect', () => {
          socket.destroy();
          resolve();
        });
        socket.once('error', (error) => reject(toEgressError(error)));
        socket.once('close', () => signal.removeEventListener('abort', abort));
        if (signal.aborted) abort();
        else socket.connect({ host, port });
      });
      return { latencyMs: Math.round(performance.now() - started) };
    },
    async openSocket(host, port, tls) {
      return await new Promise<Duplex>((resolve, reject) => {
        const name = isIP(host) === 0 ? { servername: host } : {};
        const socket = tls === undefined ? new Socket() : connectTls({ host, port, ...name, ...tlsOf(tls) });
        const abort = () => socket.destroy(new EgressError('TIMEOUT'));
        signal.addEventListener('abort', abort, { once: true });
        socket.once('close', () => signal.removeEventListener('abort', abort));
        socket.once('error', (error) => reject(toEgressError(error)));
        socket.once(tls === undefined ? 'connect' : 'secureConnect', () => resolve(socket));
        if (signal.aborted) abort();
        else if (tls === undefined) socket.connect({ host, port });
      });
    },
    async resolve(host) {
      // No port of our own is asked about, so the check is of the addresses alone.
      return (await resolveChecked(policy, host, 0)).map(({ address }) => address);
    },
    async fetchHttp(url, request = {}) {
      return await follow(signal, checkUrl(url), request, request.maxRedirects ?? 0);
    },
  };
}

function checkUrl(url: string): URL {
  if (!URL.canParse(url)) throw new EgressError('EGRESS_DENIED');
  const parsed = new URL(url);
  if (!/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') throw new EgressError('EGRESS_DENIED');
  return parsed;
}

/** Checked here because Node's own error for a bad header quotes the value. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new EgressError('INVALID_HEADER_VALUE');
  }
}

async function follow(signal: AbortSignal, url: URL, request: HttpRequest, redirectsLeft: number): Promise<HttpReply> {
  checkHeaders(request.headers ?? {});
  const reply = await send(signal, url, request);
  const location = reply.headers.location;
  if (reply.status < 300 || reply.status > 399 || location === undefined || redirectsLeft === 0) return reply;
  if (!URL.canParse(location, url.href)) return reply;
  const next = checkUrl(new URL(location, url.href).href);
  // Any header may hold a secret of this connection, so another origin gets only the headers that say what kind of answer is wanted.
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).filter(
      ([name]) => next.origin === url.origin || /^(accept|accept-language|user-agent)$/i.test(name),
    ),
  );
  const { body: _body, ...rest } = request;
  return await follow(signal, next, { ...rest, method: 'GET', headers }, redirectsLeft - 1);
}

async function send(deadline: AbortSignal, url: URL, request: HttpRequest): Promise<HttpReply> {
  const maxBytes = request.maxBytes ?? MIB;
  const signal = request.timeoutMs === undefined ? deadline : AbortSignal.any([deadline, AbortSignal.timeout(request.timeoutMs)]);
  return await new Promise<HttpReply>((resolve, reject) => {
    const fail = (error: unknown) => reject(toEgressError(error, signal));
    const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
      {
        host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
        path: url.pathname + url.search,
        method: request.method ?? 'GET',
        headers: { 'user-agent': 'changeover', 'accept-encoding': 'identity', ...request.headers, host: url.host },
        agent: false,
        signal,
        maxHeaderSize: 16_384,
        ...tlsOf(request.tls),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const finish = () => {
          const headers = Object.fromEntries(
            Object.entries(incoming.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
          );
          resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks).subarray(0, maxBytes) });
        };
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size < maxBytes) return;
          // What a remote sends past the limit is neither read nor awaited.
          finish();
          incoming.destroy();
        });
        incoming.on('end', finish);
        incoming.on('error', fail);
      },
    );
    outgoing.on('error', fail);
    outgoing.end(request.body);
  });
}

function tlsOf({ verifyIdentity = true, rejectUnauthorized = true, ...materials }: HttpTls = {}): ConnectionOptions {
  return { ...materials, rejectUnauthorized, ...(verifyIdentity ? {} : { checkServerIdentity: () => undefined }) };
}

/** Whatever a socket, TLS or HTTP call threw, as a code: their messages quote hosts, headers and addresses. */
export function toEgressError(error: unknown, signal?: AbortSignal): EgressError {
  if (error instanceof EgressError) return error;
  if (signal?.aborted === true) return new EgressError('TIMEOUT');
  if (error instanceof Error && 'code' in error && error.code === 'ABORT_ERR') return new EgressError('TIMEOUT');
  return new EgressError(networkFailure(error) ?? 'UNREACHABLE');
}
