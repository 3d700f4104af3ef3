import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type GatewayResponse, sendError } from './reply.ts';

/** For how long, and for how many bytes, a client may go on sending what nobody wants. */
const LINGER_MS = 5000;
const MOST_BYTES = 64 * 1024 * 1024;

const ending = new WeakSet<Socket>();

/**
 * Refuses a request whose body was not read to its end; the rest would be taken for the next request, so the connection ends with
 * it. Only our side of it, at first: closed with bytes unread, it would be reset, and a client that sends all before it reads would
 * never see the answer. So what comes is thrown away until the client ends its side, or has had enough time.
 */
export function sendUnread(request: IncomingMessage, response: GatewayResponse, error: unknown): void {
  const { socket } = request;
  response.isEndedElsewhere = true;
  sendError(response, error, { connection: 'close' });
  if (ending.has(socket)) {
    // It was sent right behind one that was refused.
    request.resume();
    return;
  }
  ending.add(socket);
  socket.end();
  let left = MOST_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) socket.destroy();
  });
  request.once('end', () => socket.destroySoon());
  request.resume();
  const late = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(late));
}
