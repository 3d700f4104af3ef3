import type { Readers, RowSigner, Store, Writers } from '../domain/ports/store.ts';
import type { Engine, EngineTransaction } from './engine.ts';
import { accountSecretReaders, accountSecretWriters } from './sql/access/account-secrets.ts';
import { awsRoleGrantReaders, awsRoleGrantWriters } from './sql/access/aws-role-grants.ts';
import { providerGrantReaders, providerGrantWriters } from './sql/access/provider-grants.ts';
import { replayGuardReaders, replayGuardWriters } from './sql/access/replay-guards.ts';
import { secretDestinationReaders, secretDestinationWriters } from './sql/access/secret-destinations.ts';
import { sessionReaders, sessionWriters } from './sql/access/sessions.ts';
import { tokenReaders, tokenWriters } from './sql/access/tokens.ts';
import { auditReaders } from './sql/audit/audit.ts';
import { auditWriters } from './sql/audit/audit-writers.ts';
import { eventReaders, eventWriters } from './sql/audit/events.ts';
import { changeReaders, changeWriters } from './sql/changes/changes.ts';
import { leaseReaders, leaseWriters } from './sql/changes/leases.ts';
import { validationReaders, validationWriters } from './sql/changes/validations.ts';
import { connectionWriters } from './sql/connections/connection-writers.ts';
import { connectionReaders } from './sql/connections/connections.ts';
import { contentReaders, contentWriters } from './sql/connections/contents.ts';
import { integrationReaders, integrationWriters } from './sql/connections/integrations.ts';
import { projectReaders, projectWriters } from './sql/connections/projects.ts';
import { siteReaders, siteWriters } from './sql/connections/sites.ts';
import { streamingSystemReaders, streamingSystemWriters } from './sql/connections/streaming-systems.ts';
import { dialectRecordReaders, dialectRecordWriters } from './sql/dialects/dialect-records.ts';
import { externalIdReaders, externalIdWriters } from './sql/dialects/external-ids.ts';
import type { SeenAuthority, SignedSource, SignedTransaction, Signing } from './sql/signing/signing.ts';
import { clockReaders, clockWriters } from './sql/upkeep/clock.ts';
import { idempotencyWriters } from './sql/upkeep/idempotency.ts';
import { instanceReaders, instanceWriters } from './sql/upkeep/instance.ts';
import { integrityReaders } from './sql/upkeep/integrity.ts';
import { keyReaders, keyWriters } from './sql/upkeep/keys.ts';
import { retentionWriters } from './sql/upkeep/retention.ts';
import { versionWriters } from './sql/versions/version-writers.ts';
import { versionReaders } from './sql/versions/versions.ts';
import { toStoreError } from './store-error.ts';
import type { Tables } from './tables/tables.ts';

/** The store's port on top of an engine. */
export function createStore(engine: Engine): Store {
  let signer: RowSigner | null = null;
  const seen: SeenAuthority = { latest: null };
  const sign: RowSigner['sign'] = (text) => {
    if (signer === null) throw new TypeError('Signed rows are read and written once the store has been given what signs them.');
    return signer.sign(text);
  };
  const { db, rows } = engine.reader;
  const reader: SignedSource = { db, rows, signing: { sign, known: null, seen } };
  return {
    engine: engine.name,
    notifications: engine.notifications,
    read: withSafeErrors(readersOf(reader, engine.tables)),
    write: (work, options) =>
      engine.transaction((tx) => work(new TransactionWriters(tx, engine.tables, { sign, known: new Map(), seen })), options),
    signWith(given) {
      signer = given;
    },
    now: safely(() => engine.now()),
    ping: safely(() => engine.ping()),
    schemaDifference: safely(() => engine.schemaDifference()),
    close: () => engine.close(),
  };
}

function readersOf(source: SignedSource, tables: Tables): Readers {
  return {
    instance: instanceReaders(source, tables),
    keys: keyReaders(source, tables),
    projects: projectReaders(source, tables),
    sites: siteReaders(source, tables),
    streamingSystems: streamingSystemReaders(source, tables),
    integrations: integrationReaders(source, tables),
    connections: connectionReaders(source, tables),
    versions: versionReaders(source, tables),
    contents: contentReaders(source, tables),
    changes: changeReaders(source, tables),
    validations: validationReaders(source, tables),
    leases: leaseReaders(source, tables),
    tokens: tokenReaders(source, tables),
    sessions: sessionReaders(source, tables),
    replayGuards: replayGuardReaders(source, tables),
    providerGrants: providerGrantReaders(source, tables),
    awsRoleGrants: awsRoleGrantReaders(source, tables),
    secretDestinations: secretDestinationReaders(source, tables),
    accountSecrets: accountSecretReaders(source, tables),
    externalIds: externalIdReaders(source, tables),
    dialectRecords: dialectRecordReaders(source, tables),
    audit: auditReaders(source, tables),
    events: eventReaders(source, tables),
    integrity: integrityReaders(source, tables),
    clock: clockReaders(source, tables),
  };
}

/**
 * A transaction writes to a few aggregates only, so the functions of each are made when they are first asked for. Here, and wherever rows
 * are made, a spread comes last: V8 takes some microseconds to add members to an object that it has just copied.
 */
class TransactionWriters implements Writers {
  readonly #tx: SignedTransaction;
  readonly #tables: Tables;
  readonly #made = new Map<unknown, unknown>();

  constructor({ db, rows, now, lock, tryLock }: EngineTransaction, tables: Tables, signing: Signing) {
    this.#tx = { db, rows, now, lock, tryLock, signing };
    this.#tables = tables;
  }

  now(): Promise<number> {
    return this.#tx.now();
  }
  lock(...args: Parameters<Writers['lock']>): Promise<void> {
    return this.#tx.lock(...args);
  }
  get projects(): Writers['projects'] {
    return this.#of(projectWriters);
  }
  get sites(): Writers['sites'] {
    return this.#of(siteWriters);
  }
  get streamingSystems(): Writers['streamingSystems'] {
    return this.#of(streamingSystemWriters);
  }
  get events(): Writers['events'] {
    return this.#of(eventWriters);
  }
  get instance(): Writers['instance'] {
    return this.#of(instanceWriters);
  }
  get keys(): Writers['keys'] {
    return this.#of(keyWriters);
  }
  get integrations(): Writers['integrations'] {
    return this.#of(integrationWriters);
  }
  get connections(): Writers['connections'] {
    return this.#of(connectionWriters);
  }
  get versions(): Writers['versions'] {
    return this.#of(versionWriters);
  }
  get contents(): Writers['contents'] {
    return this.#of(contentWriters);
  }
  get changes(): Writers['changes'] {
    return this.#of(changeWriters);
  }
  get validations(): Writers['validations'] {
    return this.#of(validationWriters);
  }
  get leases(): Writers['leases'] {
    return this.#of(leaseWriters);
  }
  get tokens(): Writers['tokens'] {
    return this.#of(tokenWriters);
  }
  get sessions(): Writers['sessions'] {
    return this.#of(sessionWriters);
  }
  get replayGuards(): Writers['replayGuards'] {
    return this.#of(replayGuardWriters);
  }
  get providerGrants(): Writers['providerGrants'] {
    return this.#of(providerGrantWriters);
  }
  get awsRoleGrants(): Writers['awsRoleGrants'] {
    return this.#of(awsRoleGrantWriters);
  }
  get secretDestinations(): Writers['secretDestinations'] {
    return this.#of(secretDestinationWriters);
  }
  get accountSecrets(): Writers['accountSecrets'] {
    return this.#of(accountSecretWriters);
  }
  get externalIds(): Writers['externalIds'] {
    return this.#of(externalIdWriters);
  }
  get dialectRecords(): Writers['dialectRecords'] {
    return this.#of(dialectRecordWriters);
  }
  get integrity(): Writers['integrity'] {
    return this.#of(integrityReaders);
  }
  get idempotency(): Writers['idempotency'] {
    return this.#of(idempotencyWriters);
  }
  get audit(): Writers['audit'] {
    return this.#of(auditWriters);
  }
  get clock(): Writers['clock'] {
    return this.#of(clockWriters);
  }
  get retention(): Writers['retention'] {
    return this.#of(retentionWriters);
  }

  #of<T>(make: (tx: SignedTransaction, tables: Tables) => T): T {
    const known = this.#made.get(make);
    // What a function made is kept under the function itself.
    if (known !== undefined) return known as T;
    const made = make(this.#tx, this.#tables);
    this.#made.set(make, made);
    return made;
  }
}

type Aggregate = Record<string, (...args: never[]) => Promise<unknown>>;

/**
 * Every read passes through this, since a driver's error carries the statement's parameters. Transactions pass through `toStoreError` in
 * their engine.
 */
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
