import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { TEST_CERTIFICATE } from '../fakes/test-certificate.ts';

/** Speaks TLS to PostgreSQL clients that ask for it, as the protocol has it, and passes on to a server that does not. */
export async function startTlsFront(port: number, certificate = TEST_CERTIFICATE): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((raw) => {
    sockets.add(raw.on('error', () => {}));
    raw.once('data', (request: Buffer) => {
      // SSLRequest: eight bytes, with this code.
      if (request.length !== 8 || request.readInt32BE(4) !== 80877103) return raw.destroy();
      raw.write('S');
      const secure = new TLSSocket(raw, { isServer: true, ...certificate });
      const behind = connect(port, '127.0.0.1');
      sockets.add(behind);
      for (const [from, to] of [
        [secure, behind],
        [behind, secure],
      ] as const)
        from.on('error', () => to.destroy()).on('close', () => to.destroy());
      secure.pipe(behind).pipe(secure);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
