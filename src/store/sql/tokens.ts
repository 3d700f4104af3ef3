import { and, count, desc, eq, getTableColumns, gt, inArray, isNull, like, lt, or, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { TokenReaders, TokenWriters } from '../../domain/store.ts';
import type { Session, Token, TokenGrant } from '../../domain/token.ts';
import type { EngineTransaction, StatementSource } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { inChunks } from './in-chunks.ts';
import { behind } from './keyset.ts';
import { prepared } from './prepared.ts';
import { first, trusted } from './trusted.ts';

/** The lookup of every request. */
const byHash = prepared('tokens_by_hash', (db, { tokens, tokenGrants }) => {
  const columns = { ...getTableColumns(tokens), grantProjectId: tokenGrants.projectId, grantRoles: tokenGrants.roles };
  const statement = db
    .select(columns)
    .from(tokens)
    .leftJoin(tokenGrants, eq(tokenGrants.tokenId, tokens.id))
    .where(eq(tokens.hash, sql.placeholder('hash')));
  return { columns, statement };
});

/** Asked in every transaction of a token. */
const liveById = prepared('tokens_live', (db, tables) => {
  const columns = { id: tables.tokens.id };
  const statement = db
    .select(columns)
    .from(tables.tokens)
    .where(and(eq(tables.tokens.id, sql.placeholder('id')), alive(tables, sql.placeholder('now'))));
  return { columns, statement };
});

export function tokenReaders(source: StatementSource, tables: Tables): TokenReaders {
  const { db } = source;
  const { tokens, tokenGrants, sessions } = tables;
  const withGrants = async (rows: readonly object[]) => {
    const found = trusted<Token>(rows);
    const ids = found.map(({ id }) => id);
    const grants = await inChunks(ids, async (some) =>
      trusted<TokenGrant>(await db.select().from(tokenGrants).where(inArray(tokenGrants.tokenId, some))),
    );
    return found.map((token) => ({ token, grants: grants.filter(({ tokenId }) => tokenId === token.id) }));
  };
  return {
    findByHash: async (hash) => joined(await byHash(source, tables, { hash })),
    find: async (id) => (await withGrants(await db.select().from(tokens).where(eq(tokens.id, id))))[0] ?? null,
    findMany: async (projectId, ids) =>
      (await withGrants(await inChunks(ids, (some) => db.select().from(tokens).where(inArray(tokens.id, some))))).filter(({ grants }) =>
        grants.some((grant) => grant.projectId === projectId),
      ),
    list: async (projectId, { limit, after }) =>
      await withGrants(
        await db
          .select()
          .from(tokens)
          .where(
            and(
              inArray(tokens.id, db.select({ id: tokenGrants.tokenId }).from(tokenGrants).where(eq(tokenGrants.projectId, projectId))),
              behind(tokens.createdAt, tokens.id, after),
            ),
          )
          .orderBy(desc(tokens.createdAt), desc(tokens.id))
          .limit(atMost(limit)),
      ),
    any: async () => (await db.select({ id: tokens.id }).from(tokens).limit(atMost(1))).length > 0,
    isLive: async (id, now) => (await liveById(source, tables, { id, now })).length > 0,
    async countOwners(projectId, now) {
      const [row] = await db
        .select({ count: count() })
        .from(tokens)
        .innerJoin(tokenGrants, eq(tokenGrants.tokenId, tokens.id))
        // Roles are a JSON list of words from a closed list, so the quoted word is found exactly.
        .where(
          and(
            eq(tokenGrants.projectId, projectId),
            like(tokenGrants.roles, '%"owner"%'),
            // One that is limited to some integrations can't look after the others.
            isNull(tokens.integrationIds),
            alive(tables, now),
          ),
        );
      return Number(row?.count ?? 0);
    },
    findSession: async (hash) => first<Session>(await db.select().from(sessions).where(eq(sessions.hash, hash))),
  };
}

function alive({ tokens }: Tables, now: number | Placeholder): SQL | undefined {
  return and(isNull(tokens.revokedAt), or(isNull(tokens.expiresAt), gt(tokens.expiresAt, now)));
}

interface GrantColumns {
  readonly grantProjectId: string | null;
  readonly grantRoles: TokenGrant['roles'];
}

/** One token from its rows, one for each grant. */
function joined(rows: readonly object[]): { readonly token: Token; readonly grants: readonly TokenGrant[] } | null {
  const found = trusted<Token & GrantColumns>(rows);
  const [row] = found;
  if (row === undefined) return null;
  const { grantProjectId: _project, grantRoles: _roles, ...token } = row;
  return {
    token,
    grants: found.flatMap(({ grantProjectId, grantRoles }) =>
      grantProjectId === null ? [] : [{ tokenId: token.id, projectId: grantProjectId, roles: grantRoles }],
    ),
  };
}

export function tokenWriters(tx: EngineTransaction, tables: Tables): TokenWriters {
  const { db } = tx;
  const { tokens, tokenGrants, sessions } = tables;
  return {
    async insert(token, grants) {
      await db.insert(tokens).values(token);
      if (grants.length > 0) await db.insert(tokenGrants).values([...grants]);
    },
    revoke: async (id, now) =>
      (
        await db
          .update(tokens)
          .set({ revokedAt: now })
          .where(and(eq(tokens.id, id), isNull(tokens.revokedAt)))
          .returning({ id: tokens.id })
      ).length > 0,
    touch: async (id, minute) =>
      void (await db
        .update(tokens)
        .set({ lastUsedAt: minute })
        .where(and(eq(tokens.id, id), or(isNull(tokens.lastUsedAt), lt(tokens.lastUsedAt, minute))))),
    insertSession: async (session) => void (await db.insert(sessions).values(session)),
    endSession: async (id, now) =>
      (
        await db
          .update(sessions)
          .set({ endedAt: now })
          .where(and(eq(sessions.id, id), isNull(sessions.endedAt)))
          .returning({ id: sessions.id })
      ).length > 0,
    async endOldestSessions(tokenId, keep, now) {
      const live = await db
        .select({ id: sessions.id })
        .from(sessions)
        .where(and(eq(sessions.tokenId, tokenId), isNull(sessions.endedAt), gt(sessions.expiresAt, now)))
        .orderBy(desc(sessions.createdAt), desc(sessions.id));
      const ids = live.slice(keep).map(({ id }) => id);
      await inChunks(ids, (some) =>
        db.update(sessions).set({ endedAt: now }).where(inArray(sessions.id, some)).returning({ id: sessions.id }),
      );
      return ids;
    },
    ...tokenReaders(tx, tables),
  };
}
