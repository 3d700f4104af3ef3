import { Client } from 'pg';
import { inTime } from '../../domain/time/in-time.ts';

/**
 * What a connection of ours is set to. The server's own deadlines come first: a statement that it ends leaves a good connection, and
 * one that our deadline ends costs the connection. The search path keeps a role's own from leading to somebody else's tables.
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

/** Longest that a server which works lets anybody wait, its own deadline included, milliseconds. */
export const ANSWER_MS = 6000;

/** The server is silent, and it is unknown whether it is still there. The code is the operating system's code for that. */
export class SilentServer extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('the server did not answer in time');
    this.name = 'SilentServer';
  }
}

/** Waits for an answer on a connection; one that does not come in time costs the connection, since a late one would be taken for the next. */
export async function answerOf<T>(client: Client, answer: Promise<T>, ms = ANSWER_MS): Promise<T> {
  return await inTime(answer, ms, () => {
    client.connection.stream.destroy();
    return new SilentServer();
  });
}

/**
 * Says who it is and to which database it wants, and nothing else: a pooler refuses settings that it does not know, and none is taken
 * from PG* variables.
 */
export class PlainClient extends Client {
  /** The driver asks this for what it sends first. */
  getStartupConf(): Readonly<Record<string, string>> {
    return { user: this.user ?? '', database: this.database ?? '', application_name: 'changeover' };
  }
}

/**
 * True where a pooler stands between us and the server: it tells each client a number of its own where the server tells that of the
 * process which serves it.
 */
export async function isPooled(client: Client): Promise<boolean> {
  const { rows } = await answerOf(client, client.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid'));
  // The driver keeps what it was told, under a name that its types leave out.
  return rows[0]?.pid !== (client as { readonly processID?: number }).processID;
}
