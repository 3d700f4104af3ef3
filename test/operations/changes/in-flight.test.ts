import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, createApp } from '../../../src/app.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { discardChange } from '../../../src/operations/changes/discard-change.ts';
import { commitChange } from '../../../src/operations/commits/commit-change.ts';
import { commitWaiting } from '../../../src/operations/commits/commit-waiting.ts';
import { COMMIT, type Receiver, SECRET, stageSecret, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { codeOf, type ProtocolBench, RELEASE, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import type { TestClock } from '../../support/store/services.ts';

const MINUTE = 60_000;
const NEXT = 'a secret of the second version';
const ACQUIRE = 'mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "nightly") { lease { id version } key credentials } }';
const RENEW = 'mutation ($key: String!) { renewLease(leaseKey: $key, ttlSeconds: 7200) { live } }';
const POLICY =
  'mutation ($id: UUID!, $policy: InFlightPolicy!) { setConnectionPolicy(connectionId: $id, policy: { inFlight: $policy }) { connection { uuid } } }';
const COMMIT_CHANGE =
  'mutation ($id: UUID!, $key: String!, $wait: Int, $reason: String) { commitChange(connectionId: $id, tempCredentialsKey: $key, waitSeconds: $wait, breakGlassReason: $reason) { id state waitUntil committedVersion } }';
const CHANGE = 'query ($id: UUID!) { change(id: $id) { state failure committedVersion } }';

/** What live leases mean for a commit, over HTTP. */
describeOnEachEngine('commits in flight', ({ engine, databaseUrl }) => {
  let bench: ProtocolBench;
  let clock: TestClock;
  let gateway: TestGateway;
  let receiver: Receiver;
  let job: TestToken;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    ({ clock, gateway, receiver, job } = bench);
  });
  afterAll(() => bench.close());

  const addHeld = async (policy = 'WAIT') => {
    const id = await bench.add();
    await gateway.graphql(POLICY, { id, policy });
    const { lease, key } = (await acquire(id)).data.acquireLease;
    return { id, leaseId: lease.id, leaseKey: key };
  };
  const acquire = (id: string) => gateway.graphql(ACQUIRE, { id }, job);
  const release = (key: string) => gateway.graphql(RELEASE, { key }, job);
  const wait = async (id: string, token = gateway.owner) => {
    const key = await stageSecret(gateway, id, NEXT, token);
    const { data } = await gateway.graphql(COMMIT_CHANGE, { id, key }, token);
    return { key, change: data.commitChange };
  };
  const changeOf = async (change: { id: string }) => (await gateway.graphql(CHANGE, { id: change.id })).data.change;
  const pass = () => commitWaiting(gateway.app.services);
  const audited = async (id: string) =>
    (
      await gateway.graphql(
        'query ($id: UUID!) { auditLog(filter: { entityId: $id }, first: 100) { edges { node { action actorTokenId details } } } }',
        { id },
      )
    ).data.auditLog.edges.map(({ node }: { node: { action: string } }) => node);
  /** Another gateway on the same store, where the engine has more than one. */
  const replica = async (): Promise<App> => (engine === 'SQLite' ? gateway.app : await createApp(gateway.app.config, { clock }));

  test('under WAIT a commit waits for the live leases, and is then carried out once, in the name of whoever asked', async () => {
    const { id, leaseKey } = await addHeld();
    const { change } = await wait(id);
    const early = await pass();
    await release(leaseKey);
    const other = await replica();
    const counts = await Promise.all(Array.from({ length: 6 }, (_, at) => commitWaiting((at % 2 === 0 ? gateway.app : other).services)));
    if (other !== gateway.app) await other.close();
    const updates = (await audited(id)).filter(({ action }: { action: string }) => action === 'connection.update');
    expect({
      answer: change,
      early,
      committed: counts.reduce((sum, count) => sum + count),
      change: await changeOf(change),
      updates,
    }).toEqual({
      answer: { id: expect.any(String), state: 'PENDING', waitUntil: expect.any(String), committedVersion: null },
      early: 0,
      committed: 1,
      change: { state: 'COMMITTED', failure: null, committedVersion: 2 },
      updates: [
        expect.objectContaining({
          actorTokenId: gateway.owner.id,
          details: expect.objectContaining({ waited: true, proven: true, version: 2 }),
        }),
      ],
    });
  });

  test('a change is carried out when its leases have ended, however many others are held for longer', async () => {
    const held = [await addHeld(), await addHeld(), await addHeld()];
    for (const { id } of held) await wait(id);
    const { id, leaseKey } = await addHeld();
    const { change } = await wait(id);
    await release(leaseKey);
    const committed = await commitWaiting(gateway.app.services, 2);
    for (const one of held) await release(one.leaseKey);
    const later = await commitWaiting(gateway.app.services, 2);
    expect({ committed, change: await changeOf(change), later }).toEqual({
      committed: 1,
      change: { state: 'COMMITTED', failure: null, committedVersion: 2 },
      later: 3,
    });
  });

  test('replicas that carry a change out at once dial for its proof once', async () => {
    const { id, leaseKey } = await addHeld();
    await wait(id);
    await release(leaseKey);
    clock.advance(16 * MINUTE);
    const other = await replica();
    const before = receiver.calls;
    await Promise.all([gateway.app, other, gateway.app, other].map((app) => commitWaiting(app.services)));
    if (other !== gateway.app) await other.close();
    expect({ dialled: receiver.calls - before, version: (await acquire(id)).data.acquireLease.lease.version }).toEqual({
      dialled: 1,
      version: 2,
    });
  });

  test('a protocol that cannot say PENDING gets CONNECTION_IN_USE, with the jobs and Retry-After', async () => {
    const { id } = await addHeld();
    const refused = await gateway.graphql(COMMIT, { id, key: await stageSecret(gateway, id, NEXT) });
    expect({
      refused: codeOf(refused),
      jobs: refused.errors?.[0]?.extensions.jobs,
      retryAfter: refused.headers.get('retry-after'),
    }).toEqual({
      refused: 'CONNECTION_IN_USE',
      jobs: [expect.objectContaining({ job: 'nightly' })],
      retryAfter: expect.stringMatching(/^\d+$/),
    });
  });

  test('while a commit waits new leases are refused and live ones renewed and read; after it they get what it brought', async () => {
    const { id, leaseKey } = await addHeld();
    await wait(id);
    const during = [await acquire(id), await gateway.graphql(RENEW, { key: leaseKey }, job)].map(codeOf);
    const read = (await gateway.graphql('mutation ($key: String!) { readLease(leaseKey: $key) { credentials } }', { key: leaseKey }, job))
      .data.readLease;
    await release(leaseKey);
    const between = codeOf(await acquire(id));
    await pass();
    expect({
      during,
      held: read.credentials.signingSecret,
      between,
      leased: (await acquire(id)).data.acquireLease.credentials.signingSecret,
    }).toEqual({ during: ['CONNECTION_IN_USE', 'ok'], held: SECRET, between: 'CONNECTION_IN_USE', leased: NEXT });
  });

  test('a lease that ends by time alone lets the commit through', async () => {
    const { id } = await addHeld();
    const key = await stageSecret(gateway, id, NEXT);
    const { data } = await gateway.graphql(COMMIT_CHANGE, { id, key, wait: 7200 });
    clock.advance(61 * MINUTE);
    await pass();
    expect(await changeOf(data.commitChange)).toEqual({ state: 'COMMITTED', failure: null, committedVersion: 2 });
  });

  test('at the deadline it is given up, says why, destroys what it sealed, and leases are granted again', async () => {
    const { id, leaseKey } = await addHeld();
    await gateway.graphql(RENEW, { key: leaseKey }, job);
    const { change, key } = await wait(id);
    clock.advance(60 * MINUTE);
    // By the clock alone: no pass has seen that the time is over.
    const granted = (await acquire(id)).data.acquireLease.lease.version;
    const late = codeOf(await gateway.graphql(COMMIT_CHANGE, { id, key }));
    await pass();
    const stored = await gateway.app.services.store.read.changes.find(
      { projectId: gateway.app.projectId, integrationIds: null },
      change.id,
    );
    const content = await gateway.app.services.store.read.contents.find({ projectId: gateway.app.projectId }, stored?.contentId ?? '');
    expect({ granted, late, change: await changeOf(change), blob: content?.blob, audited: (await audited(id))[0] }).toEqual({
      granted: 1,
      late: 'CHANGE_EXPIRED',
      change: { state: 'DISCARDED', failure: 'CONNECTION_IN_USE', committedVersion: null },
      blob: null,
      audited: expect.objectContaining({ action: 'change.give-up', details: { changeId: change.id, code: 'CONNECTION_IN_USE' } }),
    });
  });

  test('proof that has aged while it waited is obtained again, and a refusal saves nothing', async () => {
    const { id, leaseKey } = await addHeld();
    const { change } = await wait(id);
    clock.advance(16 * MINUTE);
    await release(leaseKey);
    receiver.status = 401;
    await pass();
    receiver.status = 204;
    expect({ change: await changeOf(change), version: (await acquire(id)).data.acquireLease.lease.version }).toEqual({
      change: { state: 'DISCARDED', failure: 'VALIDATION_FAILED', committedVersion: null },
      version: 1,
    });
  });

  test('a system that is away when its proof is due does not end the wait', async () => {
    const { id, leaseKey } = await addHeld();
    const { change } = await wait(id);
    clock.advance(16 * MINUTE);
    await release(leaseKey);
    receiver.status = 503;
    await pass();
    const meanwhile = await changeOf(change);
    receiver.status = 204;
    clock.advance(2 * MINUTE);
    await pass();
    expect({ meanwhile: meanwhile.state, afterwards: (await changeOf(change)).state }).toEqual({
      meanwhile: 'PENDING',
      afterwards: 'COMMITTED',
    });
  });

  test('a change that waits can be discarded, and its key is then worth nothing', async () => {
    const { id, leaseKey } = await addHeld();
    const { change, key } = await wait(id);
    const discard = 'mutation ($id: UUID!) { discardChange(id: $id) { state } }';
    const editor = codeOf(await gateway.graphql(discard, { id: change.id }, await gateway.token('editor')));
    await gateway.graphql(discard, { id: change.id });
    await release(leaseKey);
    expect({
      editor,
      committed: await pass(),
      change: await changeOf(change),
      again: codeOf(await gateway.graphql(COMMIT_CHANGE, { id, key })),
    }).toEqual({
      editor: 'FORBIDDEN',
      committed: 0,
      change: { state: 'DISCARDED', failure: null, committedVersion: null },
      again: 'CHANGE_OUTDATED',
    });
  });

  test('a commit whose change is discarded while its proof is obtained says so, and accuses nobody of altering the store', async () => {
    const { id } = await addHeld('OVERLAP');
    const key = await stageSecret(gateway, id, NEXT);
    const { services, projectId } = gateway.app;
    const { store } = services;
    const actor = localActor(projectId, 'test', { id: 'race', ip: null, client: {} });
    const [staged] = await store.read.changes.openOf(id);
    const find: typeof store.read.contents.find = async (...args) => {
      await discardChange(services, actor, staged?.id ?? '').catch(() => {});
      return await store.read.contents.find(...args);
    };
    const racing = { ...services, store: { ...store, read: { ...store.read, contents: { ...store.read.contents, find } } } };
    const refused = await commitChange(racing, actor, { connectionId: id, key }).catch((error: { code: string }) => error);
    expect('code' in refused && refused.code).toBe('CHANGE_OUTDATED');
  });

  test('what was given up is not discarded afterwards, under an idempotency id either', async () => {
    const { id } = await addHeld();
    const { change } = await wait(id);
    clock.advance(61 * MINUTE);
    await pass();
    const discard = 'mutation ($id: UUID!) { discardChange(id: $id) { state } }';
    const answers = [
      await gateway.graphql(discard, { id: change.id }),
      await gateway.graphql(discard, { id: change.id }, gateway.owner, { 'x-mcd-idempotent-id': `discard-${id}` }),
    ];
    expect(answers.map(codeOf)).toEqual(['CHANGE_OUTDATED', 'CHANGE_OUTDATED']);
  });

  test('repeating the key changes nothing, a stranger with it learns nothing, and another change does not wait beside it', async () => {
    const { id } = await addHeld();
    const { change, key } = await wait(id);
    clock.advance(MINUTE);
    const repeated = (await gateway.graphql(COMMIT_CHANGE, { id, key })).data.commitChange;
    const stranger = await gateway.graphql(COMMIT_CHANGE, { id, key }, await gateway.token('admin'));
    const second = await gateway.graphql(COMMIT_CHANGE, { id, key: await stageSecret(gateway, id, 'a secret of another change') });
    expect({ repeated, stranger: codeOf(stranger), second: codeOf(second) }).toEqual({
      repeated: change,
      stranger: 'NOT_FOUND',
      second: 'CONNECTION_IN_USE',
    });
  });

  test('the rights of whoever asked are looked at when it is carried out', async () => {
    const { id, leaseKey } = await addHeld();
    const admin = await gateway.token('admin');
    const { change } = await wait(id, admin);
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: admin.id });
    await release(leaseKey);
    await pass();
    expect(await changeOf(change)).toEqual({ state: 'DISCARDED', failure: 'UNAUTHENTICATED', committedVersion: null });
  });

  test('a change that waits survives a restart', async () => {
    const { id, leaseKey } = await addHeld();
    const { change } = await wait(id);
    await release(leaseKey);
    await gateway.restart();
    await pass();
    expect(await changeOf(change)).toMatchObject({ state: 'COMMITTED', committedVersion: 2 });
  });

  test('a waiting roll-back says so, and restores the old content when the leases have ended', async () => {
    const { id, leaseKey } = await addHeld('OVERLAP');
    await gateway.graphql(COMMIT, { id, key: await stageSecret(gateway, id, NEXT) });
    await gateway.graphql(POLICY, { id, policy: 'WAIT' });
    const rollBack = () =>
      gateway.graphql('mutation ($id: UUID!) { rollBackConnection(connectionId: $id) { version repeated change { id state } } }', { id });
    const { data } = await rollBack();
    // Sent again, since its answer was lost.
    expect((await rollBack()).data.rollBackConnection).toEqual({ ...data.rollBackConnection, repeated: true });
    await release(leaseKey);
    await pass();
    expect({ restored: data.rollBackConnection, leased: (await acquire(id)).data.acquireLease }).toEqual({
      restored: { version: null, repeated: false, change: { id: expect.any(String), state: 'PENDING' } },
      leased: expect.objectContaining({
        lease: expect.objectContaining({ version: 3 }),
        credentials: expect.objectContaining({ signingSecret: SECRET }),
      }),
    });
  });

  test.each(['REFUSE', 'WAIT'])('break-glass commits despite %s with an owner and a reason, and is audited with it', async (policy) => {
    const { id, leaseId, leaseKey } = await addHeld(policy);
    const key = await stageSecret(gateway, id, NEXT);
    const reason = 'the old password is public';
    const answers = [
      await gateway.graphql(COMMIT_CHANGE, { id, key, reason }, await gateway.token('admin')),
      await gateway.graphql(COMMIT_CHANGE, { id, key, reason: '   ' }),
      await gateway.graphql(COMMIT_CHANGE, { id, key, reason: 'x'.repeat(501) }),
      await gateway.graphql(COMMIT_CHANGE, { id, key, reason: 'a\nline' }),
      await gateway.graphql(COMMIT_CHANGE, { id, key, reason }),
    ].map(codeOf);
    const read = await gateway.graphql(
      'mutation ($key: String!) { readLease(leaseKey: $key) { lease { version } } }',
      { key: leaseKey },
      job,
    );
    const [row] = (await audited(id)).filter(({ action }: { action: string }) => action === 'connection.break-glass');
    expect({ answers, version: read.data.readLease.lease.version, row }).toEqual({
      answers: ['FORBIDDEN', 'BAD_REQUEST', 'BAD_REQUEST', 'BAD_REQUEST', 'ok'],
      version: 1,
      row: {
        action: 'connection.break-glass',
        actorTokenId: gateway.owner.id,
        details: { changeId: expect.any(String), reason, leaseIds: [leaseId] },
      },
    });
  });

  test('break-glass lifts no other rule: proof, base version and connection stay as they are', async () => {
    const { id } = await addHeld('REFUSE');
    const other = await addHeld('REFUSE');
    const key = await stageSecret(gateway, id, NEXT);
    const late = await stageSecret(gateway, id, 'a secret that comes too late');
    const reason = 'an incident';
    receiver.status = 401;
    const unproven = codeOf(await gateway.graphql(COMMIT_CHANGE, { id, key, reason }));
    receiver.status = 204;
    const foreign = codeOf(await gateway.graphql(COMMIT_CHANGE, { id: other.id, key, reason }));
    const first = codeOf(await gateway.graphql(COMMIT_CHANGE, { id, key, reason }));
    const outdated = codeOf(await gateway.graphql(COMMIT_CHANGE, { id, key: late, reason }));
    expect({ unproven, foreign, first, outdated }).toEqual({
      unproven: 'VALIDATION_FAILED',
      foreign: 'NOT_FOUND',
      first: 'ok',
      outdated: 'VERSION_CONFLICT',
    });
  });

  test('a change that waits loses to a newer version, and says so', async () => {
    const { id, leaseKey } = await addHeld();
    const { change } = await wait(id);
    const key = await stageSecret(gateway, id, 'a secret that could not wait');
    await gateway.graphql(COMMIT_CHANGE, { id, key, reason: 'an incident' });
    await release(leaseKey);
    await pass();
    expect(await changeOf(change)).toEqual({ state: 'DISCARDED', failure: 'VERSION_CONFLICT', committedVersion: null });
  });
});
