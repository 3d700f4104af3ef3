import type { Client as PgClient } from 'pg';
import type { ValidatorInput } from '../../domain/connector.ts';
import { tlsStrictness } from '../shared/tls.ts';
import type { PostgresDetails } from './index.ts';

/** A login's open session, with what was agreed on. */
export interface PostgresSession {
  readonly encrypted: boolean;
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

/** A server that wants the password in clear, or as an unsalted digest, over a connection that anybody may read. */
export class WeakLoginError extends Error {}

/** What the driver says, word for word, when the server answers that it has no TLS. */
const NO_TLS = 'The server does not support SSL connections';

/** Logs in, runs `use` in a read-only transaction with a statement timeout, and closes. Errors are the driver's own; `problemOf` in problems.ts reads their codes. */
export async function withSession<T>(input: ValidatorInput<PostgresDetails>, use: (session: PostgresSession) => Promise<T>): Promise<T> {
  const strictness = tlsStrictness(input.credentials.ssl);
  const first = await openClient(input, strictness > 0).catch((error: unknown) => {
    if (strictness === 1 && error instanceof Error && error.message === NO_TLS) return null;
    throw error;
  });
  const client = first ?? (await openClient(input, false));
  try {
    await client.query('BEGIN READ ONLY');
    await client.query("SET LOCAL statement_timeout = '5s'");
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

async function openClient({ credentials, signal }: ValidatorInput<PostgresDetails>, encrypt: boolean): Promise<PgClient> {
  const { Client } = (await import('pg')).default;
  const { host, port, database, user, password, ssl } = credentials;
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

function tlsOptions(host: string, ssl: PostgresDetails['ssl']) {
  const strictness = tlsStrictness(ssl);
  return {
    rejectUnauthorized: strictness >= 3,
    ...(strictness === 3 ? { checkServerIdentity: () => undefined } : {}),
    ...(ssl?.caData === undefined ? {} : { ca: ssl.caData }),
    ...(ssl?.certData === undefined ? {} : { cert: ssl.certData }),
    ...(ssl?.keyData === undefined ? {} : { key: ssl.keyData }),
    ...(ssl?.keyPassword === undefined ? {} : { passphrase: ssl.keyPassword }),
    ...(/^[\d.:[\]]+$/.test(host) ? {} : { servername: host }),
  };
}

export { NO_TLS };
