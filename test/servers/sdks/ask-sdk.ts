import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { TEST_AUTHORITY } from '../../support/fakes/test-certificate.ts';

/** A vendor's own driver or SDK, and the fake that it signs in to. */
export interface SdkCase {
  /** The package that people install, by the name that kinds give it. */
  readonly sdk: string;
  /** Where it is from: PyPI unless it says otherwise. */
  readonly from?: 'npm';
  /** The function of sign_in.py, or of npm/sign-in.mjs, that uses it. */
  readonly ask: string;
  readonly kinds: readonly string[];
  /** Starts the fake. Each login is what that function is given. */
  start(): Promise<{ readonly logins: Readonly<Record<string, object>>; close(): void }>;
  /** What comes of each login: what the SDK read, or how its refusal begins. */
  readonly outcomes: Readonly<Record<string, unknown>>;
}

export const refused = (words: RegExp) => ({ refused: expect.stringMatching(words) });

interface Outcome {
  readonly who?: unknown;
  readonly refused?: string;
}

/** Where SDKs read which authority signed the fakes' certificates. */
export function authorityFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'changeover-authority-')), 'ca.pem');
  writeFileSync(file, TEST_AUTHORITY);
  return file;
}

const SCRIPT = fileURLToPath(new URL('sign_in.py', import.meta.url));

export async function askSdk({ ask, from }: Pick<SdkCase, 'ask' | 'from'>, logins: readonly object[]): Promise<readonly Outcome[]> {
  const python = process.env.CHANGEOVER_TEST_SDKS ?? 'python3';
  const [program, script] = from === 'npm' ? [process.execPath, process.env.CHANGEOVER_TEST_NPM_SDKS ?? ''] : [python, SCRIPT];
  // Nothing of this machine's own configuration, and no proxy: an SDK finds what it is told, and nothing else.
  const env = {
    PATH: process.env.PATH,
    HOME: mkdtempSync(join(tmpdir(), 'changeover-sdk-')),
    PYTHONDONTWRITEBYTECODE: '1',
    NODE_EXTRA_CA_CERTS: authorityFile(),
  };
  const child = spawn(program, [script, ask], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const [out, errors] = [[], []] as [Buffer[], Buffer[]];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.stdin.end(JSON.stringify(logins));
  const status = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (status !== 0) throw new Error(`${ask} ended with ${status}:\n${Buffer.concat(errors)}`);
  return JSON.parse(Buffer.concat(out).toString('utf8'));
}
