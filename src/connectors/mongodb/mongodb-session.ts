// The checks of the pages that run in a browser come by here, too, and include no declarations by themselves.
/// <reference path="./mongodb.d.ts" />

import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { ServerError } from '../kits/sql/server-problem.ts';
import { NoTlsError, nodeTls, openWithTls, type Protection, tlsStrictness } from '../kits/sql/tls.ts';
import type { MongodbDetails } from './fields.ts';

export type Reply = Readonly<Record<string, unknown>>;

export interface MongodbSession {
  readonly protection: Protection;
  /** Runs a command in a database. A refusal is a ServerError with the server's number. */
  command(database: string, command: Reply): Promise<Reply>;
}

/** How long the driver looks for its server, milliseconds: longer than any deadline, which is the whole run's. */
const LOOKS_FOR_MS = 120_000;

/** Logs in to the one server that is named, whatever other members of its set it tells of, by SCRAM, which proves the password without sending it. */
export async function withMongodb<T>(input: ValidatorInput<MongodbDetails>, use: (session: MongodbSession) => Promise<T>): Promise<T> {
  const { opened, protection } = await openWithTls(input.credentials.ssl, (encrypt) => open(input, encrypt));
  try {
    return await use({
      protection,
      command: async (database, command) =>
        await opened
          .db(database)
          .command({ ...command, maxTimeMS: 5000 })
          .catch(explained),
    });
  } finally {
    await opened.close(true).catch(() => {});
  }
}

async function open({ credentials, egress, signal }: ValidatorInput<MongodbDetails>, encrypt: boolean) {
  const { MongoClient } = await import('mongodb');
  const { host, port, database, user, password, authSource = database, ssl } = credentials;
  const strictness = tlsStrictness(ssl);
  const client = new MongoClient(`mongodb://${host.includes(':') ? `[${host}]` : host}:${port}/`, {
    auth: { username: user, password },
    authSource,
    // It follows no address that a server tells, nor that a name service has for the set.
    directConnection: true,
    tls: encrypt,
    ...(encrypt ? nodeTls(ssl) : {}),
    ...(encrypt && strictness < 4 ? { checkServerIdentity: () => undefined } : {}),
    appName: 'changeover',
    maxPoolSize: 1,
    retryReads: false,
    retryWrites: false,
    serverMonitoringMode: 'poll',
    serverSelectionTimeoutMS: LOOKS_FOR_MS,
    connectTimeoutMS: LOOKS_FOR_MS,
    compressors: ['none'],
  });
  signal.addEventListener('abort', () => void client.close(true).catch(() => {}), { once: true });
  // A server that can't be spoken to would be tried again until the deadline.
  const failed = new Promise<never>((_, reject) => client.on('serverHeartbeatFailed', ({ failure }) => reject(failure)));
  failed.catch(() => {});
  try {
    await Promise.race([client.connect(), failed]);
    return client;
  } catch (error) {
    await client.close(true).catch(() => {});
    // A server without TLS hangs up on the handshake.
    if (encrypt && egress.firstFailure() === 'UNREACHABLE') throw new NoTlsError();
    return explained(error);
  }
}

/** The driver's own errors quote addresses and what the server said; the number alone is passed on. */
function explained(error: unknown): never {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { readonly code?: unknown };
  throw typeof code === 'number' ? new ServerError(String(code)) : new Error('the driver could not connect');
}
