import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, describeWith, runValidator } from '../support/connectors/validate.ts';
import { startFakeMongodb } from '../support/fakes/fake-mongodb.ts';
import { TEST_AUTHORITY, TEST_CERTIFICATE } from '../support/fakes/test-certificate.ts';

const READS = [{ role: 'read', db: 'ledger' }];
const users = [
  { user: 'loader', password: 'loader-password-ü1', db: 'ledger', roles: [{ role: 'readWrite', db: 'ledger' }] },
  { user: 'lo"ader,=2', password: 'loader-password-2', db: 'admin', roles: READS },
  { user: 'auditor', password: 'auditor-password', db: 'ledger', reads: ['accounts'] },
  { user: 'outsider', password: 'outsider-password', db: 'ledger', reads: [] },
  { user: 'root', password: 'root-password', db: 'admin', roles: [{ role: 'root', db: 'admin' }] },
];
const at = { users, databases: { ledger: { accounts: ['_id', 'balance'], orders: ['_id', 'lines'], 'system.views': ['_id'] } } };
const plain = await startFakeMongodb(at);
const secure = await startFakeMongodb({ ...at, tls: TEST_CERTIFICATE });
const pool = createTestPool();
afterAll(async () => {
  plain.close();
  secure.close();
  await pool.close();
});

const details = { host: 'localhost', port: plain.port, database: 'ledger', user: 'loader', password: 'loader-password-ü1' };
const second = { ...details, user: 'lo"ader,=2', password: 'loader-password-2', authSource: 'admin' };

describeConnector('mongodb', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('mongodb', () => {
  const run = (validator: string, changed: Details = {}, current: Details | null = null) =>
    runValidator(pool, 'mongodb', validator, { ...details, ...changed }, current);
  const codes = async (changed: Details) => {
    const { errors, warnings } = await run('validate_connection', changed);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('TLS is used where the server has it, and as strictly as is asked for', async () => {
    expect({
      verified: await codes({ port: secure.port, ssl: { caData: TEST_AUTHORITY, verifyIdentity: true } }),
      untrusted: await codes({ port: secure.port, ssl: { verifyIdentity: true } }),
      preferred: await codes({ port: secure.port }),
      none: await codes({ ssl: { verifyCert: true } }),
      plain: await codes({}),
      disabled: await codes({ ssl: { disabled: true } }),
    }).toEqual({
      verified: [],
      untrusted: ['TLS_UNTRUSTED'],
      preferred: ['NOT_PROTECTED'],
      none: ['TLS_UNAVAILABLE'],
      plain: ['NOT_PROTECTED'],
      disabled: ['NOT_PROTECTED'],
    });
  });

  test('a user is known in its authentication database alone', async () => {
    expect({ known: await codes(second), elsewhere: await codes({ ...second, authSource: 'ledger' }) }).toEqual({
      known: ['NOT_PROTECTED'],
      elsewhere: ['CREDENTIALS_REJECTED'],
    });
  });

  test('the identity is its own, and one that may do anything is warned of', async () => {
    const own = await run('validate_identity');
    const root = await run('validate_identity', { user: 'root', password: 'root-password', authSource: 'admin' });
    expect({ own: own.data?.returnedData, root: root.warnings.map(({ resolution }) => resolution) }).toEqual({
      own: { user: 'loader', authSource: 'ledger', roles: [{ role: 'readWrite', db: 'ledger' }] },
      root: [
        'Use a login with just what the jobs need, or run: db.getSiblingDB("admin").revokeRolesFromUser("root", [{"role":"root","db":"admin"}])',
      ],
    });
  });

  test('a login that can read nothing is told the command that helps', async () => {
    const { errors } = await run('validate_permissions', { user: 'outsider', password: 'outsider-password' });
    expect(errors.map(({ code, resolution }) => ({ code, resolution }))).toEqual([
      {
        code: 'PERMISSION_MISSING',
        resolution: expect.stringContaining('db.getSiblingDB("ledger").grantRolesToUser("outsider", [{"role":"read","db":"ledger"}])'),
      },
    ]);
  });

  test('what the login in use may do and the new one may not is listed with commands that mend it (#90)', async () => {
    const lost = await run('validate_permission_parity', second, details);
    const kept = await run('validate_permission_parity', {}, { ...second });
    expect({ lost: lost.errors.map(({ resolution }) => resolution), kept: kept.errors }).toEqual({
      lost: ['Run: db.getSiblingDB("admin").grantRolesToUser("lo\\"ader,=2", [{"role":"readWrite","db":"ledger"}])'],
      kept: [],
    });
  });

  test('collections stand for tables, with the fields that their documents have, where they may be read', async () => {
    expect({
      all: await describeWith(pool, 'mongodb', details),
      one: await describeWith(pool, 'mongodb', details, { tables: ['ORDERS'] }),
      some: await describeWith(pool, 'mongodb', { ...details, user: 'auditor', password: 'auditor-password' }),
    }).toEqual({
      all: {
        tables: [
          { name: 'accounts', fields: ['_id', 'balance'] },
          { name: 'orders', fields: ['_id', 'lines'] },
        ],
        isComplete: true,
      },
      one: { tables: [{ name: 'orders', fields: ['_id', 'lines'] }], isComplete: true },
      some: { tables: [{ name: 'accounts', fields: ['_id', 'balance'] }], isComplete: true },
    });
  });

  test('a list of hosts, a user or options in the host are refused before anything is dialled (#81)', async () => {
    const hosts = ['a,b', 'u@h', 'h/?tls=false', '%2Ftmp%2Fmongodb.sock'];
    const outcomes = await Promise.allSettled(hosts.map((host) => run('validate_connection', { host })));
    const refused = { status: 'rejected', reason: expect.objectContaining({ code: 'BAD_REQUEST' }) };
    expect(outcomes).toEqual(hosts.map(() => refused));
  });
});
