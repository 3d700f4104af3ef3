import DataLoader from 'dataloader';
import type { Connection, Integration, IntegrationCategory, Project, Site, Version } from '../../domain/connection/connection.ts';
import { faultOf } from '../../domain/errors/altered-row.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { StreamingSystem } from '../../domain/streaming/streaming-system.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { findTokenHolders, readProject, type TokenHolder } from '../../operations/access/read-account.ts';
import { listConnectionsOf } from '../../operations/connections/list-connections.ts';
import { currentVersionsOf } from '../../operations/connections/list-versions.ts';
import { findIntegrations, listIntegrations } from '../../operations/integrations/list-integrations.ts';
import type { Services } from '../../operations/services.ts';
import { listSites } from '../../operations/sites/list-sites.ts';
import { listStreamingSystems } from '../../operations/streaming/list-streaming-systems.ts';
import { type AnswerBudget, never } from '../plugins/budget/answer-budget.ts';
import { readListing, type ShownConnection } from './connections/listing.ts';
import { RowLoader } from './row-loader.ts';
import { chargeRows, MOST_UNPAGED, VALUES_OF_READ, whole } from './unpaged-lists.ts';

/** Who is calling, or who made something: the holder of a token, `local` for the control socket and the gateway's own jobs. */
export interface UserRow {
  readonly id: string;
  readonly name: string;
  /** Known only for the caller itself. */
  readonly roles: readonly string[] | null;
  readonly projectId: string;
}

interface IntegrationFilter {
  readonly siteId?: string;
  readonly categories?: readonly IntegrationCategory[];
}

/**
 * What is read once for many objects of an answer: whatever a document asks for, the number of statements depends on its fields and,
 * of rows, on the hundreds alone. They live as long as the request, so that nothing is remembered beyond it.
 */
export interface Loaders {
  readonly integration: RowLoader<Integration | null>;
  readonly currentVersion: RowLoader<Version | null>;
  readonly connectionsOf: DataLoader<string, readonly Connection[]>;
  readonly site: DataLoader<string, Site | null>;
  readonly tokenHolder: DataLoader<string, TokenHolder | null>;
  /** The caller's project, to which every row belongs. */
  project(): Promise<Project>;
  sites(): Promise<Site[]>;
  streamingSystems(): Promise<readonly StreamingSystem[]>;
  /** All connections that the actor may see, each with its integration and the kind of its CURRENT version, and with what identifies it on demand. */
  listing(columns: { readonly identifiers: boolean }): Promise<readonly ShownConnection[]>;
  /** What the actor may see, in the order they were made. */
  integrations(filter: IntegrationFilter): Promise<Integration[]>;
  /** The same for `getUser`, which every token may call: an empty list for a token that may not read. */
  readableIntegrations(filter: IntegrationFilter): Promise<Integration[]>;
  /** The actor that a row names; null where it names none. */
  user(id: string | null): Promise<UserRow | null>;
}

/** Versions that are read at once: what is read is charged before more is. */
const VERSIONS_AT_ONCE = { short: 1024, any: 32 };

export function createLoaders(services: Services, actor: Actor, answer: AnswerBudget): Loaders {
  /** Rows of many ids at once; no rows once the answer is no longer being made. */
  const unlessSpent =
    <T>(read: (ids: readonly string[]) => Promise<readonly T[]>) =>
    async (ids: readonly string[]): Promise<readonly T[]> =>
      answer.isSpent ? await never() : await read(ids);
  const many = <T>(read: (ids: readonly string[]) => Promise<readonly T[]>) => new DataLoader<string, T>(unlessSpent(read));
  const rows = <T>(read: (ids: readonly string[]) => Promise<readonly T[]>) => new RowLoader<T>(unlessSpent(read));
  const sites = once(() => listSites(services, actor));
  const integrations = once(async () => whole(await listIntegrations(services, actor, MOST_UNPAGED + 1), 'integrations'));
  const readable = once(() => integrations().catch(noneWhereForbidden));
  const listing = once(() => readListing(services, actor, answer, { identifiers: false }));
  const identified = once(() => readListing(services, actor, answer, { identifiers: true }));
  const tokenHolder = many(async (ids) => inOrder(ids, await findTokenHolders(services, actor, ids)));
  return {
    integration: rows(async (ids) => inOrder(ids, await findIntegrations(services, actor, ids))),
    currentVersion: rows(async (ids) => {
      const found = new Map<string, Version>();
      for (const settings of ['short', 'any'] as const) {
        const missing = ids.filter((id) => !found.has(id));
        for (let start = 0; start < missing.length; start += VERSIONS_AT_ONCE[settings]) {
          await answer.turn(VALUES_OF_READ);
          const versions = await currentVersionsOf(services, actor, missing.slice(start, start + VERSIONS_AT_ONCE[settings]), settings);
          if (!chargeRows(answer, versions)) return await never();
          for (const version of versions) found.set(version.connectionId, version);
        }
      }
      return ids.map((id) => found.get(id) ?? null);
    }),
    connectionsOf: many(async (ids) => {
      const connections = whole(await listConnectionsOf(services, actor, ids, MOST_UNPAGED + 1), 'connections');
      chargeRows(answer, connections);
      const found = new Map<string, Connection[]>(ids.map((id) => [id, []]));
      for (const row of connections) found.get(row.integrationId)?.push(row);
      return ids.map((id) => found.get(id) ?? []);
    }),
    site: many(async (ids) => inOrder(ids, await sites())),
    tokenHolder,
    project: once(() => readProject(services, actor)),
    sites: async () => [...(await sites())],
    streamingSystems: once(async () => whole(await listStreamingSystems(services, actor, MOST_UNPAGED + 1), 'streaming systems')),
    listing: ({ identifiers }) => (identifiers ? identified() : listing()),
    integrations: async (filter) => matching(await integrations(), filter),
    readableIntegrations: async (filter) => matching(await readable(), filter),
    async user(id) {
      if (id === null) return null;
      const holder = id === 'local' ? null : await tokenHolder.load(id);
      // Of a token that was altered its id alone is believed, since the row that names it has that.
      return { id, name: holder === null || faultOf(holder) !== null ? id : holder.name, roles: null, projectId: actor.projectId };
    },
  };
}

function noneWhereForbidden(error: unknown): readonly Integration[] {
  if (error instanceof DomainError && error.code === 'FORBIDDEN') return [];
  throw error;
}

function matching(rows: readonly Integration[], { siteId, categories }: IntegrationFilter): Integration[] {
  return rows.filter(
    (row) =>
      // Nobody knows where one belongs that was altered: every list tells of it.
      faultOf(row) !== null || ((siteId ?? row.siteId) === row.siteId && (categories === undefined || categories.includes(row.category))),
  );
}

function inOrder<T extends { readonly id: string }>(ids: readonly string[], rows: readonly T[]): (T | null)[] {
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | null = null;
  return () => {
    reading ??= read();
    return reading;
  };
}
