import { Client } from 'pg';
import { inTime } from '../../domain/time/in-time.ts';

/**
 * The settings of our connections. The server's own deadlines come before ours: after a statement that the server ends the connection is
 * still good, after one that we give up it is lost. The search path is fixed, since a role's own could lead to somebody else's tables.
 */
const SETTINGS = {
  search_path: 'public,pg_temp',
  log_parameter_max_length_on_error: 0,
  statement_timeout: 5000,
  lock_timeout: 2000,
  idle_in_transaction_session_timeout: 10_000,
} as const;

/** Set when we open a connection of our own to the server. They last as long as the connection. */
export const AS_OPTIONS = Object.entries(SETTINGS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/** Set in each transaction when there is a pooler in between, because it gives the server's connections to other clients afterwards. */
export const AS_STATEMENTS: readonly string[] = Object.entries(SETTINGS).map(([name, value]) => `SET LOCAL ${name} = ${value}`);

/** The longest that a working server takes for an answer, its own deadline included, milliseconds. */
export const ANSWER_MS = 6000;

/** The server is silent, and it is unknown whether it is still there. The code is the operating system's code for that. */
export class SilentServer extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('the server did not answer in time');
    this.name = 'SilentServer';
  }
}

/**
 * Waits for an answer on a connection. If it does not come in time the connection is given up, since a late answer would be taken for the
 * next one.
 */
export async function answerOf<T>(client: Client, answer: Promise<T>, ms = ANSWER_MS): Promise<T> {
  return await inTime(answer, ms, () => {
    client.connection.stream.destroy();
    return new SilentServer();
  });
}

/**
 * Sends the user and the database at login, and nothing else: a pooler refuses settings that it does not know, and none is taken from PG*
 * variables.
 */
export class PlainClient extends Client {
  /** The driver asks this for what it sends first. */
  getStartupConf(): Readonly<Record<string, string>> {
    return { user: this.user ?? '', database: this.database ?? '', application_name: 'changeover' };
  }
}

/**
 * True where a pooler is between us and the server: it gives each client a number of its own, where the server gives that of the process
 * that serves the client.
 */
export async function isPooled(client: Client): Promise<boolean> {
  const { rows } = await answerOf(client, client.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid'));
  // The driver keeps what it was told, under a name that its types leave out.
  return rows[0]?.pid !== (client as { readonly processID?: number }).processID;
}
