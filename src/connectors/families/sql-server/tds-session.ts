// The checks of the pages that run in a browser come by here, too, and include no declarations by themselves.
/// <reference path="./tedious.d.ts" />

import type { Duplex } from 'node:stream';
import type { ConnectionConfiguration } from 'tedious';
import { EgressError, networkFailure } from '../../../domain/connector/egress.ts';
import type { ValidatorInput } from '../../../domain/connector/validator.ts';
import { problem, Refusal } from '../../kits/problems.ts';
import { ServerError } from '../../kits/sql/server-problem.ts';
import type { SqlRow, SqlSession } from '../../kits/sql/sql-session.ts';
import { nodeTls, type Protection, type TlsOptions } from '../../kits/sql/tls.ts';

/** Where and as whom to log in to whatever speaks TDS. */
export interface TdsLogin {
  readonly host: string;
  readonly port: number;
  readonly database?: string | undefined;
  readonly who: { readonly user: string; readonly password: string } | { readonly accessToken: string };
  readonly protection: Protection;
  readonly ssl?: TlsOptions | undefined;
}

/** The first byte of the message that holds the login. */
const LOGIN7 = 0x10;

/** Logs in. The driver drops TLS when a server says that it has none, in spite of its options; nothing is sent then. */
export async function openTds(login: TdsLogin, { egress, signal }: Pick<ValidatorInput<never>, 'egress' | 'signal'>): Promise<SqlSession> {
  const { Connection, Request } = await import('tedious');
  let raw: Duplex | null = null;
  let isSecure = login.protection === 'none';
  let wasPlain = false;
  const dial = async ({ host, port }: { readonly host: string; readonly port: number }) => {
    if (!isBelow(login.host, host)) throw new Refusal(ELSEWHERE);
    raw = await egress.openSocket(host, port);
    return guarded(raw, (chunk) => {
      wasPlain ||= !isSecure && chunk[0] === LOGIN7;
      return !wasPlain;
    });
  };
  const connection = new Connection(configOf(login, dial));
  let number: number | null = null;
  connection.on('secure', () => {
    isSecure = true;
  });
  connection.on('errorMessage', (message: { readonly number: number }) => {
    number ??= message.number;
  });
  connection.on('error', () => {});
  signal.addEventListener('abort', () => raw?.destroy(), { once: true });
  const explained = (error: unknown): Error => {
    if (wasPlain) return new Refusal(NO_ENCRYPTION);
    return number === null ? errorOf(error) : new ServerError(String(number));
  };
  await new Promise<void>((resolve, reject) =>
    connection.connect((error) => (error === undefined || error === null ? resolve() : reject(explained(error)))),
  );
  return {
    protection: login.protection,
    query: (text) => {
      number = null;
      return new Promise<readonly SqlRow[]>((resolve, reject) => {
        const rows: SqlRow[] = [];
        const request = new Request(text, (error) => (error === undefined || error === null ? resolve(rows) : reject(explained(error))));
        request.on('row', (columns: Readonly<Record<string, { readonly value: unknown }>>) =>
          rows.push(Object.fromEntries(Object.entries(columns).map(([name, { value }]) => [name, value]))),
        );
        connection.execSqlBatch(request);
      });
    },
    close: () => connection.close(),
  };
}

const NO_ENCRYPTION = problem(
  'TLS_REQUIRED',
  'the server answered that it has no encryption',
  'The login would cross the network readable, so it was not sent.',
  'Turn encryption on at the server; or, where the network is trusted, give sslOptions with disabled.',
);

const ELSEWHERE = problem(
  'PROTOCOL_ERROR',
  'the server sends its clients to another domain',
  'The server named a host of another domain to log in at; nothing was sent there.',
  'Give the host that it names, if it is right.',
);

/** Azure sends clients on to a node of its own; the login follows to where the first host's own parent domain is. */
export function isBelow(host: string, next: string): boolean {
  const parent = host.toLowerCase().split('.').slice(1).join('.');
  return next.toLowerCase() === host.toLowerCase() || (parent.includes('.') && next.toLowerCase().endsWith(`.${parent}`));
}

type Dial = (to: { readonly host: string; readonly port: number }) => Promise<Duplex>;

function configOf({ host, port, database, who, protection, ssl }: TdsLogin, dial: Dial): ConnectionConfiguration {
  const { rejectUnauthorized: _, ...materials } = nodeTls(ssl);
  return {
    server: host,
    authentication:
      'accessToken' in who
        ? { type: 'azure-active-directory-access-token', options: { token: who.accessToken } }
        : { type: 'default', options: { userName: who.user, password: who.password } },
    options: {
      port,
      ...(database === undefined ? {} : { database }),
      encrypt: protection !== 'none',
      trustServerCertificate: protection !== 'verified',
      cryptoCredentialsDetails: materials,
      // The deadline is the whole run's.
      connectTimeout: 120_000,
      requestTimeout: 5000,
      maxRetriesOnTransientErrors: 0,
      appName: 'changeover',
      useColumnNames: true,
      connector: dial,
    },
  };
}

/** Asks before each chunk is written. */
function guarded(socket: Duplex, mayWrite: (chunk: Uint8Array) => boolean): Duplex {
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
  socket.write = (...args: readonly unknown[]) => {
    if (args[0] instanceof Uint8Array && !mayWrite(args[0])) {
      socket.destroy(new Error('no encryption'));
      return false;
    }
    return write(...args);
  };
  return socket;
}

/** Of an error that no server sent: what the network did, where one of its causes says so. */
function errorOf(error: unknown): Error {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Refusal) return cause;
    const code = networkFailure(cause);
    if (code !== null) return new EgressError(code);
  }
  return new Error('the connection ended');
}
