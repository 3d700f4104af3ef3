import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPython } from '../../servers/install/python.ts';
import type { TestToken } from '../../support/gateway/gateway.ts';

const REQUIREMENTS = fileURLToPath(new URL('schemathesis-requirements.txt', import.meta.url));

export interface FuzzedSchema {
  /** Where the schema is read. */
  readonly url: string;
  readonly token: Pick<TestToken, 'secret'>;
  readonly examples: number;
  /** What is asked beside its own checks, and what is not. */
  readonly hooks: URL;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface FuzzRun {
  readonly code: number | null;
  readonly output: string;
}

/** Asks with every check, and the same each time. In a folder of its own, since it leaves what it found where it runs. */
export function runSchemathesis({ url, token, examples, hooks, environment = {} }: FuzzedSchema): Promise<FuzzRun> {
  const program = join(installPython('schemathesis', readFileSync(REQUIREMENTS, 'utf8').trim().split('\n')), 'bin/schemathesis');
  const all = [
    ...['run', url, '--header', `Authorization: Bearer ${token.secret}`, '--checks', 'all', '--max-examples', String(examples)],
    ...['--workers', '1', '--seed', '1', '--generation-database', 'none'],
    // How fast requests are made up is the machine's affair.
    ...['--suppress-health-check', 'too_slow'],
  ];
  const child = spawn(program, all, {
    cwd: mkdtempSync(join(tmpdir(), 'changeover-schemathesis-')),
    env: { ...process.env, SCHEMATHESIS_HOOKS: fileURLToPath(hooks), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}
