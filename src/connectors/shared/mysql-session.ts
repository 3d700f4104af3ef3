import type { AuthPlugin, Connection, ConnectionOptions, SslOptions } from 'mysql2';
import type { ValidatorInput } from '../../domain/connector/connector.ts';
import type { MysqlDetails } from './mysql-kind.ts';
import { systemCodeOf } from './network-error.ts';
import { type SqlRow, type SqlSession, WeakLoginError } from './sql.ts';
import { type TlsOptions, tlsMaterial, tlsStrictness } from './tls.ts';

type Input = Pick<ValidatorInput<MysqlDetails>, 'credentials' | 'signal'>;

/** The driver's code for a server that has no TLS. */
export const NO_TLS = 'HANDSHAKE_NO_SSL_SUPPORT';

/** Logs in, runs `use` in a read-only transaction with a statement timeout, and closes. Errors are the driver's own; `mysqlProblem` reads their numbers. */
export async function withMysqlSession<T>(input: Input, use: (session: SqlSession) => Promise<T>): Promise<T> {
  const strictness = tlsStrictness(input.credentials.ssl);
  const first = await openConnection(input, strictness > 0).catch((error: unknown) => {
    if (strictness === 1 && systemCodeOf(error) === NO_TLS) return null;
    throw error;
  });
  const connection = first ?? (await openConnection(input, false));
  try {
    const query: SqlSession['query'] = async (text, values) => {
      const [rows] = await connection.promise().execute(text, (values ?? []).map(String));
      // Everything that is asked here answers with rows; the driver's type allows for statements that do not.
      return rows as unknown as readonly SqlRow[];
    };
    // Grants are read as they are quoted without ANSI_QUOTES. Each server takes its own name of the statement timeout and skips the other's.
    await connection
      .promise()
      .query(`SET SESSION sql_mode = '' /*M!100100 , max_statement_time = 5 */ /*!50708 , max_execution_time = 5000 */`);
    await connection.promise().query('START TRANSACTION READ ONLY');
    return await use({ encrypted: first !== null && strictness > 0, query });
  } finally {
    // The server drops the transaction with the connection; a peer that no longer answers is not waited for.
    connection.destroy();
  }
}

async function openConnection({ credentials, signal }: Input, encrypt: boolean): Promise<Connection> {
  const { authPlugins, createConnection } = (await import('mysql2')).default;
  const { host, port, database, user, password, ssl } = credentials;
  const options: ConnectionOptions = {
    host,
    port,
    user,
    password,
    ...(database === undefined ? {} : { database }),
    ...(encrypt ? { ssl: tlsOptions(ssl) } : {}),
    // A server may ask for any file of a client that says it can send some.
    flags: ['-LOCAL_FILES'],
    multipleStatements: false,
    authPlugins: guardedPlugins(authPlugins, encrypt),
    enableCleartextPlugin: false,
    disableEval: true,
    dateStrings: true,
    enableKeepAlive: false,
    // The deadline is the whole run's; the driver's own, of 10 s for the greeting alone, is off.
    connectTimeout: 0,
  };
  const connection = createConnection(options);
  connection.on('error', () => {});
  signal.addEventListener('abort', () => connection.destroy(), { once: true });
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error === null ? resolve() : reject(error))));
  return connection;
}

type Plugins = typeof import('mysql2')['authPlugins'];

/**
 * How to prove the password, by the method that the server names. Without TLS a method that hands it over is refused: in clear, or
 * sealed with a public key that the server has just sent and nobody vouches for. What a method throws has to reject: thrown, it would end the worker.
 */
function guardedPlugins(plugins: Plugins, encrypt: boolean): Record<string, AuthPlugin> {
  const refuse = () => {
    if (!encrypt) throw new WeakLoginError();
  };
  const clear = plugins.mysql_clear_password();
  const methods: Record<string, AuthPlugin> = {
    mysql_native_password: plugins.mysql_native_password({}),
    caching_sha2_password: plugins.caching_sha2_password({ onServerPublicKey: refuse }),
    sha256_password: plugins.sha256_password({ onServerPublicKey: refuse }),
    mysql_clear_password: (context) => {
      refuse();
      return clear(context);
    },
  };
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [
      name,
      (context) => {
        const answer = method(context);
        // The driver takes null for "nothing to send" from a promise as well; its typings leave that out.
        return (async (data: Buffer) => await answer(data)) as ReturnType<AuthPlugin>;
      },
    ]),
  );
}

function tlsOptions(ssl: TlsOptions | undefined): SslOptions {
  const strictness = tlsStrictness(ssl);
  return { ...tlsMaterial(ssl), rejectUnauthorized: strictness >= 3, verifyIdentity: strictness === 4 };
}
