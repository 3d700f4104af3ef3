import { and, desc, eq, getTableColumns, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Token, TokenGrant } from '../../../domain/token/token.ts';
import type { TokenReaders, TokenWriters } from '../../../domain/token/token-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { amendAuthority, areListed, entryOf, HEAD } from '../signing/authority.ts';
import { listed } from '../signing/read-signed.ts';
import { reread } from '../signing/reread.ts';
import { altered, isIntact, withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { olderThan } from '../statements/keyset.ts';
import { prepared } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';

type Found = { readonly token: Token; readonly grants: readonly TokenGrant[] };
/** The same with the MAC, which was not checked. */
type Stored = Found & { readonly token: { readonly mac: Buffer } };

/** The lookup of every request: a token, its grants, and the MAC of the list that it has to be on. */
const byHash = prepared('tokens_by_hash', (db, tables) => {
  const columns = columnsOf(tables);
  const statement = joinedRows(db, tables).where(eq(tables.tokens.hash, sql.placeholder('hash')));
  return { columns, statement };
});
/** Asked in every transaction of a token. */
const byId = prepared('tokens_by_id', (db, tables) => {
  const columns = columnsOf(tables);
  const statement = joinedRows(db, tables).where(eq(tables.tokens.id, sql.placeholder('id')));
  return { columns, statement };
});
function columnsOf({ tokens, tokenGrants, authorityHead }: Tables) {
  return {
    ...getTableColumns(tokens),
    grantProjectId: tokenGrants.projectId,
    grantRoles: tokenGrants.roles,
    headMac: authorityHead.mac,
  };
}

function joinedRows(db: SignedSource['db'], tables: Tables) {
  const { tokens, tokenGrants, authorityHead } = tables;
  return db
    .select(columnsOf(tables))
    .from(tokens)
    .leftJoin(tokenGrants, eq(tokenGrants.tokenId, tokens.id))
    .leftJoin(authorityHead, eq(authorityHead.id, HEAD));
}

export function tokenReaders(source: SignedSource, tables: Tables): TokenReaders {
  const { db } = source;
  const { tokens, tokenGrants } = tables;
  /** The MAC of a token covers its grants, so one statement reads them with it: they are what they were at one moment. */
  const stored = async (which: SQL | undefined): Promise<readonly Stored[]> =>
    withGrants(
      await db
        .select({ ...getTableColumns(tokens), grantProjectId: tokenGrants.projectId, grantRoles: tokenGrants.roles })
        .from(tokens)
        .leftJoin(tokenGrants, eq(tokenGrants.tokenId, tokens.id))
        .where(which)
        .orderBy(desc(tokens.createdAt), desc(tokens.id)),
    );
  const shown = (found: readonly Stored[]): readonly Found[] => {
    const grantsOf = new Map(found.map(({ token: { id }, grants }) => [id, grants]));
    const rows = found.map(({ token }) => token);
    return listed<Token>(source, tokens, rows, ({ id }) => besideOf(grantsOf.get(id) ?? [])).map((token) => ({
      token,
      grants: grantsOf.get(token.id) ?? [],
    }));
  };
  const ofProject = (projectId: string) =>
    inArray(tokens.id, db.select({ id: tokenGrants.tokenId }).from(tokenGrants).where(eq(tokenGrants.projectId, projectId)));
  const one = (read: () => Promise<readonly object[]>): Promise<Found | null> =>
    reread(async () => {
      const known = checked(source, tables, await read());
      if (known === null) return { found: null };
      const { token, grants, mac, headMac } = known;
      const found = { token, grants };
      // The transaction uses the token that was looked up before it began: the list that it sees may hold its own changes.
      if (source.signing.known !== null) return { found };
      const entry = { table: tokens, row: token, entry: entryOf('token', token.id), mac };
      return (await areListed(source, tables, headMac, [entry])) === null ? null : { found };
    });
  return {
    findByHash: (hash) => one(() => byHash(source, tables, { hash })),
    find: (id) => one(() => byId(source, tables, { id })),
    findMany: async (projectId, ids) =>
      shown(await inChunks(ids, (some) => stored(inArray(tokens.id, some)))).filter(({ grants }) =>
        grants.some((grant) => grant.projectId === projectId),
      ),
    list: async (projectId, { limit, after }) =>
      shown(
        await stored(
          inArray(
            tokens.id,
            db
              .select({ id: tokens.id })
              .from(tokens)
              .where(and(ofProject(projectId), olderThan(tokens.createdAt, tokens.id, after)))
              .orderBy(desc(tokens.createdAt), desc(tokens.id))
              .limit(atMost(limit)),
          ),
        ),
      ),
    any: async () => (await db.select({ id: tokens.id }).from(tokens).limit(atMost(1))).length > 0,
    async isLive(id, now) {
      const known = checked(source, tables, await byId(source, tables, { id }));
      return known !== null && isAlive(known.token, now);
    },
    async countOwners(projectId, now) {
      // An altered token counts for nobody, and a token that is limited to some integrations cannot manage the others.
      return (await stored(ofProject(projectId))).filter(
        ({ token, grants }) =>
          isIntact(source, tokens, { ...token }, besideOf(grants)) &&
          token.integrationIds === null &&
          isAlive(token, now) &&
          grants.some((grant) => grant.projectId === projectId && grant.roles.includes('owner')),
      ).length;
    },
  };
}

function isAlive({ revokedAt, expiresAt }: Token, now: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

/** What the MAC of a token covers besides its own row. */
export function besideOf(grants: readonly Pick<TokenGrant, 'projectId' | 'roles'>[]): unknown {
  return grants.map(({ projectId, roles }): readonly [string, unknown] => [projectId, roles]).sort(([a], [b]) => (a < b ? -1 : 1));
}

interface BesideToken {
  readonly grantProjectId: string | null;
  readonly grantRoles: TokenGrant['roles'];
  readonly headMac: Buffer | null;
  readonly mac: Buffer;
}

/** Tokens from their rows, of which there is one for each grant, in the order of the rows. */
function withGrants(rows: readonly object[]): readonly Stored[] {
  const found = new Map<string, { readonly token: Stored['token']; readonly grants: TokenGrant[] }>();
  for (const { grantProjectId, grantRoles, ...token } of trusted<Stored['token'] & Omit<BesideToken, 'headMac'>>(rows)) {
    const one = found.get(token.id) ?? { token, grants: [] };
    found.set(token.id, one);
    if (grantProjectId !== null) one.grants.push({ tokenId: token.id, projectId: grantProjectId, roles: grantRoles });
  }
  return [...found.values()];
}

/** One token from its rows, one for each grant. Throws INTEGRITY when any of them was altered. */
function checked(source: SignedSource, tables: Tables, rows: readonly object[]): (Found & Pick<BesideToken, 'headMac' | 'mac'>) | null {
  const found = trusted<Token & BesideToken>(rows);
  const [row] = found;
  if (row === undefined) return null;
  const { grantProjectId: _project, grantRoles: _roles, headMac, mac, ...token } = row;
  const grants = found.flatMap(({ grantProjectId, grantRoles }) =>
    grantProjectId === null ? [] : [{ tokenId: token.id, projectId: grantProjectId, roles: grantRoles }],
  );
  if (!isIntact(source, tables.tokens, { ...token, mac }, besideOf(grants))) throw altered(tables.tokens, { id: token.id });
  return { token, grants, headMac, mac };
}

export function tokenWriters(tx: SignedTransaction, tables: Tables): TokenWriters {
  const { db } = tx;
  const { tokens, tokenGrants } = tables;
  const readers = tokenReaders(tx, tables);
  return {
    async insert(token, grants) {
      const row = withMac(tx, tokens, { ...token }, besideOf(grants));
      await db.insert(tokens).values(row);
      if (grants.length > 0) await db.insert(tokenGrants).values([...grants]);
      await amendAuthority(tx, tables, [[entryOf('token', token.id), row.mac]]);
    },
    async revise(id, { roles, ...set }) {
      const found = checked(tx, tables, await byId(tx, tables, { id }));
      if (found === null || found.token.revokedAt !== null) return false;
      const { token, mac: before } = found;
      const grants = found.grants.map((grant) => (grant.projectId === token.homeProjectId ? { ...grant, roles } : grant));
      const { mac } = withMac(tx, tokens, { ...token, ...set }, besideOf(grants));
      const written = await db
        .update(tokens)
        .set({ ...set, mac })
        .where(and(eq(tokens.id, id), eq(tokens.mac, before)))
        .returning({ id: tokens.id });
      if (written.length === 0) return false;
      await db
        .update(tokenGrants)
        .set({ roles })
        .where(and(eq(tokenGrants.tokenId, id), eq(tokenGrants.projectId, token.homeProjectId)));
      await amendAuthority(tx, tables, [[entryOf('token', id), mac]]);
      return true;
    },
    async revoke(id, now) {
      const found = await readers.find(id);
      if (found === null) return false;
      const beside = besideOf(found.grants);
      const revoked = await alterRow<typeof tokens, Token>(
        tx,
        { tables, table: tokens, id: { id } },
        ({ revokedAt }) => (revokedAt === null ? { revokedAt: now } : null),
        { beside },
      );
      if (revoked === null) return false;
      await amendAuthority(tx, tables, [[entryOf('token', id), withMac(tx, tokens, { ...revoked }, beside).mac]]);
      return true;
    },
    touch: async (id, minute) =>
      void (await db
        .update(tokens)
        .set({ lastUsedAt: minute })
        .where(and(eq(tokens.id, id), or(isNull(tokens.lastUsedAt), lt(tokens.lastUsedAt, minute))))),
    ...readers,
  };
}
