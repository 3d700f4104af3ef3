import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import type { PageRequest } from '../../domain/ports/page.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, isRole, type Role, requirePermission } from '../../domain/token/actor.ts';
import type { Token } from '../../domain/token/token.ts';
import { readName } from '../connections/add-connection.ts';
import { endedByEarlierRun, findEarlierResult } from '../idempotency/earlier-run.ts';
import { actorId, record, type Services, writeAs } from '../services.ts';

export interface CreateToken {
  readonly name: string;
  readonly roles: readonly string[];
  /** `svc` for services, `pat` for people. */
  readonly kind?: Token['kind'];
  /** 1 to 3,650 days; without it the token ends when its maker's does, or never. */
  readonly expiresInDays?: number | null;
  /** Limits the token to integrations that exist in the project. */
  readonly integrationIds?: readonly string[] | null;
  readonly comment?: string | null;
  readonly operator?: boolean;
}

/** The token, and its secret, which is shown this once. */
export interface CreatedToken {
  readonly token: Token;
  readonly roles: readonly Role[];
  readonly secret: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes a token that is neither wider nor longer-lived than its maker. Throws FORBIDDEN, BAD_REQUEST. */
export async function createToken(services: Services, actor: Actor, input: CreateToken): Promise<CreatedToken> {
  requirePermission(actor, 'token');
  const roles = readRoles(input.roles);
  const secret = services.tokens.create(input.kind ?? 'svc');
  const hash = services.vault.keyedHash('token', secret);
  const token = await writeAs(services, actor, async (tx) => {
    const made = await findEarlierResult(services, tx, hash, (known) => tx.tokens.findByHash(known));
    return made?.token ?? (await insertToken(services, actor, tx, input, hash));
  });
  services.revealed({ kind: 'token', tokenId: token.id });
  return { token, roles, secret };
}

/** Before the secret of a new token is shown to a repeat of the request that made it. NOT_FOUND once the token has ended. */
export async function repeatToken(services: Services, actor: Actor, tokenId: string): Promise<void> {
  requirePermission(actor, 'token');
  await writeAs(services, actor, async (tx) => {
    if (!(await tx.tokens.isLive(tokenId, await tx.now()))) throw notFound('live token');
    await record(services, tx, actor, { action: 'token.reveal', entity: 'token', entityId: tokenId, details: {} });
  });
}

/** The rest of `createToken`, inside a transaction. */
export async function insertToken(services: Services, actor: Actor, tx: Writers, input: CreateToken, hash: Buffer): Promise<Token> {
  const roles = readRoles(input.roles);
  const now = await tx.now();
  const token: Token = {
    id: services.newId(),
    kind: input.kind ?? 'svc',
    name: readName(input.name, 'name'),
    homeProjectId: actor.projectId,
    hash,
    digest: null,
    operator: input.operator === true,
    integrationIds: await limitTo(actor, tx, input.integrationIds ?? null),
    comment: input.comment ?? null,
    createdAt: now,
    createdBy: actorId(actor),
    expiresAt: expiry(actor, now, input.expiresInDays ?? null),
    revokedAt: null,
    lastUsedAt: null,
  };
  if (token.operator && !actor.operator) throw new DomainError('FORBIDDEN', 'Only an operator makes operator tokens.');
  await tx.tokens.insert(token, [{ tokenId: token.id, projectId: actor.projectId, roles }]);
  await record(services, tx, actor, {
    action: 'token.create',
    entity: 'token',
    entityId: token.id,
    details: { kind: token.kind, roles, expiresAt: token.expiresAt, operator: token.operator },
  });
  return token;
}

function readRoles(names: readonly string[]): readonly Role[] {
  const roles = [...new Set(names)].filter(isRole);
  if (roles.length === 0 || roles.length !== new Set(names).size)
    throw badRequest('roles', 'Name one or more of these roles: viewer, job, editor, admin, owner.');
  return roles;
}

async function limitTo(actor: Actor, tx: Writers, ids: readonly string[] | null): Promise<readonly string[] | null> {
  if (ids === null) return actor.integrationIds;
  // Not the same as none: somebody who meant to narrow a token must not get one for everything.
  if (ids.length === 0) throw badRequest('integrationIds', 'Name at least one integration, or leave the list out for the whole project.');
  const found = await tx.integrations.findMany({ projectId: actor.projectId, integrationIds: actor.integrationIds }, ids);
  if (found.length !== new Set(ids).size) throw notFound('integration');
  return [...new Set(ids)];
}

function expiry(actor: Actor, now: number, days: number | null): number | null {
  if (days === null) return actor.expiresAt;
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw badRequest('expiresInDays', 'A token lasts from 1 to 3650 days.');
  const expiresAt = now + days * DAY_MS;
  if (actor.expiresAt !== null && expiresAt > actor.expiresAt)
    throw new DomainError('FORBIDDEN', 'A token may not outlive the one that makes it.');
  return expiresAt;
}

/** Ends a token at once. The last live owner of a project stays: of two owners revoking each other one is refused. */
export async function revokeToken(services: Services, actor: Actor, tokenId: string): Promise<void> {
  requirePermission(actor, 'token');
  await writeAs(services, actor, async (tx) => {
    await tx.lock(actor.projectId, 'exclusive');
    const found = await tx.tokens.find(tokenId);
    const grant = found?.grants.find(({ projectId }) => projectId === actor.projectId);
    if (found === null || grant === undefined || found.token.homeProjectId !== actor.projectId || !isWithin(actor, found.token))
      throw notFound('token');
    const now = await tx.now();
    if (!(await tx.tokens.revoke(tokenId, now))) {
      if (await endedByEarlierRun(services, tx, actor, 'token.revoke', tokenId)) return;
      throw notFound('token');
    }
    if (grant.roles.includes('owner') && (await tx.tokens.countOwners(actor.projectId, now)) === 0) {
      throw new DomainError('FORBIDDEN', 'This is the last owner of the project. Make another one first.');
    }
    await record(services, tx, actor, { action: 'token.revoke', entity: 'token', entityId: tokenId, details: {} });
  });
}

/** Newest first. A page that is not full is the last. */
export async function listTokens(
  { store }: Services,
  actor: Actor,
  { limit, after }: PageRequest,
): ReturnType<Services['store']['read']['tokens']['list']> {
  requirePermission(actor, 'token');
  const found: Awaited<ReturnType<typeof listTokens>>[number][] = [];
  let last = after;
  // What the actor may not see is left out, and more is read in its place.
  for (;;) {
    const page = await store.read.tokens.list(actor.projectId, { limit, after: last });
    found.push(...page.filter(({ token }) => isWithin(actor, token)));
    const end = page.at(-1)?.token;
    if (end === undefined || page.length < limit || found.length >= limit) return found.slice(0, limit);
    last = { at: end.createdAt, id: end.id };
  }
}

/** An owner of some integrations sees and ends the tokens of those, and no token that reaches further. */
function isWithin({ integrationIds }: Actor, token: Token): boolean {
  return integrationIds === null || (token.integrationIds?.every((id) => integrationIds.includes(id)) ?? false);
}
