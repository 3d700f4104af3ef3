import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../../support/servers/embedded-postgres.ts';

const program = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

let postgres: TestPostgres;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'changeover-start-'));
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the first start on PostgreSQL needs no folder to be there: it makes one for the owner token, which only its owner reads', async () => {
  const dataDir = join(folder, 'not/there/yet');
  writeFileSync(join(folder, 'key'), randomBytes(32).toString('hex'), { mode: 0o600 });
  const gateway = spawn(process.execPath, [program], {
    env: {
      PORT: '0',
      CHANGEOVER_DATA_DIR: dataDir,
      CHANGEOVER_DATABASE_URL: await postgres.createDatabase('first_start'),
      CHANGEOVER_MASTER_KEY_FILE: join(folder, 'key'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(gateway, 'exit');
  let output = '';
  const ready = new Promise<void>((resolve) => {
    for (const stream of [gateway.stdout, gateway.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('ready at')) resolve();
      });
  });
  await Promise.race([ready, exited]);
  gateway.kill('SIGTERM');
  const [code] = await exited;
  expect({ ready: output.includes('ready at'), code }, output).toEqual({ ready: true, code: 0 });
  const file = join(dataDir, 'owner-token');
  expect({ mode: statSync(file).mode & 0o777, members: Object.keys(JSON.parse(readFileSync(file, 'utf8'))) }).toEqual({
    mode: 0o600,
    members: ['id', 'secret'],
  });
});
