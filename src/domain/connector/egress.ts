import type { Duplex } from 'node:stream';

/**
 * The only ways out that a validator has. Every address is checked against the policy, resolved once, and dialled as
 * checked; a driver that a validator imports goes through the same checks, since its sockets are the module's own.
 */
export interface EgressSession {
  /**
   * Resolves and opens a TCP connection, then closes it. Tells apart what a plain error would not.
   * Throws EgressError with one of the codes of `EgressErrorCode`.
   */
  probeTcp(host: string, port: number): Promise<{ readonly latencyMs: number }>;
  /** Addresses of a host, each of which may be dialled. Throws EgressError, EGRESS_DENIED when one of them may not be. */
  resolve(host: string): Promise<readonly string[]>;
  /** An HTTP request under the session's deadline. At most `maxBytes` (1 MiB by default) of decoded body are read; no redirect is followed unless asked for. */
  fetchHttp(url: string, request?: HttpRequest): Promise<HttpReply>;
  /**
   * A connection for a protocol that no HTTP request speaks: encrypted from its first byte where TLS options are given. Closed at the
   * session's deadline.
   */
  openSocket(host: string, port: number, tls?: HttpTls): Promise<Duplex>;
  /** What the network first did to a socket of this run, for drivers whose own errors bury it in a text; null where it did nothing. */
  firstFailure(): EgressErrorCode | null;
}

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Bytes of decoded body that are read before the reply is cut, 1 MiB by default. */
  readonly maxBytes?: number;
  /** Less time than the session's deadline leaves, milliseconds; TIMEOUT past it. */
  readonly timeoutMs?: number;
  /**
   * Redirects followed, each checked like the first hop; 0 by default. A header that could hold a secret is never sent to another origin.
   */
  readonly maxRedirects?: number;
  readonly tls?: HttpTls;
}

/** How a connection is protected: the certificate and the name in it have to hold unless one of them is turned off. */
export interface HttpTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly rejectUnauthorized?: boolean;
  readonly verifyIdentity?: boolean;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type EgressErrorCode =
  | 'EGRESS_DENIED'
  | 'HOST_UNRESOLVED'
  | 'PORT_CLOSED'
  | 'UNREACHABLE'
  | 'TLS_UNTRUSTED'
  | 'TIMEOUT'
  | 'TOO_LARGE'
  | 'INVALID_HEADER_VALUE';

/** What the operating system's codes of network errors stand for. */
const BY_SYSTEM_CODE: Readonly<Record<string, EgressErrorCode>> = {
  ENOTFOUND: 'HOST_UNRESOLVED',
  EAI_AGAIN: 'HOST_UNRESOLVED',
  ECONNREFUSED: 'PORT_CLOSED',
  EHOSTUNREACH: 'UNREACHABLE',
  ENETUNREACH: 'UNREACHABLE',
  ECONNRESET: 'UNREACHABLE',
  EPIPE: 'UNREACHABLE',
  ETIMEDOUT: 'TIMEOUT',
};

/** What an error of a socket, of TLS or of the system stands for; null for one that is not about the network. */
export function networkFailure(error: unknown): EgressErrorCode | null {
  if (error instanceof EgressError) return error.code;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // UNSPECIFIED is Node's code of a certificate's faults that have no code of their own.
  if (/CERT|SELF_SIGNED|UNABLE_TO|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|^UNSPECIFIED$|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO/.test(code))
    return 'TLS_UNTRUSTED';
  return BY_SYSTEM_CODE[code] ?? null;
}

/** Carries a code and nothing else: an address or a remote text in an error would reach logs. */
export class EgressError extends Error {
  readonly code: EgressErrorCode;

  constructor(code: EgressErrorCode) {
    super(code);
    this.name = 'EgressError';
    this.code = code;
  }
}
