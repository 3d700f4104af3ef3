import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
let id: string;
beforeAll(async () => {
  gateway = await startGateway();
  const staged = await gateway.graphql('mutation ($d: JSONString!) { stageConnection(connectionType: "webhook", details: $d) { key } }', {
    d: JSON.stringify({ url: 'https://hooks.example.com/x', signingSecret: 'a secret of at least 24 characters' }),
  });
  const added = await gateway.graphql(
    'mutation ($k: String!) { addConnection(connectionType: "webhook", key: $k, name: "n", connectionName: "n", isActive: false) { connection { uuid } } }',
    { k: staged.data.stageConnection.key },
  );
  id = added.data.addConnection.connection.uuid;
});
afterAll(() => gateway.close());

// After the Big List of Naughty Strings: what breaks pages, queries, terminals and spreadsheets.
test.each([
  'undefined',
  'null',
  '0',
  '-1e99',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; DROP TABLE connections; --",
  '%s%x%n',
  '{{7*7}}#{7*7}<%= 7*7 %>',
  '=cmd|"/C calc"!A0',
  '../../etc/passwd',
  '田中さんにあげて下さい',
  'مُنَاقَشَةُ',
  '👩‍👩‍👧‍👦',
  'Ω≈ç√∫˜µ≤≥÷',
  '\u202eright to left',
  '\u0000',
  'line\r\nfeed',
  '\u001b[31mred',
  '\ud800',
  '',
  '   ',
  'x'.repeat(10_000),
])('#92 a name is kept as it is or refused: %j', async (name) => {
  const { errors, data } = await gateway.graphql(
    'mutation ($id: UUID!, $n: String!) { setConnectionName(connectionId: $id, name: $n) { connection { name } } }',
    { id, n: name },
  );
  const read = await gateway.graphql('query ($id: UUID!) { connection(id: $id) { name } }', { id });
  const refused = errors?.[0]?.extensions.code === 'BAD_REQUEST' && read.data.connection.name !== name;
  const kept = data?.setConnectionName?.connection.name === name && read.data.connection.name === name;
  expect(refused).toBe(!kept);
});
