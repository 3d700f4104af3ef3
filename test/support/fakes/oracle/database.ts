import { ask, type Challenge, check, sessionOf } from './o5logon.ts';
import { CALLS, describe, encode, end, MESSAGES, parameters, protocol, type Result, type Row, status } from './replies.ts';
import { closeCursors, readLogin, readStatement } from './requests.ts';
import { Reader, ub } from './ttc.ts';
import type { FakeOracleOptions, FakeOracleUser } from './users.ts';

const NOT_FOUND = 1403;

/** What a message is answered with; null for one that no client of ours sends at this point. */
export function createAnswers({ users, services }: FakeOracleOptions, logins: string[]): (message: Buffer) => Buffer | null {
  let challenge: Challenge | null = null;
  let user: FakeOracleUser | null = null;
  const cursors = new Map<number, Row[]>();
  let next = 1;
  const rowsOf = (cursor: number, most: number): Buffer => {
    const rows = cursors.get(cursor) ?? [];
    const sent = rows.splice(0, most);
    const head = Buffer.concat([Buffer.from([MESSAGES.header, 0]), ub(0), ub(0), ub(0), ub(0), ub(0), ub(0)]);
    const body = sent.map((row) => Buffer.concat([Buffer.from([MESSAGES.row]), ...row.map(encode)]));
    const isEnd = rows.length === 0;
    return Buffer.concat([head, ...body, end({ number: isEnd ? NOT_FOUND : 0, text: 'no data found', cursor, rows: sent.length })]);
  };
  return (message) => {
    const reader = new Reader(message);
    while (reader.peek() === MESSAGES.piggyback) if (!closeCursors(reader, cursors)) return null;
    const type = reader.byte();
    if (type === MESSAGES.protocol) return protocol();
    if (type === MESSAGES.dataTypes) return Buffer.from([MESSAGES.dataTypes, 0, 0]);
    if (type !== MESSAGES.call) return null;
    const [call] = [reader.byte(), reader.byte()];
    if (call === CALLS.name || call === CALLS.proof) {
      const { name, pairs } = readLogin(reader, call);
      if (call === CALLS.name) {
        challenge = ask(users.find((one) => one.user === name.toUpperCase()) ?? null);
        return Buffer.concat([parameters(challenge.pairs), status()]);
      }
      logins.push(name);
      const proof = challenge === null ? null : check(challenge, pairs);
      if (challenge?.user == null || proof === null) return end({ number: 1017, text: 'invalid username/password; logon denied' });
      if (challenge.user.refused !== undefined) return end({ number: challenge.user.refused, text: 'the account is not usable' });
      ({ user } = challenge);
      return Buffer.concat([parameters(sessionOf(proof, services[0] ?? '')), status()]);
    }
    if (user === null) return null;
    if (call === CALLS.logOff) return status();
    if (call === CALLS.fetch) return rowsOf(reader.ub(), reader.ub());
    if (call !== CALLS.execute) return null;
    const { sql, most } = readStatement(reader);
    const result = run(sql, user);
    if (result === null) return end({ number: 942, text: 'table or view does not exist' });
    const cursor = next++;
    if (result.columns.length === 0) return end({ number: 0, cursor });
    cursors.set(cursor, [...result.rows]);
    return Buffer.concat([describe(result), rowsOf(cursor, most)]);
  };
}

function run(sql: string, { user, roles = [], rights, schemas = {} }: FakeOracleUser): Result | null {
  if (sql === 'SET TRANSACTION READ ONLY') return { columns: [], rows: [] };
  if (sql === 'SELECT DBTIMEZONE FROM DUAL') return { columns: ['DBTIMEZONE'], rows: [['+00:00']] };
  if (sql === 'SELECT 1 FROM dual') return { columns: ['1'], rows: [[1]] };
  if (sql.startsWith("SELECT SYS_CONTEXT('USERENV', 'SESSION_USER')"))
    return { columns: ['user', 'schema', 'service', 'container', 'protocol'], rows: [[user, user, 'target', 'PDB1', 'tcp']] };
  if (sql === 'SELECT role AS "role" FROM session_roles') return { columns: ['role'], rows: roles.map((role) => [role]) };
  if (sql.startsWith('SELECT t.owner AS "schema"')) return { columns: ['schema', 'tables'], rows: Object.entries(schemas) };
  if (sql.startsWith('SELECT c.owner AS "schema"'))
    return {
      columns: ['schema', 'table', 'field', 'own'],
      rows: [
        [user, 'ACCOUNTS', 'ID', 1],
        [user, 'ACCOUNTS', 'BALANCE', 1],
        ['SALES', 'ORDERS', 'ID', 0],
      ],
    };
  if (sql.startsWith(`SELECT 'PRIVILEGE' AS "level"`)) return { columns: ['level', 'right', 'object', 'role'], rows: rights };
  return null;
}
