import DataLoader from 'dataloader';
import type { Actor } from '../domain/actor.ts';
import type { Connection, Integration, IntegrationCategory, Project, Site, Version } from '../domain/connection.ts';
import type { Token } from '../domain/token.ts';
import { type Services, scopeOf } from '../operations/services.ts';
import type { UserRow } from './refs.ts';

/** What a resolver works with. Loaders live as long as the request, so that nothing is remembered beyond it. */
export interface Context {
  readonly services: Services;
  readonly actor: Actor;
  /** Aborts when the client goes away or the request's time is over. */
  readonly signal: AbortSignal;
  readonly loaders: Loaders;
  /** Rows of the lists that were resolved so far. */
  readonly rows: { count: number };
}

/** Whatever a document asks for, the number of statements depends on its fields and never on its rows. */
export interface Loaders {
  readonly integration: DataLoader<string, Integration | null>;
  readonly currentVersion: DataLoader<string, Version | null>;
  readonly connectionsOf: DataLoader<string, readonly Connection[]>;
  readonly project: DataLoader<string, Project>;
  readonly site: DataLoader<string, Site | null>;
  readonly token: DataLoader<string, Token | null>;
  sites(): Promise<Site[]>;
  /** What the actor may see, in the order they were made; nothing for a token that may not read. */
  integrations(filter: { readonly siteId?: string; readonly categories?: readonly IntegrationCategory[] }): Promise<Integration[]>;
  /** Who a row says that it was; null where it says nobody. */
  user(id: string | null): Promise<UserRow | null>;
}

export function createContext(services: Services, actor: Actor, asked: Pick<Context, 'signal'>): Context {
  return new LazyContext(services, actor, asked);
}

/** A class, since an object literal with accessors makes new ones, and a new shape, for every request. */
class LazyContext implements Context {
  readonly services: Services;
  readonly actor: Actor;
  readonly rows = { count: 0 };
  readonly #asked: Pick<Context, 'signal'>;
  #loaders: Loaders | null = null;

  constructor(services: Services, actor: Actor, asked: Pick<Context, 'signal'>) {
    this.services = services;
    this.actor = actor;
    this.#asked = asked;
  }

  get signal(): AbortSignal {
    return this.#asked.signal;
  }

  /** Made on first use: the commonest queries need none. */
  get loaders(): Loaders {
    this.#loaders ??= createLoaders(this.services, this.actor);
    return this.#loaders;
  }
}

function createLoaders({ store }: Services, actor: Actor): Loaders {
  const scope = scopeOf(actor);
  const sites = once(() => store.read.sites.all(actor.projectId));
  const integrations = once(async () => (actor.permissions.has('read') ? await store.read.integrations.all(scope) : []));
  const token = new DataLoader<string, Token | null>(async (ids) =>
    inOrder(
      ids,
      (await store.read.tokens.findMany(actor.projectId, ids)).map((found) => found.token),
    ),
  );
  return {
    integration: new DataLoader(async (ids) => inOrder(ids, await store.read.integrations.findMany(scope, ids))),
    currentVersion: new DataLoader(async (ids) => {
      const found = new Map((await store.read.versions.currentOf(scope, ids)).map((row) => [row.connectionId, row]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    connectionsOf: new DataLoader(async (ids) => {
      const found = new Map<string, Connection[]>(ids.map((id) => [id, []]));
      for (const row of await store.read.connections.ofIntegrations(scope, ids)) found.get(row.integrationId)?.push(row);
      return ids.map((id) => found.get(id) ?? []);
    }),
    // A request sees one project, so this is one statement.
    project: new DataLoader((ids) =>
      Promise.all(ids.map(async (id) => (await store.read.projects.find(id)) ?? new Error('the project is gone'))),
    ),
    site: new DataLoader(async (ids) => inOrder(ids, await sites())),
    token,
    sites: async () => [...(await sites())],
    integrations: async ({ siteId, categories }) =>
      (await integrations()).filter(
        (row) => (siteId ?? row.siteId) === row.siteId && (categories === undefined || categories.includes(row.category)),
      ),
    user: async (id) =>
      id === null
        ? null
        : { id, name: id === 'local' ? id : ((await token.load(id))?.name ?? id), roles: null, projectId: actor.projectId },
  };
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
