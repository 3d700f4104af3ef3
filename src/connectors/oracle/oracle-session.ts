// The checks of the pages that run in a browser come by here, too, and include no declarations by themselves.
/// <reference path="./oracledb.d.ts" />

import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { MOST_COLUMNS } from '../kits/sql/describe-tables.ts';
import { ServerError } from '../kits/sql/server-problem.ts';
import type { SqlRow, SqlSession } from '../kits/sql/sql-session.ts';
import { NoTlsError, tlsStrictness } from '../kits/sql/tls.ts';
import type { OracleDetails } from './fields.ts';
import { NOBODY } from './nobody.ts';

/** Logs in with the driver's thin mode, which proves the password without sending it. Its errors say all in their texts. */
export async function openOracle({ credentials, egress, signal }: ValidatorInput<OracleDetails>): Promise<SqlSession> {
  const { default: oracledb } = await import('oracledb');
  const { user, password, ssl } = credentials;
  const isTls = ssl !== undefined && ssl.disabled !== true;
  const strictness = tlsStrictness(ssl);
  const { caData, certData, keyData, keyPassword } = ssl ?? {};
  // The driver takes an authority only beside a certificate, so one that says nothing goes with it where there is no other.
  const own = certData === undefined || keyData === undefined ? NOBODY : `${keyData}\n${certData}`;
  const wallet = caData === undefined && certData === undefined ? {} : { walletContent: `${own}\n${caData ?? ''}` };
  const connection = await oracledb
    .getConnection({
      user,
      password,
      connectString: connectString(credentials, isTls),
      ...(isTls ? wallet : {}),
      ...(keyPassword === undefined ? {} : { walletPassword: keyPassword }),
      sslServerDNMatch: strictness === 4,
    })
    .catch((error: unknown) => {
      // A port without TLS hangs up on the handshake.
      if (isTls && egress.firstFailure() === 'UNREACHABLE') throw new NoTlsError();
      return explained(error);
    });
  connection.callTimeout = 5000;
  signal.addEventListener('abort', () => void connection.close({ drop: true }).catch(() => {}), { once: true });
  const query = async (text: string): Promise<readonly SqlRow[]> => {
    const { rows = [] } = await connection
      .execute(text, [], { outFormat: oracledb.OUT_FORMAT_OBJECT, maxRows: MOST_COLUMNS + 1 })
      .catch(explained);
    return rows;
  };
  await query('SET TRANSACTION READ ONLY');
  return {
    query,
    protection: isTls ? (strictness >= 3 ? 'verified' : 'unverified') : 'none',
    close: () => connection.close({ drop: true }),
  };
}

/** Whole, so that neither a file of names nor a variable decides anything. The deadline is the whole run's. */
function connectString({ host, port, database }: OracleDetails, isTls: boolean): string {
  return `${isTls ? 'tcps' : 'tcp'}://${host.includes(':') ? `[${host}]` : host}:${port}/${database}?connect_timeout=120&transport_connect_timeout=120&retry_count=0`;
}

/** `ORA-01017`, or `NJS-518`; some of the driver's own name the server's in their text. */
function explained(error: unknown): never {
  const { code = '', message = '' } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  const server = /ORA-0*(\d{1,5})/.exec(`${code} ${message}`)?.[1];
  if (server !== undefined) throw new ServerError(`ORA-${server}`);
  const own = /NJS-(\d{3})/.exec(`${code} ${message}`)?.[1];
  throw own !== undefined && OF_THE_SERVER.has(own) ? new ServerError(`NJS-${own}`) : new Error('the driver could not connect');
}

/** What the driver says in its own words of what the server answered; the others are the network's. */
const OF_THE_SERVER = new Set(['116', '138', '518', '519', '533']);
