import type { AuthPlugin, Connection, RowDataPacket } from 'mysql2';
import { EgressError } from '../../domain/connector/egress.ts';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { systemCodeOf } from '../kits/sql/network-error.ts';
import { socketTls } from '../kits/sql/server-socket.ts';
import type { ServerLogin, SqlSession } from '../kits/sql/sql-session.ts';
import { NoTlsError, openWithTls, WeakLoginError } from '../kits/sql/tls.ts';

/** Logs in and opens a read-only transaction with a statement timeout. Errors are the driver's own. */
export async function openMysql({ credentials, signal }: ValidatorInput<ServerLogin>): Promise<SqlSession> {
  const { opened: connection, protection } = await openWithTls(credentials.ssl, (encrypt) => openConnection(credentials, signal, encrypt));
  const speaking = connection.promise();
  // Grants are read as they are quoted without ANSI_QUOTES. Each server takes its own name of the statement timeout and skips the other's.
  await speaking.query(`SET SESSION sql_mode = '' /*M!100100 , max_statement_time = 5 */ /*!50708 , max_execution_time = 5000 */`);
  await speaking.query('START TRANSACTION READ ONLY');
  return {
    protection,
    // Everything that is asked here answers with rows.
    query: async (text, values = []) => (await speaking.execute<RowDataPacket[]>(text, values.map(String)))[0],
    // The server drops the transaction with the connection.
    close: () => connection.destroy(),
  };
}

async function openConnection(login: ServerLogin, signal: AbortSignal, encrypt: boolean): Promise<Connection> {
  const { authPlugins, createConnection } = (await import('mysql2')).default;
  const { database, ssl, ...server } = login;
  const connection = createConnection({
    ...server,
    ...(database === undefined ? {} : { database }),
    ...(encrypt ? { ssl: socketTls(ssl) } : {}),
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
  });
  connection.on('error', () => {});
  signal.addEventListener('abort', () => connection.destroy(), { once: true });
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error === null ? resolve() : reject(tlsErrorOf(error)))));
  return connection;
}

/** The driver has codes of its own for what happens to TLS. */
function tlsErrorOf(error: unknown): unknown {
  const code = systemCodeOf(error);
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return new NoTlsError();
  return code === 'HANDSHAKE_SSL_ERROR' ? new EgressError('TLS_UNTRUSTED') : error;
}

/**
 * How to prove the password by the method that the server names. Without TLS, methods that send the password itself are refused: in clear,
 * or encrypted with a public key that the server has just sent and that nobody has verified. Errors of a method have to be returned as
 * rejections: thrown, they would end the worker.
 */
function guardedPlugins(plugins: typeof import('mysql2')['authPlugins'], encrypt: boolean): Record<string, AuthPlugin> {
  const refuse = () => {
    if (!encrypt) throw new WeakLoginError();
  };
  const guarded =
    (method: AuthPlugin): AuthPlugin =>
    (context) => {
      const answer = method(context);
      // The driver takes null for "nothing to send" from a promise as well; its typings leave that out.
      return (async (data: Buffer) => await answer(data)) as ReturnType<AuthPlugin>;
    };
  return {
    mysql_native_password: guarded(plugins.mysql_native_password({})),
    caching_sha2_password: guarded(plugins.caching_sha2_password({ onServerPublicKey: refuse })),
    sha256_password: guarded(plugins.sha256_password({ onServerPublicKey: refuse })),
    mysql_clear_password: guarded((context) => {
      refuse();
      return plugins.mysql_clear_password()(context);
    }),
  };
}
