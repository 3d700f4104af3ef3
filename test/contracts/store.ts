import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import { type Connection, DEFAULT_POLICY, type Integration, type Scope, type Version } from '../../src/domain/connection.ts';
import { DomainError } from '../../src/domain/errors.ts';
import type { Lease } from '../../src/domain/lease.ts';
import type { Store } from '../../src/domain/store.ts';
import { createTestClock } from '../support/services.ts';

const HOUR = 3_600_000;

/** The definition of a store: every engine passes every case. */
export function describeStore(name: string, open: (clock: ReturnType<typeof createTestClock>) => Promise<Store>): void {
  describe(`the store on ${name}`, () => {
    const clock = createTestClock();
    let store: Store;
    beforeAll(async () => {
      store = await open(clock);
    });
    afterAll(async () => {
      await store.close();
    });

    test('what was committed is read back as it was given', async () => {
      const { scope, connection, version } = await seed(store, clock);
      expect(await store.read.connections.find(scope, connection.id)).toMatchObject(connection);
      expect(await store.read.versions.currentOf(scope, [connection.id])).toEqual([version]);
    });

    test('a transaction that throws leaves nothing, and its neighbours stay (#39: the error carries no value)', async () => {
      const scope = newScope();
      const canary = `CNRY${randomBytes(8).toString('hex')}`;
      const good = integrationOf(scope, 'bystander');
      const failing = store.write(async (tx) => {
        await tx.integrations.insert(integrationOf(scope, canary));
        await tx.projects.insert({ id: scope.projectId, name: canary, createdAt: 1 });
        await tx.projects.insert({ id: scope.projectId, name: canary, createdAt: 1 });
      });
      const [failed, kept] = await Promise.allSettled([failing, store.write((tx) => tx.integrations.insert(good))]);
      const error = failed.status === 'rejected' ? failed.reason : null;
      expect({ name: error?.name, text: `${error?.message}${error?.stack}`.includes(canary), cause: error?.cause, kept: kept.status }).toEqual({ name: 'StoreError', text: false, cause: undefined, kept: 'fulfilled' });
      expect((await store.read.integrations.all(scope)).map((row) => row.name)).toEqual(['bystander']);
    });

    test('of two racing advances from one version one wins (C6)', async () => {
      const { scope, connection } = await seed(store, clock);
      const advance = () =>
        store.write(async (tx) => {
          await tx.lock(connection.id, 'exclusive');
          return await tx.connections.advance(scope, connection.id, 1, 2, 'a', clock.now());
        });
      expect((await Promise.all([advance(), advance(), advance()])).filter(Boolean)).toHaveLength(1);
    });

    test('of racing integrations of one name one is inserted, compared trimmed and as NFC', async () => {
      const scope = newScope();
      const insert = (spelling: string) => store.write((tx) => tx.integrations.insert(integrationOf(scope, spelling)));
      expect((await Promise.all(['Cafe\u0301', 'Caf\u00e9 ', 'Caf\u00e9'].map(insert))).filter(Boolean)).toHaveLength(1);
    });

    test('a foreign project sees nothing (#48)', async () => {
      const { connection, lease, change } = await seed(store, clock);
      const foreign = newScope();
      expect([
        await store.read.connections.find(foreign, connection.id),
        await store.read.versions.find(foreign, connection.id, 1),
        await store.read.leases.find(foreign, lease.id),
        await store.read.changes.findByKeyHash(foreign, change.keyHash),
        await store.read.connections.listing(foreign, 10),
        await store.read.connections.page(foreign, { ids: [connection.id] }, { limit: 10, after: null }),
      ]).toEqual([null, null, null, null, [], []]);
    });

    test('a token limited to other integrations sees nothing of this one', async () => {
      const { scope, connection, change } = await seed(store, clock);
      const limited = { ...scope, integrationIds: [uuidv7()] };
      expect([await store.read.connections.find(limited, connection.id), await store.read.changes.find(limited, change.id), await store.read.connections.listing(limited, 10)]).toEqual([null, null, []]);
    });

    test('pages follow each other without a gap or a repeat, whatever is inserted meanwhile', async () => {
      const { scope, connection } = await seed(store, clock);
      const more = Array.from({ length: 6 }, (_, index) => ({ ...connection, id: uuidv7(), createdAt: connection.createdAt + Math.floor(index / 2) }));
      await store.write(async (tx) => {
        for (const row of more) await tx.connections.insert(row);
      });
      const seen: string[] = [];
      for (let after: { at: number; id: string } | null = null; ; ) {
        const page = await store.read.connections.page(scope, {}, { limit: 3, after });
        seen.push(...page.map(({ id }) => id));
        const last = page.at(-1);
        if (last === undefined) break;
        await store.write((tx) => tx.connections.insert({ ...connection, id: uuidv7(), createdAt: connection.createdAt + 1000 }));
        after = { at: last.createdAt, id: last.id };
      }
      expect([...seen].sort()).toEqual([connection.id, ...more.map(({ id }) => id)].sort());
    });

    test('a version retires only when its time has passed and no live lease holds it (N7)', async () => {
      const { scope, connection, version, lease } = await seed(store, clock);
      const retire = () => store.write((tx) => tx.versions.retire(connection.id, 1, clock.now()));
      const early = await retire();
      await store.write(async (tx) => {
        await tx.connections.advance(scope, connection.id, 1, 2, 'a', clock.now());
        await tx.versions.demote(connection.id, 1, clock.now() + 3 * HOUR);
        await tx.versions.append({ ...version, version: 2, rowMac: randomBytes(32) });
      });
      const beforeTime = await retire();
      await store.write((tx) => tx.leases.renew(lease.id, clock.now() + 10 * HOUR, clock.now()));
      clock.advance(4 * HOUR);
      const whileHeld = [await retire(), (await store.read.versions.retirable(clock.now(), 100)).some((row) => row.connectionId === connection.id)];
      clock.advance(7 * HOUR);
      const due = (await store.read.versions.retirable(clock.now(), 100)).some((row) => row.connectionId === connection.id);
      expect([early, beforeTime, whileHeld, due, await retire(), await retire()]).toEqual([false, false, [false, false], true, true, false]);
    });

    test('content is destroyed only when no version in use and no open change needs it', async () => {
      const { connection, version, change } = await seed(store, clock);
      const destroy = () => store.write((tx) => tx.contents.destroyIfUnused(version.contentId));
      const inUse = await destroy();
      await store.write((tx) => tx.versions.retireAll(connection.id, clock.now()));
      const staged = await destroy();
      await store.write((tx) => tx.changes.discard(change.id, clock.now()));
      expect([inUse, staged, await destroy(), await destroy()]).toEqual([false, false, true, false]);
    });

    test('a lease is renewed while it lives, never past its end, and ends once', async () => {
      const { lease } = await seed(store, clock);
      const renewed = await store.write((tx) => tx.leases.renew(lease.id, lease.endsBy + HOUR, clock.now()));
      const ends = await Promise.all([0, 1, 2].map(() => store.write((tx) => tx.leases.end(lease.id, 'released', clock.now()))));
      const after = await store.write((tx) => tx.leases.renew(lease.id, clock.now() + 1, clock.now()));
      expect([renewed?.expiresAt, ends.filter(Boolean).length, after]).toEqual([lease.endsBy, 1, null]);
    });

    test('a key is committed once, whoever races for it (C10)', async () => {
      const { change } = await seed(store, clock);
      const commits = await Promise.all(Array.from({ length: 20 }, () => store.write((tx) => tx.changes.commit(change.id, 2, 'a', clock.now()))));
      expect(commits.filter(Boolean)).toHaveLength(1);
    });

    test('a later failed run takes an earlier proof away, and old proof does not count', async () => {
      const { scope, change } = await seed(store, clock);
      const run = (status: 'passed' | 'failed', validator: string) =>
        store.write((tx) =>
          tx.validations.record({
            id: uuidv7(),
            projectId: scope.projectId,
            connectionId: change.connectionId,
            changeId: change.id,
            version: null,
            candidateHash: change.candidateHash,
            validator,
            description: '',
            status,
            errors: [],
            warnings: [],
            data: null,
            startedAt: clock.now(),
            finishedAt: clock.now(),
          }),
        );
      await run('passed', 'validate_a');
      await run('passed', 'validate_b');
      clock.advance(10);
      await run('failed', 'validate_a');
      const passed = (since: number) => store.read.validations.passed(scope.projectId, change.candidateHash, since);
      expect([await passed(0), await passed(clock.now() + 1), await store.read.validations.passed(scope.projectId, randomBytes(32), 0)]).toEqual([['validate_b'], [], []]);
    });

    test('an idempotency id is taken by one, and freed by time when its taker crashed (#64)', async () => {
      const row = { tokenId: uuidv7(), key: 'once', requestHash: randomBytes(32), answer: null, startedAt: clock.now(), takenUntil: clock.now() + 60_000, expiresAt: clock.now() + 24 * HOUR };
      const take = () => store.write((tx) => tx.idempotency.take({ ...row, takenUntil: clock.now() + 60_000 }, clock.now()));
      const racing = await Promise.all([take(), take(), take()]);
      clock.advance(61_000);
      const afterCrash = await take();
      await store.write((tx) => tx.idempotency.finish(row.tokenId, row.key, Buffer.from('answer')));
      const recorded = await take();
      clock.advance(24 * HOUR);
      expect([racing.filter((held) => held === null).length, afterCrash, recorded?.answer?.toString(), await take()]).toEqual([1, null, 'answer', null]);
    });

    test('racing makers of a data key all get the one that was stored', async () => {
      const owner = uuidv7();
      const insert = () => store.write((tx) => tx.keys.insertIfAbsent({ owner, purpose: 'dek', generation: 1, kid: 'k', wrapped: randomBytes(64) }));
      const keys = await Promise.all([insert(), insert(), insert()]);
      expect(new Set(keys.map(({ wrapped }) => wrapped.toString('hex'))).size).toBe(1);
    });

    test('audit rows are numbered without a gap, whoever seals', async () => {
      const scope = newScope();
      const append = () =>
        store.write((tx) =>
          tx.audit.append({
            id: uuidv7(),
            projectId: scope.projectId,
            at: clock.now(),
            actorTokenId: null,
            actorName: 'a',
            action: 'change.stage',
            entity: 'connection',
            entityId: null,
            details: {},
            requestId: null,
            clientIp: null,
            client: {},
            rowHmac: randomBytes(32),
            seq: null,
            chainHash: null,
          }),
        );
      const seal = () => store.write((tx) => tx.audit.seal(5, Buffer.alloc(32), (previous, seq) => Buffer.from([...previous.subarray(1), seq % 256])));
      await Promise.all(Array.from({ length: 12 }, append));
      await Promise.all([seal(), seal(), seal(), seal()]);
      const rows = await store.read.audit.page(scope.projectId, {}, { limit: 100, after: null });
      const numbers = rows.map(({ seq }) => seq ?? 0).sort((a, b) => a - b);
      const from = numbers[0] ?? 0;
      expect([numbers.length, numbers, (await store.read.audit.head())?.seq]).toEqual([12, numbers.map((_, index) => from + index), from + 11]);
    });

    test('the last owner is counted by live tokens alone', async () => {
      const scope = newScope();
      const ids = [uuidv7(), uuidv7()];
      await store.write(async (tx) => {
        for (const id of ids) {
          await tx.tokens.insert(
            { id, kind: 'svc', name: 't', homeProjectId: scope.projectId, hash: randomBytes(32), digest: null, operator: false, integrationIds: null, comment: null, createdAt: 1, createdBy: null, expiresAt: null, revokedAt: null, lastUsedAt: null },
            [{ tokenId: id, projectId: scope.projectId, roles: ['owner', 'job'] }],
          );
        }
      });
      const revoke = (id: string) => store.write((tx) => tx.tokens.revoke(id, clock.now()));
      const revoked = await Promise.all([revoke(ids[0] ?? ''), revoke(ids[0] ?? '')]);
      expect([revoked.filter(Boolean).length, await store.read.tokens.countOwners(scope.projectId, clock.now())]).toEqual([1, 1]);
    });

    test('a refusal from inside keeps its code', async () => {
      const refused = store.write(async () => {
        throw new DomainError('VERSION_CONFLICT', 'no');
      });
      await expect(refused).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    });
  });
}

function newScope(): Scope {
  return { projectId: uuidv7(), integrationIds: null };
}

function integrationOf(scope: Scope, name: string): Integration {
  return { id: uuidv7(), projectId: scope.projectId, siteId: uuidv7(), namespace: 'changeover', name, category: 'WAREHOUSE', type: 'postgres', streamingSystemId: null, createdAt: 1, createdBy: null, updatedAt: 1 };
}

interface Seeded {
  readonly scope: Scope;
  readonly connection: Connection;
  readonly version: Version;
  readonly lease: Lease;
  readonly change: Change;
}

async function seed(store: Store, clock: { now(): number }): Promise<Seeded> {
  const scope = newScope();
  const integration = integrationOf(scope, 'warehouse');
  const id = uuidv7();
  const now = clock.now();
  const contentId = uuidv7();
  const connection: Connection = {
    id,
    projectId: scope.projectId,
    integrationId: integration.id,
    name: 'orders \u{1F980}',
    labels: { team: 'a' },
    jobTypes: ['metadata'],
    jobLimits: { rows: 1 },
    ...DEFAULT_POLICY,
    isActive: true,
    disabledAt: null,
    deletionProtection: false,
    currentVersion: 1,
    createdAt: now,
    createdBy: 'a',
    updatedAt: now,
    updatedBy: 'a',
    deletedAt: null,
  };
  const sealed = { contentId, cipherHash: randomBytes(32), candidateHash: randomBytes(32), settings: { host: 'h', port: 5432, ssl: { verifyCert: true } }, facets: {}, reference: null, kind: 'postgres' };
  const version: Version = {
    ...sealed,
    connectionId: id,
    version: 1,
    projectId: scope.projectId,
    configHash: randomBytes(32),
    keyGeneration: 1,
    rowMac: randomBytes(32),
    label: 'CURRENT',
    validUntil: null,
    origin: 'change',
    restoredFrom: null,
    changeId: uuidv7(),
    proven: true,
    createdAt: now,
    createdBy: 'a',
    retiredAt: null,
    destroyedAt: null,
  };
  const lease: Lease = { id: uuidv7(), projectId: scope.projectId, connectionId: id, version: 1, tokenId: null, job: 'nightly', keyHash: randomBytes(32), acquiredAt: now, expiresAt: now + HOUR, endsBy: now + 24 * HOUR, releasedAt: null, endReason: null };
  const change: Change = {
    ...sealed,
    id: uuidv7(),
    projectId: scope.projectId,
    connectionId: id,
    purpose: 'roll-back',
    baseVersion: 1,
    changedFields: ['password'],
    restoredFrom: null,
    keyHash: randomBytes(32),
    state: 'OPEN',
    createdAt: now,
    createdBy: 'a',
    expiresAt: now + HOUR,
    committedAt: null,
    committedBy: null,
    committedVersion: null,
    waitUntil: null,
  };
  await store.write(async (tx) => {
    await tx.integrations.insert(integration);
    await tx.connections.insert(connection);
    await tx.contents.insert({ id: contentId, projectId: scope.projectId, connectionId: id, blob: Buffer.from('sealed'), cipherHash: sealed.cipherHash, keyGeneration: 1, createdAt: now });
    await tx.versions.append(version);
    await tx.leases.insert(lease);
    await tx.changes.insert(change);
  });
  return { scope, connection, version, lease, change };
}
