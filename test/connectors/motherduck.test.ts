import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';
import { startTlsFront } from '../support/servers/tls-front.ts';

/** PostgreSQL stands in for MotherDuck's endpoint: its user is always postgres, and the token is that user's password. */
const server = await startPostgres();
for (const name of ['first', 'second']) {
  await server.createDatabase(name);
  await server.query(
    `create function md_user_info() returns table (username text, org_name text, region text) language sql as $$ select 'ada', 'acme', 'us-east-1' $$;
     create schema md_information_schema; create table md_information_schema.databases (name text); create table md_information_schema.shared_with_me (name text);
     create table public.orders (id int); insert into md_information_schema.databases values ('${name}'), ('common')`,
    name,
  );
}
const front = await startTlsFront(server.port);
const pool = createTestPool();
afterAll(async () => {
  front.close();
  await pool.close();
  await server.close();
});

const details = { token: server.password, database: 'first', host: '127.0.0.1', port: front.port, ssl: { caData: TEST_AUTHORITY } };

describeConnector('motherduck', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port }),
  withSecret: (canary) => ({ ...details, token: canary }),
});

describe('motherduck', () => {
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'motherduck', validator, given, current);

  test('the token goes to nobody who has not proved who he is', async () => {
    const outcomes = [
      await run('validate_connection', { ...details, ssl: {} }),
      await run('validate_connection', { ...details, port: server.port }),
    ];
    expect(outcomes.map(({ errors }) => errors.map(({ code }) => code))).toEqual([['TLS_UNTRUSTED'], ['TLS_UNAVAILABLE']]);
  });

  test('says whose the token is, and which databases of the one in use it lacks', async () => {
    const identity = await run('validate_identity', details);
    const parity = await run('validate_permission_parity', { ...details, database: 'second' }, details);
    expect({ who: identity.data?.returnedData, lost: parity.errors.map(({ cause }) => cause) }).toEqual({
      who: { username: 'ada', org_name: 'acme', region: 'us-east-1' },
      lost: ['the database "first"'],
    });
  });
});
