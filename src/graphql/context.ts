import DataLoader from 'dataloader';
import type { Actor } from '../domain/actor.ts';
import type { Connection, Integration, Version } from '../domain/connection.ts';
import { type Services, scopeOf } from '../operations/services.ts';

/** What a resolver works with. Loaders live as long as the request, so that nothing is remembered beyond it. */
export interface Context {
  readonly services: Services;
  readonly actor: Actor;
  /** Aborts when the client goes away or the request's time is over. */
  readonly signal: AbortSignal;
  readonly loaders: Loaders;
}

export interface Loaders {
  readonly integration: DataLoader<string, Integration | null>;
  readonly currentVersion: DataLoader<string, Version | null>;
  readonly connectionsOf: DataLoader<string, readonly Connection[]>;
}

export function createContext(services: Services, actor: Actor, signal: AbortSignal): Context {
  let loaders: Loaders | null = null;
  return {
    services,
    actor,
    signal,
    // Made on first use: the commonest queries need none.
    get loaders() {
      loaders ??= createLoaders(services, actor);
      return loaders;
    },
  };
}

function createLoaders({ store }: Services, actor: Actor): Loaders {
  const scope = scopeOf(actor);
  return {
    integration: new DataLoader(async (ids) => {
      const found = new Map((await store.read.integrations.findMany(scope, ids)).map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    currentVersion: new DataLoader(async (ids) => {
      const found = new Map((await store.read.versions.currentOf(scope, ids)).map((row) => [row.connectionId, row]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    connectionsOf: new DataLoader(async (ids) => {
      const rows = await store.read.connections.ofIntegrations(scope, ids);
      return ids.map((id) => rows.filter((row) => row.integrationId === id));
    }),
  };
}
