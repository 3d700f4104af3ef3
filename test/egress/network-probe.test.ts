import { createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import type { NetworkProbe } from '../../src/domain/connector/validator-runner.ts';
import { createTestPool } from '../support/connectors/validate.ts';
import { freePort } from '../support/servers/embedded-postgres.ts';

const allowed = createTestPool();
const strict = createTestPool({ policy: { allow: [], own: [] } });
const listener = createServer((socket) => {
  arrived += 1;
  socket.end();
});
let arrived = 0;
await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
afterAll(async () => {
  listener.close();
  await Promise.all([allowed.close(), strict.close()]);
});
const address = listener.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

async function ask(pool: typeof allowed, probe: NetworkProbe) {
  const { status, errors } = await pool.probe({ ...probe, requestId: 'r', projectId: 'p', callerId: 't', id: `${Math.random()}` });
  return { status, problem: errors[0] ?? null };
}

test('a probe tells an open port from a closed one, and a name with an address from one without', async () => {
  const outcomes = [
    await ask(allowed, { probe: 'tcp', host: '127.0.0.1', port }),
    await ask(allowed, { probe: 'tcp', host: '127.0.0.1', port: await freePort() }),
    await ask(allowed, { probe: 'dns', host: 'localhost' }),
    await ask(allowed, { probe: 'dns', host: 'nobody.invalid' }),
  ];
  expect(outcomes.map(({ status, problem }) => [status, problem?.code ?? null])).toEqual([
    ['passed', null],
    ['failed', 'PORT_CLOSED'],
    ['passed', null],
    ['failed', 'HOST_UNRESOLVED'],
  ]);
});

test('a denied address looks like one where nothing listens, and nothing arrives there', async () => {
  const before = arrived;
  const closed = await ask(allowed, { probe: 'tcp', host: '127.0.0.1', port: await freePort() });
  const denied = [
    await ask(strict, { probe: 'tcp', host: '127.0.0.1', port }),
    await ask(strict, { probe: 'http', url: `http://127.0.0.1:${port}/` }),
    await ask(strict, { probe: 'http', url: 'file:///etc/passwd' }),
    await ask(allowed, { probe: 'tcp', host: '169.254.169.254', port: 80 }),
  ];
  expect({ denied, dialled: arrived - before }).toEqual({ denied: [closed, closed, closed, closed], dialled: 0 });
});

test('a name of a denied address looks like one without an address', async () => {
  expect(await ask(strict, { probe: 'dns', host: 'localhost' })).toEqual(await ask(allowed, { probe: 'dns', host: 'nobody.invalid' }));
});
