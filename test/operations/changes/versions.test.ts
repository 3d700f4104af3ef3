import { afterAll, beforeAll, expect, test } from 'vitest';
import { runMaintenance } from '../../../src/operations/upkeep/maintenance-pass.ts';
import { SECRET, type TestToken } from '../../support/gateway/gateway.ts';
import { ACQUIRE, codeOf, DAY, HOUR, type ProtocolBench, ROLL_BACK, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const SECOND = 'a secret of the second version';
const THIRD = 'a secret of the third version.';

/** What becomes of versions: overlap, retirement, destruction and roll-back, over HTTP. */
describeOnEachEngine('versions', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());
  const keep = () => runMaintenance(bench.gateway.app.services);
  const rollBack = (id: string, version?: number) => bench.gateway.graphql(ROLL_BACK, { id, version: version ?? null });
  const served = async (id: string) =>
    (await bench.gateway.graphql(ACQUIRE, { id }, bench.job)).data.acquireLease.credentials.signingSecret;
  const examination = async () =>
    (await bench.gateway.graphql('{ storeExamination { findings { problem version } } }')).data.storeExamination;

  test('two commits within the overlap leave two PREVIOUS versions, and each retires in its own time', async () => {
    const { clock, add, save, labels } = bench;
    const id = await add();
    await save(id, SECOND);
    clock.advance(2 * HOUR);
    await save(id, THIRD);
    const both = await labels(id);
    clock.advance(HOUR);
    await keep();
    const one = await labels(id);
    clock.advance(2 * HOUR);
    await keep();
    expect({ both, one, none: await labels(id) }).toEqual({
      both: ['3 CURRENT', '2 PREVIOUS', '1 PREVIOUS'],
      one: ['3 CURRENT', '2 PREVIOUS', '1 RETIRED'],
      none: ['3 CURRENT', '2 RETIRED', '1 RETIRED'],
    });
  });

  test('the ciphertext of a retired version is destroyed after 7 days, not before, and roll-back is possible until then', async () => {
    const { clock, add, save, versions } = bench;
    const [kept, lost] = [await add(), await add()];
    for (const id of [kept, lost]) await save(id, SECOND);
    clock.advance(3 * HOUR);
    await keep();
    clock.advance(7 * DAY - 1);
    await keep();
    const restored = codeOf(await rollBack(kept, 1));
    clock.advance(1);
    await keep();
    const destroyed = (await versions(lost)).map(({ version, label }) => `${version} ${label}`);
    const late = await rollBack(lost, 1);
    expect({
      restored,
      served: await served(kept),
      destroyed,
      late: codeOf(late),
      path: late.errors?.[0]?.extensions.path,
      findings: (await examination()).findings,
    }).toEqual({
      restored: 'ok',
      served: SECRET,
      destroyed: ['2 CURRENT', '1 RETIRED'],
      late: 'BAD_REQUEST',
      path: 'version',
      findings: [],
    });
  });

  test('a roll-back is validated again: content that no longer works is not made CURRENT', async () => {
    const { receiver, add, save, labels } = bench;
    const id = await add();
    await save(id, SECOND);
    bench.clock.advance(16 * 60_000);
    receiver.status = 401;
    const refused = await rollBack(id);
    receiver.status = 204;
    expect({ refused: codeOf(refused), labels: await labels(id) }).toEqual({
      refused: 'VALIDATION_FAILED',
      labels: ['2 CURRENT', '1 PREVIOUS'],
    });
  });

  test('a roll-back that was staged and dropped, by hand or by time, takes nothing from the version that it would have restored', async () => {
    const { gateway, receiver, clock, add, save } = bench;
    const id = await add();
    await save(id, SECOND);
    clock.advance(3 * HOUR);
    await keep();
    receiver.status = 401;
    for (const drop of ['discard', 'expire']) {
      await rollBack(id, 1);
      const open = await gateway.graphql(
        'query ($id: UUID!) { changes(connectionId: $id, state: OPEN, first: 1) { edges { node { id } } } }',
        {
          id,
        },
      );
      if (drop === 'expire') clock.advance(2 * HOUR);
      else await gateway.graphql('mutation ($id: UUID!) { discardChange(id: $id) { state } }', { id: open.data.changes.edges[0].node.id });
      await keep();
    }
    receiver.status = 204;
    expect({ findings: (await examination()).findings, restored: codeOf(await rollBack(id, 1)), served: await served(id) }).toEqual({
      findings: [],
      restored: 'ok',
      served: SECRET,
    });
  });

  test('content that several versions share is kept for 7 days after the last of them retired', async () => {
    const { clock, add, save } = bench;
    const id = await add();
    await save(id, SECOND);
    clock.advance(3 * HOUR);
    await keep();
    clock.advance(5 * DAY);
    await rollBack(id, 1);
    await save(id, THIRD);
    clock.advance(3 * HOUR);
    await keep();
    clock.advance(5 * DAY);
    await keep();
    expect({ restored: codeOf(await rollBack(id, 3)), served: await served(id) }).toEqual({ restored: 'ok', served: SECRET });
  });

  test("another request's roll-back is told as repeated, whatever idempotency id asks at the same moment", async () => {
    const { gateway, add, save } = bench;
    const id = await add();
    await save(id, SECOND);
    const rollBack = async (headers: Readonly<Record<string, string>> = {}) => {
      const query = 'mutation ($id: UUID!) { rollBackConnection(connectionId: $id) { version repeated } }';
      return (await gateway.graphql(query, { id }, gateway.owner, headers)).data?.rollBackConnection;
    };
    expect({ first: await rollBack(), second: await rollBack({ 'x-mcd-idempotent-id': `second-${id}` }) }).toEqual({
      first: { version: 3, repeated: false },
      second: { version: 3, repeated: true },
    });
  });

  test('a roll-back that is sent again answers as before and changes nothing, and the next one has to say where to go', async () => {
    const { gateway, clock, add, save, labels } = bench;
    const id = await add();
    await save(id, SECOND);
    const admin = await gateway.token('admin');
    const again = (variables: object, token?: TestToken) =>
      gateway.graphql(
        'mutation ($id: UUID!, $version: Int, $expected: Int) { rollBackConnection(connectionId: $id, version: $version, expectedVersion: $expected) { version repeated } }',
        { id, ...variables },
        token,
      );
    const first = await again({});
    const repeats = [await again({}), await again({ version: 1 }), await again({ expected: 2 }), await again({ expected: 2 }, admin)];
    const byAnother = await again({}, admin);
    clock.advance(2 * HOUR);
    const late = [await again({}), await again({ version: 1 }), await again({ expected: 2 })];
    expect({
      first: first.data.rollBackConnection,
      repeats: repeats.map(({ data }) => data?.rollBackConnection),
      byAnother: codeOf(byAnother),
      late: late.map(codeOf),
      labels: await labels(id),
      served: await served(id),
    }).toEqual({
      first: { version: 3, repeated: false },
      repeats: Array(4).fill({ version: 3, repeated: true }),
      byAnother: 'VERSION_CONFLICT',
      late: ['VERSION_CONFLICT', 'VERSION_CONFLICT', 'ok'],
      labels: ['3 CURRENT', '2 PREVIOUS', '1 PREVIOUS'],
      served: SECRET,
    });
    expect((await again({ version: 2 })).data.rollBackConnection).toEqual({ version: 4, repeated: false });
  });

  test('a roll-back leaves the version that it names as the one to leave, and no other', async () => {
    const { gateway, add, save, labels } = bench;
    const id = await add();
    await save(id, SECOND);
    await save(id, THIRD);
    const leave = (expected: number) =>
      gateway.graphql(
        'mutation ($id: UUID!, $expected: Int) { rollBackConnection(connectionId: $id, expectedVersion: $expected) { version } }',
        { id, expected },
      );
    const codes = [codeOf(await leave(2)), codeOf(await leave(7)), codeOf(await leave(3)), codeOf(await leave(2))];
    expect({ codes, current: (await labels(id))[0] }).toEqual({
      codes: ['VERSION_CONFLICT', 'VERSION_CONFLICT', 'ok', 'VERSION_CONFLICT'],
      current: '4 CURRENT',
    });
  });

  test('a roll-back to the current version or to one that never was is refused, and says which', async () => {
    const id = await bench.add();
    expect({ unnamed: codeOf(await rollBack(id)), current: codeOf(await rollBack(id, 1)), unknown: codeOf(await rollBack(id, 7)) }).toEqual(
      { unnamed: 'NOT_FOUND', current: 'BAD_REQUEST', unknown: 'NOT_FOUND' },
    );
  });

  test('an expired key answers the same before and after maintenance, which destroys what it sealed and audits that', async () => {
    const { gateway, clock, add, stage, commit, sql } = bench;
    const id = await add();
    const key = await stage(id, SECOND);
    clock.advance(HOUR);
    const before = codeOf(await commit(id, key));
    await keep();
    const after = codeOf(await commit(id, key));
    const audit = await gateway.graphql(
      'query ($id: UUID!) { auditLog(filter: { entityId: $id, actions: ["change.discard"] }) { edges { node { details actorName } } } }',
      { id },
    );
    const sealed = await sql(`select blob from sealed_contents where connection_id = '${id}' order by created_at`);
    expect({
      before,
      after,
      edges: audit.data?.auditLog.edges.map(({ node }: { node: object }) => node),
      sealed: sealed.map(({ blob }) => blob === null),
    }).toEqual({
      before: 'CHANGE_EXPIRED',
      after: 'CHANGE_EXPIRED',
      edges: [{ details: { changeId: expect.any(String), expired: true }, actorName: 'gateway' }],
      sealed: [false, true],
    });
  });
});
