import type { Duplex } from 'node:stream';
import { EgressError, type EgressSession, type HttpTls } from '../../../domain/connector/egress.ts';
import { NoTlsError, nodeTls, type TlsOptions, tlsStrictness } from './tls.ts';

interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * A connection to a server whose ports speak either TLS from the first byte or none: nothing is agreed on, so nothing can be dropped. A port
 * without TLS hangs up on the handshake, which is a NoTlsError here.
 */
export async function openServerSocket(
  egress: Pick<EgressSession, 'openSocket'>,
  { host, port }: ServerAddress,
  tls: HttpTls | null,
): Promise<Duplex> {
  if (tls === null) return await egress.openSocket(host, port);
  try {
    return await egress.openSocket(host, port, tls);
  } catch (error) {
    throw error instanceof EgressError && error.code === 'UNREACHABLE' ? new NoTlsError() : error;
  }
}

/** The options of a kind whose TLS is verified only where that is asked for, as a socket takes them. */
export function socketTls(options: TlsOptions | undefined): HttpTls {
  return { ...nodeTls(options), verifyIdentity: tlsStrictness(options) === 4 };
}
