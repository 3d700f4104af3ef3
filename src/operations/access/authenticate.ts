import { timingSafeEqual } from 'node:crypto';
import { DomainError, unauthenticated } from '../../domain/errors/errors.ts';
import { isOnAccessList } from '../../domain/token/access-list.ts';
import type { Actor, RequestInfo } from '../../domain/token/actor.ts';
import { DIGEST_REALM, type DigestCredentials, provesDigest } from '../../domain/token/digest.ts';
import { ExpiredToken } from '../../domain/token/expired-token.ts';
import { permissionsOf, type Role } from '../../domain/token/roles.ts';
import { namesToken } from '../../domain/token/service-account.ts';
import { isSignedIn } from '../../domain/token/session-term.ts';
import type { Token, TokenGrant } from '../../domain/token/token.ts';
import { grantInUse } from '../../domain/token/token-life.ts';
import { auditRefusal } from '../audit/audit-refusal.ts';
import type { Services } from '../services.ts';
import { accessGuardId, isAccessToken, readAccessToken } from './access-token.ts';

export interface PresentedToken {
  readonly secret: string;
  /** The accessor id, where the client's protocol sends it beside the secret. */
  readonly id?: string;
}

const MINUTE_MS = 60_000;

/**
 * The actor that a token stands for, in its home project. One UNAUTHENTICATED for every way to fail; a bad checksum fails
 * without asking the store.
 */
export async function authenticate(services: Services, presented: PresentedToken, request: RequestInfo): Promise<Actor> {
  const isBearer = isAccessToken(presented.secret);
  return await atItsAddress(services, await (isBearer ? authenticateAccess : authenticateToken)(services, presented, request));
}

/**
 * Throws FORBIDDEN, which is audited and names the address, where the token may not be used from there. Getting a bearer for it is no use of
 * it: whoever shows that is asked again.
 */
export async function atItsAddress(services: Services, actor: Actor): Promise<Actor> {
  const { ip } = actor.request;
  if (isOnAccessList(actor.accessList ?? null, ip)) return actor;
  await auditRefusal(services, actor, { fields: [], codes: ['FORBIDDEN'] });
  throw new DomainError('FORBIDDEN', `The address ${ip ?? 'of this request'} is not on the access list of this token.`, {
    address: ip,
    next: 'Send it from an address that is on the list, or use a token that has none.',
  });
}

/** The same of an API token alone, from any address: a bearer that was got for one is exchanged neither for another nor for a browser session, which lasts longer. */
export async function authenticateToken(services: Services, presented: PresentedToken, request: RequestInfo): Promise<Actor> {
  const kind = services.tokens.parse(presented.secret);
  if (kind !== 'pat' && kind !== 'svc') throw unauthenticated();
  const hash = services.vault.keyedHash('token', presented.secret);
  const found = await services.store.read.tokens.findByHash(hash);
  if (found === null || !timingSafeEqual(found.token.hash, hash)) throw unauthenticated();
  if (presented.id !== undefined && !namesToken(presented.id, found.token.id)) throw unauthenticated();
  return await liveActorOf(services, found, request);
}

/** A login by HTTP digest, with the request that it has to be for. */
export interface PresentedDigest {
  readonly credentials: DigestCredentials;
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
}

/** The same of a token whose secret is proven by HTTP digest. Whether the nonce is good is another question, which `spendNonce` answers. */
export async function authenticateDigest(services: Services, presented: PresentedDigest, request: RequestInfo): Promise<Actor> {
  const { credentials, method, target } = presented;
  const { username, realm, uri } = credentials;
  const found = UUID.test(username) ? await services.store.read.tokens.find(username) : null;
  const sealed = found?.token.digest ?? null;
  // Whoever is not known goes the same way, with an HA1 that nobody can answer for.
  const ha1 = sealed === null ? services.vault.keyedHash('token', 'no-ha1') : services.vault.openOwn('token', ['digest', username], sealed);
  const isProven = provesDigest(ha1, method, credentials);
  if (!isProven || found === null || sealed === null || realm !== DIGEST_REALM || uri !== target) throw unauthenticated();
  return await atItsAddress(services, await liveActorOf(services, found, request));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The actor of the token that a short-lived bearer was given for, with the rights that it has now, until the bearer ends. */
async function authenticateAccess(services: Services, { secret, id }: PresentedToken, request: RequestInfo): Promise<Actor> {
  const access = readAccessToken(services, secret);
  if (access === null) throw unauthenticated();
  if (access.expiresAt <= (await services.store.now())) throw new ExpiredToken();
  if ((await services.store.read.replayGuards.used(accessGuardId(services, secret))) > 0) throw unauthenticated();
  const found = await services.store.read.tokens.find(access.tokenId);
  if (found === null || (id !== undefined && !namesToken(id, access.tokenId))) throw unauthenticated();
  return endingWith(access.expiresAt, await liveActorOf(services, found, request));
}

function endingWith(bearerEndsAt: number, actor: Actor): Actor {
  return { ...actor, bearerEndsAt, expiresAt: Math.min(bearerEndsAt, actor.expiresAt ?? Infinity) };
}

/** The use of a token that has ended is audited. */
async function liveActorOf(
  services: Services,
  { token, grants }: { readonly token: Token; readonly grants: readonly TokenGrant[] },
  request: RequestInfo,
): Promise<Actor> {
  try {
    return await actorOf(services, token, grants, request);
  } catch (error) {
    await auditRefusal(services, endedActor(token, request), { fields: [], codes: ['UNAUTHENTICATED'] });
    throw error;
  }
}

/** The holder of an ended token: known for the audit, but without any right. */
function endedActor({ id, name, homeProjectId, integrationIds, expiresAt }: Token, request: RequestInfo): Actor {
  return {
    tokenId: id,
    name,
    projectId: homeProjectId,
    roles: [],
    permissions: new Set(),
    operator: false,
    integrationIds,
    expiresAt,
    request,
  };
}

/** The actor of a browser session, with the rights that its token has now. */
export async function authenticateSession(services: Services, secret: string, request: RequestInfo): Promise<Actor> {
  if (services.tokens.parse(secret) !== 'ses') throw unauthenticated();
  return await atItsAddress(services, await actorOfSession(services, services.vault.keyedHash('token', secret), request));
}

async function actorOfSession(services: Services, sessionHash: Buffer, request: RequestInfo): Promise<Actor> {
  const session = await services.store.read.sessions.find(sessionHash);
  if (session === null || !isSignedIn(session, await services.store.now())) throw unauthenticated();
  return { ...(await actorOfToken(services, session.tokenId, request)), sessionHash };
}

/**
 * The actor of a request that is still being answered, with the rights of now. Throws UNAUTHENTICATED once its token or its bearer has
 * ended, or its browser was signed out.
 */
export async function actorOfNow(services: Services, actor: Actor): Promise<Actor> {
  if (actor.sessionHash !== undefined) return await actorOfSession(services, actor.sessionHash, actor.request);
  if (actor.tokenId === null) return actor;
  const { bearerEndsAt } = actor;
  if (bearerEndsAt === undefined) return await actorOfToken(services, actor.tokenId, actor.request);
  if (bearerEndsAt <= (await services.store.now())) throw unauthenticated();
  return endingWith(bearerEndsAt, await actorOfToken(services, actor.tokenId, actor.request));
}

/** The actor that a token stands for now, for work that goes on in its name. Throws UNAUTHENTICATED once it has ended. */
export async function actorOfToken(services: Services, tokenId: string, request: RequestInfo): Promise<Actor> {
  const found = await services.store.read.tokens.find(tokenId);
  if (found === null) throw unauthenticated();
  return await actorOf(services, found.token, found.grants, request);
}

async function actorOf(services: Services, token: Token, grants: readonly TokenGrant[], request: RequestInfo): Promise<Actor> {
  const now = await services.store.now();
  const grant = grantInUse(token, grants, now);
  if (grant === null)
    throw token.revokedAt === null && token.expiresAt !== null && token.expiresAt <= now ? new ExpiredToken() : unauthenticated();
  const minute = now - (now % MINUTE_MS);
  if ((token.lastUsedAt ?? 0) < minute) {
    services.later('touch-token', () =>
      services.once(`touch:${token.id}:${minute}`, () => services.store.write((tx) => tx.tokens.touch(token.id, minute))),
    );
  }
  return {
    tokenId: token.id,
    name: token.name,
    projectId: grant.projectId,
    roles: grant.roles,
    permissions: permissionsOfRoles(grant.roles),
    operator: token.operator,
    integrationIds: token.integrationIds,
    accessList: token.accessList,
    expiresAt: token.expiresAt,
    request,
  };
}

const permissionsByRoles = new Map<string, Actor['permissions']>();

function permissionsOfRoles(roles: readonly Role[]): Actor['permissions'] {
  const key = roles.join();
  let permissions = permissionsByRoles.get(key);
  if (permissions === undefined) {
    permissions = permissionsOf(roles);
    permissionsByRoles.set(key, permissions);
  }
  return permissions;
}
