import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { startPostgres, type TestPostgres } from '../../support/servers/embedded-postgres.ts';

const LISTINGS: Readonly<Record<string, string>> = {
  getUser: '{ getUser { account { uuid warehouses { uuid name connections { uuid name type connectionIdentifiers { key value } } } } } }',
  getPlatformServices: '{ getPlatformServices { name uuid connections { name uuid connectionType } } }',
  identified: '{ getPlatformServices { name uuid connections { name uuid identifiers } } }',
  connections:
    '{ connections(first: 100) { edges { node { uuid name kind settings policy { inFlight } warehouse { uuid name } currentVersion { version label } } } } }',
  leases: '{ leases(first: 100) { edges { node { id job version live } } } }',
  changes: '{ changes(first: 100) { edges { node { id state kind changedFields } } } }',
  auditLog: '{ auditLog(first: 100) { edges { node { id action details } } } }',
  tokens: '{ tokens { id name roles } }',
};

/** With the one that authenticates. */
const STATEMENTS = { getUser: 6, getPlatformServices: 3, identified: 4, connections: 4, leases: 2, changes: 2, auditLog: 2, tokens: 2 };

let server: TestPostgres;
let bench: ProtocolBench;

beforeAll(async () => {
  server = await startPostgres();
  bench = await startProtocol(await server.createDatabase('statement_counts'));
});
afterAll(async () => {
  await bench.close();
  await server.close();
});

/** Statements that the answer to a document takes, authentication among them. */
async function statementsOf(query: string): Promise<number> {
  // Noted use of the token and compiled documents are work of the first time.
  for (let time = 0; time < 3; time += 1) await bench.gateway.graphql(query);
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  const answer = await bench.gateway.graphql(query);
  // What was written before is told to other gateways a little later.
  const count = sent.mock.calls.filter((given) => !JSON.stringify(given[0]).includes('pg_notify')).length;
  sent.mockRestore();
  expect(answer.errors).toBeUndefined();
  return count;
}

test('every listing takes as many statements for seventy connections as for two', async () => {
  const grow = async (count: number) => {
    for (let added = 0; added < count; added += 1) await bench.stage(await bench.add(), 'a secret of the second version');
  };
  const counts = async () => {
    const found: Record<string, number> = {};
    for (const [name, query] of Object.entries(LISTINGS)) found[name] = await statementsOf(query);
    return found;
  };
  await grow(2);
  const two = await counts();
  await grow(68);
  expect({ two, seventy: await counts() }).toEqual({ two: STATEMENTS, seventy: STATEMENTS });
});
