import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountSecret } from '../../src/domain/account-secret/account-secret.ts';
import type { AuditRow } from '../../src/domain/audit/audit.ts';
import type { Change } from '../../src/domain/change/change.ts';
import type { Connection, Integration, Scope, Version } from '../../src/domain/connection/connection.ts';
import { DEFAULT_POLICY } from '../../src/domain/connection/policy.ts';
import { DomainError } from '../../src/domain/errors/errors.ts';
import type { OutboxEvent } from '../../src/domain/event/event.ts';
import type { Lease } from '../../src/domain/lease/lease.ts';
import type { IdempotencyRow } from '../../src/domain/ports/idempotency-store.ts';
import type { Store, Writers } from '../../src/domain/ports/store.ts';
import type { Token } from '../../src/domain/token/token.ts';
import { auditRowOf } from '../support/store/audit-row.ts';
import { createTestClock } from '../support/store/services.ts';

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
      expect({
        name: error?.name,
        text: `${error?.message}${error?.stack}`.includes(canary),
        cause: error?.cause,
        kept: kept.status,
      }).toEqual({ name: 'StoreError', text: false, cause: undefined, kept: 'fulfilled' });
      expect((await store.read.integrations.all(scope, 100)).map((row) => row.name)).toEqual(['bystander']);
    });

    test('of two racing advances from one version one wins (C6)', async () => {
      const { scope, connection } = await seed(store, clock);
      const advance = () =>
        store.write(async (tx) => {
          await tx.lock(connection.id, 'exclusive');
          return await tx.connections.advance(scope, connection.id, { from: 1, to: 2 }, { by: 'a', now: clock.now() });
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
      expect({
        connections: await store.read.connections.find(foreign, connection.id),
        versions: await store.read.versions.find(foreign, connection.id, 1),
        leases: await store.read.leases.find(foreign, lease.id),
        changes: await store.read.changes.findByKeyHash(foreign, change.keyHash),
        listing: await store.read.connections.listing(foreign, { limit: 10, after: null }),
        page: await store.read.connections.page(foreign, { ids: [connection.id] }, { limit: 10, after: null }),
      }).toEqual({ connections: null, versions: null, leases: null, changes: null, listing: [], page: [] });
    });

    test('a token limited to other integrations sees nothing of this one', async () => {
      const { scope, connection, change } = await seed(store, clock);
      const limited = { ...scope, integrationIds: [uuidv7()] };
      expect({
        connections: await store.read.connections.find(limited, connection.id),
        changes: await store.read.changes.find(limited, change.id),
        listing: await store.read.connections.listing(limited, { limit: 10, after: null }),
      }).toEqual({ connections: null, changes: null, listing: [] });
    });

    test('pages follow each other without a gap or a repeat, whatever is inserted meanwhile', async () => {
      const { scope, connection } = await seed(store, clock);
      const more = Array.from({ length: 6 }, (_, index) => ({
        ...connection,
        id: uuidv7(),
        createdAt: connection.createdAt + Math.floor(index / 2),
      }));
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

    test('a lease that was released pins its version no longer, whenever it would have expired', async () => {
      const { scope, connection, lease } = await seed(store, clock);
      const retired = await store.write(async (tx) => {
        await tx.connections.advance(scope, connection.id, { from: 1, to: 2 }, { by: 'a', now: clock.now() });
        await tx.versions.demote(connection.id, 1, clock.now());
        const held = await tx.versions.retire(connection.id, 1, clock.now());
        await tx.leases.end(lease.id, 'released', clock.now());
        return { held, released: await tx.versions.retire(connection.id, 1, clock.now()) };
      });
      expect(retired).toEqual({ held: false, released: true });
    });

    test('a change that was committed is not discarded any more', async () => {
      const { scope, change } = await seed(store, clock);
      const discarded = await store.write(async (tx) => {
        await tx.changes.commit(change.id, 2, 'a', clock.now());
        return await tx.changes.discard(change.id, clock.now());
      });
      expect({ discarded, state: (await store.read.changes.find(scope, change.id))?.state }).toEqual({
        discarded: false,
        state: 'COMMITTED',
      });
    });

    test('a version retires only when its time has passed and no live lease holds it (N7)', async () => {
      const { scope, connection, version, lease } = await seed(store, clock);
      const retire = () => store.write((tx) => tx.versions.retire(connection.id, 1, clock.now()));
      const early = await retire();
      await store.write(async (tx) => {
        await tx.connections.advance(scope, connection.id, { from: 1, to: 2 }, { by: 'a', now: clock.now() });
        await tx.versions.demote(connection.id, 1, clock.now() + 3 * HOUR);
        await tx.versions.append({ ...version, version: 2, rowMac: randomBytes(32) });
      });
      const beforeTime = await retire();
      const free = await seed(store, clock);
      const beforeTimeAndFree = await store.write(async (tx) => {
        await tx.leases.end(free.lease.id, 'released', clock.now());
        await tx.connections.advance(free.scope, free.connection.id, { from: 1, to: 2 }, { by: 'a', now: clock.now() });
        await tx.versions.demote(free.connection.id, 1, clock.now() + 3 * HOUR);
        return await tx.versions.retire(free.connection.id, 1, clock.now() + 3 * HOUR - 1);
      });
      await store.write((tx) => tx.leases.renew(lease.id, clock.now() + 10 * HOUR, clock.now()));
      clock.advance(4 * HOUR);
      const whileHeld = [
        await retire(),
        (await store.read.versions.retirable(clock.now(), 100)).rows.some((row) => row.connectionId === connection.id),
      ];
      clock.advance(7 * HOUR);
      const due = (await store.read.versions.retirable(clock.now(), 100)).rows.some((row) => row.connectionId === connection.id);
      expect({ early, beforeTime, beforeTimeAndFree, whileHeld, due, first: await retire(), again: await retire() }).toEqual({
        early: false,
        beforeTime: false,
        beforeTimeAndFree: false,
        whileHeld: [false, false],
        due: true,
        first: true,
        again: false,
      });
    });

    test('content is destroyed only when no version in use and no open change needs it', async () => {
      const { connection, version, change } = await seed(store, clock);
      const destroy = () => store.write((tx) => tx.contents.destroyIfUnused(version.contentId, clock.now()));
      const inUse = await destroy();
      await store.write((tx) => tx.versions.retireAll(connection.id, clock.now()));
      const staged = await destroy();
      await store.write((tx) => tx.changes.discard(change.id, clock.now()));
      const other = await seed(store, clock);
      const inUseAlone = await store.write(async (tx) => {
        await tx.changes.discard(other.change.id, clock.now());
        return await tx.contents.destroyIfUnused(other.version.contentId, clock.now());
      });
      expect({ inUse, staged, inUseAlone, first: await destroy(), again: await destroy() }).toEqual({
        inUse: false,
        staged: false,
        inUseAlone: false,
        first: true,
        again: false,
      });
    });

    test('a lease is renewed while it lives, never past its end, and ends once', async () => {
      const { lease } = await seed(store, clock);
      const renewed = await store.write((tx) => tx.leases.renew(lease.id, lease.endsBy + HOUR, clock.now()));
      const ends = await Promise.all([0, 1, 2].map(() => store.write((tx) => tx.leases.end(lease.id, 'released', clock.now()))));
      const after = await store.write((tx) => tx.leases.renew(lease.id, clock.now() + 1, clock.now()));
      expect({ expiresAt: renewed?.expiresAt, ends: ends.filter(Boolean).length, after }).toEqual({
        expiresAt: lease.endsBy,
        ends: 1,
        after: null,
      });
    });

    test('a key is committed once, whoever races for it (C10)', async () => {
      const { change } = await seed(store, clock);
      const commits = await Promise.all(
        Array.from({ length: 20 }, () => store.write((tx) => tx.changes.commit(change.id, 2, 'a', clock.now()))),
      );
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
            comparedWith: null,
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
      expect({
        sinceEver: await passed(0),
        sinceLater: await passed(clock.now() + 1),
        another: await store.read.validations.passed(scope.projectId, randomBytes(32), 0),
      }).toEqual({ sinceEver: ['validate_b'], sinceLater: [], another: [] });
    });

    test('a comparison counts for the version that it was made with, the latest of them, and for no longer than it is asked for', async () => {
      const { scope, change } = await seed(store, clock);
      const run = (status: 'passed' | 'failed', comparedWith: number | null) =>
        store.write((tx) =>
          tx.validations.record({
            id: uuidv7(),
            projectId: scope.projectId,
            connectionId: change.connectionId,
            changeId: change.id,
            version: null,
            candidateHash: change.candidateHash,
            comparedWith,
            validator: 'validate_permission_parity',
            description: '',
            status,
            errors: status === 'failed' ? [{ code: 'PERMISSION_LOST', cause: 'SELECT', friendlyMessage: 'a', resolution: 'b' }] : [],
            warnings: [],
            data: null,
            startedAt: clock.now(),
            finishedAt: clock.now(),
          }),
        );
      await run('passed', 2);
      clock.advance(1);
      await run('failed', 2);
      await run('passed', 3);
      await run('passed', null);
      const found = async (comparedWith: number, since = 0, validator = 'validate_permission_parity') =>
        (await store.read.validations.comparison(scope.projectId, change.candidateHash, { validator, comparedWith, since }))?.status ??
        null;
      const [latest] =
        (
          await store.read.validations.comparison(scope.projectId, change.candidateHash, {
            validator: 'validate_permission_parity',
            comparedWith: 2,
            since: 0,
          })
        )?.errors ?? [];
      expect({
        with2: await found(2),
        with3: await found(3),
        with4: await found(4),
        late: await found(3, clock.now() + 1),
        ofAnother: await found(3, 0, 'validate_a'),
        error: latest?.code,
      }).toEqual({ with2: 'failed', with3: 'passed', with4: null, late: null, ofAnother: null, error: 'PERMISSION_LOST' });
    });

    test('an idempotency id is taken by one, and freed by time when its taker crashed (#64)', async () => {
      const row = holdOf('once', clock.now());
      const take = () => store.write((tx) => tx.idempotency.take({ ...row, takenUntil: clock.now() + 60_000 }, clock.now()));
      const racing = await Promise.all([take(), take(), take()]);
      clock.advance(61_000);
      const afterCrash = await take();
      await store.write((tx) => tx.idempotency.finish(row.tokenId, row.key, Buffer.from('answer'), 1));
      const recorded = await take();
      clock.advance(24 * HOUR);
      expect({
        winners: racing.filter(({ taken }) => taken).length,
        afterCrash,
        recorded: { taken: recorded.taken, answer: recorded.row.answer?.toString() },
        nextDay: (await take()).taken,
      }).toMatchObject({
        winners: 1,
        afterCrash: { taken: true, row: { ...row, takenUntil: row.takenUntil + 61_000 } },
        recorded: { taken: false, answer: 'answer' },
        nextDay: true,
      });
    });

    test('an idempotency id whose answer need not be kept is as if it had never been used; another holder of it, or an answer, stays', async () => {
      const row = holdOf('id', clock.now());
      const other = { ...row, requestHash: randomBytes(32) };
      const take = (one: typeof row) => store.write((tx) => tx.idempotency.take(one, clock.now()));
      const forget = (takenUntil: number) => store.write((tx) => tx.idempotency.forget(row.tokenId, row.key, takenUntil));
      await take(row);
      await forget(row.takenUntil - 1);
      const held = await take(other);
      await forget(row.takenUntil);
      const anew = await take(other);
      await store.write((tx) => tx.idempotency.finish(row.tokenId, row.key, Buffer.from('answer'), 1));
      await forget(other.takenUntil);
      expect({ held: held.taken, anew: anew.taken, answer: (await take(other)).row.answer?.toString() }).toEqual({
        held: false,
        anew: true,
        answer: 'answer',
      });
    });

    test('racing makers of a data key all get the one that was stored', async () => {
      const owner = uuidv7();
      const kid = (await store.read.instance.find())?.kid;
      const insert = () =>
        store.write((tx) => tx.keys.insertIfAbsent({ owner, purpose: 'dek', generation: 1, kid: kid ?? 'k', wrapped: randomBytes(64) }));
      const keys = await Promise.all([insert(), insert(), insert()]);
      expect(new Set(keys.map((key) => key?.wrapped.toString('hex'))).size).toBe(1);
    });

    test('pages of the audit by some actions show each of their rows once, the newest first', async () => {
      const [scope, foreign] = [newScope(), newScope()];
      const actions = ['change.stage', 'token.create', 'lease.read'] as const;
      const rows = Array.from({ length: 24 }, (_, index) =>
        auditRowOf(index % 4 === 3 ? foreign : scope, { at: Math.floor(index / 6), action: actions[index % 3] ?? 'lease.read' }),
      );
      await store.write(async (tx) => {
        for (const row of rows) await tx.audit.append(row);
      });
      const wanted = { actions: ['change.stage', 'lease.read'] };
      const seen: string[] = [];
      for (let after: { at: number; id: string } | null = null; ; ) {
        const page: readonly AuditRow[] = await store.read.audit.page(scope.projectId, wanted, { limit: 4, after });
        seen.push(...page.map(({ id }) => id));
        after = page.at(-1) ?? null;
        if (after === null) break;
      }
      const ours = rows.filter(({ projectId, action }) => projectId === scope.projectId && wanted.actions.includes(action));
      const newestFirst = ours.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
      expect({ seen, none: await store.read.audit.page(scope.projectId, { actions: [] }, { limit: 4, after: null }) }).toEqual({
        seen: newestFirst,
        none: [],
      });
    });

    test('the audit of a time is read from either end', async () => {
      const scope = newScope();
      const { projectId } = scope;
      const rows = [1, 2, 3, 4, 5].map((at) => auditRowOf(scope, { at }));
      await store.write(async (tx) => {
        for (const row of rows) await tx.audit.append(row);
      });
      const ids = (found: readonly AuditRow[]) => found.map(({ at }) => at);
      const range = { from: 2, to: 4 };
      const [first] = await store.read.audit.pageFromOldest(projectId, range, { limit: 1, after: null });
      expect({
        newest: ids(await store.read.audit.page(projectId, range, { limit: 10, after: null })),
        oldest: ids(await store.read.audit.pageFromOldest(projectId, range, { limit: 10, after: null })),
        behind: ids(await store.read.audit.pageFromOldest(projectId, range, { limit: 1, after: { at: 2, id: first?.id ?? '' } })),
        foreign: await store.read.audit.pageFromOldest(newScope().projectId, {}, { limit: 10, after: null }),
      }).toEqual({ newest: [4, 3, 2], oldest: [2, 3, 4], behind: [3], foreign: [] });
    });

    test('audit rows are numbered without a gap, whoever seals', async () => {
      const scope = newScope();
      const append = () => store.write((tx) => tx.audit.append(auditRowOf(scope, { at: clock.now() })));
      const seal = (limit: number) =>
        store.write((tx) => tx.audit.seal(limit, Buffer.alloc(32), (previous, seq) => Buffer.from([...previous.subarray(1), seq % 256])));
      // What others left.
      await seal(1000);
      await Promise.all(Array.from({ length: 12 }, append));
      await Promise.all([seal(5), seal(5), seal(5), seal(5)]);
      // Whoever met another one at work has left its turn out.
      while ((await seal(5)) > 0);
      const rows = await store.read.audit.page(scope.projectId, {}, { limit: 100, after: null });
      const numbers = rows.map(({ seq }) => seq ?? 0).sort((a, b) => a - b);
      const from = numbers[0] ?? 0;
      expect({ numbers: numbers.length, different: numbers, seq: (await store.read.audit.head())?.seq }).toEqual({
        numbers: 12,
        different: numbers.map((_, index) => from + index),
        seq: from + 11,
      });
    });

    test('a token is live, and counts as an owner, until the moment of its end', async () => {
      const scope = newScope();
      const end = clock.now() + 60_000;
      const token = tokenOf(scope, { expiresAt: end });
      await store.write((tx) => tx.tokens.insert(token, [{ tokenId: token.id, projectId: scope.projectId, roles: ['owner'] }]));
      const { tokens } = store.read;
      const at = async (now: number) => ({
        isLive: await tokens.isLive(token.id, now),
        owners: await tokens.countOwners(scope.projectId, now),
      });
      expect({ before: await at(end - 1), at: await at(end) }).toEqual({
        before: { isLive: true, owners: 1 },
        at: { isLive: false, owners: 0 },
      });
    });

    test('the last owner is counted by live tokens alone', async () => {
      const scope = newScope();
      const ids = [uuidv7(), uuidv7()];
      await store.write(async (tx) => {
        for (const id of ids) {
          await tx.tokens.insert(tokenOf(scope, { id }), [{ tokenId: id, projectId: scope.projectId, roles: ['owner', 'job'] }]);
        }
      });
      const revoke = (id: string) => store.write((tx) => tx.tokens.revoke(id, clock.now()));
      const revoked = await Promise.all([revoke(ids[0] ?? ''), revoke(ids[0] ?? '')]);
      const other = newScope();
      const both = uuidv7();
      await store.write((tx) =>
        tx.tokens.insert(tokenOf(scope, { id: both }), [
          { tokenId: both, projectId: scope.projectId, roles: ['owner'] },
          { tokenId: both, projectId: other.projectId, roles: ['viewer'] },
        ]),
      );
      const owners = ({ projectId }: Scope) => store.read.tokens.countOwners(projectId, clock.now());
      expect({ revoked: revoked.filter(Boolean).length, owners: await owners(scope), ownersElsewhere: await owners(other) }).toEqual({
        revoked: 1,
        owners: 2,
        ownersElsewhere: 0,
      });
    });

    test('what every request asks is answered with whole rows: the listing and the token of a hash', async () => {
      const { scope, connection, version } = await seed(store, clock);
      const token = tokenOf(scope, { integrationIds: [connection.integrationId], expiresAt: clock.now() + HOUR, digest: randomBytes(40) });
      await store.write((tx) => tx.tokens.insert(token, [{ tokenId: token.id, projectId: scope.projectId, roles: ['editor', 'job'] }]));
      const bare = tokenOf(scope, {});
      await store.write((tx) => tx.tokens.insert(bare, []));
      const expected = {
        id: connection.id,
        name: connection.name,
        createdAt: connection.createdAt,
        integrationId: connection.integrationId,
        integrationName: 'warehouse',
        integrationCategory: 'WAREHOUSE',
        kind: version.kind,
      };
      const listing = async (of: typeof scope) =>
        (await store.read.connections.listing(of, { limit: 10, after: null }, 'short')).map((listed) => ({
          ...listed,
          settings: listed.settings?.(),
        }));
      expect({
        whole: await listing(scope),
        limited: await listing({ ...scope, integrationIds: [connection.integrationId] }),
        withoutSettings: await store.read.connections.listing(scope, { limit: 10, after: null }),
        withLongSettings: await store.read.connections.listing(scope, { limit: 10, after: null }, 'long'),
        none: await store.read.connections.listing(scope, { limit: 0, after: null }),
        token: await store.read.tokens.findByHash(token.hash),
        bare: await store.read.tokens.findByHash(bare.hash),
        unknown: await store.read.tokens.findByHash(randomBytes(32)),
      }).toEqual({
        whole: [{ ...expected, siteId: expect.any(String), settings: version.settings }],
        limited: [{ ...expected, siteId: expect.any(String), settings: version.settings }],
        withoutSettings: [{ ...expected, siteId: expect.any(String) }],
        withLongSettings: [],
        none: [],
        token: { token, grants: [{ tokenId: token.id, projectId: scope.projectId, roles: ['editor', 'job'] }] },
        bare: { token: bare, grants: [] },
        unknown: null,
      });
    });

    test('a connection is read together with its current version, whether a token is limited or not', async () => {
      const { scope, connection, version } = await seed(store, clock);
      const limited = { ...scope, integrationIds: [connection.integrationId] };
      const bare = connectionOf(scope, connection.integrationId, clock.now());
      await store.write((tx) => tx.connections.insert(bare));
      const read = (of: Scope, id: string) => store.read.connections.findWithCurrent(of, id);
      expect({
        whole: await read(scope, connection.id),
        limited: await read(limited, connection.id),
        inside: await store.write((tx) => tx.connections.findWithCurrent(scope, connection.id)),
        withoutVersion: [await read(scope, bare.id), await read(limited, bare.id)],
        elsewhere: [await read(newScope(), connection.id), await read({ ...scope, integrationIds: [uuidv7()] }, connection.id)],
      }).toEqual({
        whole: { connection, current: version },
        limited: { connection, current: version },
        inside: { connection, current: version },
        withoutVersion: [
          { connection: bare, current: null },
          { connection: bare, current: null },
        ],
        elsewhere: [null, null],
      });
    });

    test('more ids than a statement has parameters are found, each once', async () => {
      const { scope, connection, version } = await seed(store, clock);
      const ids = [connection.id, ...Array.from({ length: 70_000 }, () => uuidv7()), connection.id];
      expect({
        rows: (await store.read.connections.findMany(scope, ids)).length,
        currentOf: await store.read.versions.currentOf(scope, ids),
        findMany: await store.read.integrations.findMany(scope, []),
      }).toEqual({ rows: 1, currentOf: [version], findMany: [] });
    });

    test('a token limited to other integrations sees no version, lease or page of this one, but opens the change that its key belongs to', async () => {
      const { scope, connection, lease, change } = await seed(store, clock);
      const creation = {
        ...change,
        id: uuidv7(),
        connectionId: uuidv7(),
        purpose: 'create' as const,
        baseVersion: null,
        keyHash: randomBytes(32),
      };
      await store.write((tx) => tx.changes.insert(creation));
      const limited = { ...scope, integrationIds: [uuidv7()] };
      const { versions, leases, connections, changes, integrations } = store.read;
      const page = { limit: 10, after: null };
      expect({
        version: await versions.find(limited, connection.id, 1),
        versions: await versions.list(limited, connection.id, { limit: 100, before: null }),
        current: await versions.currentOf(limited, [connection.id]),
        lease: await leases.find(limited, lease.id),
        leases: await leases.page(limited, {}, page),
        connections: await connections.page(limited, {}, page),
        found: await connections.findMany(limited, [connection.id]),
        change: await changes.page(limited, {}, page),
        integrations: await integrations.all(limited, 100),
        byKeyHash: await changes.findByKeyHash(limited, change.keyHash),
        creation: (await changes.findByKeyHash(limited, creation.keyHash))?.id,
      }).toEqual({
        version: null,
        versions: [],
        current: [],
        lease: null,
        leases: [],
        connections: [],
        found: [],
        change: [],
        integrations: [],
        byKeyHash: null,
        creation: creation.id,
      });
    });

    test('no version is retired under a live lease, whichever of the two comes first (C8)', async () => {
      const outcomes: string[] = [];
      for (let round = 0; round < 12; round += 1) {
        const { scope, connection, version, lease } = await seed(store, clock);
        await store.write(async (tx) => {
          await tx.leases.end(lease.id, 'released', clock.now());
          await tx.connections.advance(scope, connection.id, { from: 1, to: 2 }, { by: 'a', now: clock.now() });
          await tx.versions.demote(connection.id, 1, clock.now());
          await tx.versions.append({ ...version, version: 2, rowMac: randomBytes(32) });
        });
        const grant = () =>
          store.write(async (tx) => {
            await tx.lock(connection.id, 'shared');
            if ((await tx.versions.find(scope, connection.id, 1))?.label !== 'PREVIOUS') return false;
            await tx.leases.insert({
              ...lease,
              id: uuidv7(),
              keyHash: randomBytes(32),
              acquiredAt: clock.now(),
              expiresAt: clock.now() + HOUR,
            });
            return true;
          });
        const retire = () =>
          store.write(async (tx) => {
            await tx.lock(connection.id, 'exclusive');
            return await tx.versions.retire(connection.id, 1, clock.now());
          });
        const [first, second] = await Promise.all(round % 2 === 0 ? [grant(), retire()] : [retire(), grant()]);
        outcomes.push(
          `${first !== second} ${(await store.read.leases.liveOf(connection.id, clock.now())).length === 1} ${(await store.read.versions.find(scope, connection.id, 1))?.label}`,
        );
      }
      expect(outcomes.filter((outcome) => outcome !== 'true true PREVIOUS' && outcome !== 'true false RETIRED')).toEqual([]);
    });

    test('of an integration that is removed while a connection is added to it one of the two fails', async () => {
      const left: unknown[] = [];
      for (let round = 0; round < 8; round += 1) {
        const scope = newScope();
        const integration = integrationOf(scope, 'to be removed');
        await store.write((tx) => tx.integrations.insert(integration));
        const add = () => store.write((tx) => tx.connections.insert(connectionOf(scope, integration.id, clock.now())));
        const remove = () => store.write((tx) => tx.integrations.removeIfEmpty(scope, integration.id, clock.now()));
        const [first, second] = await Promise.allSettled(round % 2 === 0 ? [add(), remove()] : [remove(), add()]);
        const [added, removed] = round % 2 === 0 ? [first, second] : [second, first];
        const isAdded = added.status === 'fulfilled';
        const isRemoved = removed.status === 'fulfilled' && removed.value === true;
        if (isAdded === isRemoved || ((await store.read.integrations.find(scope, integration.id)) === null) !== isRemoved)
          left.push({ added, removed });
      }
      expect(left).toEqual([]);
    });

    test('of two integrations renamed to one name at once one gets it', async () => {
      const scope = newScope();
      const [a, b] = [integrationOf(scope, 'a'), integrationOf(scope, 'b')];
      await store.write(async (tx) => {
        await tx.integrations.insert(a);
        await tx.integrations.insert(b);
      });
      const rename = (id: string) =>
        store
          .write((tx) => tx.integrations.rename(scope, id, 'same', { by: null, now: clock.now() }))
          .catch((error: unknown) => (error instanceof DomainError && error.code === 'NAME_TAKEN' ? 'taken' : 'failed'));
      const outcomes = await Promise.all([rename(a.id), rename(b.id)]);
      expect({
        outcomes: outcomes.sort(),
        rows: (await store.read.integrations.all(scope, 100)).filter(({ name }) => name === 'same').length,
      }).toEqual({ outcomes: ['renamed', 'taken'], rows: 1 });
    });

    test('a removed integration frees its name and is renamed no more', async () => {
      const scope = newScope();
      const old = integrationOf(scope, 'name');
      await store.write((tx) => tx.integrations.insert(old));
      expect({
        removed: await store.write((tx) => tx.integrations.removeIfEmpty(scope, old.id, clock.now())),
        inserted: await store.write((tx) => tx.integrations.insert(integrationOf(scope, 'name'))),
        renamed: await store.write((tx) => tx.integrations.rename(scope, old.id, 'other', { by: null, now: clock.now() })),
        again: await store.write((tx) => tx.integrations.removeIfEmpty(scope, old.id, clock.now())),
      }).toEqual({ removed: true, inserted: true, renamed: 'gone', again: false });
    });

    test('transactions that wait for each other both end well, each having run whole', async () => {
      const scope = newScope();
      const [a, b] = [uuidv7(), uuidv7()];
      const arrived = { count: 0 };
      const crossing = (first: string, second: string, name: string) =>
        store.write(async (tx) => {
          await tx.lock(first, 'exclusive');
          arrived.count += 1;
          await tx.integrations.insert(integrationOf(scope, name));
          await tx.lock(second, 'exclusive');
          return await tx.now();
        });
      await Promise.all([crossing(a, b, 'one'), crossing(b, a, 'two')]);
      expect({
        names: (await store.read.integrations.all(scope, 100)).map(({ name }) => name).sort(),
        hasArrived: arrived.count >= 2,
      }).toEqual({ names: ['one', 'two'], hasArrived: true });
    });

    test('work that goes on after a failed statement is not told that something is kept which is not (N1)', async () => {
      const scope = newScope();
      const swallowing = store.write(async (tx) => {
        await tx.integrations.insert(integrationOf(scope, 'kept?'));
        await tx.projects.insert({ id: scope.projectId, name: 'p', createdAt: 1 });
        await tx.projects.insert({ id: scope.projectId, name: 'p', createdAt: 1 }).catch(() => {});
      });
      const isTold = await swallowing.then(
        () => true,
        () => false,
      );
      expect({
        integrations: (await store.read.integrations.all(scope, 100)).length,
        hasProject: (await store.read.projects.find(scope.projectId)) !== null,
      }).toEqual({ integrations: isTold ? 1 : 0, hasProject: isTold });
    });

    test('a statement that comes after its transaction has ended is refused', async () => {
      const scope = newScope();
      const kept = await store.write(async (tx) => tx);
      let straggler: Promise<unknown> = Promise.resolve();
      const failed = store.write(async (tx) => {
        straggler = new Promise((resolve) => setImmediate(resolve)).then(() => tx.integrations.insert(integrationOf(scope, 'straggler')));
        straggler.catch(() => {});
        throw new DomainError('VERSION_CONFLICT', 'no');
      });
      const late = await Promise.allSettled([kept.integrations.insert(integrationOf(scope, 'late')), failed]);
      // Nor does it slip into the transaction of another.
      const slipped = await store.write((tx) =>
        Promise.allSettled([kept.integrations.insert(integrationOf(scope, 'slipped')), tx.projects.find(scope.projectId)]),
      );
      const stragglers = await Promise.allSettled([straggler]);
      expect({
        statuses: [...late, ...stragglers, ...slipped].map(({ status }) => status),
        integrations: await store.read.integrations.all(scope, 100),
      }).toEqual({ statuses: ['rejected', 'rejected', 'rejected', 'rejected', 'fulfilled'], integrations: [] });
    });

    test('text that an engine would alter is refused, and JSON keeps it exactly (F26, #35)', async () => {
      const scope = newScope();
      const codes: string[] = [];
      for (const name of ['lone \ud800 surrogate', 'nul \0 byte']) {
        await store
          .write((tx) => tx.integrations.insert(integrationOf(scope, name)))
          .catch((error: unknown) => codes.push(error instanceof DomainError ? error.code : 'other'));
        await store.read.integrations
          .find(scope, name)
          .catch((error: unknown) => codes.push(error instanceof DomainError ? error.code : 'other'));
      }
      const integration = integrationOf(scope, 'exact \u2028 \u{1F980} \u202e');
      const labels = { surrogate: '\ud800', nul: 'a\0b', quotes: `'"\\`, line: '\u2028' };
      const connection = { ...connectionOf(scope, integration.id, clock.now()), labels };
      await store.write(async (tx) => {
        await tx.integrations.insert(integration);
        await tx.connections.insert(connection);
      });
      expect({
        codes,
        name: (await store.read.integrations.find(scope, integration.id))?.name,
        labels: (await store.read.connections.find(scope, connection.id))?.labels,
      }).toEqual({ codes: Array(4).fill('BAD_REQUEST'), name: integration.name, labels });
    });

    test("a number beyond what a column holds finds nothing or is the caller's mistake, never a fault of ours (N15)", async () => {
      const { scope, connection } = await seed(store, clock);
      const answers = await Promise.all(
        [2 ** 31, Number.MAX_SAFE_INTEGER, -1].map((version) =>
          store.read.versions
            .find(scope, connection.id, version)
            .catch((error: unknown) => (error instanceof DomainError ? error.code : 'other')),
        ),
      );
      expect(answers.filter((answer) => answer !== null && answer !== 'BAD_REQUEST')).toEqual([]);
    });

    test('content that a roll-back made current again does not hold up what else may be destroyed, and goes with all its versions', async () => {
      const { scope, connection, version, change } = await seed(store, clock);
      const sharing = { ...version, version: 3, label: 'RETIRED' as const, retiredAt: clock.now() };
      await store.write(async (tx) => {
        await tx.changes.discard(change.id, clock.now());
        await tx.versions.retireAll(connection.id, clock.now());
        await tx.versions.append({ ...version, version: 2, rowMac: randomBytes(32) });
        await tx.versions.append(sharing);
      });
      const due = async () =>
        (await store.read.versions.destroyable(clock.now(), 1000)).rows
          .filter(({ connectionId }) => connectionId === connection.id)
          .map((row) => row.version);
      const whileCurrent = await due();
      await store.write((tx) => tx.versions.retireAll(connection.id, clock.now()));
      const afterwards = await due();
      const destroyed = await store.write(async (tx) => [
        await tx.contents.destroyIfUnused(version.contentId, clock.now()),
        await tx.versions.markDestroyed(connection.id, 1, clock.now()),
      ]);
      const again = await store.write((tx) => tx.versions.markDestroyed(connection.id, 1, clock.now()));
      expect({
        whileCurrent,
        afterwards: afterwards.sort(),
        destroyed,
        again,
        due: await due(),
        blob: (await store.read.contents.find(scope, version.contentId))?.blob,
      }).toEqual({ whileCurrent: [], afterwards: [1, 2, 3], destroyed: [true, true], again: false, due: [], blob: null });
    });

    test('an idempotency id that was released is free, and its first answer stays', async () => {
      const row = holdOf('id', clock.now());
      const take = () => store.write((tx) => tx.idempotency.take(row, clock.now()));
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const { taken, row: held } = await take();
          if (taken) await store.write((tx) => tx.idempotency.release(row.tokenId, row.key, row.takenUntil));
          return held.answer === null;
        }),
      );
      const taken = await take();
      await store.write((tx) => tx.idempotency.release(row.tokenId, row.key, row.takenUntil - 1));
      const heldByAnother = await take();
      await store.write((tx) => tx.idempotency.finish(row.tokenId, row.key, Buffer.from('first'), 1));
      await store.write((tx) => tx.idempotency.finish(row.tokenId, row.key, Buffer.from('second'), 1));
      await store.write((tx) => tx.idempotency.release(row.tokenId, row.key, row.takenUntil));
      expect({
        outcomes: outcomes.every(Boolean),
        taken: taken.taken,
        heldByAnother: heldByAnother.taken,
        answer: (await take()).row.answer?.toString(),
      }).toEqual({ outcomes: true, taken: true, heldByAnother: false, answer: 'first' });
    });

    test('an idempotency id that was released stays the same request, begun when it first was, and another request is told so', async () => {
      const row = holdOf('again', clock.now());
      await store.write((tx) => tx.idempotency.take(row, clock.now()));
      await store.write((tx) => tx.idempotency.releaseAll());
      clock.advance(1000);
      const later = { ...row, startedAt: clock.now(), takenUntil: clock.now() + 60_000, expiresAt: clock.now() + 24 * HOUR };
      const other = await store.write((tx) => tx.idempotency.take({ ...later, requestHash: randomBytes(32) }, clock.now()));
      const again = await store.write((tx) => tx.idempotency.take(later, clock.now()));
      expect({ other, again }).toMatchObject({
        other: { taken: false, row: { requestHash: row.requestHash } },
        again: { taken: true, row: { ...row, takenUntil: later.takenUntil } },
      });
    });

    test('a protected connection is not removed, and a removed one is not changed', async () => {
      const { scope, connection } = await seed(store, clock);
      const { id } = connection;
      const run = (step: (tx: Writers) => Promise<boolean>) => store.write(step);
      expect({
        isProtected: await run((tx) => tx.connections.setDeletionProtection(scope, id, true, { by: 'a', now: clock.now() })),
        removedProtected: await run((tx) => tx.connections.remove(scope, id, 'a', clock.now())),
        unprotected: await run((tx) => tx.connections.setDeletionProtection(scope, id, false, { by: 'a', now: clock.now() })),
        removed: await run((tx) => tx.connections.remove(scope, id, 'a', clock.now())),
        again: await run((tx) => tx.connections.remove(scope, id, 'a', clock.now())),
        protectedGone: await run((tx) => tx.connections.rename(scope, id, 'new', { by: 'a', now: clock.now() })),
        renamedGone: await run((tx) => tx.connections.setActive(scope, id, false, { by: 'a', now: clock.now() })),
        disabledGone: await run((tx) => tx.connections.advance(scope, id, { from: 1, to: 2 }, { by: 'a', now: clock.now() })),
        other: (await store.read.connections.find(scope, id)) === null,
      }).toEqual({
        isProtected: true,
        removedProtected: false,
        unprotected: true,
        removed: true,
        again: false,
        protectedGone: false,
        renamedGone: false,
        disabledGone: false,
        other: true,
      });
    });

    test('a foreign project changes nothing (#48)', async () => {
      const { scope, connection } = await seed(store, clock);
      const foreign = newScope();
      const { id } = connection;
      const outcomes = await store.write(async (tx) => [
        await tx.connections.advance(foreign, id, { from: 1, to: 2 }, { by: 'a', now: clock.now() }),
        await tx.connections.rename(foreign, id, 'x', { by: 'a', now: clock.now() }),
        await tx.connections.remove(foreign, id, 'a', clock.now()),
        await tx.integrations.rename(foreign, connection.integrationId, 'x', { by: null, now: clock.now() }),
        await tx.integrations.removeIfEmpty(foreign, connection.integrationId, clock.now()),
      ]);
      expect({ outcomes, connections: await store.read.connections.find(scope, id) }).toEqual({
        outcomes: [false, false, false, 'gone', false],
        connections: connection,
      });
    });

    test('a session ends once and is found by its hash alone', async () => {
      const session = {
        id: uuidv7(),
        tokenId: uuidv7(),
        projectId: uuidv7(),
        hash: randomBytes(32),
        createdAt: clock.now(),
        expiresAt: clock.now() + HOUR,
        endedAt: null,
      };
      await store.write((tx) => tx.sessions.insert(session));
      const found = await store.read.sessions.find(session.hash);
      const end = () => store.write((tx) => tx.sessions.end(session.id, clock.now()));
      expect({
        found,
        live: (await Promise.all([end(), end()])).filter(Boolean).length,
        sessions: await store.read.sessions.find(randomBytes(32)),
      }).toEqual({ found: session, live: 1, sessions: null });
    });

    test('of two that use the same count of a nonce one may, and a lower one is never taken again', async () => {
      const guard = { id: randomBytes(32).toString('hex'), expiresAt: clock.now() + HOUR };
      const use = (used: number) => store.write((tx) => tx.replayGuards.advance({ ...guard, used }));
      const before = await store.read.replayGuards.used(guard.id);
      const first = await Promise.all([use(2), use(2)]);
      const later = [await use(1), await use(5), await use(3)];
      expect({ before, first: first.filter(Boolean).length, later, used: await store.read.replayGuards.used(guard.id) }).toEqual({
        before: 0,
        first: 1,
        later: [false, true, false],
        used: 5,
      });
    });

    test('guards are found by their ids, with when each ends', async () => {
      const guards = [1, 2].map((count) => ({ id: randomBytes(32).toString('hex'), used: count, expiresAt: clock.now() + count * HOUR }));
      for (const guard of guards) await store.write((tx) => tx.replayGuards.advance(guard));
      const found = await store.read.replayGuards.findMany([...guards.map(({ id }) => id), randomBytes(32).toString('hex')]);
      expect({ found: found.toSorted((one, other) => one.used - other.used), none: await store.read.replayGuards.findMany([]) }).toEqual({
        found: guards,
        none: [],
      });
    });

    test('events are read in the order in which they were published, from any of them on, and by their own project alone', async () => {
      const [scope, other] = [newScope(), newScope()];
      const { projectId } = scope;
      const later = eventOf(scope, { createdAt: clock.now() });
      const earlier = eventOf(scope, { createdAt: clock.now() - HOUR });
      await store.write((tx) => tx.events.append(later));
      const unpublished = [await store.read.events.after(projectId, null, 10), await store.read.events.place(projectId, later.id)];
      await publishAll(store);
      // It began before the other one, and was committed behind it.
      await store.write((tx) => tx.events.append(earlier));
      await store.write((tx) => tx.events.append(eventOf(other, {})));
      await publishAll(store);
      const all = await store.read.events.after(projectId, null, 10);
      const place = await store.read.events.place(projectId, later.id);
      expect({
        unpublished,
        order: all.map(({ id }) => id),
        first: await store.read.events.after(projectId, null, 1).then(idsOf),
        behind: await store.read.events.after(projectId, place, 10).then(idsOf),
        end: await store.read.events.after(projectId, await store.read.events.newest(projectId), 10),
        newest: (await store.read.events.newest(projectId))?.id,
        elsewhere: await store.read.events.place(other.projectId, later.id),
        waits: await store.read.events.hasUnpublished(),
        told: all[0],
      }).toEqual({
        unpublished: [[], null],
        order: [later.id, earlier.id],
        first: [later.id],
        behind: [earlier.id],
        end: [],
        newest: earlier.id,
        elsewhere: null,
        waits: false,
        told: { ...later, publishedAt: all[0]?.publishedAt, integrationId: null },
      });
    });

    test('an event of a connection names its integration, also once both were removed', async () => {
      const { scope, connection } = await seed(store, clock);
      await store.write(async (tx) => {
        await tx.connections.remove(scope, connection.id, 'a', clock.now());
        await tx.integrations.removeIfEmpty(scope, connection.integrationId, clock.now());
        await tx.events.append(eventOf(scope, { entityId: connection.id }));
      });
      await publishAll(store);
      const [event] = await store.read.events.after(scope.projectId, null, 10);
      expect(event?.integrationId).toBe(connection.integrationId);
    });

    test('of publishers at once each event gets one place, and what is published later stands behind it, though the clock is set back', async () => {
      const scope = newScope();
      const write = () => store.write((tx) => tx.events.append(eventOf(scope, {})));
      clock.advance(HOUR);
      await Promise.all(Array.from({ length: 5 }, write));
      const published = await Promise.all(Array.from({ length: 4 }, () => store.write((tx) => tx.events.publish(3))));
      await publishAll(store);
      const before = (await store.read.events.after(scope.projectId, null, 10)).map(({ id }) => id);
      clock.advance(-HOUR);
      await write();
      await publishAll(store);
      const after = (await store.read.events.after(scope.projectId, null, 10)).map(({ id }) => id);
      clock.advance(HOUR);
      expect({
        counted: published.reduce((sum, count) => sum + count, 0) >= 5,
        distinct: new Set(after).size,
        kept: after.slice(0, 5),
      }).toEqual({
        counted: true,
        distinct: 6,
        kept: before,
      });
    });

    test('a notification is heard at once in its own process, by those that listen to its topic and until they stop', () => {
      const heard: unknown[] = [];
      const stop = store.notifications.listen('validations', (text) => heard.push(text));
      store.notifications.notify('validations', 'one');
      store.notifications.notify('events', 'another topic');
      stop();
      store.notifications.notify('validations', 'too late');
      expect(heard).toEqual(['one']);
    });

    test('the store answers, and its time is that of its transactions', async () => {
      await store.ping();
      expect({ read: await store.now(), write: await store.write((tx) => tx.now()) }).toEqual({ read: clock.now(), write: clock.now() });
    });

    test('a version with a reference is bound once, and never anew', async () => {
      const { scope, connection, version } = await seed(store, clock);
      const reference = { provider: 'env', path: 'MCD_SALES', key: null } as const;
      const referring: Version = { ...version, version: 2, reference, contentId: null, cipherHash: null };
      const [first, second] = [randomBytes(32), randomBytes(32)];
      const bound = await store.write(async (tx) => {
        await tx.connections.advance(scope, connection.id, { from: 1, to: 2 }, { by: 'a', now: clock.now() });
        await tx.versions.demote(connection.id, 1, clock.now() + HOUR);
        await tx.versions.append(referring);
        return [
          await tx.versions.bind(connection.id, 1, first),
          await tx.versions.bind(connection.id, 2, first),
          await tx.versions.bind(connection.id, 2, second),
        ];
      });
      const found = await store.read.versions.find(scope, connection.id, 2);
      expect({ bound, isSame: found?.boundTo?.equals(first) }).toEqual({ bound: [false, true, false], isSame: true });
    });

    test('content is sealed anew from what was read alone, and not once it was destroyed', async () => {
      const { version, change } = await seed(store, clock);
      const to = { blob: Buffer.from('anew'), cipherHash: randomBytes(32), keyGeneration: 2 };
      const from = version.cipherHash ?? Buffer.alloc(0);
      const done = await store.write(async (tx) => [
        await tx.contents.reseal(version.contentId, randomBytes(32), to),
        await tx.contents.reseal(version.contentId, from, to),
        await tx.contents.reseal(version.contentId, from, to),
      ]);
      const destroyed = await store.write(async (tx) => {
        await tx.changes.discard(change.id, clock.now());
        await tx.versions.retireAll(version.connectionId, clock.now() - 1);
        return [
          await tx.contents.destroyIfUnused(version.contentId, clock.now()),
          await tx.contents.reseal(version.contentId, to.cipherHash, { ...to, cipherHash: from }),
        ];
      });
      expect({ done, destroyed }).toEqual({ done: [false, true, false], destroyed: [true, false] });
    });

    test('sealed content is found in its own project alone', async () => {
      const { scope, version } = await seed(store, clock);
      const found = await store.read.contents.find(scope, version.contentId);
      expect({ id: found?.id, contents: await store.read.contents.find({ projectId: uuidv7() }, version.contentId) }).toEqual({
        id: version.contentId,
        contents: null,
      });
    });

    test('an account secret keeps the value of its newest version alone, until it is removed; then its name is free', async () => {
      const { projectId } = newScope();
      const made = { createdAt: clock.now(), createdBy: 'a' };
      const secret = {
        id: uuidv7(),
        projectId,
        name: 'smtp',
        scope: 'global',
        description: null,
        currentVersion: 1,
        expiresAt: null,
        ...made,
        updatedAt: made.createdAt,
        updatedBy: 'a',
        deletedAt: null,
      } as const;
      const version = { secretId: secret.id, version: 1, projectId, blob: randomBytes(60), keyGeneration: 1, ...made };
      const second = { ...version, version: 2, blob: randomBytes(60) };
      const other = { ...secret, id: uuidv7() };
      const insert = (one: AccountSecret) => store.write((tx) => tx.accountSecrets.insert(one, { ...version, secretId: one.id }));
      const inserted = (await Promise.all([insert(secret), insert(other)])).filter(Boolean).length;
      const known = (await store.read.accountSecrets.find(projectId, 'smtp')) ?? secret;
      const ofKnown = { ...second, secretId: known.id };
      const changed = { ...known, currentVersion: 2, description: 'changed', updatedBy: 'b' };
      await store.write((tx) => tx.accountSecrets.update(changed, ofKnown));
      const resealed = { blob: randomBytes(60), keyGeneration: 2 };
      const reseal = () => store.write((tx) => tx.accountSecrets.reseal(ofKnown, resealed));
      const found = {
        secret: await store.read.accountSecrets.find(projectId, 'smtp'),
        first: (await store.read.accountSecrets.version(known.id, 1))?.blob,
        second: await store.read.accountSecrets.version(known.id, 2),
        older: (await store.read.accountSecrets.ofGenerations(projectId, [1], 10)).map(({ version: at }) => at),
        resealed: [await reseal(), await reseal()],
        newer: await store.read.accountSecrets.version(known.id, 2),
        foreign: await store.read.accountSecrets.find(newScope().projectId, 'smtp'),
      };
      const removed = await store.write((tx) => tx.accountSecrets.remove(known, clock.now(), 'b'));
      expect({
        inserted,
        ...found,
        removed,
        gone: await store.read.accountSecrets.all(projectId, 10),
        again: await insert(other.id === known.id ? secret : other),
      }).toEqual({
        inserted: 1,
        secret: changed,
        first: null,
        second: ofKnown,
        older: [2],
        resealed: [true, false],
        newer: { ...ofKnown, ...resealed },
        foreign: null,
        removed: true,
        gone: [],
        again: true,
      });
      expect((await store.read.accountSecrets.version(known.id, 2))?.blob).toBeNull();
    });

    test('a token is revised as a whole while it lives, and found with what it was revised to', async () => {
      const scope = newScope();
      const token = tokenOf(scope, {});
      const grant = { tokenId: token.id, projectId: scope.projectId, roles: ['editor', 'job'] } as const;
      await store.write((tx) => tx.tokens.insert(token, [grant]));
      const revision = { name: 'another', comment: 'a comment', expiresAt: clock.now() + HOUR, roles: ['viewer'] } as const;
      const revise = (id: string) => store.write((tx) => tx.tokens.revise(id, revision));
      const done = [await revise(token.id), await revise(uuidv7())];
      const found = await store.read.tokens.findByHash(token.hash);
      await store.write((tx) => tx.tokens.revoke(token.id, clock.now()));
      const { roles, ...changed } = revision;
      expect({ done, found, revoked: await revise(token.id) }).toEqual({
        done: [true, false],
        found: { token: { ...token, ...changed }, grants: [{ ...grant, roles }] },
        revoked: false,
      });
    });

    test('a token is revoked once', async () => {
      const token = tokenOf(newScope(), {});
      const revoked = await store.write(async (tx) => {
        await tx.tokens.insert(token, []);
        return [await tx.tokens.revoke(token.id, 5), await tx.tokens.revoke(token.id, 6)];
      });
      expect({ revoked, revokedAt: (await store.read.tokens.find(token.id))?.token.revokedAt }).toEqual({
        revoked: [true, false],
        revokedAt: 5,
      });
    });

    test('rows that need a data key are counted in their own project', async () => {
      const { scope } = await seed(store, clock);
      const needs = await store.write(async (tx) => [await tx.keys.neededBy(scope.projectId, 1), await tx.keys.neededBy(uuidv7(), 1)]);
      expect(needs.map(({ versions, contents }) => ({ versions, contents }))).toEqual([
        { versions: 1, contents: 1 },
        { versions: 0, contents: 0 },
      ]);
    });

    test('a refusal from inside keeps its code', async () => {
      const refused = store.write(async () => {
        throw new DomainError('VERSION_CONFLICT', 'no');
      });
      await expect(refused).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    });
  });
}

function eventOf({ projectId }: Scope, given: Partial<OutboxEvent>): OutboxEvent {
  return { id: uuidv7(), projectId, type: 'connection.update', entityId: uuidv7(), data: { version: 2 }, createdAt: 1, ...given };
}

function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}

/** All tests of a store write to one outbox. */
async function publishAll(store: Store): Promise<void> {
  while ((await store.write((tx) => tx.events.publish(100))) > 0);
}

function newScope(): Scope {
  return { projectId: uuidv7(), integrationIds: null };
}

function integrationOf(scope: Scope, name: string): Integration {
  return {
    id: uuidv7(),
    projectId: scope.projectId,
    siteId: uuidv7(),
    namespace: 'changeover',
    name,
    category: 'WAREHOUSE',
    type: 'postgres',
    streamingSystemId: null,
    externalClusterId: null,
    createdAt: 1,
    createdBy: null,
    updatedAt: 1,
    updatedBy: null,
  };
}

function connectionOf(scope: Scope, integrationId: string, now: number): Connection {
  return {
    id: uuidv7(),
    projectId: scope.projectId,
    integrationId,
    name: 'orders \u{1F980}',
    labels: { team: 'a' },
    jobTypes: ['metadata'],
    jobLimits: { rows: 1 },
    dbtFilter: { filtersEvents: true, environments: null, allowList: { fields: [], values: ['prod'] } },
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
}

/** Of an idempotency id, for a minute. */
function holdOf(key: string, now: number): IdempotencyRow {
  return {
    tokenId: uuidv7(),
    key,
    requestHash: randomBytes(32),
    answer: null,
    keyGeneration: null,
    startedAt: now,
    takenUntil: now + 60_000,
    expiresAt: now + 24 * HOUR,
  };
}

function tokenOf(scope: Scope, given: Partial<Token>): Token {
  return {
    id: uuidv7(),
    kind: 'svc',
    name: 't',
    homeProjectId: scope.projectId,
    hash: randomBytes(32),
    digest: null,
    keyScope: null,
    operator: false,
    integrationIds: null,
    accessList: null,
    comment: null,
    createdAt: 1,
    createdBy: null,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    ...given,
  };
}

interface Seeded {
  readonly scope: Scope;
  readonly connection: Connection;
  readonly version: Version & { readonly contentId: string };
  readonly lease: Lease;
  readonly change: Change;
}

async function seed(store: Store, clock: { now(): number }): Promise<Seeded> {
  const scope = newScope();
  const integration = integrationOf(scope, 'warehouse');
  const now = clock.now();
  const contentId = uuidv7();
  const connection = connectionOf(scope, integration.id, now);
  const { id } = connection;
  const sealed = {
    contentId,
    cipherHash: randomBytes(32),
    candidateHash: randomBytes(32),
    settings: { host: 'h', port: 5432, ssl: { verifyCert: true } },
    facets: {},
    reference: null,
    kind: 'postgres',
  };
  const version: Seeded['version'] = {
    ...sealed,
    connectionId: id,
    version: 1,
    projectId: scope.projectId,
    configHash: randomBytes(32),
    keyGeneration: 1,
    boundTo: null,
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
  const lease: Lease = {
    id: uuidv7(),
    projectId: scope.projectId,
    connectionId: id,
    version: 1,
    tokenId: null,
    job: 'nightly',
    keyHash: randomBytes(32),
    acquiredAt: now,
    expiresAt: now + HOUR,
    endsBy: now + 24 * HOUR,
    releasedAt: null,
    endReason: null,
  };
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
    acceptsLosses: false,
    failure: null,
  };
  await store.write(async (tx) => {
    await tx.integrations.insert(integration);
    await tx.connections.insert(connection);
    await tx.contents.insert({
      id: contentId,
      projectId: scope.projectId,
      connectionId: id,
      blob: Buffer.from('sealed'),
      cipherHash: sealed.cipherHash,
      keyGeneration: 1,
      createdAt: now,
    });
    await tx.versions.append(version);
    await tx.leases.insert(lease);
    await tx.changes.insert(change);
  });
  return { scope, connection, version, lease, change };
}
