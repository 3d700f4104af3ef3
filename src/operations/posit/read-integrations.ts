import type { Connection, Integration, Version } from '../../domain/connection/connection.ts';
import { displayName } from '../../domain/connection/names.ts';
import type { DialectRecord } from '../../domain/dialect/dialect-record.ts';
import { faultOf } from '../../domain/errors/altered-row.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Readers } from '../../domain/ports/store.ts';
import { configOf } from '../../domain/posit/config-details.ts';
import { type IntegrationFacts, mayUse } from '../../domain/posit/integration.ts';
import type { PositConfig, PositTemplate } from '../../domain/posit/template.ts';
import { kindOfTemplate, POSIT_TEMPLATES, templateOfKind } from '../../domain/posit/templates.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { listDescribed } from '../connections/list-described.ts';
import { externalIdsOf } from '../dialects/external-ids.ts';
import { type Services, scopeOf } from '../services.ts';
import { factsOf, INTEGRATION_FACTS, INTEGRATION_NUMBER } from './records.ts';

/** An integration of Posit Connect: a connection of one of its kinds, in whichever way it was made. */
export interface PositIntegration {
  readonly guid: string;
  readonly number: string;
  readonly template: PositTemplate;
  /** Without its secrets. */
  readonly config: PositConfig;
  readonly facts: IntegrationFacts;
  readonly name: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Changes with whatever is shown, and with secrets. */
  readonly tag: string;
}

/** All that the actor may use, in the order they were made; an access list keeps out those who are not on it, and no administrator. Throws FORBIDDEN. */
export async function listIntegrations(services: Services, actor: Actor): Promise<readonly PositIntegration[]> {
  const described = await listDescribed(services, actor, { kinds: POSIT_TEMPLATES.map(kindOfTemplate) });
  const records = await services.store.read.dialectRecords.list(actor.projectId, INTEGRATION_FACTS, {}, MOST);
  const recordOf = new Map(records.map((record) => [record.key, record]));
  const ids = described.map(({ connection }) => connection.id);
  requireKnownLists(actor, records, new Set(ids));
  const numbers = await externalIdsOf(services, actor, INTEGRATION_NUMBER, ids);
  return described.flatMap((one) => {
    const record = recordOf.get(one.connection.id) ?? null;
    const number = numbers.get(one.connection.id);
    const fault = faultOf(record);
    if (fault !== null) services.observer.leftOut(fault);
    if (fault !== null || number === undefined) return [];
    const integration = integrationOf({ ...one, record }, number);
    return isSeenBy(actor, integration.facts) ? [integration] : [];
  });
}

/** An altered record may be the access list of any integration: then the list is for administrators alone, whom none keeps out. Throws INTEGRITY. */
function requireKnownLists(actor: Actor, records: readonly DialectRecord[], ids: ReadonlySet<string>): void {
  const lost = records.find((record) => faultOf(record) !== null && !ids.has(record.key));
  const fault = faultOf(lost);
  if (fault !== null && !actor.permissions.has('commit')) throw fault;
}

/** Most integrations of one project that are listed. */
const MOST = 10_000;

/** Throws FORBIDDEN, and NOT_FOUND alike for what is absent, is another kind of connection, or is not the actor's to see. */
export async function readIntegration(services: Services, actor: Actor, guid: string): Promise<PositIntegration> {
  requirePermission(actor, 'read');
  const stored = await loadStored(services.store.read, actor, guid);
  const numbers = await externalIdsOf(services, actor, INTEGRATION_NUMBER, [guid]);
  const integration = integrationOf(stored, numbers.get(guid) ?? '');
  if (!isSeenBy(actor, integration.facts)) throw notFound('integration');
  return integration;
}

export interface StoredIntegration {
  readonly connection: Connection;
  readonly current: Version;
  readonly integration: Integration;
  /** Null of a connection that was made in another way, and not changed in this one. */
  readonly record: DialectRecord | null;
}

/** Throws NOT_FOUND. */
export async function loadStored(from: Readers, actor: Actor, guid: string): Promise<StoredIntegration> {
  const found = await from.connections.findWithCurrent(scopeOf(actor), guid);
  if (found === null) throw notFound('integration');
  const { connection, current } = found;
  const integration = await from.integrations.find(scopeOf(actor), connection.integrationId);
  if (current === null || integration === null)
    throw new DomainError('INTEGRITY', 'The connection has no current version, or no integration.', { connectionId: guid });
  if (templateOfKind(current.kind) === null) throw notFound('integration');
  return { connection, current, integration, record: await from.dialectRecords.find(actor.projectId, INTEGRATION_FACTS, guid) };
}

export function integrationOf({ connection, current, integration, record }: StoredIntegration, number: string): PositIntegration {
  const template = templateOfKind(current.kind);
  if (template === null) throw notFound('integration');
  const facts = factsOf(record);
  const updatedAt = Math.max(connection.updatedAt, record?.updatedAt ?? 0);
  return {
    guid: connection.id,
    number,
    template,
    config: configOf(template, current.settings),
    facts,
    name: nameOf({ connection, integration, record }),
    createdAt: connection.createdAt,
    updatedAt,
    tag: `"${current.version}.${updatedAt}"`,
  };
}

function isSeenBy({ permissions, tokenId }: Actor, facts: IntegrationFacts): boolean {
  return permissions.has('commit') || mayUse(facts, tokenId);
}

/** As Posit's clients gave it, unless somebody has called the connection something else since; one that they never named is called as it is here. */
export function nameOf({ connection, integration, record }: Omit<StoredIntegration, 'current'>): string | null {
  const facts = record === null ? null : factsOf(record);
  return facts?.connectionName === connection.name ? facts.name : displayName(connection, integration);
}
