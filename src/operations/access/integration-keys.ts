import { readName } from '../../domain/connection/names.ts';
import { badRequest, notFound } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { isAskedFor, type KeyFilter, requireKeyScope } from '../../domain/token/integration-key.ts';
import type { Token } from '../../domain/token/token.ts';
import type { Services } from '../services.ts';
import { type CreatedToken, createToken } from './create-token.ts';
import { tokensWhere } from './list-tokens.ts';
import { revokeToken } from './revoke-token.ts';

export interface CreateKey {
  readonly description: string;
  readonly scope: string;
  /** Null limits the key as its maker is limited. */
  readonly integrationIds: readonly string[] | null;
}

/** A job's token: it leases the connections of its integrations, and can do nothing else. Throws FORBIDDEN, BAD_REQUEST, NOT_FOUND. */
export async function createIntegrationKey(services: Services, actor: Actor, input: CreateKey): Promise<CreatedToken> {
  requirePermission(actor, 'token');
  requireKeyScope(input.scope);
  if (input.integrationIds?.length === 0)
    throw badRequest('warehouseIds', 'Name at least one integration, or leave the list out for the whole project.');
  return await createToken(services, actor, {
    name: readName(input.description, 'description'),
    roles: ['job'],
    integrationIds: input.integrationIds,
    keyScope: input.scope,
  });
}

/** The live keys of the project that the actor may see, newest first, at most `most`. */
export async function listIntegrationKeys(services: Services, actor: Actor, filter: KeyFilter, most: number): Promise<readonly Token[]> {
  requirePermission(actor, 'token');
  if (filter.scope !== null) requireKeyScope(filter.scope);
  const now = await services.store.now();
  return (await tokensWhere(services, actor, most, (token) => isAskedFor(token, filter, now))).map(({ token }) => token);
}

/** Throws NOT_FOUND for what is no integration key of the project. */
export async function deleteIntegrationKey(services: Services, actor: Actor, keyId: string): Promise<void> {
  requirePermission(actor, 'token');
  const found = await services.store.read.tokens.find(keyId);
  if (found === null || found.token.keyScope === null) throw notFound('integration key', keyId);
  await revokeToken(services, actor, keyId, 'integration key');
}
