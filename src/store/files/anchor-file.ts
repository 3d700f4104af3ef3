import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { Anchor } from '../../domain/audit/audit-check.ts';
import { StartupError } from '../../domain/errors/startup-error.ts';

/** Bytes that are read from the end of the file: some lines, since an anchor has about a hundred characters. */
const TAIL = 4096;

/**
 * The newest anchor of this instance in a file; null where there is none. An anchor of another instance says nothing about this store.
 * Throws StartupError for a file that can't be read, since a store that was restored would go unnoticed.
 */
export function readLastAnchor(file: string, instance: string): Anchor | null {
  const lines = readTail(file).split('\n');
  for (const line of lines.toReversed()) {
    const anchor = parse(line);
    if (anchor !== null) return anchor.instance === undefined || anchor.instance === instance ? anchor : null;
  }
  return null;
}

/** Resolves once the anchor is on disk: only then can it show later that the end of the audit was cut off. */
export async function appendAnchor(file: string, instance: string, { seq, head, at }: Anchor): Promise<void> {
  await appendFile(file, `${JSON.stringify({ seq, head, at, instance })}\n`, { mode: 0o600, flush: true });
}

function readTail(file: string): string {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'r');
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, TAIL));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    return tail.toString('utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return '';
    throw new StartupError(`CHANGEOVER_AUDIT_ANCHOR_FILE can't be read (${code}): it says whether the store is older than it should be.`);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function parse(line: string): (Anchor & { readonly instance?: string }) | null {
  try {
    const anchor = JSON.parse(line) as Anchor & { readonly instance?: string };
    return Number.isSafeInteger(anchor.seq) && typeof anchor.head === 'string' ? anchor : null;
  } catch {
    return null;
  }
}
