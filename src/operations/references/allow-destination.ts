import { requireOpen } from '../../domain/change/open-change.ts';
import { MOST_DESTINATIONS } from '../../domain/connection/destination/destination-binding.ts';
import type { SecretDestination, SecretName, SecretReference } from '../../domain/connection/reference/secret-reference.ts';
import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import { SecretError, secretRefusal } from '../../domain/errors/secret-error.ts';
import type { PageRequest } from '../../domain/ports/page.ts';
import { type Actor, requireOperator, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import type { Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { insertDestination, lockOf, nameOf, secretId } from './bind-destination.ts';
import { type ReferringRow, readReferred } from './resolve-reference.ts';

/** What refers to the secret, and says where it would be sent: a staged change, or a connection's current version. */
export interface AllowDestination {
  readonly changeId?: string | null | undefined;
  readonly connectionId?: string | null | undefined;
  /** Left out: the actor's own project. */
  readonly projectId?: string | null | undefined;
}

/**
 * Lets a secret be sent, besides where it may go already, to where a change or connection would send it now. A second time changes
 * nothing. For operators. Throws NOT_FOUND, BAD_REQUEST, CHANGE_EXPIRED, and what a secret that is not to be had throws.
 */
export async function allowDestination(services: Services, actor: Actor, input: AllowDestination): Promise<readonly SecretDestination[]> {
  requireOperator(actor);
  const projectId = input.projectId ?? actor.projectId;
  const { row, reference } = await findReferring(services, projectId, input);
  const { destined, namesDestination } = await readOrRefuse(services, row, reference);
  if (namesDestination)
    throw badRequest('changeId', 'This secret says itself where it is sent: there is nothing to allow.', { reason: 'names-destination' });
  const { members, parts } = destined;
  return await writeAs(services, actor, async (tx) => {
    await tx.lock(lockOf(destined), 'exclusive');
    const known = await tx.secretDestinations.of(nameOf(destined));
    if (known.length >= MOST_DESTINATIONS)
      throw new DomainError('LIMIT_EXCEEDED', `A secret has at most ${MOST_DESTINATIONS} destinations; release it to begin anew.`);
    const allowed: SecretDestination[] = [];
    for (const member of members)
      allowed.push(await insertDestination(services, tx, actor, { action: 'secret.allow', name: { ...nameOf(destined), member }, parts }));
    return allowed;
  });
}

async function findReferring(
  { store }: Services,
  projectId: string,
  { changeId, connectionId }: AllowDestination,
): Promise<{ readonly row: ReferringRow; readonly reference: SecretReference }> {
  const scope = { projectId, integrationIds: null };
  if ((changeId == null) === (connectionId == null)) throw badRequest('changeId', 'Name a change or a connection, and one of them alone.');
  const change = changeId == null ? null : await store.read.changes.find(scope, changeId);
  if (change !== null) requireOpen(change, await store.now());
  const found = connectionId == null ? null : await store.read.connections.findWithCurrent(scope, connectionId);
  const row = change ?? found?.current ?? null;
  if (row === null) throw changeId == null ? notFound('connection', connectionId) : notFound('change', changeId);
  if (row.reference === null)
    throw badRequest(changeId == null ? 'connectionId' : 'changeId', 'Its credentials are stored here, by no reference.');
  return { row, reference: row.reference };
}

async function readOrRefuse(services: Services, row: ReferringRow, reference: SecretReference): ReturnType<typeof readReferred> {
  try {
    return await readReferred(services, row, reference, true);
  } catch (error) {
    throw error instanceof SecretError ? secretRefusal(error, reference) : error;
  }
}

/** Ends all destinations of a secret, of every member: its next use binds it anew. Throws NOT_FOUND. For operators. */
export async function releaseSecret(
  services: Services,
  actor: Actor,
  { provider, path, projectId: named }: Pick<SecretName, 'provider' | 'path'> & { readonly projectId?: string | null },
): Promise<void> {
  requireOperator(actor);
  const projectId = named ?? actor.projectId;
  await writeAs(services, actor, async (tx) => {
    await tx.lock(lockOf({ projectId, reference: { provider } }), 'exclusive');
    const ended = await tx.secretDestinations.remove({ projectId, provider, path });
    if (ended.length === 0) {
      const entityId = secretId(services, { projectId, provider, path, member: '' });
      if (await endedByEarlierRun(services, tx, { ...actor, projectId }, { action: 'secret.release', entityId })) return;
      throw notFound('bound secret');
    }
    // The whole secret's own row tells a repeat that it was done.
    for (const member of new Set(['', ...ended.map((one) => one.member)]))
      await record(
        services,
        tx,
        { ...actor, projectId },
        {
          action: 'secret.release',
          entity: 'secret',
          entityId: secretId(services, { projectId, provider, path, member }),
          details: { provider, path, member },
        },
      );
  });
}

/** Where the secrets of a project may be sent, in pages: for operators, and of their own project for whoever may make references. */
export async function listDestinations(
  services: Services,
  actor: Actor,
  projectId: string | null,
  page: PageRequest,
): Promise<readonly SecretDestination[]> {
  if (projectId !== null && projectId !== actor.projectId) requireOperator(actor);
  else if (!actor.operator) requirePermission(actor, 'reference');
  return await services.store.read.secretDestinations.page(projectId ?? actor.projectId, page);
}
