import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startSpark } from '../support/servers/spark.ts';

const server = await startSpark();
// The first statements of a Spark that has just started take their time.
const pool = createTestPool({ deadlineMs: 60_000 });
afterAll(async () => {
  await pool.close();
  await server.close();
});

const login = { username: 'loader', password: 'loader-password-1' };
const second = { username: 'loader2', password: 'loader-password-2' };
const binaryMode = { host: '127.0.0.1', port: server.sasl, database: 'sales', ...login };
const httpMode = { url: `http://127.0.0.1:${server.http}/cliservice`, ...login };
const open = { host: '127.0.0.1', port: server.open, database: 'sales', authMode: 'NOSASL' };

describeConnector('spark', {
  good: () => ({ binaryMode }),
  at: (host, port) => ({ binaryMode: { ...binaryMode, host, port }, ssl: { disabled: true } }),
  withSecret: (canary) => ({ binaryMode: { ...binaryMode, password: canary } }),
});

describe("Spark's Thrift server", () => {
  const run = (kind: string, validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, kind, validator, given, current);
  const codes = async (kind: string, given: Details) => (await run(kind, 'validate_connection', given)).errors.map(({ code }) => code);

  test('lets in who gives the right password, over TCP and over HTTP, and says what is wrong of all others', async () => {
    expect({
      http: await codes('spark', { httpMode }),
      beyondAscii: await codes('spark', { httpMode: { ...httpMode, username: 'ada', password: 'pässword' } }),
      httpPassword: await codes('spark', { httpMode: { ...httpMode, password: 'wrong' } }),
      httpUser: await codes('spark', { httpMode: { ...httpMode, username: 'nobody' } }),
      path: await codes('spark', { httpMode: { ...httpMode, url: `http://127.0.0.1:${server.http}/elsewhere` } }),
      user: await codes('spark', { binaryMode: { ...binaryMode, username: 'nobody' } }),
      database: await codes('spark', { binaryMode: { ...binaryMode, database: 'none' } }),
      anonymous: await codes('hive', open),
      sasl: await codes('hive', { ...open, port: server.sasl, authMode: 'SASL', ...login }),
    }).toEqual({
      http: [],
      beyondAscii: [],
      httpPassword: ['CREDENTIALS_REJECTED'],
      httpUser: ['CREDENTIALS_REJECTED'],
      path: ['PROTOCOL_ERROR'],
      user: ['CREDENTIALS_REJECTED'],
      database: ['DATABASE_NOT_FOUND'],
      anonymous: [],
      sasl: [],
    });
  });

  test('one way to speak to a port of another is no login, and no wait until the deadline', async () => {
    expect({
      sasl: await codes('spark', { binaryMode: { ...binaryMode, port: server.open } }),
      nosasl: await codes('hive', { ...open, port: server.sasl }),
      binary: await codes('spark', { binaryMode: { ...binaryMode, port: server.http } }),
      tls: await codes('spark', { binaryMode: { ...binaryMode, host: 'localhost' }, ssl: {} }),
    }).toEqual({ sasl: ['PROTOCOL_ERROR'], nosasl: ['PROTOCOL_ERROR'], binary: ['PROTOCOL_ERROR'], tls: ['TLS_UNTRUSTED'] });
  });

  test('says who the login is, what it may read, and that another loses nothing, since all may read all', async () => {
    const identity = await run('spark', 'validate_identity', { binaryMode });
    const permissions = await run('spark', 'validate_permissions', { binaryMode });
    const parity = await run('spark', 'validate_permission_parity', { binaryMode: { ...binaryMode, ...second } }, { binaryMode });
    expect({ who: identity.data?.returnedData, reads: permissions.data, parity: parity.data }).toEqual({
      who: { login_name: 'loader', database_name: 'sales', server_version: expect.stringMatching(/^3\.5\.7 /) },
      reads: { datasetsValidated: ['sales'] },
      parity: { returnedData: { comparedWith: 'loader', lost: 0 } },
    });
  });
});
