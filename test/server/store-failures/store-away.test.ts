import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { eventually } from '../../support/outcomes/eventually.ts';
import { ACQUIRE, codeOf, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { startPostgres, type TestPostgres } from '../../support/servers/embedded-postgres.ts';
import { stretchWire, type Wire } from '../../support/servers/wire.ts';

let server: TestPostgres;
let wire: Wire;
let bench: ProtocolBench;

beforeAll(async () => {
  server = await startPostgres();
  wire = await stretchWire(server);
  bench = await startProtocol(wire.through(await server.createDatabase('store_away')));
});
afterAll(async () => {
  await bench.close();
  await wire.close();
  await server.close();
});

const get = async (path: string) => (await fetch(`${bench.gateway.url}${path}`)).status;

test('without its database the gateway lives, is not ready, leases nothing, says when to come back, and recovers by itself', async () => {
  const { gateway, job, add, save } = bench;
  const id = await add();
  wire.cut();
  const lease = await gateway.graphql(ACQUIRE, { id }, job);
  const meanwhile = [
    lease.status,
    lease.headers.get('retry-after'),
    lease.text.includes('Secret'),
    await get('/livez'),
    await get('/readyz'),
  ];
  wire.mend();
  await eventually(async () => expect(await get('/readyz')).toBe(200));
  expect({
    meanwhile,
    leased: codeOf(await gateway.graphql(ACQUIRE, { id }, job)),
    saved: codeOf(await save(id, 'a secret of the second version')),
  }).toEqual({ meanwhile: [503, '1', false, 200, 503], leased: 'ok', saved: 'ok' });
});

test('a commit whose answer is lost is 503, and a repeat of its key learns the outcome: one version (N3, #101)', async () => {
  const { gateway, add, stage, commit, labels } = bench;
  const id = await add();
  const key = await stage(id, 'a secret of the second version');
  await gateway.graphql(
    'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success } } }',
    { key },
  );
  wire.afterCommit('lose');
  const lost = await commit(id, key);
  const again = await commit(id, key);
  expect({
    status: lost.status,
    saysHow: lost.text.includes('same key'),
    version: again.data?.updateCredentialsV2.version,
    labels: await labels(id),
  }).toEqual({ status: 503, saysHow: true, version: 2, labels: ['2 CURRENT', '1 PREVIOUS'] });
});

test('a roll-back whose database is lost after its commit is in doubt, and sent again it does not put the bad credentials back', async () => {
  const { gateway, add, save, versions } = bench;
  const id = await add();
  await save(id, 'a secret of the second version');
  const rollBack = () =>
    gateway.graphql('mutation ($id: UUID!) { rollBackConnection(connectionId: $id) { version repeated connection { name } } }', { id });
  // Staging is the first.
  wire.afterCommit('cut', { nth: 2 });
  const lost = await rollBack();
  wire.mend();
  await eventually(async () => expect(await get('/readyz')).toBe(200));
  const again = await rollBack();
  expect({ lost: [lost.status, JSON.parse(lost.text).code], again: again.data?.rollBackConnection }).toMatchObject({
    lost: [503, 'OUTCOME_UNKNOWN'],
    again: { version: 3, repeated: true },
  });
  expect((await versions(id)).map(({ version, label, restoredFrom }) => ({ version, label, restoredFrom }))).toEqual([
    { version: 3, label: 'CURRENT', restoredFrom: 1 },
    { version: 2, label: 'PREVIOUS', restoredFrom: null },
    { version: 1, label: 'PREVIOUS', restoredFrom: null },
  ]);
});

test('what PostgreSQL refuses for a conflict runs again whole, the question whether the token still lives included, and five times at most', async () => {
  const { gateway, job, add, sql } = bench;
  const id = await add();
  await sql('create sequence tries');
  await sql(
    "create function conflict() returns trigger language plpgsql as $$ begin if nextval('tries') <= 2 then raise exception 'conflict' using errcode = '40001'; end if; return new; end $$",
  );
  await sql('create trigger conflict before insert on leases for each row execute function conflict()');
  await gateway.graphql('{ leases(first: 1) { edges { node { id } } } }', {}, job);
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  const asked = () => {
    const texts = sent.mock.calls.map((sentWith: readonly unknown[]) => textOf(sentWith[0]));
    sent.mockClear();
    return texts.filter((text) => /^select .*where "tokens"\."id" = /.test(text)).length;
  };
  const granted = codeOf(await gateway.graphql(ACQUIRE, { id }, job));
  const twice = asked();
  await sql('alter sequence tries restart');
  await sql(
    "create or replace function conflict() returns trigger language plpgsql as $$ begin raise exception 'conflict' using errcode = '40P01'; end $$",
  );
  const refused = await gateway.graphql(ACQUIRE, { id }, job);
  const always = asked();
  sent.mockRestore();
  await sql('drop trigger conflict on leases');
  expect({ granted, twice, status: refused.status, retryAfter: refused.headers.get('retry-after'), always }).toEqual({
    granted: 'ok',
    twice: 3,
    status: 503,
    retryAfter: '1',
    always: 6,
  });
});

function textOf(query: unknown): string {
  return typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : '';
}
