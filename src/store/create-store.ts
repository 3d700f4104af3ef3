import type { Readers, Store, Writers } from '../domain/store.ts';
import type { Database, Engine, EngineTransaction } from './engine.ts';
import { auditReaders, auditWriters } from './sql/audit.ts';
import { changeReaders, changeWriters, validationReaders, validationWriters } from './sql/changes.ts';
import { connectionReaders, connectionWriters, preparedListing } from './sql/connections.ts';
import { idempotencyWriters } from './sql/idempotency.ts';
import { integrationReaders, integrationWriters } from './sql/integrations.ts';
import { leaseReaders, leaseWriters } from './sql/leases.ts';
import { preparedSites, projectReaders, projectWriters } from './sql/projects.ts';
import { preparedFindByHash, tokenReaders, tokenWriters } from './sql/tokens.ts';
import { contentReaders, contentWriters, versionReaders, versionWriters } from './sql/versions.ts';
import { toStoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** The store's port on top of an engine. */
export function createStore(engine: Engine): Store {
  return {
    engine: engine.name,
    read: withSafeErrors(committedReaders(engine)),
    write: (work) => engine.transaction((tx) => work(writersOf(tx, engine.tables))),
    now: safely(() => engine.now()),
    ping: safely(() => engine.ping()),
    close: () => engine.close(),
  };
}

/** What every request asks is prepared once; transactions build theirs. */
function committedReaders(engine: Engine): Readers {
  const readers = readersOf(engine.reader, engine.tables);
  return {
    ...readers,
    connections: { ...readers.connections, listing: preparedListing(engine) },
    sites: { ...readers.sites, all: preparedSites(engine) },
    tokens: { ...readers.tokens, findByHash: preparedFindByHash(engine) },
  };
}

function readersOf(db: Database, tables: Tables): Readers {
  return {
    ...projectReaders(db, tables),
    integrations: integrationReaders(db, tables),
    connections: connectionReaders(db, tables),
    versions: versionReaders(db, tables),
    contents: contentReaders(db, tables),
    changes: changeReaders(db, tables),
    validations: validationReaders(db, tables),
    leases: leaseReaders(db, tables),
    tokens: tokenReaders(db, tables),
    audit: auditReaders(db, tables),
  };
}

function writersOf(tx: EngineTransaction, tables: Tables): Writers {
  const { db } = tx;
  return {
    now: () => tx.now(),
    lock: (key, mode) => tx.lock(key, mode),
    ...projectWriters(db, tables),
    integrations: integrationWriters(tx, tables),
    connections: connectionWriters(tx, tables),
    versions: versionWriters(db, tables),
    contents: contentWriters(db, tables),
    changes: changeWriters(db, tables),
    validations: validationWriters(db, tables),
    leases: leaseWriters(db, tables),
    tokens: tokenWriters(db, tables),
    idempotency: idempotencyWriters(db, tables),
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
