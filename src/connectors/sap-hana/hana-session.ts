// The checks of the pages that run in a browser come by here, too, and include no declarations by themselves.
/// <reference path="./hdb.d.ts" />

import type { Duplex } from 'node:stream';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { problem, problemOf, Refusal } from '../kits/problems.ts';
import { ServerError } from '../kits/sql/server-problem.ts';
import type { SqlRow, SqlSession } from '../kits/sql/sql-session.ts';
import { type Protection, WeakLoginError } from '../kits/sql/tls.ts';
import type { HanaDetails } from './fields.ts';
import { openHanaSocket } from './hana-socket.ts';
import { authenticationOf, isTenantQuestion, roundsOf } from './packets.ts';

/**
 * Logs in over sockets of ours in the place of the driver's: the system database's and its tenant's are encrypted from their first byte by
 * the same rules, go to the given host alone, and send no password to a server that has not proved who it is. The driver forgets callbacks
 * when a peer hangs up, so the end of the socket ends the wait as well.
 */
export async function openHana(input: ValidatorInput<HanaDetails>): Promise<SqlSession> {
  const { default: hdb } = await import('hdb');
  const { credentials, signal } = input;
  const { host, port, database, user, password, ssl } = credentials;
  const client = hdb.createClient({
    host,
    port,
    user,
    password,
    ...(database === undefined ? {} : { databaseName: database }),
    clientId: 'changeover',
    disableCloudRedirect: true,
    // The deadline is the whole run's.
    initializationTimeout: 120_000,
  });
  const { _connection: connection } = client;
  let refused: Error | null = null;
  const { _createAuthenticationManager: createManager } = connection;
  if (connection._connectFn === undefined || createManager === undefined) throw new Error('another version of the driver');
  connection._createAuthenticationManager = (options) => {
    const manager = createManager(options);
    const initialize = manager.initialize.bind(manager);
    manager.initialize = (challenges, done) => {
      if (!asksTooMuch(challenges)) return initialize(challenges, done);
      refused = new Refusal(TOO_MUCH);
      done(refused);
    };
    return manager;
  };
  client.on('error', () => {});
  let end: (error: Error) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  ended.catch(() => {});
  let asksForTenant = false;
  let protection: Protection = 'none';
  connection._connectFn = (to, connected) => {
    dial(to).then(
      (socket) => connected(null, socket),
      (error: Error) => {
        refused = error;
        connected(error);
      },
    );
  };
  const dial = async (to: { readonly host: string; readonly port: number }): Promise<Duplex> => {
    if (to.host !== host) throw new Refusal(ELSEWHERE);
    const { socket, protection: reached } = await openHanaSocket(input, to);
    protection = reached;
    socket.on('close', () => end(new Error('the connection ended')));
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    return watched(socket, (packet) => {
      asksForTenant = isTenantQuestion(packet);
      const method = authenticationOf(packet);
      if (method === null || reached === 'verified' || method.startsWith('SCRAM')) return true;
      refused = new WeakLoginError();
      return false;
    });
  };
  const settle = async (start: (done: (error?: Error | null, rows?: readonly SqlRow[]) => void) => void) => {
    const answered = new Promise<readonly SqlRow[]>((resolve, reject) =>
      start((error, rows = []) => (error === undefined || error === null ? resolve(rows) : reject(error))),
    );
    return await Promise.race([answered, ended]).catch((error: unknown) => {
      throw refused ?? errorOf(error, asksForTenant) ?? (ssl === undefined ? new Refusal(CUT_OFF) : new Error('the connection ended'));
    });
  };
  await settle((done) => client.connect(done));
  return { protection, query: (text) => settle((done) => client.exec(text, done)), close: () => client.close() };
}

/** Said by us where TLS was tried first: the network remembers how that attempt failed, and not what became of the next. */
const CUT_OFF = problemOf('SAP HANA', 'the connection ended before the login did', 'PROTOCOL_ERROR');

/** HANA's own is 15,000, which an administrator may raise. */
const MOST_ROUNDS = 1_000_000;

/** The rounds run on a thread that all of the gateway shares, and nothing ends them: not even the end of the worker, which would wait for them. */
function asksTooMuch(challenges: readonly Buffer[]): boolean {
  return challenges.some(
    (content, index) => challenges[index - 1]?.toString('latin1') === 'SCRAMPBKDF2SHA256' && roundsOf(content) > MOST_ROUNDS,
  );
}

const TOO_MUCH = problem(
  'PROTOCOL_ERROR',
  `the server asked for more than ${MOST_ROUNDS} rounds of hashing`,
  'The login would take more work than any server of SAP asks for, so it was not begun.',
  'Check that it is HANA that answers at this address; if it is, lower password_hash_iterations or whatever is in front of it raises.',
);

const ELSEWHERE = problem(
  'PROTOCOL_ERROR',
  'the system database sends its clients to another host',
  'The server named another host for this tenant; nothing was sent there.',
  "Give the tenant's own host and SQL port, if it is right.",
);

/** Asks before each packet is written. */
function watched(socket: Duplex, mayWrite: (packet: Buffer) => boolean): Duplex {
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
  socket.write = (...args: readonly unknown[]) => {
    if (Buffer.isBuffer(args[0]) && !mayWrite(args[0])) {
      socket.destroy();
      return false;
    }
    return write(...args);
  };
  return socket;
}

/** The server's own code, where there is one. When a tenant can not be looked up, the driver keeps the text alone, which is not read. Null for another error. */
function errorOf(error: unknown, asksForTenant: boolean): Error | null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return new ServerError(String(code));
  if (code === 'EHDBOPENCONN' && asksForTenant) return new ServerError('UNKNOWN_TENANT');
  return null;
}
