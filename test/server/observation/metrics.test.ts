import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { commitWaiting } from '../../../src/operations/commits/commit-waiting.ts';
import { runMaintenance } from '../../../src/operations/upkeep/maintenance-pass.ts';
import { METRICS } from '../../../src/server/observation/metric-table.ts';
import { stageSecret } from '../../support/gateway/gateway.ts';
import {
  ACQUIRE,
  codeOf,
  DAY,
  HOUR,
  POLICY,
  type ProtocolBench,
  RELEASE,
  ROLL_BACK,
  startProtocol,
} from '../../support/protocol/protocol.ts';

let bench: ProtocolBench;
beforeAll(async () => {
  bench = await startProtocol(null);
});
afterAll(() => bench.close());

const SECOND = 'a secret of the second version';
const THIRD = 'a secret of the third version.';

/** Samples of the metric by their labels, as far as they grew since `before`. */
async function samples(name: string, before: Readonly<Record<string, number>> = {}): Promise<Record<string, number>> {
  const text = await (await fetch(`${bench.gateway.url}/metrics`)).text();
  const found: Record<string, number> = {};
  for (const [, labels = '', value] of text.matchAll(new RegExp(`^${name}(?:\\{([^}]*)\\})? (\\S+)$`, 'gm'))) {
    const key = labels.replaceAll(/\w+="([^"]*)"/g, '$1');
    // What did not grow is not told.
    if (before[key] !== Number(value)) found[key] = Number(value) - (before[key] ?? 0);
  }
  return found;
}

/** An answer is kept for a second, so what has just happened shows at the next one. */
const shown = { interval: 200 };

let asked = 0;
beforeEach(async () => {
  // What an earlier test left open ends before this one counts.
  bench.clock.advance(DAY);
  await commitWaiting(bench.gateway.app.services);
  await runMaintenance(bench.gateway.app.services);
  await fetch(`${bench.gateway.url}/livez`);
  asked += 1;
  await expect.poll(async () => (await samples('changeover_http_requests_total'))['/livez,200'], shown).toBe(asked);
});

test('each row of the table is served, as its type and with its help', async () => {
  const text = await (await fetch(`${bench.gateway.url}/metrics`)).text();
  const missing = Object.entries(METRICS).filter(
    ([name, { type, help }]) => !text.includes(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`),
  );
  expect(missing).toEqual([]);
});

describe('counters', () => {
  test('requests are counted by route and status', async () => {
    const before = await samples('changeover_http_requests_total');
    await bench.gateway.graphql('{ __typename }');
    await bench.gateway.graphql('{ __typename }', {}, null);
    await fetch(`${bench.gateway.url}/readyz`);
    await fetch(`${bench.gateway.url}/no/such/${'x'.repeat(50)}`);
    await expect
      .poll(() => samples('changeover_http_requests_total', before), shown)
      .toMatchObject({ '/graphql,200': 1, '/graphql,401': 1, '/readyz,200': 1, 'other,404': 1 });
  });

  test('changes are counted once, by purpose and by what became of them; a repeat that changed nothing is not', async () => {
    const { gateway, clock, job, add, stage, commit } = bench;
    const before = await samples('changeover_changes_total');
    const id = await add();
    const key = await stage(id, SECOND);
    await commit(id, key);
    await commit(id, key);
    await gateway.graphql(ROLL_BACK, { id });
    await stage(id, THIRD);
    const open = await gateway.graphql('query ($id: UUID!) { changes(connectionId: $id, state: OPEN) { edges { node { id } } } }', { id });
    await gateway.graphql('mutation ($id: UUID!) { discardChange(id: $id) { state } }', { id: open.data.changes.edges[0].node.id });
    await stage(id, THIRD);
    clock.advance(HOUR);
    await runMaintenance(gateway.app.services);
    await runMaintenance(gateway.app.services);
    await gateway.graphql(POLICY, { id, policy: { inFlight: 'WAIT' } });
    const wait =
      'mutation ($id: UUID!, $key: String!) { commitChange(connectionId: $id, tempCredentialsKey: $key, waitSeconds: 60) { state } }';
    await gateway.graphql(ACQUIRE, { id }, job);
    const waiting = await stage(id, THIRD);
    const states = [await gateway.graphql(wait, { id, key: waiting }), await gateway.graphql(wait, { id, key: waiting })].map(
      ({ data }) => data?.commitChange.state,
    );
    clock.advance(60_000);
    await commitWaiting(gateway.app.services);
    expect(states).toEqual(['PENDING', 'PENDING']);
    await expect
      .poll(() => samples('changeover_changes_total', before), shown)
      .toEqual({
        'create,staged': 1,
        'create,committed': 1,
        'update,staged': 4,
        'update,committed': 1,
        'roll-back,staged': 1,
        'roll-back,committed': 1,
        'update,discarded': 1,
        'update,expired': 1,
        'update,waiting': 1,
        'update,given-up': 1,
      });
  });

  test('what is refused is counted by its code, at staging and at the commit', async () => {
    const { gateway, receiver, add, stage, commit, save } = bench;
    const before = await samples('changeover_changes_refused_total');
    const id = await add();
    const elsewhere = await gateway.graphql(
      'mutation ($c: WebhookUpdateConnectionDetails!, $id: UUID!) { updateWebhookCredentialsV2(changes: $c, connectionId: $id) { result { key } } }',
      { id, c: { url: 'https://other.example.com/' } },
    );
    const outdated = await stage(id, THIRD);
    receiver.status = 500;
    const unproven = codeOf(await save(id, SECOND));
    receiver.status = 204;
    await save(id, SECOND);
    const late = codeOf(await commit(id, outdated));
    const older = codeOf(await gateway.graphql(ROLL_BACK, { id, version: 99 }));
    expect({ elsewhere: codeOf(elsewhere), unproven, late, older }).toEqual({
      elsewhere: 'SECRET_REENTRY_REQUIRED',
      unproven: 'VALIDATION_FAILED',
      late: 'VERSION_CONFLICT',
      older: 'NOT_FOUND',
    });
    await expect
      .poll(() => samples('changeover_changes_refused_total', before), shown)
      .toEqual({
        'update,SECRET_REENTRY_REQUIRED': 1,
        'update,VALIDATION_FAILED': 1,
        'update,VERSION_CONFLICT': 1,
        'roll-back,NOT_FOUND': 1,
      });
  });

  test('validations are counted by kind, validator and code, and timed; probes of the network, too', async () => {
    const { gateway, receiver, add } = bench;
    const before = await samples('changeover_validations_total');
    const timed = await samples('changeover_validation_seconds_count');
    const id = await add();
    const validate = () =>
      gateway.graphql(
        'query ($id: UUID!) { testExistingConnectionV2(connectionId: $id, validationName: "validate_connection") { success } }',
        { id },
      );
    await validate();
    receiver.status = 500;
    await validate();
    receiver.status = 204;
    await gateway.graphql('{ testTcpOpenConnection(host: "127.0.0.1", port: 1, timeout: 1) { success } }');
    await expect
      .poll(() => samples('changeover_validations_total', before), shown)
      .toEqual({
        'webhook,validate_connection,NONE': 2,
        'webhook,validate_connection,PROVIDER_DOWN': 1,
        'network,tcp,PORT_CLOSED': 1,
      });
    expect(await samples('changeover_validation_seconds_count', timed)).toEqual({ webhook: 3, network: 1 });
  });
});

describe('gauges', () => {
  test('runs of validators show while they go on and while they wait', async () => {
    const { gateway, receiver, add } = bench;
    const id = await add();
    let release = () => {};
    receiver.hold = new Promise((resolve) => {
      release = resolve;
    });
    const saves = [SECOND, THIRD].map(async (secret) => bench.commit(id, await stageSecret(gateway, id, secret)));
    const load = async () => [(await samples('changeover_validations_running'))[''], (await samples('changeover_validations_waiting'))['']];
    // Runs on one connection queue behind each other.
    await expect.poll(load, shown).toEqual([1, 1]);
    release();
    await Promise.all(saves);
    await expect.poll(load, shown).toEqual([0, 0]);
  });

  test('leases, versions that wait to retire and the age of the oldest follow the store and its clock', async () => {
    const { gateway, clock, job, add, save } = bench;
    const read = async () => ({
      leases: (await samples('changeover_leases_live'))[''],
      waiting: (await samples('changeover_versions_waiting_to_retire'))[''],
      days: (await samples('changeover_oldest_version_waiting_days'))[''],
    });
    clock.advance(DAY);
    await runMaintenance(gateway.app.services);
    await expect.poll(read, shown).toEqual({ leases: 0, waiting: 0, days: 0 });
    const id = await add();
    const key = (await gateway.graphql(ACQUIRE, { id, ttl: 86_400 }, job)).data.acquireLease.key;
    await save(id, SECOND);
    clock.advance(DAY / 2);
    await runMaintenance(gateway.app.services);
    await expect.poll(read, shown).toEqual({ leases: 1, waiting: 1, days: 0.5 });
    await gateway.graphql(RELEASE, { key }, job);
    await runMaintenance(gateway.app.services);
    await expect.poll(read, shown).toEqual({ leases: 0, waiting: 0, days: 0 });
  });

  test('audit rows show until they are sealed', async () => {
    const { gateway, add } = bench;
    const unsealed = async () => (await samples('changeover_audit_rows_unsealed'))[''];
    await sealAudit(gateway.app.services);
    await expect.poll(unsealed, shown).toBe(0);
    await add();
    await expect.poll(unsealed, shown).toBeGreaterThan(0);
    await sealAudit(gateway.app.services);
    await expect.poll(unsealed, shown).toBe(0);
  });
});
