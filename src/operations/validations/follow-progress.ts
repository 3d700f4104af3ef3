import { readProgress, type ValidationProgress } from '../../domain/change/proof/validation-progress.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { actorOfNow } from '../access/authenticate.ts';
import { findChange } from '../changes/find-change.ts';
import { requireConnection } from '../connections/load-connection.ts';
import { shuttingDown } from '../events/event-feed.ts';
import type { Services } from '../services.ts';

/** Of a connection, or of the change that a temporary key addresses: exactly one. */
export interface ProgressInput {
  readonly key: string | null;
  readonly connectionId: string | null;
}

/** What waits for a caller who does not ask; beyond it the oldest is dropped. */
const MOST_WAITING = 100;

/**
 * Each validator as it begins and as it ends, from now on, whichever gateway runs it. Nothing of it is stored: what is told while the
 * caller is away, or while the store can't be reached, is not told again. Ends quietly when `signal` aborts. Throws as
 * `followEvents` does, and BAD_REQUEST unless one of key and connection is named.
 */
export async function followProgress(
  services: Services,
  actor: Actor,
  input: ProgressInput,
  signal: AbortSignal,
): Promise<AsyncGenerator<ValidationProgress, void, undefined>> {
  const isOf = await targetOf(services, actor, input);
  services.eventFeed.admit(actor, signal);
  const waiting: ValidationProgress[] = [];
  const arrival = { told: () => {} };
  const unlisten = services.store.notifications.listen('validations', (text) => {
    const progress = text === null ? null : readProgress(text);
    if (progress === null || !isOf(progress)) return;
    waiting.push(progress);
    if (waiting.length > MOST_WAITING) waiting.shift();
    arrival.told();
  });
  if (signal.aborted) unlisten();
  signal.addEventListener('abort', unlisten, { once: true });
  return follow(services, actor, input, { waiting, arrival, signal });
}

async function* follow(
  services: Services,
  actor: Actor,
  input: ProgressInput,
  {
    waiting,
    arrival,
    signal,
  }: { readonly waiting: ValidationProgress[]; readonly arrival: { told: () => void }; readonly signal: AbortSignal },
): AsyncGenerator<ValidationProgress, void, undefined> {
  const { eventFeed } = services;
  while (!signal.aborted) {
    await targetOf(services, await actorOfNow(services, actor), input);
    const progress = waiting.shift();
    if (progress !== undefined) yield progress;
    else if (eventFeed.closing.aborted) throw shuttingDown();
    else await arrived(waiting, arrival, eventFeed.next(signal));
  }
}

/** Settles when there is something, or when the rights are to be looked at again. */
async function arrived(waiting: readonly ValidationProgress[], arrival: { told: () => void }, recheck: Promise<void>): Promise<void> {
  if (waiting.length > 0) return;
  await new Promise<void>((resolve) => {
    arrival.told = resolve;
    void recheck.then(resolve);
  });
}

async function targetOf(
  services: Services,
  actor: Actor,
  { key, connectionId }: ProgressInput,
): Promise<(progress: ValidationProgress) => boolean> {
  requirePermission(actor, 'read');
  const { projectId } = actor;
  if (key !== null && connectionId === null) {
    const { id } = await findChange(services, actor, key);
    return (progress) => progress.projectId === projectId && progress.changeId === id;
  }
  if (connectionId === null || key !== null) throw badRequest('key', 'Name a temporary key or a connection, and not both.');
  await requireConnection(services, actor, connectionId);
  return (progress) => progress.projectId === projectId && progress.connectionId === connectionId;
}
