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
  /** The function of sign_in.py that uses it. */
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

export async function askSdk(name: string, logins: readonly object[]): Promise<readonly Outcome[]> {
  const python = process.env.CHANGEOVER_TEST_SDKS ?? 'python3';
  // Nothing of this machine's own configuration, and no proxy: an SDK finds what it is told, and nothing else.
  const env = { PATH: process.env.PATH, HOME: mkdtempSync(join(tmpdir(), 'changeover-sdk-')), PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(python, [SCRIPT, name], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const [out, errors] = [[], []] as [Buffer[], Buffer[]];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.stdin.end(JSON.stringify(logins));
  const status = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (status !== 0) throw new Error(`${name} ended with ${status}:\n${Buffer.concat(errors)}`);
  return JSON.parse(Buffer.concat(out).toString('utf8'));
}
