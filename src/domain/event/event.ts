import { AUDIT_ACTIONS, type AuditAction } from '../audit/audit-actions.ts';
import { badRequest, DomainError } from '../errors/errors.ts';
import { type Actor, requirePermission } from '../token/actor.ts';

/**
 * What subscribers may learn about a change of state: ids and words of closed lists, never content. It has an audit row of the same name.
 */
export interface OutboxEvent {
  /** UUIDv7. */
  readonly id: string;
  readonly projectId: string;
  readonly type: AuditAction;
  /** Empty where the event is about nothing that has an id. */
  readonly entityId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

/** An event that has its place in the order in which subscribers get them. */
export interface PublishedEvent extends OutboxEvent {
  readonly publishedAt: number;
  /** The integration of the connection that the event is about, also once either is removed; null where it is about none. */
  readonly integrationId: string | null;
}

/** Where an event stands in that order. */
export type EventPlace = Pick<PublishedEvent, 'publishedAt' | 'createdAt' | 'id'>;

/** What a subscriber asked for; null is all that it may be told. */
export interface EventFilter {
  readonly types: readonly string[] | null;
  readonly connectionId: string | null;
}

/** Events of connections and integrations are for whoever may read those. All others are about tokens, secrets and the instance, which are the auditor's. */
const OF_CONNECTIONS = /^(connection|change|lease|version)\./;
const OF_INTEGRATIONS = /^integration\./;

/**
 * The types of events that the actor may see. Throws FORBIDDEN for whoever may not read, and for a type that is for auditors alone;
 * BAD_REQUEST for one that does not exist.
 */
export function wantedTypes(actor: Pick<Actor, 'permissions' | 'integrationIds'>, types: readonly string[] | null): ReadonlySet<string> {
  requirePermission(actor, 'read');
  const known = Object.keys(AUDIT_ACTIONS);
  const isOpen = (type: string) => OF_CONNECTIONS.test(type) || OF_INTEGRATIONS.test(type);
  if (types === null) return new Set(mayAudit(actor) ? known : known.filter(isOpen));
  if (!types.every((type) => known.includes(type))) throw badRequest('types', `Known types: ${known.join(', ')}.`);
  if (!types.every(isOpen) && !mayAudit(actor)) {
    requirePermission(actor, 'audit');
    throw new DomainError('FORBIDDEN', "Events of these types are the whole project's, and this token is limited to some integrations.", {
      next: 'Use a token of the whole project.',
    });
  }
  return new Set(types);
}

function mayAudit({ permissions, integrationIds }: Pick<Actor, 'permissions' | 'integrationIds'>): boolean {
  return permissions.has('audit') && integrationIds === null;
}

/** Whether the event is among the types, about the connection that was asked for, and about nothing that the actor may not see. */
export function isVisible(
  event: PublishedEvent,
  { integrationIds }: Pick<Actor, 'integrationIds'>,
  types: ReadonlySet<string>,
  connectionId: string | null,
): boolean {
  if (!types.has(event.type) || (connectionId !== null && event.entityId !== connectionId)) return false;
  if (integrationIds === null) return true;
  const integrationId = OF_INTEGRATIONS.test(event.type) ? event.entityId : event.integrationId;
  return integrationId !== null && integrationIds.includes(integrationId);
}

/** Members of an event's data that a subscriber sees. The audit has the others: reasons, what a login lost, keyed hashes. */
const TOLD = new Set([
  'baseVersion',
  'changedFields',
  'changeId',
  'code',
  'codes',
  'comparedWith',
  'expired',
  'expiresAt',
  'integrationId',
  'isActive',
  'job',
  'kind',
  'leaseId',
  'liveLeases',
  'outdated',
  'proven',
  'purpose',
  'restoredFrom',
  'status',
  'validator',
  'version',
  'waited',
  'waitUntil',
]);

export function visibleData({ data }: Pick<OutboxEvent, 'data'>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => TOLD.has(name)));
}
