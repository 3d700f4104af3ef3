import { isLoopback } from '../../kits/fields.ts';
import type { TlsOptions } from '../../kits/sql/tls.ts';

/** Where and as whom to log in to a server that speaks HiveServer2's Thrift protocol. */
export interface HiveLogin {
  readonly host: string;
  readonly port: number;
  /** Where it is spoken over HTTP. */
  readonly path?: string | undefined;
  readonly database?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly authMode: 'SASL' | 'NOSASL';
  readonly isTls: boolean;
  readonly ssl?: TlsOptions | undefined;
}

/** What the server's own clients say where no name is given; its password is this, too, since none at all is refused. */
export const ANONYMOUS = 'anonymous';

/**
 * The protocol over TCP sends passwords readable, and can't say whether TLS is there. So a password goes over TLS, unless sslOptions says
 * otherwise or nobody is in between; without a password there is nothing to protect.
 */
export function usesTls({ host, password, ssl }: Pick<HiveLogin, 'host' | 'password' | 'ssl'>): boolean {
  return ssl === undefined ? password !== undefined && !isLoopback(host) : ssl.disabled !== true;
}
