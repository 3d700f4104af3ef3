import { afterAll, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';
import { startClickhouse } from '../support/servers/clickhouse.ts';

const server = await startClickhouse([
  { name: 'loader', password: 'loader-password-ü1' },
  { name: 'far', password: 'far-password', from: '10.1.2.3' },
]);
const pool = createTestPool();
afterAll(async () => {
  await pool.close();
  await server.close();
});

const details = {
  host: 'localhost',
  port: server.port,
  user: 'loader',
  password: 'loader-password-ü1',
  database: 'default',
  ssl: { caData: TEST_AUTHORITY },
};
const run = (validator: string) => runValidator(pool, 'clickhouse', validator, details);
const codes = async (changed: Details) => {
  const { errors, warnings } = await runValidator(pool, 'clickhouse', 'validate_connection', { ...details, ...changed });
  return [...errors, ...warnings].map(({ code }) => code);
};

test('a login is proven by a statement, over TLS and without, and what refuses it has a code of its own', async () => {
  expect({
    good: await codes({}),
    plain: await codes({ host: '127.0.0.1', port: server.plainPort, ssl: { disabled: true } }),
    password: await codes({ password: 'wrong' }),
    user: await codes({ user: 'nobody' }),
    address: await codes({ user: 'far', password: 'far-password' }),
    database: await codes({ database: 'nowhere' }),
    distrust: await codes({ ssl: {} }),
    httpsToPlainPort: await codes({ port: server.plainPort }),
    nativePort: await codes({ port: server.nativePort, ssl: { disabled: true } }),
  }).toEqual({
    good: [],
    plain: ['NOT_PROTECTED'],
    password: ['CREDENTIALS_REJECTED'],
    user: ['CREDENTIALS_REJECTED'],
    address: ['ACCESS_DENIED'],
    database: ['DATABASE_NOT_FOUND'],
    distrust: ['TLS_UNTRUSTED'],
    httpsToPlainPort: ['TLS_UNTRUSTED'],
    nativePort: ['PROTOCOL_ERROR'],
  });
});

test('a server that is older than grants says who the login is, and what can not be known is not said', async () => {
  const authorization = `Basic ${Buffer.from(`${details.user}:${details.password}`).toString('base64')}`;
  const body = 'CREATE TABLE IF NOT EXISTS orders (id UInt8) ENGINE = Memory';
  await fetch(`http://127.0.0.1:${server.plainPort}/`, { method: 'POST', headers: { authorization }, body });
  const identity = await run('validate_identity');
  const permissions = await run('validate_permissions');
  expect({
    who: identity.data?.returnedData,
    problems: [...identity.errors, ...identity.warnings],
    permissions: { errors: permissions.errors, warnings: permissions.warnings.map(({ code, cause }) => [code, cause]) },
  }).toEqual({
    who: { user: 'loader', database: 'default', serverVersion: expect.stringMatching(/^18\./) },
    problems: [],
    permissions: { errors: [], warnings: [['SKIPPED', 'the server shows no grants']] },
  });
});
