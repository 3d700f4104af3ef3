import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DIALECTS } from '../../../src/rest/dialects.ts';
import { installPython } from '../../servers/install/python.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { NOBODY_ANSWERS } from '../../support/gateway/nobody-answers.ts';

const REQUIREMENTS = fileURLToPath(new URL('schemathesis-requirements.txt', import.meta.url));

/**
 * Not asked: that whatever fits a document is accepted, since rules across members, and which ids there are, stand in no schema; and that a
 * method is refused with 405 where its path is another operation's parameter, as `PATCH /connections/unassigned` is.
 */
const LEFT_OUT = 'positive_data_acceptance,unsupported_method';

let program: string;
let gateway: TestGateway;
beforeAll(async () => {
  program = join(installPython('schemathesis', readFileSync(REQUIREMENTS, 'utf8').trim().split('\n')), 'bin/schemathesis');
  gateway = await startGateway({
    ...NOBODY_ANSWERS,
    settings: { CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000', CHANGEOVER_ATLAS_REQUESTS_AT_ONCE: '100000' },
  });
}, 300_000);
afterAll(() => gateway?.close());

test.each(DIALECTS.map(({ name }) => name))(
  'schemathesis finds no answer of %s that its document does not tell, and no 5xx',
  async (name) => {
    const { code, output } = await runSchemathesis([
      'run',
      `${gateway.url}/openapi/${name}.json`,
      ...['--header', `Authorization: Bearer ${gateway.owner.secret}`, '--checks', 'all', '--exclude-checks', LEFT_OUT],
      ...['--max-examples', '20', '--workers', '1', '--seed', '1', '--generation-database', 'none'],
    ]);
    expect({ code, output }, output.slice(-4000)).toEqual({ code: 0, output: expect.stringMatching(/\b[1-9]\d* generated\b/) });
  },
  240_000,
);

/** In a folder of its own, since it leaves what it found where it runs. */
function runSchemathesis(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(program, args, { cwd: mkdtempSync(join(tmpdir(), 'changeover-schemathesis-')), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}
