import type { Client as PgClient } from 'pg';
import { type SqlSession, WeakLoginError } from './sql.ts';
import { type TlsOptions, tlsMaterial, tlsStrictness } from './tls.ts';

/** Where and as whom to log in over the PostgreSQL protocol. */
export interface PostgresLogin {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl?: TlsOptions | undefined;
}

/** What the driver says, word for word, when the server answers that it has no TLS. */
export const NO_TLS = 'The server does not support SSL connections';

/** Logs in, runs `use` in a read-only transaction with a statement timeout, and closes. Errors are the driver's own; `postgresProblem` reads their codes. */
export async function withPostgresSession<T>(
  login: PostgresLogin,
  signal: AbortSignal,
  use: (session: SqlSession) => Promise<T>,
): Promise<T> {
  const strictness = tlsStrictness(login.ssl);
  const first = await openClient(login, signal, strictness > 0).catch((error: unknown) => {
    if (strictness === 1 && error instanceof Error && error.message === NO_TLS) return null;
    throw error;
  });
  const client = first ?? (await openClient(login, signal, false));
  try {
    await client.query('BEGIN READ ONLY');
    await client.query('SET LOCAL statement_timeout = 5000');
    return await use({
      encrypted: first !== null && strictness > 0,
      query: async (text, values) =>
        (await client.query(text, values === undefined ? [] : [...values])).rows as readonly Record<string, unknown>[],
    });
  } finally {
    // The server drops the transaction with the connection; a peer that no longer answers is not waited for.
    void client.end().catch(() => {});
  }
}

async function openClient(login: PostgresLogin, signal: AbortSignal, encrypt: boolean): Promise<PgClient> {
  const { Client } = (await import('pg')).default;
  const { host, port, database, user, password, ssl } = login;
  let weak = false;
  const client = new Client({
    // Every option is given: the driver fills what is left out from the environment, or from files.
    host,
    port,
    database,
    user,
    password: () => {
      if (weak && !encrypt) throw new WeakLoginError();
      return password;
    },
    ssl: encrypt ? tlsOptions(host, ssl) : false,
    application_name: 'changeover',
    connectionTimeoutMillis: 0,
    keepAlive: false,
  });
  client.on('error', () => {});
  signal.addEventListener('abort', () => void client.end().catch(() => {}), { once: true });
  // The driver's emitter of protocol messages; its typings leave it out. Ours runs before the driver answers.
  const { connection } = client as unknown as { readonly connection: NodeJS.EventEmitter };
  for (const message of ['authenticationCleartextPassword', 'authenticationMD5Password']) {
    connection.prependListener(message, () => {
      weak = true;
    });
  }
  await client.connect();
  return client;
}

function tlsOptions(host: string, ssl: TlsOptions | undefined) {
  const strictness = tlsStrictness(ssl);
  return {
    ...tlsMaterial(ssl),
    // An address is compared with the certificate's addresses only where it is given as the host; otherwise Node compares `localhost`.
    host,
    rejectUnauthorized: strictness >= 3,
    ...(strictness === 3 ? { checkServerIdentity: () => undefined } : {}),
    ...(/^[\d.:[\]]+$/.test(host) ? {} : { servername: host }),
  };
}
