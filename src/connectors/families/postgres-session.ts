import type { Client as PgClient } from 'pg';
import type { ServerLogin, SqlRow, SqlSession } from '../kits/sql/sql-session.ts';
import { NoTlsError, nodeTls, openWithTls, type TlsOptions, tlsStrictness, WeakLoginError } from '../kits/sql/tls.ts';

/** Where and as whom to log in over the PostgreSQL protocol: to one database, for good. */
export type PostgresLogin = ServerLogin & { readonly database: string };

/** What the driver says, word for word, when the server answers that it has no TLS. */
const NO_TLS = 'The server does not support SSL connections';

/** What a server of PostgreSQL's own is told first: a read-only transaction with a statement timeout. */
const READ_ONLY = ['BEGIN READ ONLY', 'SET LOCAL statement_timeout = 5000'];

/** Logs in and runs the statements that a session begins with. Errors are the driver's own. */
export async function openPostgres(login: PostgresLogin, signal: AbortSignal, begin = READ_ONLY): Promise<SqlSession> {
  const { opened: client, protection } = await openWithTls(login.ssl, (encrypt) => openClient(login, signal, encrypt));
  for (const statement of begin) await client.query(statement);
  return {
    protection,
    query: async (text, values = []) => (await client.query<SqlRow>(text, [...values])).rows,
    // The server drops the transaction with the connection; a server that no longer answers is not waited for.
    close: () => void client.end().catch(() => {}),
  };
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
  await client.connect().catch((error: unknown) => {
    throw error instanceof Error && error.message === NO_TLS ? new NoTlsError() : error;
  });
  return client;
}

function tlsOptions(host: string, ssl: TlsOptions | undefined) {
  return {
    ...nodeTls(ssl),
    // An address is compared with the certificate's addresses only where it is given as the host; otherwise Node compares `localhost`.
    host,
    ...(tlsStrictness(ssl) === 3 ? { checkServerIdentity: () => undefined } : {}),
    ...(/^[\d.:[\]]+$/.test(host) ? {} : { servername: host }),
  };
}
