import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** Requests that one connection carries; what comes behind the last is not processed. */
export const REQUESTS_PER_CONNECTION = 1000;

/** How long a client may take to read what it was sent, and to close what was ended. */
export interface Patience {
  /** How often the connections are looked at, milliseconds. */
  readonly everyMs: number;
  /** How long an answer may stand still, milliseconds. */
  readonly graceMs: number;
  /** How long an ended connection may stay, or its last answer stand still, milliseconds. */
  readonly lingerMs: number;
  /** More time for more: what a slow line carries. */
  readonly bytesPerSecond: number;
}

/** The same of a listener's clients, which over TLS have something to do before their first request. */
export interface ClientPatience extends Patience {
  /** How long the handshake of TLS may take in all, milliseconds. */
  readonly handshakeMs: number;
}

/** `lingerMs`, and twice `everyMs`, are less than five seconds. */
export const PATIENCE: ClientPatience = { everyMs: 500, graceMs: 30_000, lingerMs: 3500, bytesPerSecond: 65_536, handshakeMs: 10_000 };

/** What a connection may have carried to be reset at its end: so little has arrived by then, or never will. */
const MOST_OF_RESET = 16_384;

/** What a client may go on sending, once its connection was ended, before it is cut off. */
const MOST_UNWANTED = 64 * 1024 * 1024;

/** What is known of one open connection. */
export interface Connection {
  requests: number;
  /** The answer that is due last. */
  answer: ServerResponse | null;
  /** Nothing that comes from now on is processed: the last answer is on its way, or the connection was refused. */
  isEnding: boolean;
  /** Said before the end, behind the last answer, to a client that sent more than it will get answers for. */
  parting: string | null;
}

const connections = new WeakMap<Duplex, Connection>();

export function connectionOf(socket: Duplex): Connection {
  let connection = connections.get(socket);
  if (connection === undefined) {
    connection = { requests: 0, answer: null, isEnding: false, parting: null };
    connections.set(socket, connection);
  }
  return connection;
}

/** What a connection has taken of what was written to it, when that last moved, and from when on it has been ended. */
interface Watched {
  taken: number;
  movedAt: number;
  pending: number;
  ended: { readonly at: number; readonly pending: number; readonly read: number } | null;
}

/**
 * The one rule of how connections end, whoever ends them and why. They end in two steps: ours first, so that a client which still
 * sends gets to read its answer instead of a reset; and the whole when the client has closed its side, or after `lingerMs` whatever
 * it does. One that does not take its answer is closed, too: node's own limits are of how long a request takes to arrive, and an
 * answer that nobody reads would keep its memory, and its connection, for as long as the client likes.
 */
export function endConnections(
  server: Server,
  patience: Patience = PATIENCE,
  begins: 'connection' | 'secureConnection' = 'connection',
): void {
  const open = new Map<Socket, Watched>();
  server.on(begins, (socket: Socket) => {
    open.set(socket, { taken: 0, movedAt: 0, pending: 0, ended: null });
    socket.once('close', () => open.delete(socket));
    // Node would close it behind the last answer, with what was not yet read of it: such a close is a reset.
    socket.destroySoon = () => {
      const { parting } = connectionOf(socket);
      if (parting === null || !socket.writable) socket.end();
      else socket.end(parting);
    };
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [socket, watched] of open) if (isOverdue(socket, watched, now, patience)) cutOff(socket);
  }, patience.everyMs).unref();
  server.once('close', () => clearInterval(timer));
}

/**
 * Closes a connection at once. The system would keep one that its client does not close for another minute, thousands at a time, though
 * nobody uses it any more; a reset removes it there, too. It would also remove what the client has not yet taken of a long answer.
 */
export function cutOff(socket: Socket): void {
  const isSent = socket.writableFinished || socket.bytesWritten === 0;
  // What has no address is the control socket, or gone already; only what is not encrypted can be reset by itself.
  const isPlain = socket.remoteAddress !== undefined && !(socket instanceof TLSSocket);
  if (isSent && socket.bytesWritten <= MOST_OF_RESET && isPlain) socket.resetAndDestroy();
  else socket.destroy();
}

function isOverdue(socket: Socket, watched: Watched, now: number, { graceMs, lingerMs, bytesPerSecond }: Patience): boolean {
  const pending = socket.writableLength;
  if (pending === 0 && !socket.writableEnded) {
    watched.pending = 0;
    return false;
  }
  const taken = socket.bytesWritten - pending;
  if (watched.pending === 0 || watched.taken !== taken) {
    watched.taken = taken;
    watched.movedAt = now;
    watched.pending = pending;
  }
  const forBytes = (count: number) => (count / bytesPerSecond) * 1000;
  if (!socket.writableEnded) return now >= watched.movedAt + graceMs + forBytes(watched.pending);
  watched.ended ??= { at: now, pending, read: socket.bytesRead };
  const { ended } = watched;
  if (socket.bytesRead - ended.read > MOST_UNWANTED || now >= ended.at + lingerMs + forBytes(ended.pending)) return true;
  return pending > 0 && now >= watched.movedAt + lingerMs;
}
