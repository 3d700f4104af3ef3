import { and, desc, eq, getTableColumns, gt, isNull, sql } from 'drizzle-orm';
import type { SessionReaders, SessionWriters } from '../../../domain/token/session-store.ts';
import type { Session } from '../../../domain/token/token.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { prepared } from '../statements/prepared.ts';

const byHash = prepared('sessions_by_hash', (db, { sessions }) => ({
  columns: getTableColumns(sessions),
  statement: db
    .select()
    .from(sessions)
    .where(eq(sessions.hash, sql.placeholder('hash'))),
}));

export function sessionReaders(source: SignedSource, tables: Tables): SessionReaders {
  const { sessions } = tables;
  return {
    find: async (hash) => verifiedOne<Session>(source, sessions, await byHash(source, tables, { hash })),
    findById: async (id) => verifiedOne<Session>(source, sessions, await source.db.select().from(sessions).where(eq(sessions.id, id))),
  };
}

export function sessionWriters(tx: SignedTransaction, tables: Tables): SessionWriters {
  const { db } = tx;
  const { sessions } = tables;
  const end = async (id: string, now: number) =>
    (await alterRow<typeof sessions, Session>(tx, { tables, table: sessions, id: { id } }, ({ endedAt }) =>
      endedAt === null ? { endedAt: now } : null,
    )) !== null;
  return {
    insert: async (session) => void (await db.insert(sessions).values(withMac(tx, sessions, { ...session }))),
    end,
    async endOldest(tokenId, keep, now) {
      const live = await db
        .select({ id: sessions.id })
        .from(sessions)
        .where(and(eq(sessions.tokenId, tokenId), isNull(sessions.endedAt), gt(sessions.expiresAt, now)))
        .orderBy(desc(sessions.createdAt), desc(sessions.id));
      const ended: string[] = [];
      for (const { id } of live.slice(keep)) if (await end(id, now)) ended.push(id);
      return ended;
    },
    ...sessionReaders(tx, tables),
  };
}
