// Seven ways to be wrong, each put around a store or a reader of secrets that is right, for the checker to find. None is in the product.

import { membersOf } from '../support/store/members-of.mjs';

/** What the checker has to say of each: one of these checks. */
export const BUGS = {
  'no compare-and-set': { caughtBy: ['C6'], around: onStore(withoutCompareAndSet) },
  'lost update': { caughtBy: ['C1'], around: onStore(losingUpdates) },
  // The product reads its audit rows back before it answers, and finds that they are not there yet: INTEGRITY, which no history may hold.
  'acknowledged before the commit': { caughtBy: ['C3', 'unexpected'], around: onStore(acknowledgingEarly) },
  'stale cache': { caughtBy: ['C3', 'C4'], around: onStore(cachingReads), replica: true },
  "a replica's own clock": { caughtBy: ['C8'], around: onStore(withOwnClock), replica: true },
  'torn multi-commit': { caughtBy: ['C7'], around: onStore(tearing) },
  'a secret that is never read anew': { caughtBy: ['fresh'], around: neverFresh },
};

function onStore(change) {
  return (services) => ({ ...services, store: change(services.store) });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A change fits whatever version is current by now. */
function withoutCompareAndSet(store) {
  const rebase = async (connections, scope, change) => {
    const connection = change === null ? null : await connections.find(scope, change.connectionId);
    return connection === null ? change : { ...change, baseVersion: connection.currentVersion };
  };
  return inTransactions(store, (tx) => ({
    ...tx,
    changes: { ...tx.changes, find: async (scope, id) => await rebase(tx.connections, scope, await tx.changes.find(scope, id)) },
  }));
}

/** One commit in five is acknowledged, and nothing of its version is there. */
function losingUpdates(store) {
  let count = 0;
  return inTransactions(store, (tx) => {
    const isLost = () => count % 5 === 4;
    return {
      ...tx,
      connections: {
        ...tx.connections,
        advance: async (...args) => {
          count += 1;
          return isLost() || (await tx.connections.advance(...args));
        },
      },
      versions: {
        ...tx.versions,
        demote: async (...args) => isLost() || (await tx.versions.demote(...args)),
        append: async (version) => (isLost() ? undefined : await tx.versions.append(version)),
      },
    };
  });
}

function acknowledgingEarly(store) {
  return {
    ...store,
    write: (work) =>
      new Promise((resolve, reject) => {
        store
          .write(async (tx) => {
            resolve(await work(tx));
            await pause(40);
          })
          .catch(reject);
      }),
  };
}

/** Remembers the current version of a connection for a while. */
function cachingReads(store) {
  const known = new Map();
  const currentOf = async (scope, ids) => {
    const key = ids.join();
    const found = known.get(key);
    if (found !== undefined && performance.now() - found.at < 100) return found.rows;
    const rows = await store.read.versions.currentOf(scope, ids);
    known.set(key, { rows, at: performance.now() });
    return rows;
  };
  return { ...store, read: { ...store.read, versions: { ...store.read.versions, currentOf } } };
}

/** Two hours ahead of the others. */
function withOwnClock(store) {
  const ahead = async (now) => (await now) + 2 * 3_600_000;
  return { ...inTransactions(store, (tx) => ({ ...tx, now: () => ahead(tx.now()) })), now: () => ahead(store.now()) };
}

/** Every statement that changes something is a transaction of its own. */
function tearing(store) {
  const torn = (tx) => ({
    ...tx,
    ...Object.fromEntries(
      Object.entries(tx)
        .filter(([, group]) => typeof group === 'object')
        .map(([name, group]) => [name, Object.fromEntries(Object.keys(group).map((verb) => [verb, (...args) => alone(name, verb, args)]))]),
    ),
    now: () => store.now(),
    lock: async () => {},
  });
  const alone = async (name, verb, args) => {
    const value = await store.write((tx) => tx[name][verb](...args));
    if (verb === 'remove') await pause(40);
    return value;
  };
  let shape = null;
  return {
    ...store,
    async write(work) {
      shape ??= await store.write(async (tx) => torn(membersOf(tx)));
      return await work(shape);
    },
  };
}

/** A job whose login was refused is given what was read before. */
function neverFresh(services) {
  const { secrets } = services;
  return { ...services, secrets: { ...secrets, resolve: (reference, prefixes) => secrets.resolve(reference, prefixes) } };
}

function inTransactions(store, change) {
  return { ...store, write: (work) => store.write((tx) => work(change(membersOf(tx)))) };
}
