import { request as ask } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A fake in the place of a vendor's service: who asks for one of the hosts, below the path where one is given, gets it. */
export interface Vendor {
  readonly hosts: readonly string[];
  readonly below?: string;
  readonly port: number;
}

/** Answers on https under the vendors' own names. Fakes that say where they are say it as the vendor does. */
export async function startVendorFront(vendors: readonly Vendor[], certificate: { readonly key: string; readonly cert: string }) {
  const server = createServer(certificate, (request, response) => {
    const host = request.headers.host ?? '';
    const path = request.url ?? '/';
    const vendor = vendors.find(({ hosts, below = '/' }) => hosts.includes(host) && path.startsWith(below));
    if (vendor === undefined) return response.writeHead(404).end();
    const passed = ask({ host: '127.0.0.1', port: vendor.port, method: request.method, path, headers: request.headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8').replaceAll(`http://127.0.0.1:${vendor.port}`, `https://${host}`);
        const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers;
        response.writeHead(answer.statusCode ?? 502, headers).end(text);
      });
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
