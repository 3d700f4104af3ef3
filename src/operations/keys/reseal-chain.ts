import type { Version } from '../../domain/connection/connection.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { ProjectVault } from '../../domain/ports/vault.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { configHash } from '../../domain/version/next-version.ts';
import { formerMacs } from '../audit/follow-seals.ts';
import { record } from '../audit/record.ts';
import { resealContent } from '../connections/sealed-details.ts';
import type { Services } from '../services.ts';
import { requireDataKey } from './require-data-key.ts';

/** Most versions of one transaction, and how long it begins further ones, milliseconds. */
const BATCH = 100;
const BATCH_MS = 50;

/** A connection that is sealed anew, with which keys, and until when further batches of it are begun. */
export interface ResealedConnection {
  readonly keys: ProjectVault;
  readonly connectionId: string;
  readonly until: number;
}

/** How far a chain was signed anew. */
interface Progress {
  /** The last version that was looked at. */
  readonly version: number;
  /** The MAC that it had before: the next version is still linked to that one. */
  readonly formerMac: Buffer | null;
}

/**
 * Signs a connection's versions with the newest data key, from the first that an older one signed to the end of the chain, and seals
 * what they hold; `from` begins at that version. Each batch is whole in itself: its audit row says which MACs its versions had, so that the first version behind it
 * is found to be linked to its last. False when time was over first. Throws INTEGRITY for a version that was altered.
 */
export async function resealChain(
  services: Services,
  actor: Actor,
  resealing: ResealedConnection,
  from: number | null = null,
): Promise<boolean> {
  const { keys, connectionId, until } = resealing;
  const older = keys.generations.filter((generation) => generation < keys.keyGeneration);
  const first = from ?? (await services.store.read.versions.firstOfGenerations(actor.projectId, connectionId, older));
  if (first === null) return true;
  for (let progress: Progress | null = { version: first - 1, formerMac: null }; progress !== null; ) {
    const reached: Progress = progress;
    progress = await services.store.write((tx) => resealBatch(services, actor, tx, { ...resealing, reached }));
    if (progress !== null && performance.now() >= until) return false;
  }
  return true;
}

/** Null at the end of the chain. The connection's lock keeps commits and other resealings out. */
async function resealBatch(
  services: Services,
  actor: Actor,
  tx: Writers,
  { keys, connectionId, reached: from }: ResealedConnection & { readonly reached: Progress },
): Promise<Progress | null> {
  await tx.lock(connectionId, 'exclusive');
  await requireDataKey(tx, actor.projectId, keys.keyGeneration);
  const ends = performance.now() + BATCH_MS;
  const rows = await tx.versions.chain(connectionId, from.version, BATCH);
  let before = await tx.versions.before(connectionId, from.version + 1);
  let { formerMac } = from;
  const moves: (readonly [string, string])[] = [];
  let last: Version | null = null;
  for (const version of rows) {
    const link = await linkOf(services, tx, { version, before, formerMac });
    if (link === null)
      throw new DomainError('INTEGRITY', 'A version was altered. Run `changeover doctor`.', { connectionId, version: version.version });
    const cipherHash = await resealOf(services, keys, tx, version);
    const previousMac = before?.rowMac ?? Buffer.alloc(0);
    const rowMac = keys.versionMac({ ...version, cipherHash, previousMac });
    const isSame = rowMac.equals(version.rowMac);
    const signed = { ...version, cipherHash, keyGeneration: keys.keyGeneration, rowMac };
    if (!isSame) await tx.versions.relink(signed);
    moves.push([version.rowMac.toString('hex'), rowMac.toString('hex')]);
    formerMac = isSame ? null : version.rowMac;
    before = signed;
    last = version;
    if (performance.now() >= ends) break;
  }
  if (last === null) return null;
  await record(services, tx, actor, {
    action: 'connection.reseal',
    entity: 'connection',
    entityId: connectionId,
    details: {
      keyGeneration: keys.keyGeneration,
      from: rows[0]?.version ?? 0,
      through: last.version,
      // What the audit said of a version's MAC before goes on from here.
      rowMacs: moves,
    },
  });
  return last === rows.at(-1) && rows.length < BATCH ? null : { version: last.version, formerMac };
}

/**
 * The MAC that this version is linked to, if it is whole: that of the version before, or the one which that had before it was signed
 * anew. Which one that was is known, or the signed audit tells it: a resealing that was killed, or ended too soon, is gone on with.
 */
async function linkOf(
  services: Services,
  tx: Writers,
  { version, before, formerMac }: { readonly version: Version; readonly before: Version | null; readonly formerMac: Buffer | null },
): Promise<Buffer | null> {
  if (!configHash(version).equals(version.configHash)) return null;
  const keys = await services.vault.forProject(version.projectId, version.keyGeneration);
  const fits = (previousMac: Buffer) => keys.versionMac({ ...version, previousMac }, version.keyGeneration).equals(version.rowMac);
  for (const mac of [before?.rowMac ?? Buffer.alloc(0), ...(formerMac === null ? [] : [formerMac])]) if (fits(mac)) return mac;
  if (before === null) return null;
  // What this batch does is not in the audit yet, so the audit is asked from the MAC on that it knows.
  for await (const mac of formerMacs(services, tx, { ...before, rowMac: formerMac ?? before.rowMac })) if (fits(mac)) return mac;
  return null;
}

/** The hash of what the version has sealed, once that is sealed with the newest key. Versions may share it: the first seals it for all. */
async function resealOf(services: Services, keys: ProjectVault, tx: Writers, version: Version): Promise<Buffer | null> {
  const { contentId, projectId } = version;
  const content = contentId === null ? null : await tx.contents.find({ projectId }, contentId);
  // Only the hash is left of destroyed ciphertext.
  if (content === null || content.blob === null) return version.cipherHash;
  // It opens under the binding of this very content, or throws; so whoever sealed it had the key.
  const sealed = await resealContent(services, version, content.id, content.blob);
  if (content.keyGeneration === keys.keyGeneration) return content.cipherHash;
  if (!(await tx.contents.reseal(content.id, content.cipherHash, sealed)))
    throw new DomainError('VERSION_CONFLICT', 'The connection was changed meanwhile. Run it again.');
  await tx.changes.setCipherHash(content.id, sealed.cipherHash);
  return sealed.cipherHash;
}
