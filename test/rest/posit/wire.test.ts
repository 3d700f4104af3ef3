import { request as send } from 'node:http';
import { expect, test } from 'vitest';
import { INTEGRATIONS, positWorld, SECRET } from './posit-world.ts';

const world = positWorld();
const { ask, create } = world;

/** As curl and httr send it, which `fetch` does not: headers of a body, and none. */
function sendBare(method: string, path: string, headers: Readonly<Record<string, string>>) {
  return new Promise<{ readonly status: number | undefined; readonly headers: NodeJS.Dict<string | string[]>; readonly text: string }>(
    (resolve, reject) => {
      const key = `Key ${world.tokens.admin.secret}`;
      const sent = send(`${world.gateway.url}/__api__${path}`, { method, headers: { authorization: key, ...headers } }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      });
      sent.on('error', reject);
      sent.end();
    },
  );
}

test('DELETE with an empty body of JSON, and verify with none, are what clients send', async () => {
  const { guid } = await world.account();
  const verified = await sendBare('POST', `${INTEGRATIONS}/${guid}/verify`, { 'content-length': '0', 'x-correlation-id': 'c-1' });
  const removed = await sendBare('DELETE', `${INTEGRATIONS}/${guid}`, {
    'content-length': '0',
    'content-type': 'application/json',
    'x-correlation-id': 'c-2',
  });
  const told = ({ status, headers, text }: typeof verified) => ({
    status,
    text,
    type: headers['content-type'],
    id: headers['x-correlation-id'],
    deprecated: 'x-deprecated-endpoint' in headers,
  });
  expect({ verified: told(verified), removed: told(removed) }).toEqual({
    verified: { status: 200, text: '', type: 'application/json; charset=utf-8', id: 'c-1', deprecated: false },
    removed: { status: 204, text: '', type: undefined, id: 'c-2', deprecated: false },
  });
});

test('a correlation id that is none is not repeated: the answer has one of ours', async () => {
  const answers = [
    await ask('GET /v1/user', { headers: { 'x-correlation-id': 'x'.repeat(129) } }),
    await ask('GET /v1/user', { token: null, headers: { 'x-correlation-id': 'two words' } }),
  ];
  expect(answers.map(({ status, headers }) => [status, /^[0-9a-f-]{36}$/.test(headers.get('x-correlation-id') ?? '')])).toEqual([
    [200, true],
    [401, true],
  ]);
});

test('what is staged elsewhere stays staged: it is not read here, and an update goes from what is in use', async () => {
  const { guid } = await create();
  const staged = await world.gateway.graphql(
    'mutation ($id: UUID!, $c: JSONString!) { stageChange(connectionId: $id, changes: $c) { key } }',
    { id: guid, c: JSON.stringify({ scopes: 'staged elsewhere' }) },
  );
  const read = await ask(`GET ${INTEGRATIONS}/${guid}`);
  const updated = await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { config: { use_pkce: true } } });
  const { data } = await world.gateway.graphql('query ($id: UUID!) { changes(connectionId: $id, first: 9) { edges { node { state } } } }', {
    id: guid,
  });
  expect({
    staged: staged.errors,
    read: read.body.config.scopes,
    updated: [updated.status, updated.body.config.scopes, updated.body.config.use_pkce],
    states: data.changes.edges.map(({ node }: { node: { state: string } }) => node.state).sort(),
  }).toEqual({ staged: undefined, read: 'a b c', updated: [200, 'a b c', true], states: ['COMMITTED', 'COMMITTED', 'OPEN'] });
});

test('of an unlisted path below the prefix, whatever is sent to it, the answer is 404 and 4, and quotes nothing', async () => {
  const told = [];
  for (const request of [
    'GET /v1/audit_logs',
    'POST /v1/content',
    'GET /v1/tasks/x',
    `GET /v1/${SECRET}`,
    'PATCH ',
    'GET /',
    'POST /v1/oauth/sessions/x/y',
  ] as const) {
    const { status, body, text } = await ask(request as `GET ${string}`);
    told.push([status, body.code, text.includes(SECRET)]);
  }
  expect(told).toEqual(told.map(() => [404, 4, false]));
});
