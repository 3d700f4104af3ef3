import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface Patience {
  /** How often the connections are looked at, milliseconds. */
  readonly everyMs: number;
  /** How long an answer may stand still, milliseconds. */
  readonly graceMs: number;
  /** More time for more: what a slow line carries. */
  readonly bytesPerSecond: number;
}

const PATIENCE: Patience = { everyMs: 5_000, graceMs: 30_000, bytesPerSecond: 65_536 };

/** What a connection has taken of what was written to it, when that last moved. */
interface Standstill {
  readonly taken: number;
  readonly until: number;
}

/**
 * Closes connections whose client does not take its answer: node's own limits are of how long a request takes to arrive, and an
 * answer that nobody reads would keep its memory, and its place among the connections, for as long as the client likes.
 */
export function endSlowReaders(server: Server, { everyMs, graceMs, bytesPerSecond }: Patience = PATIENCE): void {
  const open = new Map<Socket, Standstill | null>();
  server.on('connection', (socket: Socket) => {
    open.set(socket, null);
    socket.once('close', () => open.delete(socket));
  });
  const lookAtAll = () => {
    const now = performance.now();
    for (const [socket, before] of open) {
      const waiting = socket.writableLength;
      const taken = socket.bytesWritten - waiting;
      if (waiting === 0) open.set(socket, null);
      else if (before?.taken !== taken) open.set(socket, { taken, until: now + graceMs + (waiting / bytesPerSecond) * 1000 });
      else if (now >= before.until) socket.destroy();
    }
  };
  const timer = setInterval(lookAtAll, everyMs).unref();
  server.once('close', () => clearInterval(timer));
}
