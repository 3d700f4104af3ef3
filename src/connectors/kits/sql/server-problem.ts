import { EgressError, type EgressErrorCode } from '../../../domain/connector/egress.ts';
import type { Problem, ValidationCode } from '../../../domain/connector/validation.ts';
import { type Meaning, type Meanings, meaningOf, problem, problemOf } from '../problems.ts';
import { systemCodeOf, throwNetworkError } from './network-error.ts';
import { NoTlsError, WeakLoginError } from './tls.ts';

/** What a server answered, by its own code, for drivers that say it elsewhere than in a number or an SQLSTATE of their errors. */
export class ServerError extends Error {
  readonly serverCode: string;

  constructor(serverCode: string) {
    super(serverCode);
    this.serverCode = serverCode;
  }
}

interface Refusing<D> {
  readonly title: string;
  readonly refusals: Meanings<D>;
  readonly details: D;
  /** What the kind says of this very error. */
  readonly own: Meaning | null;
  /** What the network did, where the error itself does not say. */
  readonly network: EgressErrorCode | null;
}

/** What SQLSTATE means with every server that keeps to the standard, by a code or the class that it begins with. */
const BY_SQLSTATE: Meanings<unknown> = {
  '28': 'CREDENTIALS_REJECTED',
  '3D': 'DATABASE_NOT_FOUND',
  '42501': 'ACCESS_DENIED',
  '53': 'RATE_LIMITED',
  '57P': 'PROVIDER_DOWN',
};

/** A problem for what the server said; for what the network did an EgressError is thrown, which the worker explains. */
export function serverProblem<D>(error: unknown, { title, refusals, details, own, network }: Refusing<D>): Problem {
  if (!(error instanceof Error)) throw error;
  const tls = tlsProblem(error);
  // The kind's table may name the setting of its servers.
  if (tls !== null) return { ...tls, ...textsOf(meaningOf(refusals, [tls.code], details)) };
  const code = serverCodeOf(error);
  const meaning = own ?? meaningOf(refusals, [code], details);
  if (meaning !== null) return problemOf(title, causeOf(meaning, code), meaning);
  throwNetworkError(error);
  const state = sqlStateOf(error);
  const usual = meaningOf(BY_SQLSTATE, [state, state.slice(0, 3), state.slice(0, 2)], details);
  if (usual !== null) return problemOf(title, causeOf(usual, code), usual);
  if (code === '' && network !== null) throw new EgressError(network);
  if (code === '') return problemOf(title, 'the connection ended before the login did, or asked for what is never given', 'PROTOCOL_ERROR');
  return problem(
    'ACCESS_DENIED',
    `the server answered with ${code}`,
    'The server did not accept the connection.',
    "Look the code up in the server's documentation, and in its log at the time of this check.",
  );
}

const CAUSES: Readonly<Partial<Record<ValidationCode, string>>> = {
  CREDENTIALS_REJECTED: 'password authentication failed',
  ACCESS_DENIED: 'permission denied',
  DATABASE_NOT_FOUND: 'database does not exist',
  RATE_LIMITED: 'too many connections',
  PROVIDER_DOWN: 'the server is starting up or shutting down',
};

/** In few words, with the code that the server gave. */
function causeOf(meaning: Meaning, code: string): string {
  return `${CAUSES[typeof meaning === 'string' ? meaning : meaning.code] ?? 'the server refused'} (${code})`;
}

/** The number or the SQLSTATE of an answer; empty for an error that no server sent. */
function serverCodeOf(error: Error): string {
  if (error instanceof ServerError) return error.serverCode;
  // The errors of the operating system have numbers below zero.
  if ('errno' in error && typeof error.errno === 'number') return error.errno > 0 ? String(error.errno) : '';
  return sqlStateOf(error);
}

function sqlStateOf(error: Error): string {
  const state = 'sqlState' in error && typeof error.sqlState === 'string' ? error.sqlState : systemCodeOf(error);
  return /^[0-9A-Z]{5}$/.test(state) ? state : '';
}

function textsOf(meaning: Meaning | null): Partial<Problem> {
  return typeof meaning === 'object' && meaning !== null ? meaning : {};
}

/** What an error of TLS means with every server; null for another error. */
function tlsProblem(error: Error): Problem | null {
  if (error instanceof NoTlsError)
    return problem(
      'TLS_UNAVAILABLE',
      'the server answered that it has no TLS',
      'TLS was asked for, and this server does not offer it.',
      'Turn TLS on at the server, or leave sslOptions out if the network is trusted.',
    );
  if (!(error instanceof WeakLoginError)) return null;
  return problem(
    'TLS_REQUIRED',
    'the server asks for the password itself, or for a weak digest of it, without TLS',
    'The login would cross the network unprotected, so it was not sent.',
    'Turn TLS on (sslOptions), or have the server ask for a proof that does not show the password.',
  );
}
