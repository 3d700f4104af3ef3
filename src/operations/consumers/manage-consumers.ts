import type { Consumer } from '../../domain/consumer/consumer.ts';
import { notFound } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { deleteRecords, findRecord, listRecords } from '../dialects/dialect-records.ts';
import type { Services } from '../services.ts';
import { CONSUMERS, consumerOf, MOST_CONSUMERS } from './consumer-records.ts';

/** In the order they were registered. Throws FORBIDDEN. */
export async function listConsumers(services: Services, actor: Actor): Promise<readonly Consumer[]> {
  return (await listRecords(services, actor, CONSUMERS, { limit: MOST_CONSUMERS })).map(consumerOf);
}

/** Throws FORBIDDEN, NOT_FOUND. */
export async function readConsumer(services: Services, actor: Actor, id: string): Promise<Consumer> {
  const found = await findRecord(services, actor, CONSUMERS, id);
  if (found === null) throw notFound('consumer');
  return consumerOf(found);
}

/** Its session token is of no use any more. Throws FORBIDDEN, NOT_FOUND. */
export async function removeConsumer(services: Services, actor: Actor, id: string): Promise<void> {
  await deleteRecords(services, actor, { ...CONSUMERS, what: 'consumer', right: 'delete' }, [id.toLowerCase()]);
}
