import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway/gateway-process.ts';
import { eventually } from '../../support/outcomes/eventually.ts';
import { startPostgres, type TestPostgres } from '../../support/servers/embedded-postgres.ts';
import { stretchWire, type Wire } from '../../support/servers/wire.ts';

let server: TestPostgres;
/** Of the gateway that most tests share, and of the one that ends meanwhile. */
let wire: Wire;
let otherWire: Wire;
let keyFile: string;
beforeAll(async () => {
  server = await startPostgres();
  [wire, otherWire] = [await stretchWire(server), await stretchWire(server)];
  keyFile = join(mkdtempSync(join(tmpdir(), 'changeover-silent-')), 'key');
  writeFileSync(keyFile, randomBytes(32).toString('hex'), { mode: 0o600 });
});
afterAll(async () => {
  await Promise.all([wire.close(), otherWire.close()]);
  await server.close();
});

const start = async (database: string, through: Wire) => {
  const url = through.through(await server.createDatabase(database));
  return await startGatewayProcess({ settings: { CHANGEOVER_DATABASE_URL: url, CHANGEOVER_MASTER_KEY_FILE: keyFile } });
};
const get = async ({ url }: GatewayProcess, path: string) => {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, text: await response.text() };
};
const ask = async ({ url, owner }: GatewayProcess, query: string) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${owner.secret}` },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  return { status: response.status, retryAfter: response.headers.get('retry-after'), code: /"code":"(\w+)"/.exec(text)?.[1] ?? 'ok' };
};
const createToken = (name: string) => `mutation { createToken(name: "${name}", roles: [viewer]) { token { id } } }`;
const names = async () => (await server.query('select name from tokens order by created_at', 'silent')).map(({ name }) => name);
const comesBack = (gateway: GatewayProcess) =>
  eventually(async () =>
    expect({ ...(await get(gateway, '/readyz')), ...(await ask(gateway, '{ getUser { id } }')) }).toMatchObject({
      status: 200,
      code: 'ok',
    }),
  );

// The waits are those of the product, in processes of its own: what has nothing to do with each other waits together.
describe.concurrent('a database that falls silent, and resets no connection', () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await start('silent', wire);
  });
  afterAll(() => gateway.end('SIGKILL'));
  beforeEach(async () => {
    wire.mend();
    await comesBack(gateway);
  });

  test.sequential('is told by /readyz, which answers, and not by /livez; whoever asks is told when to come back, and it recovers by itself', async () => {
    wire.mute();
    // As many as there are connections, and some more.
    const asked = await Promise.all(Array.from({ length: 30 }, () => ask(gateway, '{ getUser { id } }')));
    const [ready, live] = [await get(gateway, '/readyz'), await get(gateway, '/livez')];
    wire.mend();
    await comesBack(gateway);
    expect(asked.filter(({ code }) => code !== 'UNAVAILABLE')).toEqual([]);
    expect(asked.every(({ status, retryAfter }) => status === 503 && Number(retryAfter) >= 1)).toBe(true);
    expect({ ready, status: live.status }).toEqual({ ready: { status: 503, text: '{"status":"store unavailable"}' }, status: 200 });
  });

  test.sequential('in the middle of a COMMIT leaves an outcome that is not known, and says so', async () => {
    // The gateway's own jobs commit, too.
    wire.afterCommit('mute', { text: 'insert into "tokens"' });
    const { status, code } = await ask(gateway, createToken('in doubt'));
    wire.mend();
    await comesBack(gateway);
    expect({ status, code, kept: (await names()).includes('in doubt') }).toEqual({ status: 503, code: 'OUTCOME_UNKNOWN', kept: true });
  });

  test.sequential('before a write is sent leaves nothing behind', async () => {
    wire.mute();
    const { code } = await ask(gateway, createToken('never'));
    wire.mend();
    await comesBack(gateway);
    expect({ code, kept: (await names()).includes('never') }).toEqual({ code: 'UNAVAILABLE', kept: false });
  });
});

test.concurrent('a gateway whose database is silent ends when it is told to, in time and with 0', async () => {
  const gateway = await start('silent_end', otherWire);
  otherWire.mute();
  const asked = ask(gateway, '{ getUser { id } }');
  const ended = await gateway.end('SIGTERM');
  otherWire.mend();
  expect({ status: (await asked).status, ended }).toEqual({ status: 503, ended: { code: 0, signal: null } });
});
