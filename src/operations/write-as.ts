import type { AuditAction } from '../domain/audit/audit-actions.ts';
import type { AuditReaders } from '../domain/audit/audit-store.ts';
import { DomainError } from '../domain/errors/errors.ts';
import type { WriteOptions, Writers } from '../domain/ports/store.ts';
import type { Actor } from '../domain/token/actor.ts';
import { requireRightsOfNow } from '../domain/token/token-life.ts';
import type { Services } from './services.ts';

/**
 * One transaction of an actor's. Whoever waited, or runs again after a conflict, is asked for anew: a token that was revoked, has ended
 * or has lost a role meanwhile changes nothing. Nor does what would not stand in the audit. Throws UNAUTHENTICATED, FORBIDDEN, INTEGRITY.
 */
export async function writeAs<T>(
  services: Pick<Services, 'store' | 'auditChain' | 'changed'>,
  actor: Actor,
  work: (tx: Writers) => Promise<T>,
  options?: WriteOptions,
): Promise<T> {
  let audited: AuditedRow[] = [];
  const value = await services.store.write(async (tx) => {
    audited = [];
    auditedIn.set(tx, audited);
    await requireStillGranted(tx, actor);
    const done = await work(tx);
    await requireAudited(services, tx.audit, audited, 'Nothing was done, since it would not stand in the audit');
    return done;
  }, options);
  services.changed();
  // A trigger of PostgreSQL may wait for the COMMIT, and then the work has been done; SQLite has none that do.
  if (services.store.engine === 'postgres')
    await requireAudited(services, services.store.read.audit, audited, 'What was done is not in the audit');
  return value;
}

/**
 * Waits for whoever changes tokens of the project, and asks for the actor's own again: of two owners who take each other's rights away the
 * second finds its own gone. Throws UNAUTHENTICATED, FORBIDDEN.
 */
export async function lockTokens(tx: Writers, actor: Actor): Promise<void> {
  await tx.lock(actor.projectId, 'exclusive');
  await requireStillGranted(tx, actor);
}

async function requireStillGranted(tx: Writers, actor: Actor): Promise<void> {
  if (actor.tokenId !== null) requireRightsOfNow(actor, await tx.tokens.find(actor.tokenId), await tx.now());
}

/** What is remembered of an audit row. */
export interface AuditedRow {
  readonly id: string;
  readonly projectId: string;
  readonly action: AuditAction;
  readonly at: number;
}

/** The audit rows that a transaction has written so far. */
export const auditedIn = new WeakMap<Writers, AuditedRow[]>();

/**
 * Before anything is answered, its audit rows are read back: something in the database may take them away as they are written, or as
 * the transaction is committed. Throws INTEGRITY.
 */
async function requireAudited(
  { auditChain }: Pick<Services, 'auditChain'>,
  from: Pick<AuditReaders, 'byIds'>,
  audited: readonly AuditedRow[],
  what: string,
): Promise<void> {
  const rows = audited.length === 0 ? [] : await from.byIds(audited.map(({ id }) => id));
  const kept = new Set(rows.filter((row) => auditChain.sign(row).equals(row.rowHmac)).map(({ id }) => id));
  const lost = audited.find(({ id }) => !kept.has(id));
  if (lost !== undefined)
    throw new DomainError('INTEGRITY', `${what}: something in the database changes what is written.`, { table: 'audit', rowId: lost.id });
}
