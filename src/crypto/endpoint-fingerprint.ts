import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/json/canonical-json.ts';

/** SHA-256 of where secrets are sent: part of what a sealed blob is bound to. 32 bytes. */
export function endpointFingerprint(parts: Readonly<Record<string, unknown>>): Buffer {
  return createHash('sha256').update(canonicalJson(parts)).digest();
}
