import type { AuditRow } from './audit.ts';
import type { AuditAction } from './audit-actions.ts';

/** The lead API's types of events. Those that nothing here does are known all the same: asking for them finds nothing. */
export const AUDIT_EVENT_TYPES = [
  'API_CALLED',
  'USER_LOGIN',
  'USER_LOGOUT',
  'PII_INVENTORY_VIEWED',
  'PII_SAMPLE_ROWS_VIEWED',
  'PII_INVENTORY_EXPORTED',
  'AGENT_MCP_TOOL_CALLED',
] as const;

export type AuditEventType = (typeof AUDIT_EVENT_TYPES)[number];

const EVENT_TYPES: Readonly<Partial<Record<AuditAction, AuditEventType>>> = {
  'session.create': 'USER_LOGIN',
  'token.exchange': 'USER_LOGIN',
  'session.end': 'USER_LOGOUT',
};

export function eventTypeOf({ action }: Pick<AuditRow, 'action'>): AuditEventType {
  return EVENT_TYPES[action] ?? 'API_CALLED';
}

/** What only asks, and changes nothing. Whoever gets a secret to see did more than that. */
const QUERIES: readonly AuditAction[] = ['network.probe', 'storage.check', 'connection.describe'];

export function isQuery({ action }: Pick<AuditRow, 'action'>): boolean {
  return QUERIES.includes(action);
}

/** The ids that an event is about, by the names that arguments have: `connectionId`, `leaseId` and the like. */
export function referencesOf({
  entity,
  entityId,
  details,
}: Pick<AuditRow, 'entity' | 'entityId' | 'details'>): Readonly<Record<string, string>> {
  const told = Object.entries(details).filter(
    (entry): entry is [string, string] => /Id$/.test(entry[0]) && typeof entry[1] === 'string' && entry[1] !== '',
  );
  return { ...Object.fromEntries(told), ...(entityId === null ? {} : { [`${camelCase(entity)}Id`]: entityId }) };
}

/** An entity as arguments spell it: `streamingSystem`. */
function camelCase(entity: AuditRow['entity']): string {
  return entity.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());
}

/** A reference that an event has to have: any value where none is given. */
export interface WantedReference {
  readonly name: string;
  readonly values: readonly string[] | null;
}

export interface AccountAuditFilter {
  readonly includesQueries: boolean;
  readonly references: readonly WantedReference[];
  /** The name of a token's holder, or the token's id. */
  readonly actor: string | null;
  /** No agent ever acts here. */
  readonly role: 'USER' | 'AGENT' | null;
  /** Null or empty for all. */
  readonly eventTypes: readonly AuditEventType[] | null;
}

/** False of a filter that no row passes, so that none has to be looked through. */
export function mayFind({ role }: Pick<AccountAuditFilter, 'role'>): boolean {
  return role !== 'AGENT';
}

export function isWanted(row: AuditRow, filter: AccountAuditFilter): boolean {
  const { includesQueries, references, actor, eventTypes } = filter;
  if (!mayFind(filter) || (!includesQueries && isQuery(row))) return false;
  if (actor !== null && row.actorName !== actor && row.actorTokenId !== actor) return false;
  if (eventTypes !== null && eventTypes.length > 0 && !eventTypes.includes(eventTypeOf(row))) return false;
  if (references.length === 0) return true;
  const known = referencesOf(row);
  return references.every(({ name, values }) => {
    const value = Object.hasOwn(known, name) ? known[name] : undefined;
    return value !== undefined && (values === null || values.includes(value));
  });
}
