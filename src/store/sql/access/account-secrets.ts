import { and, asc, eq, exists, getTableColumns, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { AccountSecret, AccountSecretVersion } from '../../../domain/account-secret/account-secret.ts';
import type { AccountSecretReaders, AccountSecretWriters } from '../../../domain/account-secret/account-secret-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { amendAuthority, entryOf, HEAD } from '../signing/authority.ts';
import { type Listed, readListed } from '../signing/read-listed.ts';
import { asStored, listed, verified, verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { prepared } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';

/** A secret, and the MAC of the list that it has to be on, at one moment. */
const byName = prepared('account_secrets_by_name', (db, { accountSecrets, authorityHead }) => {
  const columns = { row: getTableColumns(accountSecrets), head: { mac: authorityHead.mac } };
  return {
    columns,
    statement: db
      .select(columns)
      .from(accountSecrets)
      .leftJoin(authorityHead, eq(authorityHead.id, HEAD))
      .where(
        and(
          eq(accountSecrets.projectId, sql.placeholder('projectId')),
          eq(accountSecrets.name, sql.placeholder('name')),
          isNull(accountSecrets.deletedAt),
        ),
      ),
  };
});

export function entryOfSecret({ projectId, id }: Pick<AccountSecret, 'projectId' | 'id'>): string {
  return entryOf('secret', projectId, id);
}

export function accountSecretReaders(source: SignedSource, tables: Tables): AccountSecretReaders {
  const { db } = source;
  const { accountSecrets, accountSecretVersions: versions } = tables;
  return {
    async find(projectId, name) {
      const [secret] = await readListed<AccountSecret>(source, tables, { table: accountSecrets, entry: entryOfSecret }, async () =>
        trusted<Listed<AccountSecret>>(await byName(source, tables, { projectId, name })),
      );
      return secret ?? null;
    },
    all: async (projectId, limit) =>
      listed<AccountSecret>(
        source,
        accountSecrets,
        await db
          .select()
          .from(accountSecrets)
          .where(and(eq(accountSecrets.projectId, projectId), isNull(accountSecrets.deletedAt)))
          .orderBy(asc(accountSecrets.name))
          .limit(atMost(limit)),
      ),
    version: async (secretId, version) =>
      verifiedOne<AccountSecretVersion>(
        source,
        versions,
        await db
          .select()
          .from(versions)
          .where(and(eq(versions.secretId, secretId), eq(versions.version, version))),
      ),
    ofGenerations: async (projectId, generations, limit) =>
      verified<AccountSecretVersion>(
        source,
        versions,
        await db
          .select()
          .from(versions)
          .where(and(eq(versions.projectId, projectId), inArray(versions.keyGeneration, [...generations]), isNotNull(versions.blob)))
          .orderBy(asc(versions.secretId), asc(versions.version))
          .limit(atMost(limit)),
      ),
    scan: async (after, limit) =>
      asStored<AccountSecretVersion>(
        await db
          .select()
          .from(versions)
          .where(
            and(
              // A value that a secret still names must be there.
              or(
                isNotNull(versions.blob),
                exists(
                  db
                    .select({ id: accountSecrets.id })
                    .from(accountSecrets)
                    .where(
                      and(
                        eq(accountSecrets.id, versions.secretId),
                        eq(accountSecrets.currentVersion, versions.version),
                        isNull(accountSecrets.deletedAt),
                      ),
                    ),
                ),
              ),
              after === null ? undefined : sql`(${versions.secretId}, ${versions.version}) > (${after.secretId}, ${after.version})`,
            ),
          )
          .orderBy(asc(versions.secretId), asc(versions.version))
          .limit(atMost(limit)),
      ),
  };
}

export function accountSecretWriters(tx: SignedTransaction, tables: Tables): AccountSecretWriters {
  const { db } = tx;
  const { accountSecrets, accountSecretVersions: versions } = tables;
  const insertVersion = async (version: AccountSecretVersion) =>
    void (await db.insert(versions).values(withMac(tx, versions, { ...version })));
  const destroyBefore = async (secretId: string, version: number | null) =>
    void (await db
      .update(versions)
      .set({ blob: null })
      .where(and(eq(versions.secretId, secretId), version === null ? undefined : lt(versions.version, version))));
  const alter = (id: string, set: Partial<AccountSecret>) =>
    alterRow<typeof accountSecrets, AccountSecret>(tx, { tables, table: accountSecrets, id: { id } }, ({ deletedAt }) =>
      deletedAt === null ? set : null,
    );
  return {
    async insert(secret, version) {
      const row = withMac(tx, accountSecrets, { ...secret });
      const inserted = await db.insert(accountSecrets).values(row).onConflictDoNothing().returning({ id: accountSecrets.id });
      if (inserted.length === 0) return false;
      await insertVersion(version);
      await amendAuthority(tx, tables, [[entryOfSecret(secret), row.mac]]);
      return true;
    },
    async update(secret, version) {
      const { id: _id, projectId: _project, name: _name, createdAt: _at, createdBy: _by, deletedAt: _deleted, ...set } = secret;
      const changed = await alter(secret.id, set);
      if (changed === null) return false;
      if (version !== null) {
        await insertVersion(version);
        await destroyBefore(secret.id, version.version);
      }
      await amendAuthority(tx, tables, [[entryOfSecret(secret), withMac(tx, accountSecrets, { ...changed }).mac]]);
      return true;
    },
    async remove(secret, now, by) {
      if ((await alter(secret.id, { deletedAt: now, updatedAt: now, updatedBy: by })) === null) return false;
      await destroyBefore(secret.id, null);
      await amendAuthority(tx, tables, [[entryOfSecret(secret), null]]);
      return true;
    },
    reseal: async ({ secretId, version, keyGeneration: before }, { blob, keyGeneration }) =>
      (await alterRow<typeof versions, AccountSecretVersion>(tx, { tables, table: versions, id: { secretId, version } }, (row) =>
        row.blob === null || row.keyGeneration !== before ? null : { blob, keyGeneration },
      )) !== null,
    ...accountSecretReaders(tx, tables),
  };
}
