import { type Actor, requireOperator } from '../domain/actor.ts';
import type { Change } from '../domain/change.ts';
import type { SealedContent, Version } from '../domain/connection.ts';
import { DomainError, type ErrorCode } from '../domain/errors.ts';
import type { Writers } from '../domain/store.ts';
import type { ProjectVault, Sealed } from '../domain/vault.ts';
import { resealContent } from './load-connection.ts';
import { configHash } from './next-version.ts';
import { requireDataKey } from './require-data-key.ts';
import { record, type Services } from './services.ts';

export interface Resealing {
  readonly resealed: number;
  /** Connections that were left as they are; the others are done all the same. */
  readonly failures: readonly { readonly connectionId: string; readonly code: ErrorCode }[];
  /** Where to go on; null when no row of the project needs an older data key. */
  readonly next: string | null;
}

const BATCH = 50;
/** A call begins no further connection after this, milliseconds: long chains take their time, and whoever called goes on from there. */
const BATCH_MS = 5000;

/**
 * Seals what older data keys of the project have sealed with the newest one, connection by connection: each in one transaction,
 * with its whole chain of MACs signed anew. A chain that is not whole is left as it is, for nobody must launder an edited row.
 */
export async function resealConnections(services: Services, actor: Actor, after: string | null): Promise<Resealing> {
  requireOperator(actor);
  const keys = await services.vault.forProject(actor.projectId);
  const ids = await services.store.read.contents.connectionsBefore(actor.projectId, keys.keyGeneration, after ?? '', BATCH);
  const failures: { connectionId: string; code: ErrorCode }[] = [];
  const until = performance.now() + BATCH_MS;
  let tried = 0;
  for (const connectionId of ids) {
    if (tried > 0 && performance.now() > until) break;
    tried += 1;
    try {
      await resealConnection(services, actor, keys, connectionId);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      failures.push({ connectionId, code: error.code });
    }
  }
  const isLast = tried === ids.length && ids.length < BATCH;
  return { resealed: tried - failures.length, failures, next: isLast ? null : (ids[tried - 1] ?? null) };
}

async function resealConnection(services: Services, actor: Actor, keys: ProjectVault, connectionId: string): Promise<void> {
  const { read } = services.store;
  const versions = await read.versions.chain(connectionId);
  const changes = await read.changes.openOf(connectionId);
  const sealed = new Map<string, Sealed & { readonly from: Buffer }>();
  for (const content of await read.contents.ofConnection(connectionId)) {
    const row = [...versions, ...changes].find(({ contentId }) => contentId === content.id);
    if (row === undefined || content.blob === null || content.keyGeneration === keys.keyGeneration) continue;
    sealed.set(content.id, {
      ...(await resealContent(services, row, content.id, content.blob)),
      from: content.cipherHash,
    });
  }
  await requireWholeChain(services, versions);
  const relinked = relink(keys, versions, sealed);
  await services.store.write(async (tx) => {
    await tx.lock(connectionId, 'exclusive');
    await requireDataKey(tx, actor.projectId, keys.keyGeneration);
    await requireSame(tx, connectionId, versions, changes);
    for (const [id, { from, ...to }] of sealed) {
      if (!(await tx.contents.reseal(id, from, to))) throw changedMeanwhile();
      await tx.changes.setCipherHash(id, to.cipherHash);
    }
    for (const version of relinked) await tx.versions.relink(version);
    await record(services, tx, actor, {
      action: 'connection.reseal',
      entity: 'connection',
      entityId: connectionId,
      details: {
        keyGeneration: keys.keyGeneration,
        // What the audit said of a version's MAC before goes on from here.
        rowMacs: versions.map(({ rowMac }, at) => [rowMac.toString('hex'), relinked[at]?.rowMac.toString('hex')]),
      },
    });
  });
}

async function requireWholeChain(services: Services, versions: readonly Version[]): Promise<void> {
  let previousMac: Buffer = Buffer.alloc(0);
  for (const version of versions) {
    const keys = await services.vault.forProject(version.projectId, version.keyGeneration);
    const whole =
      configHash(version).equals(version.configHash) &&
      keys.versionMac({ ...version, previousMac }, version.keyGeneration).equals(version.rowMac);
    if (!whole) throw new DomainError('INTEGRITY', 'A version was altered. Run `changeover doctor`.', { version: version.version });
    previousMac = version.rowMac;
  }
}

function relink(
  keys: ProjectVault,
  versions: readonly Version[],
  sealed: ReadonlyMap<string, Pick<SealedContent, 'cipherHash'>>,
): readonly Version[] {
  let previousMac: Buffer = Buffer.alloc(0);
  return versions.map((version) => {
    const cipherHash = sealed.get(version.contentId ?? '')?.cipherHash ?? version.cipherHash;
    const rowMac = keys.versionMac({ ...version, cipherHash, previousMac });
    previousMac = rowMac;
    return { ...version, cipherHash, keyGeneration: keys.keyGeneration, rowMac };
  });
}

/** A commit or a new change since the rows were read would be left out. */
async function requireSame(tx: Writers, connectionId: string, versions: readonly Version[], changes: readonly Change[]): Promise<void> {
  const now = await tx.versions.chain(connectionId);
  const open = await tx.changes.openOf(connectionId);
  const same =
    now.length === versions.length &&
    now.every(({ rowMac }, at) => versions[at]?.rowMac.equals(rowMac)) &&
    open.every(({ id }) => changes.some((change) => change.id === id));
  if (!same) throw changedMeanwhile();
}

function changedMeanwhile(): DomainError {
  return new DomainError('VERSION_CONFLICT', 'The connection was changed meanwhile. Run it again.');
}
