import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

function run(url: string, token: string): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, CHANGEOVER_URL: url, CHANGEOVER_TOKEN: token };
    execFile(process.execPath, ['dist/cli/main.js', 'connection', 'list'], { env }, (error, _, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
    );
  });
}

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
