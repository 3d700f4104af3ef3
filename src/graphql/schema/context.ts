import DataLoader from 'dataloader';
import type { Connection, Integration, IntegrationCategory, Project, Site, Version } from '../../domain/connection/connection.ts';
import type { ListedConnection } from '../../domain/connection/connection-store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { Token } from '../../domain/token/token.ts';
import { type Services, scopeOf } from '../../operations/services.ts';
import { AnswerBudget, never } from '../plugins/budget/answer-budget.ts';
import { chargeRows, chargeVersions, MOST_UNPAGED, whole } from './unpaged-lists.ts';

/** What a resolver works with. Loaders live as long as the request, so that nothing is remembered beyond it. */
export interface Context {
  readonly services: Services;
  readonly actor: Actor;
  /** Aborts when the client goes away or the request's time is over. */
  readonly signal: AbortSignal;
  readonly loaders: Loaders;
  readonly answer: AnswerBudget;
  /** Calls a resolver of the root; a second executor of the same request gets what the first one got, under the name in the answer. */
  once(name: string, resolve: () => unknown): unknown;
  /** Settles when nothing of the root runs any more. */
  settled(): Promise<void>;
}

/** Who is calling, or who made something: the holder of a token, `local` for the control socket and the gateway's own jobs. */
export interface UserRow {
  readonly id: string;
  readonly name: string;
  /** Known of the caller alone. */
  readonly roles: readonly string[] | null;
  readonly projectId: string;
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
  /** All connections that the actor may see, each with its integration and CURRENT version. */
  listing(): Promise<readonly ListedConnection[]>;
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
  readonly answer: AnswerBudget;
  readonly #asked: Pick<Context, 'signal'>;
  readonly #resolved = new Map<string, unknown>();
  #loaders: Loaders | null = null;

  constructor(services: Services, actor: Actor, asked: Pick<Context, 'signal'>) {
    this.services = services;
    this.actor = actor;
    this.#asked = asked;
    this.answer = new AnswerBudget(asked);
  }

  get signal(): AbortSignal {
    return this.#asked.signal;
  }

  /** Made on first use: the commonest queries need none. */
  get loaders(): Loaders {
    this.#loaders ??= createLoaders(this.services, this.actor, this.answer);
    return this.#loaders;
  }

  once(name: string, resolve: () => unknown): unknown {
    if (this.#resolved.has(name)) return this.#resolved.get(name);
    let found: unknown;
    try {
      found = resolve();
    } catch (error) {
      found = Promise.reject(error);
    }
    this.#resolved.set(name, found);
    return found;
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#resolved.values());
  }
}

function createLoaders({ store }: Services, actor: Actor, answer: AnswerBudget): Loaders {
  const scope = scopeOf(actor);
  /** Rows of many ids at once; none for an answer that is not made any more. */
  const many = <T>(read: (ids: readonly string[]) => Promise<readonly T[]>) =>
    new DataLoader<string, T>(async (ids) => (answer.isSpent ? await never() : await read(ids)));
  const sites = once(() => store.read.sites.all(actor.projectId));
  const integrations = once(async () =>
    actor.permissions.has('read') ? whole(await store.read.integrations.all(scope, MOST_UNPAGED + 1), 'integrations') : [],
  );
  const token = many<Token | null>(async (ids) =>
    inOrder(
      ids,
      (await store.read.tokens.findMany(actor.projectId, ids)).map((found) => found.token),
    ),
  );
  return {
    integration: many(async (ids) => inOrder(ids, await store.read.integrations.findMany(scope, ids))),
    currentVersion: many(async (ids) => {
      const rows = await store.read.versions.currentOf(scope, ids);
      chargeVersions(answer, rows);
      const found = new Map(rows.map((row) => [row.connectionId, row]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    connectionsOf: many(async (ids) => {
      const rows = whole(await store.read.connections.ofIntegrations(scope, ids, MOST_UNPAGED + 1), 'connections');
      chargeRows(answer, rows);
      const found = new Map<string, Connection[]>(ids.map((id) => [id, []]));
      for (const row of rows) found.get(row.integrationId)?.push(row);
      return ids.map((id) => found.get(id) ?? []);
    }),
    // A request sees one project, so this is one statement.
    project: many((ids) =>
      Promise.all(ids.map(async (id) => (await store.read.projects.find(id)) ?? Promise.reject(new Error('the project is gone')))),
    ),
    site: many(async (ids) => inOrder(ids, await sites())),
    token,
    sites: async () => [...(await sites())],
    listing: once(async () => whole(await store.read.connections.listing(scope, MOST_UNPAGED + 1), 'connections')),
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
