import { and, asc, count, eq, getTableColumns, inArray, isNotNull, ne, or, sql } from 'drizzle-orm';
import { KEY_LOCK, type KeyReaders, type KeyWriters } from '../../../domain/ports/instance-store.ts';
import type { WrappedKey } from '../../../domain/ports/vault.ts';
import type { EngineTransaction, StatementSource } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { atMost } from '../statements/at-most.ts';
import { prepared } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';
import { instanceReaders } from './instance.ts';

/** Generations of the upgrade records, as the vault makes them. */
const FORWARD = 1;
const BACK = 2;
/** The caller needs to know whether there are any; the number is for people. */
const MOST_NEEDED = 10_000;

const findKeys = prepared('data_keys_find', (db, { dataKeys }) => ({
  columns: getTableColumns(dataKeys),
  statement: db
    .select()
    .from(dataKeys)
    .where(and(eq(dataKeys.owner, sql.placeholder('owner')), eq(dataKeys.purpose, sql.placeholder('purpose'))))
    .orderBy(asc(dataKeys.generation)),
}));

export function keyReaders(source: StatementSource, tables: Tables): KeyReaders {
  const { db } = source;
  const { dataKeys, instance } = tables;
  return {
    find: async (owner, purpose) => trusted<WrappedKey>(await findKeys(source, tables, { owner, purpose })),
    async upgrade() {
      const records = trusted<WrappedKey>(
        await db
          .select()
          .from(dataKeys)
          .where(and(inArray(dataKeys.owner, db.select({ id: instance.id }).from(instance)), eq(dataKeys.purpose, 'upgrade'))),
      );
      const of = (generation: number) => records.find((record) => record.generation === generation) ?? null;
      return { forward: of(FORWARD), back: of(BACK) };
    },
    countOutside: async (kid) =>
      Number(
        (
          await db
            .select({ count: count() })
            .from(dataKeys)
            .where(and(ne(dataKeys.kid, kid), ne(dataKeys.purpose, 'upgrade')))
        )[0]?.count ?? 0,
      ),
  };
}

export function keyWriters(tx: EngineTransaction, tables: Tables): KeyWriters {
  const { db } = tx;
  const { accountSecretVersions: secrets, dataKeys, idempotency, sealedContents, tokenGrants, versions } = tables;
  const readers = keyReaders(tx, tables);
  const one = ({ owner, purpose, generation }: Pick<WrappedKey, 'owner' | 'purpose' | 'generation'>) =>
    and(eq(dataKeys.owner, owner), eq(dataKeys.purpose, purpose), eq(dataKeys.generation, generation));
  return {
    async insertIfAbsent(key) {
      await tx.lock(KEY_LOCK, 'shared');
      const stored = async () => (await readers.find(key.owner, key.purpose)).find(({ generation }) => generation === key.generation);
      const found = await stored();
      if (found !== undefined) return found;
      const kid = (await readers.upgrade()).back?.kid ?? (await instanceReaders(tx, tables).find())?.kid;
      if (kid !== undefined && kid !== key.kid) return null;
      const row = { ...key, createdAt: await tx.now() };
      await db.insert(dataKeys).values(row).onConflictDoNothing();
      return (await stored()) ?? row;
    },
    beginUpgrade: async (records, now) => void (await db.insert(dataKeys).values(records.map((record) => ({ ...record, createdAt: now })))),
    async nextOutside(kid) {
      const [found] = await db
        .select({ owner: dataKeys.owner })
        .from(dataKeys)
        .where(and(ne(dataKeys.kid, kid), ne(dataKeys.purpose, 'upgrade')))
        .limit(atMost(1));
      if (found === undefined) return [];
      return trusted<WrappedKey>(
        await db
          .select()
          .from(dataKeys)
          .where(and(eq(dataKeys.owner, found.owner), ne(dataKeys.kid, kid), ne(dataKeys.purpose, 'upgrade'))),
      );
    },
    rewrap: async (key, from) =>
      (
        await db
          .update(dataKeys)
          .set({ kid: key.kid, wrapped: key.wrapped })
          .where(and(one(key), eq(dataKeys.kid, from)))
          .returning({ owner: dataKeys.owner })
      ).length > 0,
    async endUpgrade(now) {
      const { forward, back } = await readers.upgrade();
      if (back !== null) await db.delete(dataKeys).where(one(back));
      if (forward !== null) await db.update(dataKeys).set({ createdAt: now }).where(one(forward));
    },
    async neededBy(projectId, generation) {
      const holders = db.select({ id: tokenGrants.tokenId }).from(tokenGrants).where(eq(tokenGrants.projectId, projectId));
      const signed = db
        .select({ at: versions.version })
        .from(versions)
        .where(and(eq(versions.projectId, projectId), eq(versions.keyGeneration, generation)))
        .limit(atMost(MOST_NEEDED))
        .as('some');
      const sealed = db
        .select({ at: sealedContents.keyGeneration })
        .from(sealedContents)
        .where(and(eq(sealedContents.projectId, projectId), eq(sealedContents.keyGeneration, generation), isNotNull(sealedContents.blob)))
        .limit(atMost(MOST_NEEDED))
        .as('some');
      const answered = db
        .select({ at: idempotency.keyGeneration })
        .from(idempotency)
        .where(
          and(
            isNotNull(idempotency.keyGeneration),
            eq(idempotency.keyGeneration, generation),
            or(inArray(idempotency.tokenId, holders), eq(idempotency.tokenId, 'local')),
          ),
        )
        .limit(atMost(MOST_NEEDED))
        .as('some');
      const kept = db
        .select({ at: secrets.version })
        .from(secrets)
        .where(and(eq(secrets.projectId, projectId), eq(secrets.keyGeneration, generation), isNotNull(secrets.blob)))
        .limit(atMost(MOST_NEEDED))
        .as('some');
      const total = async (rows: Promise<readonly { readonly count: unknown }[]>) => Number((await rows)[0]?.count ?? 0);
      return {
        versions: await total(db.select({ count: count() }).from(signed)),
        contents: await total(db.select({ count: count() }).from(sealed)),
        answers: await total(db.select({ count: count() }).from(answered)),
        secrets: await total(db.select({ count: count() }).from(kept)),
      };
    },
    retire: async (projectId, generation) => void (await db.delete(dataKeys).where(one({ owner: projectId, purpose: 'dek', generation }))),
    async dropUpgrade(before) {
      const { forward, back } = await readers.upgrade();
      if (forward === null || back !== null || forward.createdAt >= before) return false;
      await db.delete(dataKeys).where(one(forward));
      return true;
    },
    ...readers,
  };
}
