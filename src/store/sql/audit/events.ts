import type { EventWriters } from '../../../domain/event/event-store.ts';
import type { EngineTransaction } from '../../engine.ts';
import type { Tables } from '../../tables.ts';
import { preparedInsert } from '../statements/prepared.ts';

const insertEvent = preparedInsert('events_insert', ({ events }) => events);

/** The outbox: what happened, in the transaction that made it happen. */
export function eventWriters(tx: EngineTransaction, tables: Tables): EventWriters {
  return { append: (event) => insertEvent(tx, tables, event) };
}
