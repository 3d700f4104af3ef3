import { readName } from '../../domain/connection/names.ts';
import type { Consumer } from '../../domain/consumer/consumer.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import { GUID } from '../../domain/posit/permissions.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { createRecord, type RecordRule } from '../dialects/dialect-records.ts';
import { rowIdOf } from '../idempotency/earlier-run.ts';
import type { Services } from '../services.ts';
import { CONSUMERS, consumerOf, dataOf, MOST_CONSUMERS } from './consumer-records.ts';
import { writeSessionToken } from './session-token.ts';

export interface NewConsumer {
  readonly name: string;
  readonly title?: string | null;
  /** The guid that content has on its own server; a new one unless given. */
  readonly id?: string | null;
}

const RULE: RecordRule = {
  ...CONSUMERS,
  what: 'consumer',
  right: 'create',
  taken: { path: 'id', next: 'Leave the id out for a new one, or remove that consumer first: its session token ends with it.' },
};

/**
 * Registers something that uses connections, with the token by which it shows who it is: that is given this once. Throws FORBIDDEN, BAD_REQUEST,
 * LIMIT_EXCEEDED, and NAME_TAKEN for an id that is registered.
 */
export async function registerConsumer(
  services: Services,
  actor: Actor,
  given: NewConsumer,
): Promise<{ readonly consumer: Consumer; readonly sessionToken: string }> {
  requirePermission(actor, 'create');
  const id = (given.id ?? rowIdOf(services) ?? services.newId()).toLowerCase();
  if (!GUID.test(id)) throw badRequest('id', 'The id of a consumer is a UUID.');
  const name = readName(given.name, 'name');
  const title = given.title == null || given.title === '' ? null : readName(given.title, 'title');
  const { store } = services;
  const known = await store.read.dialectRecords.list(actor.projectId, CONSUMERS, {}, MOST_CONSUMERS);
  if (known.length >= MOST_CONSUMERS)
    throw new DomainError('LIMIT_EXCEEDED', `A project has at most ${MOST_CONSUMERS} consumers.`, { limit: MOST_CONSUMERS });
  const data = dataOf({ name, title, tokenMadeAt: await store.now(), associations: [] });
  const consumer = consumerOf(await createRecord(services, actor, RULE, { key: id, parentId: null, data }));
  // A repeat is given the same again, and no copy of it is kept for that.
  services.revealed({ kind: 'secret' });
  return { consumer, sessionToken: writeSessionToken(services, actor.projectId, { consumerId: id, madeAt: consumer.tokenMadeAt }) };
}
