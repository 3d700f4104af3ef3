import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticate, authenticateSession } from '../../src/operations/access/authenticate.ts';
import { createToken } from '../../src/operations/access/create-token.ts';
import { createSession } from '../../src/operations/access/manage-sessions.ts';
import { localActor } from '../../src/operations/access/prepare-instance.ts';
import { updateToken } from '../../src/operations/access/update-token.ts';
import { runMaintenance } from '../../src/operations/upkeep/maintenance-pass.ts';
import { type Answer, COMMIT, stageSecret } from '../support/gateway/gateway.ts';
import { ACQUIRE, codeOf, DAY, HOUR, POLICY, type ProtocolBench, READ, startProtocol } from '../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../support/store/engines.ts';

const MINUTE = 60_000;
const SECOND_VERSION = 'a secret of the second version';
const REQUEST = { id: 'boundary', ip: null, client: {} } as const;
const MISSING = 'query ($key: String!, $id: UUID!) { commitPreview(connectionId: $id, tempCredentialsKey: $key) { missingValidators } }';
const VALIDATE =
  'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success } } }';
const ACQUIRE_AS = 'mutation ($id: UUID!, $job: String!) { acquireLease(connectionId: $id, job: $job) { key } }';
const RENAME = 'mutation ($id: UUID!, $name: String!) { setConnectionName(connectionId: $id, name: $name) { connection { uuid } } }';
const COMMIT_CHANGE =
  'mutation ($id: UUID!, $key: String!, $reason: String, $wait: Int) { commitChange(connectionId: $id, tempCredentialsKey: $key, breakGlassReason: $reason, waitSeconds: $wait) { state } }';
const CREATE_TOKEN =
  'mutation ($days: Int) { createToken(name: "of a boundary", roles: [viewer], expiresInDays: $days) { secret token { id } } }';
const DISCARD = 'mutation ($id: UUID!) { discardChange(id: $id) { state } }';
const OPEN = 'query ($id: UUID!) { changes(connectionId: $id, state: OPEN, first: 1) { edges { node { id } } } }';

/** The last moment and the last length at which something still holds, and the first at which it does not. */
describeOnEachEngine('boundaries', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());
  const ask = async (query: string, variables: object, token = bench.gateway.owner) =>
    codeOf(await bench.gateway.graphql(query, variables, token));
  const held = async (ttl: number, policy = 'REFUSE') => {
    const id = await bench.add();
    await bench.gateway.graphql(POLICY, { id, policy: { inFlight: policy } });
    await bench.gateway.graphql(ACQUIRE, { id, ttl }, bench.job);
    return id;
  };

  test('a temporary key works until its hour is over, and not at that moment', async () => {
    const { clock, add, stage } = bench;
    const [early, late] = [await add(), await add()];
    const keys = { early: await stage(early, SECOND_VERSION), late: await stage(late, SECOND_VERSION) };
    clock.advance(HOUR - 1);
    const last = await ask(COMMIT, { id: early, key: keys.early });
    clock.advance(1);
    expect({ last, over: await ask(COMMIT, { id: late, key: keys.late }) }).toEqual({ last: 'ok', over: 'CHANGE_EXPIRED' });
  });

  test('maintenance drops a change at the end of its hour, and not before', async () => {
    const { gateway, clock, add, stage } = bench;
    const id = await add();
    await stage(id, SECOND_VERSION);
    const isOpen = async (ms: number) => {
      clock.advance(ms);
      await runMaintenance(gateway.app.services);
      return (await gateway.graphql(OPEN, { id })).data.changes.edges.length > 0;
    };
    expect({ last: await isOpen(HOUR - 1), over: await isOpen(1) }).toEqual({ last: true, over: false });
  });

  test('a token ends at the end of its day, and not before', async () => {
    const { gateway, clock } = bench;
    const { createToken } = (await gateway.graphql(CREATE_TOKEN, { days: 1 })).data;
    const token = { id: createToken.token.id, secret: createToken.secret };
    clock.advance(DAY - 1);
    const last = (await gateway.graphql('{ __typename }', {}, token)).status;
    clock.advance(1);
    expect({ last, over: (await gateway.graphql('{ __typename }', {}, token)).status }).toEqual({ last: 200, over: 401 });
  });

  test('what a token writes is refused from the moment of its end, though it was let in before', async () => {
    const { gateway, clock } = bench;
    const { createToken } = (
      await gateway.graphql('mutation { createToken(name: "short", roles: [owner], expiresInDays: 1) { secret token { id } } }')
    ).data;
    const { services } = gateway.app;
    const actor = await authenticate(services, { secret: createToken.secret }, REQUEST);
    clock.advance(DAY - 1);
    const last = await createSession(services, actor).then(() => 'ok');
    clock.advance(1);
    const over = await createSession(services, actor).catch(({ code }) => code);
    expect({ last, over }).toEqual({ last: 'ok', over: 'UNAUTHENTICATED' });
  });

  test('what a token writes is refused once the role for it was taken away, though it was let in before', async () => {
    const { gateway } = bench;
    const { services } = gateway.app;
    const [owner, maker] = [await authenticate(services, gateway.owner, REQUEST), await gateway.token('owner')];
    const demoted = await authenticate(services, maker, REQUEST);
    await updateToken(services, owner, { tokenId: maker.id, roles: ['viewer'] });
    const outcome = await createToken(services, demoted, { name: 'late', roles: ['owner'] }).catch(({ code }) => code);
    expect(outcome).toBe('FORBIDDEN');
  });

  test('a browser is signed in for twelve hours, and never longer than its token lives', async () => {
    const { gateway, clock } = bench;
    const { services } = gateway.app;
    const owner = await authenticate(services, { secret: gateway.owner.secret }, REQUEST);
    const { createToken } = (await gateway.graphql(CREATE_TOKEN, { days: 1 })).data;
    const short = await authenticate(services, { secret: createToken.secret }, REQUEST);
    const long = await createSession(services, owner);
    clock.advance(12 * HOUR - 1);
    const last = await authenticateSession(services, long.secret, REQUEST).then(() => 'ok');
    clock.advance(1);
    const over = await authenticateSession(services, long.secret, REQUEST).catch(({ code }) => code);
    clock.advance(11 * HOUR);
    const { session } = await createSession(services, short);
    expect({ last, over, lifetime: session.expiresAt - clock.now() }).toEqual({ last: 'ok', over: 'UNAUTHENTICATED', lifetime: HOUR });
  });

  test('proof is 15 minutes old at most, and 14 are less', async () => {
    const { gateway, clock, add, stage } = bench;
    const id = await add();
    const key = await stage(id, SECOND_VERSION);
    await gateway.graphql(VALIDATE, { key });
    const missing = async () => (await gateway.graphql(MISSING, { id, key })).data.commitPreview.missingValidators.length;
    const found = [];
    for (const ms of [14 * MINUTE, MINUTE, 1]) {
      clock.advance(ms);
      found.push(await missing());
    }
    expect(found).toEqual([0, 0, 1]);
  });

  test("a connection's own overlap keeps its old version, to the millisecond", async () => {
    const { gateway, clock, add, save, labels } = bench;
    const [own, usual] = [await add(), await add()];
    await gateway.graphql(POLICY, { id: own, policy: { overlapSeconds: 86_400 } });
    const now = clock.now();
    await save(own, SECOND_VERSION);
    await save(usual, SECOND_VERSION);
    const { validUntil } = (await bench.versions(own))[1] ?? {};
    const label = async () => {
      await runMaintenance(gateway.app.services);
      return [(await labels(own))[1], (await labels(usual))[1]];
    };
    const found = [];
    for (const ms of [3 * HOUR - 1, 1, HOUR, 20 * HOUR - 1, 1]) {
      clock.advance(ms);
      found.push(await label());
    }
    expect({ validFor: Date.parse(validUntil ?? '') - now, found }).toEqual({
      validFor: DAY,
      found: [
        ['1 PREVIOUS', '1 PREVIOUS'],
        ['1 PREVIOUS', '1 RETIRED'],
        ['1 PREVIOUS', '1 RETIRED'],
        ['1 PREVIOUS', '1 RETIRED'],
        ['1 RETIRED', '1 RETIRED'],
      ],
    });
  });

  test('a RETIRED version can be rolled back to for seven days, to the millisecond', async () => {
    const { gateway, clock, add, save, versions } = bench;
    const id = await add();
    await save(id, SECOND_VERSION);
    clock.advance(3 * HOUR);
    await runMaintenance(gateway.app.services);
    const isDestroyed = async (ms: number) => {
      clock.advance(ms);
      await runMaintenance(gateway.app.services);
      return (await versions(id))[1]?.destroyedAt !== null;
    };
    expect({ last: await isDestroyed(7 * DAY - 1), over: await isDestroyed(1) }).toEqual({ last: false, over: true });
  });

  test('whoever has to wait for jobs is told how long to the second, until the last of them ends', async () => {
    const { gateway, clock, job } = bench;
    const id = await held(1800);
    await gateway.graphql(ACQUIRE, { id, ttl: 3600 }, job);
    const key = await stageSecret(gateway, id, SECOND_VERSION);
    const told = async () => waitOf(await gateway.graphql(COMMIT, { id, key }));
    const found = [await told()];
    for (const ms of [1, 999, 3_598_000, 999]) {
      clock.advance(ms);
      found.push(await told());
    }
    expect(found).toEqual([
      [3600, '3600'],
      [3600, '3600'],
      [3599, '3599'],
      [1, '1'],
      [1, '1'],
    ]);
  });

  test('names, reasons and ids have their longest length, and one more is refused', async () => {
    const { gateway, job } = bench;
    const id = await bench.add();
    const breaking = async (reason: string) => {
      const other = await held(3600);
      return await ask(COMMIT_CHANGE, { id: other, key: await stageSecret(gateway, other, SECOND_VERSION), reason });
    };
    const repeated = async (key: string) =>
      codeOf(await gateway.graphql('{ getUser { email } }', {}, gateway.owner, { 'x-mcd-idempotent-id': key }));
    expect({
      job: [await ask(ACQUIRE_AS, { id, job: 'j'.repeat(200) }, job), await ask(ACQUIRE_AS, { id, job: 'j'.repeat(201) }, job)],
      noJob: await ask(ACQUIRE_AS, { id, job: '  ' }, job),
      name: [await ask(RENAME, { id, name: 'n'.repeat(200) }), await ask(RENAME, { id, name: 'n'.repeat(201) })],
      reason: [await breaking('r'.repeat(500)), await breaking('r'.repeat(501))],
      repeated: [await repeated('k'.repeat(200)), await repeated('k'.repeat(201))],
    }).toEqual({
      job: ['ok', 'BAD_REQUEST'],
      noJob: 'BAD_REQUEST',
      name: ['ok', 'BAD_REQUEST'],
      reason: ['ok', 'BAD_REQUEST'],
      repeated: ['ok', 'BAD_REQUEST'],
    });
  });

  test('lifetimes have bounds that are within them', async () => {
    const { gateway } = bench;
    const id = await bench.add();
    const overlap = (overlapSeconds: number) => ask(POLICY, { id, policy: { overlapSeconds } });
    const days = (count: number) => ask(CREATE_TOKEN, { days: count });
    const wait = async (seconds: number) => {
      const other = await held(3600, 'WAIT');
      return await ask(COMMIT_CHANGE, { id: other, key: await stageSecret(gateway, other, SECOND_VERSION), wait: seconds });
    };
    expect({
      overlap: [await overlap(10_799), await overlap(10_800), await overlap(7_776_000), await overlap(7_776_001)],
      days: [await days(0), await days(1), await days(3650), await days(3651)],
      wait: [await wait(0), await wait(1), await wait(86_400), await wait(86_401)],
    }).toEqual({
      overlap: ['BAD_REQUEST', 'ok', 'ok', 'BAD_REQUEST'],
      days: ['BAD_REQUEST', 'ok', 'ok', 'BAD_REQUEST'],
      wait: ['BAD_REQUEST', 'ok', 'ok', 'BAD_REQUEST'],
    });
  });

  test('an idempotency id is for one request for a day, and free at its end', async () => {
    const { gateway, clock } = bench;
    const id = `day-${clock.now()}`;
    const request = (query: string) => gateway.graphql(query, {}, gateway.owner, { 'x-mcd-idempotent-id': id });
    await request('{ getUser { email } }');
    clock.advance(DAY - 1);
    const last = codeOf(await request('{ getUser { role } }'));
    clock.advance(1);
    expect({ last, over: codeOf(await request('{ getUser { role } }')) }).toEqual({ last: 'IDEMPOTENCY_MISMATCH', over: 'ok' });
  });

  test('a key that has ended is not validated, and nothing is dialled for it', async () => {
    const { gateway, receiver, clock, add, stage, commit } = bench;
    const id = await add();
    const committed = await stage(id, SECOND_VERSION);
    await commit(id, committed);
    const discarded = await stage(id, 'a secret of a change that is discarded');
    const [open] = (await gateway.graphql(OPEN, { id })).data.changes.edges;
    await gateway.graphql(DISCARD, { id: open.node.id });
    const expired = await stage(id, 'a secret of a change that expires');
    clock.advance(HOUR);
    const before = receiver.calls;
    const codes = [];
    for (const key of [committed, discarded, expired]) codes.push(await ask(VALIDATE, { key }));
    expect({ codes, dialled: receiver.calls - before }).toEqual({
      codes: ['CHANGE_OUTDATED', 'CHANGE_EXPIRED', 'CHANGE_EXPIRED'],
      dialled: 0,
    });
  });

  test('a lease that ends at this moment is read no more, and holds up no commit', async () => {
    const { gateway, clock, job, add, stage } = bench;
    const id = await add();
    await gateway.graphql(POLICY, { id, policy: { inFlight: 'REFUSE' } });
    const { key: leaseKey } = (await gateway.graphql(ACQUIRE, { id, ttl: 60 }, job)).data.acquireLease;
    const key = await stage(id, SECOND_VERSION);
    clock.advance(MINUTE - 1);
    const last = [await ask(READ, { key: leaseKey }, job), await ask(COMMIT, { id, key })];
    clock.advance(1);
    const over = [await ask(READ, { key: leaseKey }, job), await ask(COMMIT, { id, key })];
    expect({ last, over }).toEqual({ last: ['ok', 'CONNECTION_IN_USE'], over: ['NOT_FOUND', 'ok'] });
  });

  test('what the machine does is done by its local actor, who may all but lease', () => {
    const actor = localActor(bench.gateway.app.projectId, 'test', REQUEST);
    expect({
      mayLease: actor.permissions.has('lease'),
      mayBreakGlass: actor.permissions.has('break-glass'),
      operator: actor.operator,
    }).toEqual({ mayLease: false, mayBreakGlass: true, operator: true });
  });
});

function waitOf({ errors, headers }: Answer): readonly unknown[] {
  return [errors?.[0]?.extensions.retryAfterSeconds, headers.get('retry-after')];
}
