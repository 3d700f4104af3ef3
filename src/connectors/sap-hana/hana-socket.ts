import type { Duplex } from 'node:stream';
import { EgressError } from '../../domain/connector/egress.ts';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { openServerSocket, socketTls } from '../kits/sql/server-socket.ts';
import { NoTlsError, openWithTls, type Protection, type TlsOptions } from '../kits/sql/tls.ts';
import type { HanaDetails } from './fields.ts';

/** A connection to a database of this system, encrypted from its first byte, by the same rules for the system database and its tenants. */
export async function openHanaSocket(
  { credentials, egress }: Pick<ValidatorInput<HanaDetails>, 'credentials' | 'egress'>,
  to: { readonly host: string; readonly port: number },
): Promise<{ readonly socket: Duplex; readonly protection: Protection }> {
  const ssl = tlsOf(credentials);
  const { opened: socket, protection } = await openWithTls(ssl, async (encrypt) => {
    try {
      return await openServerSocket(egress, to, encrypt ? socketTls(ssl) : null);
    } catch (error) {
      // No certificate is looked at here, so what failed is the handshake: such as with a server whose versions of TLS are all too old.
      if (ssl === undefined && error instanceof EgressError && error.code === 'TLS_UNTRUSTED') throw new NoTlsError();
      throw error;
    }
  });
  return { socket, protection };
}

/** The port of the cloud has TLS always, and a certificate that holds. */
function tlsOf({ port, ssl }: HanaDetails): TlsOptions | undefined {
  return ssl === undefined && port === 443 ? { verifyIdentity: true } : ssl;
}
