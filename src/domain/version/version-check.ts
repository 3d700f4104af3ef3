import type { Connection, SealedContent, Version } from '../connection/connection.ts';
import { configHash } from './next-version.ts';

/**
 * What `doctor` finds out about a version from its own columns and related rows. None of this needs a key: its MAC and its seal are checked
 * elsewhere.
 */

/** True when its number follows that of the version before; the first one after a restore leaves `gap` numbers out. */
export function isNumbered({ version }: Pick<Version, 'version'>, before: Pick<Version, 'version'> | null, gap: number): boolean {
  const next = (before?.version ?? 0) + 1;
  return version === next || version === next + gap;
}

/** True when what it stores in clear is not what was saved. */
export function isConfigAltered(version: Version): boolean {
  return !configHash(version).equals(version.configHash);
}

/**
 * True when its sealed content is not its own. Content that several versions share is resealed together with the first of them: until the
 * others are signed again, they still hold the hash of the old ciphertext.
 */
export function isContentAltered({ connectionId, cipherHash, keyGeneration }: Version, content: SealedContent | null): boolean {
  if (content === null) return false;
  const isAhead = content.keyGeneration > keyGeneration;
  return cipherHash === null || !(isAhead || content.cipherHash.equals(cipherHash)) || content.connectionId !== connectionId;
}

/** True of a version that was destroyed and is not RETIRED, or whose ciphertext is there all the same. */
export function isDestructionAltered(
  { destroyedAt, label }: Pick<Version, 'destroyedAt' | 'label'>,
  content: SealedContent | null,
): boolean {
  return destroyedAt !== null && (label !== 'RETIRED' || content?.blob !== null);
}

/**
 * True when its label is not what it has to be: the newest version of a connection is its CURRENT one, and no other; a removed
 * connection has none. A reference in use is bound to where it leads. `connection` is that of the newest version, and null of any other.
 */
export function isLabelAltered(
  { version, label, reference, boundTo }: Pick<Version, 'version' | 'label' | 'reference' | 'boundTo'>,
  connection: Pick<Connection, 'currentVersion' | 'isActive'> | null,
): boolean {
  if (label !== 'CURRENT' || connection === null) return (label === 'CURRENT') !== (connection !== null);
  return connection.currentVersion !== version || (connection.isActive && reference !== null && boundTo === null);
}
