import { afterAll, beforeAll, expect, test } from 'vitest';
import { addWebhook, type Receiver, startGateway, startReceiver, type TestGateway } from '../../support/gateway/gateway.ts';
import { codeOf } from '../../support/protocol/protocol.ts';
import { createTestClock } from '../../support/store/services.ts';

const AUDIT = '{ auditLog(first: 100, filter: { actions: ["request.refuse"] }) { edges { node { actorTokenId details } } } }';
const RENAME = 'mutation ($id: UUID!) { setConnectionName(connectionId: $id, name: "another") { __typename } }';

let gateway: TestGateway;
let receiver: Receiver;
const clock = createTestClock();
beforeAll(async () => {
  gateway = await startGateway({ clock });
  receiver = await startReceiver();
});
afterAll(async () => {
  receiver.close();
  await gateway.close();
});

const rowsOf = async (tokenId: string) =>
  (await gateway.graphql(AUDIT)).data.auditLog.edges
    .map(({ node }: { node: { actorTokenId: string; details: unknown } }) => node)
    .filter((node: { actorTokenId: string }) => node.actorTokenId === tokenId)
    .map(({ details }: { details: unknown }) => details);

test('a refused mutation is in the audit when the answer comes, with what was asked for and why it was refused', async () => {
  const viewer = await gateway.token('viewer');
  const before = await gateway.graphql('mutation { createToken(name: "x", roles: [owner]) { secret } }', {}, viewer);
  await gateway.graphql('{ connection(id: "01a20e09-e595-72fc-9d2a-53e9c4eedb47") { uuid } }', {}, viewer);
  expect({ refused: codeOf(before), rows: await rowsOf(viewer.id) }).toEqual({
    refused: 'FORBIDDEN',
    rows: [{ fields: ['createToken'], codes: ['FORBIDDEN'] }],
  });
});

test('what is asked for in fragments is named, too', async () => {
  const viewer = await gateway.token('viewer');
  const revoke = `revokeToken(id: "${viewer.id}") { success }`;
  await gateway.graphql(
    `mutation { ...named ... on Mutation { createToken(name: "x", roles: [owner]) { secret } } } fragment named on Mutation { ${revoke} }`,
    {},
    viewer,
  );
  expect(await rowsOf(viewer.id)).toEqual([{ fields: ['revokeToken', 'createToken'], codes: ['FORBIDDEN'] }]);
});

test('so is one that policy or proof refuses', async () => {
  const admin = await gateway.token('admin');
  const id = await addWebhook(gateway, receiver, 'refusing');
  receiver.status = 401;
  const { data } = await gateway.graphql(
    'mutation ($id: UUID!) { stageChange(connectionId: $id, changes: "{\\"signing_secret\\":\\"a wrong one of the next version\\"}") { key } }',
    { id },
    admin,
  );
  const refused = await gateway.graphql(
    'mutation ($id: UUID!, $k: String!) { updateCredentialsV2(connectionId: $id, tempCredentialsKey: $k) { version } }',
    { id, k: data.stageChange.key },
    admin,
  );
  receiver.status = 204;
  expect({ refused: codeOf(refused), rows: await rowsOf(admin.id) }).toEqual({
    refused: 'VALIDATION_FAILED',
    rows: [{ fields: ['updateCredentialsV2'], codes: ['VALIDATION_FAILED'] }],
  });
});

test('a token that was revoked and is used again is told', async () => {
  const token = await gateway.token('admin');
  await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: token.id });
  const used = await gateway.graphql('{ getUser { email } }', {}, token);
  expect({ status: used.status, rows: await rowsOf(token.id) }).toEqual({
    status: 401,
    rows: [{ fields: [], codes: ['UNAUTHENTICATED'] }],
  });
});

test('a flood of refusals leaves 30 rows a minute, and the next one counts those that were left out', async () => {
  const viewer = await gateway.token('viewer');
  clock.advance(60_000);
  for (let at = 0; at < 40; at += 1) await gateway.graphql(RENAME, { id: viewer.id }, viewer);
  const flooded = (await rowsOf(viewer.id)).length;
  clock.advance(60_000);
  await gateway.graphql(RENAME, { id: viewer.id }, viewer);
  const [last] = await rowsOf(viewer.id);
  expect({ flooded, last }).toEqual({ flooded: 30, last: expect.objectContaining({ leftOut: 10 }) });
});
