import type { Consumer } from '../../domain/consumer/consumer.ts';
import { madeOfEach, withoutAltered } from '../../domain/errors/altered-row.ts';
import { notFound } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { deleteRecords, findRecord } from '../dialects/dialect-records.ts';
import type { Services } from '../services.ts';
import { CONSUMERS, consumerOf, MOST_CONSUMERS } from './consumer-records.ts';

/** In the order they were registered; one that was altered is marked so. Throws FORBIDDEN. */
export async function listConsumers({ store }: Services, actor: Actor): Promise<readonly Consumer[]> {
  requirePermission(actor, 'read');
  return madeOfEach(await store.read.dialectRecords.list(actor.projectId, CONSUMERS, {}, MOST_CONSUMERS), consumerOf);
}

/** The same without those that were altered. */
export async function readableConsumers(services: Services, actor: Actor): Promise<readonly Consumer[]> {
  return withoutAltered(await listConsumers(services, actor), services.observer.leftOut);
}

/** Throws FORBIDDEN, NOT_FOUND. */
export async function readConsumer(services: Services, actor: Actor, id: string): Promise<Consumer> {
  const found = await findRecord(services, actor, CONSUMERS, id);
  if (found === null) throw notFound('consumer', id);
  return consumerOf(found);
}

/** Its session token is of no use any more. Throws FORBIDDEN, NOT_FOUND. */
export async function removeConsumer(services: Services, actor: Actor, id: string): Promise<void> {
  await deleteRecords(services, actor, { ...CONSUMERS, what: 'consumer', right: 'delete' }, [id.toLowerCase()]);
}
