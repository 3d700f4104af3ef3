import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** An integration with so many connections that are never proven. */
async function addConnections(count: number): Promise<void> {
  let warehouse: string | null = null;
  for (let index = 0; index < count; index += 1) {
    const staged = await gateway.graphql(
      'mutation ($d: JSONString!) { stageConnection(connectionType: "postgres", details: $d) { key } }',
      {
        d: JSON.stringify({ host: 'db.example.com', port: 5432, dbName: 'd', user: 'u', password: 'a password' }),
      },
    );
    const { data } = await gateway.graphql(
      'mutation ($k: String!, $dw: UUID, $n: String) { addConnection(connectionType: "postgres", key: $k, name: $n, connectionName: "c", dwId: $dw, isActive: false) { connection { uuid } } }',
      { k: staged.data.stageConnection.key, dw: warehouse, n: warehouse === null ? 'many' : null },
    );
    warehouse ??= (
      await gateway.app.services.store.read.connections.find(
        { projectId: gateway.app.projectId, integrationIds: null },
        data.addConnection.connection.uuid,
      )
    )?.integrationId as string;
  }
}

test('lists within lists may not multiply without end: the answer stops at its limit and says so', async () => {
  await addConnections(60);
  // 60 connections, each with the 60 of its integration, and so on: 60, 3,600, 216,000.
  const within = '{ warehouse { connections { warehouse { connections { uuid } } } } }';
  const { errors, status } = await gateway.graphql(`{ connections(first: 60) { edges { node ${within} } } }`);
  const once = await gateway.graphql('{ connections(first: 60) { edges { node { warehouse { connections { uuid } } } } } }');
  expect([status, errors?.[0]?.extensions.code, (errors?.length ?? 0) <= 5, once.errors]).toEqual([200, 'LIMIT_EXCEEDED', true, undefined]);
});
