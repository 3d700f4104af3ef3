import { createHash } from 'node:crypto';
import type { Actor, RequestInfo } from '../../domain/token/actor.ts';
import { permissionsOf } from '../../domain/token/roles.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';
import type { CreatedToken } from './create-token.ts';
import { insertToken } from './create-token.ts';

/** The name of the project and of the site that the first start makes. */
export const FIRST_PROJECT_NAME = 'default';
export const GATEWAY_SITE_NAME = 'gateway';

/**
 * The actor of the control socket, of the CLI on an opened store and of the gateway's own jobs: whoever may read the data
 * directory owns the store anyway. It holds every permission but leasing, which is for jobs' tokens.
 */
export function localActor(projectId: string, name: string, request: RequestInfo): Actor {
  return {
    tokenId: null,
    name,
    projectId,
    roles: ['owner'],
    permissions: permissionsOf(['owner']),
    operator: true,
    integrationIds: null,
    expiresAt: null,
    request,
  };
}

/**
 * Makes the first project with its gateway site, once: of processes that start at the same time on one store all find the
 * same one. Returns the project's id.
 */
export async function ensureProject(services: Services, instanceId: string, request: RequestInfo): Promise<string> {
  const [existing] = await services.store.read.projects.all();
  if (existing !== undefined) return existing.id;
  const projectId = stableId(instanceId, 'project');
  await services.vault.forProject(projectId);
  return await services.store.write(async (tx) => {
    await tx.lock(projectId, 'exclusive');
    const [made] = await tx.projects.all();
    if (made !== undefined) return made.id;
    const now = await tx.now();
    await tx.projects.insert({ id: projectId, name: FIRST_PROJECT_NAME, createdAt: now });
    await tx.sites.insert({
      id: stableId(instanceId, 'site'),
      projectId,
      name: GATEWAY_SITE_NAME,
      deployment: 'gateway',
      createdAt: now,
      updatedAt: now,
    });
    await record(services, tx, localActor(projectId, 'gateway', request), {
      action: 'instance.start',
      entity: 'project',
      entityId: projectId,
      details: {},
    });
    return projectId;
  });
}

/** The same id for every process that starts on this instance. */
function stableId(instanceId: string, what: string): string {
  const digest = createHash('sha256').update(`${instanceId}/${what}`).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/**
 * The owner token of the first start, or null when the store has tokens already: of processes that start at the same time one makes
 * it. `publish` keeps the secret for the operator before the token is stored, so that no crash leaves a token that nobody knows; a
 * secret that was kept and not stored is good for nothing, and the next start replaces it.
 */
export async function createFirstOwner(
  services: Services,
  projectId: string,
  request: RequestInfo,
  publish: (created: { readonly id: string; readonly secret: string }) => void = () => {},
): Promise<CreatedToken | null> {
  if (await services.store.read.tokens.any()) return null;
  const input = { name: 'first owner', roles: ['owner'], operator: true } as const;
  const secret = services.tokens.create('svc');
  return await services.store.write(async (tx) => {
    await tx.lock(projectId, 'exclusive');
    if (await tx.tokens.any()) return null;
    const actor = localActor(projectId, 'gateway', request);
    const token = await insertToken(services, actor, tx, { ...input, secret });
    publish({ id: token.id, secret });
    return { token, roles: input.roles, secret };
  });
}
