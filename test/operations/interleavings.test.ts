import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc, { type Scheduler } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Change } from '../../src/domain/change/change.ts';
import { DomainError } from '../../src/domain/errors/errors.ts';
import type { Store, Writers } from '../../src/domain/ports/store.ts';
import type { Actor } from '../../src/domain/token/actor.ts';
import { permissionsOf } from '../../src/domain/token/roles.ts';
import { localActor } from '../../src/operations/access/prepare-instance.ts';
import { discardChange } from '../../src/operations/changes/discard-change.ts';
import { stageCreation } from '../../src/operations/changes/stage-creation.ts';
import { stageUpdate } from '../../src/operations/changes/stage-update.ts';
import { commitChange, commitOrWait } from '../../src/operations/commits/commit-change.ts';
import { commitWaiting } from '../../src/operations/commits/commit-waiting.ts';
import { rollBack } from '../../src/operations/commits/roll-back.ts';
import { addConnection } from '../../src/operations/connections/add-connection.ts';
import { setConnectionPolicy } from '../../src/operations/connections/alter/set-connection-policy.ts';
import { removeConnection } from '../../src/operations/connections/remove-connection.ts';
import { resealConnections } from '../../src/operations/keys/reseal-connections.ts';
import { rotateDataKey } from '../../src/operations/keys/rotate-data-key.ts';
import { rotateMasterKey } from '../../src/operations/keys/rotate-master-key.ts';
import { acquireLease } from '../../src/operations/leases/acquire-lease.ts';
import { readLease } from '../../src/operations/leases/read-lease.ts';
import { endLease, releaseLease } from '../../src/operations/leases/release-lease.ts';
import type { Services } from '../../src/operations/services.ts';
import { examineStore } from '../../src/operations/upkeep/examine-store.ts';
import { runMaintenance } from '../../src/operations/upkeep/maintenance-pass.ts';
import { isExplained, OPERATIONS, type Operation, type Scene, type Stored } from '../support/protocol/protocol-model.ts';
import { isWhole } from '../support/run/sweep.ts';
import { membersOf } from '../support/store/members-of.mjs';
import { createTestClock } from '../support/store/services.ts';

/** CHANGEOVER_TEST_INTERLEAVINGS=10000 looks at more of them. */
const RUNS = Number(process.env.CHANGEOVER_TEST_INTERLEAVINGS ?? (isWhole ? 500 : 60));
const HOUR = 3_600_000;

/** Two or three operations at once on one connection, each store call and each validator's answer in an order that fast-check chooses. */
describe('every interleaving of the protocol is explained by some order of its steps', () => {
  const clock = createTestClock();
  let app: App;
  let services: Services;
  let actor: Actor;
  let newKeyFile: () => string;
  beforeAll(async () => {
    // In memory where there is such a folder: it is the order of the calls that is tried here, not the disk.
    const dataDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'changeover-'));
    app = await createApp(readConfig({ CHANGEOVER_DATA_DIR: dataDir, CHANGEOVER_LOG_LEVEL: 'silent' }), { clock });
    services = {
      ...app.services,
      runner: { ...app.services.runner, run: async () => ({ status: 'passed', errors: [], warnings: [], data: null }) },
    };
    const roles = ['owner', 'job'] as const;
    actor = { ...localActor(app.projectId, 'test', { id: 'test', ip: null, client: {} }), roles, permissions: permissionsOf(roles) };
    newKeyFile = () => {
      const file = join(dataDir, `key-${randomUUID()}`);
      writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
      return file;
    };
  });
  afterAll(() => app.close());

  const property = (around: (store: Store) => Store, among: readonly Operation[] = OPERATIONS) =>
    fc.asyncProperty(
      fc.record({ inFlight: fc.constantFrom('OVERLAP', 'REFUSE', 'WAIT'), held: fc.boolean() }),
      fc.array(fc.constantFrom(...among), { minLength: 2, maxLength: 3 }),
      fc.scheduler(),
      async (scene, operations, scheduler) => {
        const stage = await setScene(services, actor, clock, scene, newKeyFile());
        const scheduled = scheduledServices({ ...services, store: around(services.store) }, scheduler);
        const running = Promise.all(operations.map((operation) => outcomeOf(run(scheduled, actor, stage, operation))));
        await scheduler.waitFor(running);
        const outcomes = await running;
        const stored = await readStored(services, actor, stage.connectionId);
        await clearScene(services, actor, stage.connectionId);
        if (!isExplained(scene, operations, outcomes, stored)) throw new Error(JSON.stringify({ scene, operations, outcomes, stored }));
      },
    );

  test(`${RUNS} of them`, { timeout: 60_000 + RUNS * 1000 }, async () => {
    // A failure prints its seed and path: pass them here to see it again.
    await fc.assert(
      property((store) => store),
      { numRuns: RUNS },
    );
    // Whatever the order, each version opens and is what its audit row says.
    const { findings } = await examineStore(services, actor);
    expect(findings).toEqual([]);
  });

  test.each<[string, (store: Store) => Store, readonly Operation[]]>([
    ['without its compare-and-set', withoutCompareAndSet, ['commit B', 'commit C', 'roll back']],
    ['that does not see leases', withoutLeases, ['commit B', 'lease', 'read', 'retire', 'remove']],
    ['that does not see leases either when it waits for them', withoutLeases, ['wait B', 'carry out', 'read']],
  ])('a store %s is found out', { timeout: 120_000 }, async (_, around, among) => {
    const found = await fc.check(property(around, among), { numRuns: 400, endOnFailure: true });
    expect(found.failed).toBe(true);
  });
});

interface Stage {
  readonly connectionId: string;
  readonly lease: string;
  readonly keys: Readonly<Record<'B' | 'C', string>>;
  readonly changeB: string;
  /** Of a master key that was never used. */
  readonly newKeyFile: string;
}

const detailsOf = (content: string) => ({
  signingSecret: `a signing secret of content ${content}`,
  headerName: `x-${content}`,
  headerValue: content,
});

async function setScene(
  services: Services,
  actor: Actor,
  clock: { advance(ms: number): void },
  { inFlight, held }: Scene,
  newKeyFile: string,
): Promise<Stage> {
  // What earlier scenes left is done with before, or its steps would be interleaved here.
  await runMaintenance(services);
  const created = await stageCreation(services, actor, {
    kind: 'webhook',
    details: { url: 'https://receiver.test/hook', ...detailsOf('one') },
  });
  const integration = { name: `of ${created.change.id}` };
  const { connectionId } = await addConnection(services, actor, { key: created.key, kind: 'webhook', integration });
  const lease = await acquireLease(services, actor, { connectionId, job: 'held', ttlMs: 24 * HOUR });
  const second = await stageUpdate(services, actor, { connectionId, changes: detailsOf('two') });
  await commitChange(services, actor, { connectionId, key: second.key });
  clock.advance(4 * HOUR);
  if (!held) await releaseLease(services, actor, lease.key);
  await setConnectionPolicy(services, actor, connectionId, { inFlight });
  const [B, C] = [
    await stageUpdate(services, actor, { connectionId, changes: detailsOf('B') }),
    await stageUpdate(services, actor, { connectionId, changes: detailsOf('C') }),
  ];
  // By now the last rotation's old key opens nothing any more.
  await services.store.write(async (tx) => tx.keys.dropUpgrade(await tx.now()));
  await rotateDataKey(services, actor);
  return { connectionId, lease: lease.key, keys: { B: B.key, C: C.key }, changeB: B.change.id, newKeyFile };
}

async function run(
  services: Services,
  actor: Actor,
  { connectionId, lease, keys, changeB, newKeyFile }: Stage,
  operation: Operation,
): Promise<string> {
  const became = ({ state, committedVersion }: Change) => (committedVersion === null ? state.toLowerCase() : `version ${committedVersion}`);
  const held = ({ lease: { version }, credentials }: Awaited<ReturnType<typeof readLease>>) => `${version} ${credentials.headerValue}`;
  switch (operation) {
    case 'commit B':
      return `version ${(await commitChange(services, actor, { connectionId, key: keys.B })).version}`;
    case 'commit C':
      return `version ${(await commitChange(services, actor, { connectionId, key: keys.C })).version}`;
    case 'wait B':
      return became(await commitOrWait(services, actor, { connectionId, key: keys.B }));
    case 'force B':
      return became(await commitOrWait(services, actor, { connectionId, key: keys.B, breakGlass: 'an incident' }));
    case 'discard B':
      return became(await discardChange(services, actor, changeB));
    case 'carry out':
      await commitWaiting(services);
      return 'done';
    case 'roll back':
      return became((await rollBack(services, actor, { connectionId })).change);
    case 'lease':
      return held(await acquireLease(services, actor, { connectionId, job: 'new' }));
    case 'read':
      return held(await readLease(services, actor, lease));
    case 'release':
      await releaseLease(services, actor, lease);
      return 'released';
    case 'retire':
      await runMaintenance(services);
      return 'done';
    case 'remove':
      await removeConnection(services, actor, connectionId);
      return 'removed';
    case 'reseal':
      // From just before this connection: those of earlier runs are not its business. One that is changed meanwhile is left for the next time.
      await resealConnections(services, actor, connectionId.slice(0, -1));
      return 'done';
    case 'rekey':
      while ((await rotateMasterKey(services, actor, newKeyFile)).state !== 'FINISHED');
      return 'done';
  }
}

async function outcomeOf(running: Promise<string>): Promise<string> {
  try {
    return await running;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

async function readStored({ store }: Services, actor: Actor, connectionId: string): Promise<Stored> {
  const scope = { projectId: actor.projectId, integrationIds: null };
  const versions = await store.read.versions.list(scope, connectionId, { limit: 100, before: null });
  const open = await store.read.changes.openOf(connectionId);
  return {
    waiting: open.filter(({ state }) => state === 'PENDING').length,
    removed: (await store.read.connections.find(scope, connectionId)) === null,
    versions: [...versions].reverse().map(({ settings, label }) => `${String(settings.headerName).slice(2)} ${label}`),
  };
}

/** Nothing of it waits for a later maintenance pass or of the waiting commits. */
async function clearScene(services: Services, actor: Actor, connectionId: string): Promise<void> {
  const { read, now } = services.store;
  for (const { id } of await read.changes.openOf(connectionId)) await discardChange(services, actor, id);
  for (const { id } of await read.leases.liveOf(connectionId, await now())) await endLease(services, actor, id);
  if ((await read.connections.find({ projectId: actor.projectId, integrationIds: null }, connectionId)) !== null)
    await removeConnection(services, actor, connectionId);
}

/** Each call waits for its turn, and has ended before the next one's. */
function scheduledServices(services: Services, scheduler: Scheduler): Services {
  const inTurn =
    <A extends readonly unknown[], T>(label: string, call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      let end = () => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      await scheduler.schedule(Promise.resolve(), label, undefined, async (begin) => {
        await begin();
        await ended;
        // By then the operation stands before its next call.
        await new Promise((resolve) => setImmediate(resolve));
      });
      try {
        return await call(...args);
      } finally {
        end();
      }
    };
  const { store, runner } = services;
  type Reads = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
  const read = Object.entries(store.read).map(([name, reads]) => [
    name,
    Object.fromEntries(Object.entries(reads as Reads).map(([verb, call]) => [verb, inTurn(`${name}.${verb}`, call)])),
  ]);
  return {
    ...services,
    // Each function keeps its own signature; only when it begins is changed.
    store: { ...store, read: Object.fromEntries(read) as Store['read'], write: (work) => inTurn('write', () => store.write(work))() },
    runner: { ...runner, run: inTurn('validate', (task, signal) => runner.run(task, signal)) },
  };
}

function withoutCompareAndSet(store: Store): Store {
  return withTransactions(store, (tx) => ({
    ...tx,
    changes: {
      ...tx.changes,
      find: async (scope, id) => {
        const change = await tx.changes.find(scope, id);
        const connection = change === null ? null : await tx.connections.find(scope, change.connectionId);
        return change === null || connection === null ? change : { ...change, baseVersion: connection.currentVersion };
      },
    },
  }));
}

function withoutLeases(store: Store): Store {
  return withTransactions(store, (tx) => ({ ...tx, leases: { ...tx.leases, liveOf: async () => [] } }));
}

function withTransactions(store: Store, change: (tx: Writers) => Writers): Store {
  return { ...store, write: (work) => store.write((tx) => work(change(membersOf(tx)))) };
}
