import { and, eq, gt, inArray, isNull, notExists, type SQL, sql } from 'drizzle-orm';
import type { Version } from '../../../domain/connection/connection.ts';
import { isOverlapOver } from '../../../domain/version/retirement.ts';
import type { VersionWriters } from '../../../domain/version/version-store.ts';
import type { Database } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { signedInsert } from '../signing/signed-insert.ts';
import type { SignedTransaction } from '../signing/signing.ts';
import { labelled } from './version-conditions.ts';
import { versionReaders } from './versions.ts';

const insertVersion = signedInsert('versions_insert', ({ versions }) => versions);

export function versionWriters(tx: SignedTransaction, tables: Tables): VersionWriters {
  const { db } = tx;
  const { versions } = tables;
  const alter = async (connectionId: string, version: number, change: (row: Version) => Partial<Version> | null, guard?: SQL) =>
    (await alterRow<typeof versions, Version>(tx, { tables, table: versions, id: { connectionId, version } }, change, { guard })) !== null;
  return {
    relink: async ({ connectionId, version, cipherHash, keyGeneration, rowMac }) =>
      void (await alter(connectionId, version, () => ({ cipherHash, keyGeneration, rowMac }))),
    append: (version) => insertVersion(tx, tables, version),
    bind: (connectionId, version, boundTo) =>
      alter(connectionId, version, (row) =>
        row.label === 'CURRENT' && row.boundTo === null && row.reference !== null ? { boundTo } : null,
      ),
    demote: (connectionId, version, validUntil) =>
      alter(connectionId, version, ({ label }) => (label === 'CURRENT' ? { label: 'PREVIOUS', validUntil } : null)),
    retire: (connectionId, version, now) =>
      alter(
        connectionId,
        version,
        (row) => (isOverlapOver(row, now) ? { label: 'RETIRED', retiredAt: now } : null),
        notExists(liveLeaseOf(db, tables, { connectionId, version }, now)),
      ),
    async retireAll(connectionId, now) {
      const live = await db
        .select({ version: versions.version })
        .from(versions)
        .where(and(eq(versions.connectionId, connectionId), sql`${versions.label} <> 'RETIRED'`));
      for (const { version } of live)
        await alter(connectionId, version, ({ label }) => (label === 'RETIRED' ? null : { label: 'RETIRED', retiredAt: now }));
    },
    async markDestroyed(connectionId, version, now) {
      const sealed = db
        .select({ contentId: versions.contentId })
        .from(versions)
        .where(and(eq(versions.connectionId, connectionId), eq(versions.version, version)));
      // Versions that share the content have lost it with this one.
      const sharing = await db
        .select({ connectionId: versions.connectionId, version: versions.version })
        .from(versions)
        .where(and(inArray(versions.contentId, sealed), isNull(versions.destroyedAt), labelled(tables, 'RETIRED')));
      let isMarked = false;
      for (const row of sharing) {
        const done = await alter(row.connectionId, row.version, ({ label, destroyedAt }) =>
          label === 'RETIRED' && destroyedAt === null ? { destroyedAt: now } : null,
        );
        if (done && row.connectionId === connectionId && row.version === version) isMarked = true;
      }
      return isMarked;
    },
    ...versionReaders(tx, tables),
  };
}

/** A live lease that pins one version. */
function liveLeaseOf(db: Database, { leases }: Tables, { connectionId, version }: Pick<Version, 'connectionId' | 'version'>, now: number) {
  return db
    .select({ id: leases.id })
    .from(leases)
    .where(and(eq(leases.connectionId, connectionId), eq(leases.version, version), isNull(leases.releasedAt), gt(leases.expiresAt, now)));
}
