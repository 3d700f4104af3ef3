import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway } from '../../support/gateway/gateway.ts';
import { startPostgres, type TestPostgres } from '../../support/servers/embedded-postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.close());

test('a database, or a role, whose sessions are read-only unless they say otherwise is started on and written to', async () => {
  const databaseUrl = await server.createDatabase('read_only');
  await server.query('alter database read_only set default_transaction_read_only = on');
  const gateway = await startGateway({ databaseUrl });
  const { data } = await gateway.graphql('mutation { createToken(name: "written", roles: [viewer]) { token { name } } }');
  await gateway.close();
  expect(data.createToken.token.name).toBe('written');
});

test.each(['repeatable read', 'serializable'])(
  'a database whose transactions are %s unless they say otherwise is worked on as any other',
  async (level) => {
    const name = `isolation_${level.length}`;
    const databaseUrl = await server.createDatabase(name);
    await server.query(`alter database ${name} set default_transaction_isolation = '${level}'`);
    const gateway = await startGateway({ databaseUrl });
    const create = () => gateway.graphql('mutation { createToken(name: "written", roles: [viewer]) { token { name } } }');
    const answers = await Promise.all(Array.from({ length: 8 }, create));
    await gateway.close();
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  },
);
