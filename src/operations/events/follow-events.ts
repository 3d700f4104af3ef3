import { DomainError } from '../../domain/errors/errors.ts';
import { type EventFilter, type EventPlace, isVisible, type PublishedEvent, wantedTypes } from '../../domain/event/event.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { actorOfNow } from '../access/authenticate.ts';
import { requireConnection } from '../connections/load-connection.ts';
import type { Services } from '../services.ts';
import { publishEvents, shuttingDown } from './event-feed.ts';

/** Events that are read together. The rights are looked at before each. */
const BATCH = 50;

/**
 * What happens in the project, in its order, from the event behind `after` on, or from now on without it. Events are read when the
 * caller asks for the next one, so that a slow caller costs no memory; none is left out and none comes twice. Ends quietly when
 * `signal` aborts. Throws at once FORBIDDEN, NOT_FOUND, BAD_REQUEST, RATE_LIMITED, and CURSOR_EXPIRED for an event that is not kept any
 * more; later UNAUTHENTICATED or FORBIDDEN within seconds after the token, its bearer or the browser session ended or lost its rights,
 * UNAVAILABLE when the gateway shuts down, and CURSOR_EXPIRED when events went unread for longer than they are kept.
 */
export async function followEvents(
  services: Services,
  actor: Actor,
  filter: EventFilter & { readonly after: string | null },
  signal: AbortSignal,
): Promise<AsyncGenerator<PublishedEvent, void, undefined>> {
  const { store, eventFeed } = services;
  wantedTypes(actor, filter.types);
  if (filter.connectionId !== null) await requireConnection(services, actor, filter.connectionId);
  // Rights come first, so that nobody is told which events there are.
  const place = await startOf(services, actor, filter.after);
  const readAt = await store.now();
  eventFeed.admit(actor, signal);
  return follow(services, actor, filter, { place, readAt, signal });
}

async function startOf({ store }: Services, { projectId }: Actor, after: string | null): Promise<EventPlace | null> {
  if (after !== null) return (await store.read.events.place(projectId, after)) ?? cursorExpired();
  // What was committed before is not told as new.
  await publishEvents(store);
  return await store.read.events.newest(projectId);
}

async function* follow(
  services: Services,
  actor: Actor,
  filter: EventFilter,
  from: { readonly place: EventPlace | null; readonly readAt: number; readonly signal: AbortSignal },
): AsyncGenerator<PublishedEvent, void, undefined> {
  const { store, eventFeed, settings } = services;
  const { signal } = from;
  let { place, readAt } = from;
  while (!signal.aborted) {
    // Asked for before the read: what is published meanwhile wakes it.
    const next = eventFeed.next(signal);
    const current = await actorOfNow(services, actor);
    const types = wantedTypes(current, filter.types);
    const now = await store.now();
    // What was not read for so long may have been deleted unread.
    if (now - readAt >= settings.retention.eventsMs) cursorExpired();
    const events = await store.read.events.after(current.projectId, place, BATCH);
    for (const event of events) {
      place = event;
      if (!isVisible(event, current, types, filter.connectionId)) continue;
      if (signal.aborted) return;
      yield event;
    }
    if (events.length === BATCH) continue;
    readAt = now;
    if (eventFeed.closing.aborted) throw shuttingDown();
    await next;
  }
}

function cursorExpired(): never {
  throw new DomainError('CURSOR_EXPIRED', 'The event that `after` names is not kept any more, and others may be missing behind it.');
}
