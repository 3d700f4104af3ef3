import type { Readers, Store, Writers } from '../domain/store.ts';
import type { Engine, EngineTransaction, StatementSource } from './engine.ts';
import { auditReaders, auditWriters } from './sql/audit.ts';
import { changeReaders, changeWriters, validationReaders, validationWriters } from './sql/changes.ts';
import { connectionReaders, connectionWriters } from './sql/connections.ts';
import { idempotencyWriters } from './sql/idempotency.ts';
import { integrationReaders, integrationWriters } from './sql/integrations.ts';
import { keyReaders, keyWriters } from './sql/keys.ts';
import { leaseReaders, leaseWriters } from './sql/leases.ts';
import { projectReaders, projectWriters } from './sql/projects.ts';
import { providerGrantReaders, providerGrantWriters } from './sql/provider-grants.ts';
import { tokenReaders, tokenWriters } from './sql/tokens.ts';
import { contentReaders, contentWriters, versionReaders, versionWriters } from './sql/versions.ts';
import { toStoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** The store's port on top of an engine. */
export function createStore(engine: Engine): Store {
  return {
    engine: engine.name,
    read: withSafeErrors(readersOf(engine.reader, engine.tables)),
    write: (work) => engine.transaction((tx) => work(writersOf(tx, engine.tables))),
    now: safely(() => engine.now()),
    ping: safely(() => engine.ping()),
    close: () => engine.close(),
  };
}

function readersOf(source: StatementSource, tables: Tables): Readers {
  return {
    ...projectReaders(source, tables),
    ...keyReaders(source, tables),
    integrations: integrationReaders(source, tables),
    connections: connectionReaders(source, tables),
    versions: versionReaders(source, tables),
    contents: contentReaders(source, tables),
    changes: changeReaders(source, tables),
    validations: validationReaders(source, tables),
    leases: leaseReaders(source, tables),
    tokens: tokenReaders(source, tables),
    providerGrants: providerGrantReaders(source, tables),
    audit: auditReaders(source, tables),
  };
}

function writersOf(tx: EngineTransaction, tables: Tables): Writers {
  return {
    now: () => tx.now(),
    lock: (key, mode) => tx.lock(key, mode),
    ...projectWriters(tx, tables),
    ...keyWriters(tx, tables),
    integrations: integrationWriters(tx, tables),
    connections: connectionWriters(tx, tables),
    versions: versionWriters(tx, tables),
    contents: contentWriters(tx, tables),
    changes: changeWriters(tx, tables),
    validations: validationWriters(tx, tables),
    leases: leaseWriters(tx, tables),
    tokens: tokenWriters(tx, tables),
    providerGrants: providerGrantWriters(tx, tables),
    idempotency: idempotencyWriters(tx, tables),
    audit: auditWriters(tx, tables),
  };
}

type Aggregate = Record<string, (...args: never[]) => Promise<unknown>>;

/** Every read passes here, since a driver's error carries the statement's parameters. Transactions pass `toStoreError` in their engine. */
function withSafeErrors(readers: Readers): Readers {
  const aggregates = Object.entries(readers).map(([name, aggregate]) => [name, safeAggregate(aggregate as Aggregate)]);
  // Each function keeps its own signature; only what it throws is changed.
  return Object.fromEntries(aggregates) as Readers;
}

function safeAggregate(aggregate: Aggregate): Aggregate {
  return Object.fromEntries(Object.entries(aggregate).map(([name, read]) => [name, safely(read)]));
}

function safely<A extends readonly unknown[], T>(read: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  return async (...args) => {
    try {
      return await read(...args);
    } catch (error) {
      throw toStoreError(error);
    }
  };
}
