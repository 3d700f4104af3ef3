import { readName } from '../../domain/connection/names.ts';
import { notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { readAccessList } from '../../domain/token/access-list.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { digestHa1 } from '../../domain/token/digest.ts';
import { readExpiry, readLimit, requireNoWider } from '../../domain/token/new-token.ts';
import { type Role, readRoles } from '../../domain/token/roles.ts';
import type { Token } from '../../domain/token/token.ts';
import { record } from '../audit/record.ts';
import { findEarlierResult } from '../idempotency/earlier-run.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';

export interface CreateToken {
  readonly name: string;
  readonly roles: readonly string[];
  /** `svc` for services, `pat` for people. */
  readonly kind?: Token['kind'];
  /** 1 to 3,650 days; without it the token ends when its maker's does, or never. */
  readonly expiresInDays?: number | null;
  /** Limits the token to integrations that exist in the project. */
  readonly integrationIds?: readonly string[] | null;
  /** Addresses and networks that it may be used from. */
  readonly accessList?: readonly string[] | null;
  readonly comment?: string | null;
  readonly operator?: boolean;
  /** Makes it an integration key. */
  readonly keyScope?: string;
}

/** The token, and its secret, which is shown this once. */
export interface CreatedToken {
  readonly token: Token;
  readonly roles: readonly Role[];
  readonly secret: string;
}

/** Makes a token that is neither wider nor longer-lived than its maker. Throws FORBIDDEN, BAD_REQUEST. */
export async function createToken(services: Services, actor: Actor, input: CreateToken): Promise<CreatedToken> {
  requirePermission(actor, 'token');
  const roles = readRoles(input.roles);
  const secret = services.tokens.create(input.kind ?? 'svc');
  const hash = services.vault.keyedHash('token', secret);
  const token = await writeAs(services, actor, async (tx) => {
    const made = await findEarlierResult(services, tx, hash, (known) => tx.tokens.findByHash(known));
    return made?.token ?? (await insertToken(services, actor, tx, { ...input, secret }));
  });
  services.revealed({ kind: 'token', tokenId: token.id });
  return { token, roles, secret };
}

/** The rest of `createToken`, inside a transaction. */
export async function insertToken(
  services: Services,
  actor: Actor,
  tx: Writers,
  { secret, ...input }: CreateToken & Pick<CreatedToken, 'secret'>,
): Promise<Token> {
  const roles = readRoles(input.roles);
  const now = await tx.now();
  const id = services.newId();
  const token: Token = {
    id,
    kind: input.kind ?? 'svc',
    name: readName(input.name, 'name'),
    homeProjectId: actor.projectId,
    hash: services.vault.keyedHash('token', secret),
    // It can be made now alone: the secret is not kept.
    digest: services.vault.sealOwn('token', ['digest', id], digestHa1(id, secret)),
    operator: input.operator === true,
    integrationIds: await limitTo(actor, tx, input.integrationIds ?? null),
    accessList: readAccessList(actor, input.accessList ?? null),
    keyScope: input.keyScope ?? null,
    comment: input.comment ?? null,
    createdAt: now,
    createdBy: actorId(actor),
    expiresAt: readExpiry(actor, input.expiresInDays ?? null, now),
    revokedAt: null,
    lastUsedAt: null,
  };
  requireNoWider(actor, token);
  await tx.tokens.insert(token, [{ tokenId: token.id, projectId: actor.projectId, roles }]);
  await record(services, tx, actor, {
    action: 'token.create',
    entity: 'token',
    entityId: token.id,
    details: { kind: token.kind, roles, expiresAt: token.expiresAt, operator: token.operator, keyScope: token.keyScope },
  });
  return token;
}

/** NOT_FOUND if one of the given ids does not exist or belongs to another project. */
async function limitTo(actor: Actor, tx: Writers, asked: readonly string[] | null): Promise<readonly string[] | null> {
  const limit = readLimit(actor, asked);
  if (asked === null || limit === null) return limit;
  const found = new Set((await tx.integrations.findMany(scopeOf(actor), limit)).map(({ id }) => id));
  const missing = limit.find((id) => !found.has(id));
  if (missing !== undefined) throw notFound('integration', missing);
  return limit;
}

/** Before the secret of a new token is shown to a repeat of the request that made it. NOT_FOUND once the token has ended. */
export async function repeatToken(services: Services, actor: Actor, tokenId: string): Promise<void> {
  requirePermission(actor, 'token');
  await writeAs(services, actor, async (tx) => {
    if (!(await tx.tokens.isLive(tokenId, await tx.now()))) throw notFound('live token');
    await record(services, tx, actor, { action: 'token.reveal', entity: 'token', entityId: tokenId, details: {} });
  });
}
