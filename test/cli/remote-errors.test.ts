import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestCommandLine } from '../support/gateway/command-line.ts';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const commandLine = createTestCommandLine(() => gateway);
const run = (url: string, token: string) =>
  commandLine.spawn(['connection', 'list'], { environment: { CHANGEOVER_URL: url, CHANGEOVER_TOKEN: token } });

test('a token that is refused is one in CHANGEOVER_TOKEN: who types a command sends no headers', async () => {
  const { code, stderr } = await run(gateway.url, 'nobody');
  expect({ code, named: stderr.includes('CHANGEOVER_TOKEN'), headers: /x-mcd|authorization/i.test(stderr) }).toEqual({
    code: 1,
    named: true,
    headers: false,
  });
});

test('a path that is not served is one in CHANGEOVER_URL', async () => {
  const { code, stderr } = await run(`${gateway.url}/below`, gateway.owner.secret);
  expect({ code, named: stderr.includes('CHANGEOVER_URL') }).toEqual({ code: 1, named: true });
});
