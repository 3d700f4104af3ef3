import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/domain/token/actor.ts';
import { authenticate } from '../../src/operations/access/authenticate.ts';
import { revokeToken } from '../../src/operations/access/revoke-token.ts';
import { updateToken } from '../../src/operations/access/update-token.ts';
import { commitWaiting } from '../../src/operations/commits/commit-waiting.ts';
import { deleteIntegration } from '../../src/operations/integrations/delete-integration.ts';
import { renameIntegration } from '../../src/operations/integrations/rename-integration.ts';
import { renewLease } from '../../src/operations/leases/renew-lease.ts';
import type { Services } from '../../src/operations/services.ts';
import { addStreamingSystem } from '../../src/operations/streaming/add-streaming-system.ts';
import { deleteStreamingSystem } from '../../src/operations/streaming/delete-streaming-system.ts';
import { renameStreamingSystem } from '../../src/operations/streaming/rename-streaming-system.ts';
import { runMaintenance } from '../../src/operations/upkeep/maintenance-pass.ts';
import { stageSecret, type TestToken } from '../support/gateway/gateway.ts';
import { ACQUIRE, codeOf, HOUR, POLICY, type ProtocolBench, RELEASE, startProtocol } from '../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../support/store/engines.ts';

const SECOND = 'a secret of the second version';
const REQUEST = { id: 'overlap', ip: null, client: {} } as const;
const COMMIT_CHANGE =
  'mutation ($id: UUID!, $key: String!) { commitChange(connectionId: $id, tempCredentialsKey: $key, waitSeconds: 3600) { id state } }';
const CHANGE = 'query ($id: UUID!) { change(id: $id) { state failure committedVersion } }';

/** Two callers of whom the second comes while the first one's transaction is open: forced, and not left to luck. */
describeOnEachEngine('callers that overlap', ({ engine, databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());

  /** True once somebody waits for a lock; where transactions queue up, whoever comes second waits. */
  const isWaiting = async () =>
    engine === 'SQLite' ||
    Number(
      (await bench.sql("select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))[0]?.n,
    ) > 0;
  /** Runs the first up to the end of its transaction, which stays open until the second has settled or waits for it. */
  const overlapped = async (
    first: (services: Services) => Promise<unknown>,
    second: (services: Services) => Promise<unknown>,
  ): Promise<readonly string[]> => {
    const { services } = bench.gateway.app;
    const opened = latch();
    const released = latch();
    const write: Services['store']['write'] = (work) =>
      services.store.write(async (tx) => {
        const value = await work(tx);
        opened.open();
        await released.opens;
        return value;
      });
    const one = outcomeOf(first({ ...services, store: { ...services.store, write } }));
    await Promise.race([opened.opens, one]);
    let isSettled = false;
    const two = outcomeOf(second(services)).finally(() => {
      isSettled = true;
    });
    while (!isSettled && !(await isWaiting())) await new Promise((resolve) => setImmediate(resolve));
    released.open();
    return await Promise.all([one, two]);
  };
  const actorOf = ({ secret }: TestToken): Promise<Actor> => authenticate(bench.gateway.app.services, { secret }, REQUEST);

  test('a version does not retire while a renewal of its last lease is on its way', async () => {
    const { gateway, clock, job, add, save, labels } = bench;
    const id = await add();
    const lease = (await gateway.graphql(ACQUIRE, { id, ttl: 4 * 3600 }, job)).data.acquireLease;
    await save(id, SECOND);
    clock.advance(4 * HOUR - 1);
    const actor = await actorOf(job);
    const outcomes = await overlapped(
      (services) => renewLease(services, actor, lease.key, HOUR),
      (services) => {
        // By now the lease would have ended.
        clock.advance(1);
        return runMaintenance(services);
      },
    );
    const held = await labels(id);
    clock.advance(HOUR);
    await runMaintenance(gateway.app.services);
    expect({ outcomes, held, afterwards: await labels(id) }).toEqual({
      outcomes: ['ok', 'ok'],
      held: ['2 CURRENT', '1 PREVIOUS'],
      afterwards: ['2 CURRENT', '1 RETIRED'],
    });
  });

  test('of two owners who end each other the one whose end is on its way is refused (#51)', async () => {
    const { gateway } = bench;
    const second = await gateway.token('owner');
    const [one, two] = [await actorOf(gateway.owner), await actorOf(second)];
    const outcomes = await overlapped(
      (services) => revokeToken(services, one, second.id),
      (services) => revokeToken(services, two, gateway.owner.id),
    );
    const alive = codeOf(await gateway.graphql('{ getUser { email } }'));
    // Where its end was seen at once, and where it was seen when only this owner was left.
    expect({ first: outcomes[0], isSecondRefused: ['FORBIDDEN', 'UNAUTHENTICATED'].includes(outcomes[1] ?? ''), alive }).toEqual({
      first: 'ok',
      isSecondRefused: true,
      alive: 'ok',
    });
  });

  test.each([
    {
      how: 'demote',
      against: (services: Services, actor: Actor, id: string) => updateToken(services, actor, { tokenId: id, roles: ['viewer'] }),
      is: 'FORBIDDEN',
    },
    { how: 'end', against: revokeToken, is: 'UNAUTHENTICATED' },
  ])('of two owners who $how each other the second is refused, although a third one is left', async ({ against, is }) => {
    const { gateway } = bench;
    const [a, b] = [await gateway.token('owner'), await gateway.token('owner')];
    const [one, two] = [await actorOf(a), await actorOf(b)];
    const outcomes = await overlapped(
      async (services) => void (await against(services, one, b.id)),
      async (services) => void (await against(services, two, a.id)),
    );
    expect(outcomes).toEqual(['ok', is]);
  });

  test('of two callers who delete the same system or the same integration the second is told that it is gone', async () => {
    const { gateway } = bench;
    const { services } = gateway.app;
    const actor = await actorOf(gateway.owner);
    const system = await addStreamingSystem(services, actor, { name: 'twice deleted', type: 'self-hosted', siteId: null });
    const connectionId = await bench.add();
    const [integration] = await bench.sql(`select integration_id as id from connections where id = '${connectionId}'`);
    const deleteSystem = (by: Services) => deleteStreamingSystem(by, actor, system.id);
    const deleteWhole = (by: Services) => deleteIntegration(by, actor, String(integration?.id));
    expect({ system: await overlapped(deleteSystem, deleteSystem), integration: await overlapped(deleteWhole, deleteWhole) }).toEqual({
      system: ['ok', 'NOT_FOUND'],
      integration: ['ok', 'NOT_FOUND'],
    });
  });

  test('of two callers who take one name at the same moment the second is told the argument that it stands in', async () => {
    const { gateway } = bench;
    const { services } = gateway.app;
    const actor = await actorOf(gateway.owner);
    const add = (name: string) => addStreamingSystem(services, actor, { name, type: 'self-hosted', siteId: null });
    const [a, b] = [await add('a'), await add('b')];
    const ids = await Promise.all([bench.add(), bench.add()]);
    const integrations = await bench.sql(`select distinct integration_id as id from connections where id in ('${ids.join("', '")}')`);
    const pathOf = (renaming: Promise<unknown>) => renaming.catch(({ code, details }) => `${code} ${details.path}`);
    const told: unknown[] = [];
    const rename = (id: string) => async (by: Services) =>
      void told.push(await pathOf(renameStreamingSystem(by, actor, id, 'same').then(() => 'ok')));
    const renameCluster = (id: unknown) => async (by: Services) =>
      void told.push(await pathOf(renameIntegration(by, actor, { id: String(id), name: 'same', namePath: 'newName' }).then(() => 'ok')));
    await overlapped(rename(a.id), rename(b.id));
    await overlapped(renameCluster(integrations[0]?.id), renameCluster(integrations[1]?.id));
    expect(told.sort()).toEqual(['NAME_TAKEN newName', 'NAME_TAKEN newName', 'ok', 'ok']);
  });

  describe('a commit that waits for jobs', () => {
    const waiting = async () => {
      const { gateway, job, add } = bench;
      const id = await add();
      await gateway.graphql(POLICY, { id, policy: { inFlight: 'WAIT' } });
      const { key: leaseKey } = (await gateway.graphql(ACQUIRE, { id, ttl: 12 * 3600 }, job)).data.acquireLease;
      const key = await stageSecret(gateway, id, SECOND);
      const { id: changeId } = (await gateway.graphql(COMMIT_CHANGE, { id, key })).data.commitChange;
      const release = () => gateway.graphql(RELEASE, { key: leaseKey }, job);
      return { id, release, change: async () => (await gateway.graphql(CHANGE, { id: changeId })).data.change };
    };

    test('goes on waiting for a lease that is there when it is written, although none was when it was begun', async () => {
      const { change, release, id } = await waiting();
      const { services } = bench.gateway.app;
      const { leases } = services.store.read;
      const read = { ...services.store.read, leases: { ...leases, liveOf: async () => [] } };
      const committed = await commitWaiting({ ...services, store: { ...services.store, read } });
      const still = await change();
      await release();
      bench.clock.advance(61_000);
      await commitWaiting(services);
      expect({ committed, still, labels: await bench.labels(id) }).toEqual({
        committed: 0,
        still: { state: 'PENDING', failure: null, committedVersion: null },
        labels: ['2 CURRENT', '1 PREVIOUS'],
      });
    });

    test.each([
      ['that passes and one that stays', ['PROVIDER_DOWN', 'CREDENTIALS_REJECTED'], 'DISCARDED'],
      ['that stays', ['CREDENTIALS_REJECTED'], 'DISCARDED'],
      ['that passes and another that does', ['TIMEOUT', 'PROVIDER_DOWN'], 'PENDING'],
    ] as const)('is given up for a problem that stays alone: one %s', async (_, codes, state) => {
      const { change, release } = await waiting();
      await release();
      // What was proven when it was committed has aged.
      bench.clock.advance(16 * 60_000);
      const { services } = bench.gateway.app;
      const errors = codes.map((code) => ({ code, cause: code, friendlyMessage: code, resolution: code }));
      const run: Services['runner']['run'] = async () => ({ status: 'failed', errors, warnings: [], data: null });
      await commitWaiting({ ...services, runner: { ...services.runner, run } });
      expect((await change()).state).toBe(state);
    });
  });
});

function latch(): { readonly opens: Promise<void>; open(): void } {
  let open = () => {};
  const opens = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opens, open: () => open() };
}

function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'ok',
    (error: { readonly code?: string }) => error.code ?? String(error),
  );
}
