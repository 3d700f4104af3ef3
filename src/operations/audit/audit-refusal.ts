import { LRUCache } from 'lru-cache';
import { type ErrorCode, RETRYABLE_CODES } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { actorId, type Services } from '../services.ts';
import { record } from './record.ts';

/** Rows of one token and minute: a flood of refusals must not fill the disk. */
const MOST_A_MINUTE = 30;
const MINUTE_MS = 60_000;
const MOST_TOKENS = 10_000;

interface Told {
  minute: number;
  rows: number;
  leftOut: number;
}

const toldByStore = new WeakMap<Services['store'], LRUCache<string, Told>>();

export interface Refusal {
  /** Names of the schema, and nothing that a caller wrote. */
  readonly fields: readonly string[];
  readonly codes: readonly ErrorCode[];
}

/** Writes an audit row before the actor is told of the refusal. If the store does not take the row, the actor is told all the same. */
export async function auditRefusal(services: Services, actor: Actor, { fields, codes }: Refusal): Promise<void> {
  const shown = [...new Set(codes)].filter((code) => !RETRYABLE_CODES.has(code));
  if (shown.length === 0) return;
  const told = await toldBy(services, actor).catch(() => null);
  if (told === null || told.rows >= MOST_A_MINUTE) {
    if (told !== null) told.leftOut += 1;
    return;
  }
  told.rows += 1;
  const { leftOut } = told;
  told.leftOut = 0;
  const details = { fields: [...new Set(fields)].slice(0, 15), codes: shown, ...(leftOut === 0 ? {} : { leftOut }) };
  await services.store
    .write((tx) => record(services, tx, actor, { action: 'request.refuse', entity: 'project', entityId: actor.projectId, details }))
    .catch(() => {
      told.leftOut += leftOut + 1;
    });
}

async function toldBy({ store }: Services, actor: Actor): Promise<Told> {
  const minute = Math.floor((await store.now()) / MINUTE_MS);
  const key = `${actor.projectId}/${actorId(actor)}`;
  let byToken = toldByStore.get(store);
  if (byToken === undefined) {
    byToken = new LRUCache({ max: MOST_TOKENS });
    toldByStore.set(store, byToken);
  }
  let told = byToken.get(key);
  if (told === undefined) {
    told = { minute, rows: 0, leftOut: 0 };
    byToken.set(key, told);
  } else if (told.minute !== minute) Object.assign(told, { minute, rows: 0 });
  return told;
}
