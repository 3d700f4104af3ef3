import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createAnswers } from './database.ts';
import { accept, PACKETS, packetsOf, refuse } from './packets.ts';
import type { FakeOracleOptions } from './users.ts';

/**
 * A FAKE of an Oracle database and its listener, for which no protocol is published: made from the thin client that Oracle itself publishes
 * (https://github.com/oracle/node-oracledb, lib/thin), as the other side of it. Services, users and passwords are really checked: of a password
 * it keeps the 12c verifier alone, as the database does. Statements of our own kind are answered with rows of text and numbers, as many at
 * once as the client asks for; every other message is hung up on.
 */
export interface FakeOracle {
  readonly port: number;
  /** Users whose password came, in whatever form. */
  readonly logins: string[];
  close(): void;
}

export async function startFakeOracle(options: FakeOracleOptions): Promise<FakeOracle> {
  const logins: string[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    converse(socket, options, logins);
  };
  const server = options.tls === undefined ? createServer(serve) : createTlsServer(options.tls, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    logins,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** The listener knows services by their names; behind it a message ends with the packet that says so. Lengths have more bytes from there on. */
function converse(socket: Socket, options: FakeOracleOptions, logins: string[]): void {
  const answer = createAnswers(options, logins);
  let pending = Buffer.alloc(0);
  let message = Buffer.alloc(0);
  let descriptor: string | null = null;
  let accepted = false;
  const listen = (text: string) => {
    const service = /\(SERVICE_NAME=([^)]*)\)/i.exec(text)?.[1] ?? '';
    const code = options.refuses ?? (options.services.includes(service) ? 0 : 12514);
    accepted = code === 0;
    socket.write(accepted ? accept() : refuse(code));
  };
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    // Whoever begins otherwise, such as in TLS, is hung up on.
    if (!accepted && pending.length >= 4 && pending.readUInt16BE(2) !== 0) return socket.destroy();
    for (;;) {
      const length = pending.length < 8 ? 8 : accepted ? pending.readUInt32BE(0) : pending.readUInt16BE(0);
      if (pending.length < length) return;
      const packet = pending.subarray(0, length);
      pending = pending.subarray(length);
      if (packet[4] === PACKETS.connect && descriptor === null) {
        // A long descriptor comes in a packet of its own.
        descriptor = packet.subarray(packet.readUInt16BE(26)).toString('ascii');
        if (descriptor !== '') listen(descriptor);
      } else if (packet[4] === PACKETS.data && descriptor === '' && !accepted) {
        descriptor = packet.subarray(10).toString('ascii');
        listen(descriptor);
      } else if (packet[4] === PACKETS.data && accepted) {
        const flags = packet.readUInt16BE(8);
        if ((flags & 0x40) !== 0) return socket.end();
        message = Buffer.concat([message, packet.subarray(10)]);
        if ((flags & 0x800) === 0) continue;
        const reply = answer(message);
        message = Buffer.alloc(0);
        if (reply === null) return socket.destroy();
        socket.write(Buffer.concat(packetsOf(reply)));
      } else return socket.destroy();
    }
  });
}
