import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretProvider } from '../../../src/domain/connection/reference/secret-reference.ts';
import { SecretError } from '../../../src/domain/errors/secret-error.ts';
import { createManagerCalls } from '../../../src/egress/manager-calls.ts';
import { createWorkerThreads } from '../../../src/egress/worker-threads.ts';
import type { LoginFile } from '../../../src/secrets/manager/read-login-file.ts';

/** What providers of outside managers are given, with loopback allowed or nothing besides public addresses. */
export function createManagerBench(allow: readonly string[] = ['loopback']) {
  const threads = createWorkerThreads({ allow, own: [] });
  return { ask: createManagerCalls(threads, { deadlineMs: 60_000 }), close: () => threads.close() };
}

/** A file of the operator's, by the setting that names it. */
export function writeLogin(setting: string, content: string, mode = 0o600): LoginFile {
  const file = join(mkdtempSync(join(tmpdir(), 'changeover-login-')), 'login');
  writeFileSync(file, content, { mode });
  return { setting, file };
}

/** The text of a secret, or why it was not had. */
export async function secretOf(provider: SecretProvider, path: string, ...prefixes: readonly string[]): Promise<string> {
  try {
    return (await provider.read(path, prefixes, AbortSignal.timeout(60_000))).toString('utf8');
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return error.field === null ? error.failure : `${error.failure}: ${error.field}`;
  }
}
