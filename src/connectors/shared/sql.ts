import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { type TlsOptions, tlsStrictness } from './tls.ts';

/** A login's open session, in a read-only transaction with a statement timeout, with what was agreed on. */
export interface SqlSession {
  readonly encrypted: boolean;
  query(text: string, values?: readonly unknown[]): Promise<readonly SqlRow[]>;
}

export type SqlRow = Readonly<Record<string, unknown>>;

/** What every kind that speaks SQL over one TCP connection has among its details. */
export interface SqlDetails {
  readonly host: string;
  readonly port: number;
  readonly ssl?: TlsOptions | undefined;
}

/** How a kind opens a session, and what it makes of a refusal; the checks below are built on these two. */
export interface SqlSystem<D extends SqlDetails> {
  withSession<T>(input: Pick<ValidatorInput<D>, 'credentials' | 'egress' | 'signal'>, use: (session: SqlSession) => Promise<T>): Promise<T>;
  /** A problem for what the server said; throws an EgressError for what the network did. */
  problemOf(error: unknown, details: D): Problem;
}

/** A server that wants the password readable, or as an unsalted digest, over a connection that anybody may read. */
export class WeakLoginError extends Error {}

/** Runs a check in a session of the candidate's login; what the server refuses becomes a problem. */
export async function inSession<D extends SqlDetails>(
  system: SqlSystem<D>,
  input: ValidatorInput<D>,
  check: (session: SqlSession) => Promise<ValidatorReport>,
): Promise<ValidatorReport> {
  try {
    return await system.withSession(input, check);
  } catch (error) {
    return { errors: [system.problemOf(error, input.credentials)], warnings: [] };
  }
}

/** DNS and TCP by the egress module, which tells them apart; then TLS, login and a statement by the driver. */
export async function checkConnection<D extends SqlDetails>(system: SqlSystem<D>, input: ValidatorInput<D>): Promise<ValidatorReport> {
  await input.egress.probeTcp(input.credentials.host, input.credentials.port);
  return await inSession(system, input, async (session) => {
    await session.query('SELECT 1');
    return { errors: [], warnings: protection(input.credentials, session.encrypted) };
  });
}

function protection({ ssl }: SqlDetails, encrypted: boolean): readonly Problem[] {
  if (tlsStrictness(ssl) >= 3) return [];
  return [
    {
      code: 'NOT_PROTECTED',
      cause: encrypted ? 'TLS without verification' : 'no TLS',
      friendlyMessage: encrypted ? 'The connection is encrypted, but nothing proves who answers.' : 'The connection is not encrypted.',
      resolution: 'Give sslOptions with caData, verifyCert or verifyIdentity.',
    },
  ];
}
