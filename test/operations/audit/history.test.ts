import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { runMaintenance } from '../../../src/operations/upkeep/maintenance-pass.ts';
import { codeOf, DAY, HOUR, type ProtocolBench, ROLL_BACK, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const VERIFY = '{ auditVerification { ok findings { kind } } }';
const EXAMINE = '{ storeExamination { findings { connectionId version problem } } }';
/** What a row of the audit says. */
const COLUMNS = [
  'id',
  'project_id',
  'at',
  'actor_token_id',
  'actor_name',
  'action',
  'entity',
  'entity_id',
  'details',
  'request_id',
  'client_ip',
  'client',
] as const;

/** The past as the store tells it: whoever edits it in the database is told of, without anything that was kept elsewhere. */
describeOnEachEngine('the past', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    for (let count = 0; count < 3; count += 1) await bench.add();
    await sealAudit(bench.gateway.app.services);
  });
  afterAll(() => bench.close());
  const verify = async () => {
    const { ok, findings } = (await bench.gateway.graphql(VERIFY)).data.auditVerification;
    return [ok, ...new Set(findings.map(({ kind }: { kind: string }) => kind).filter((kind: string) => kind !== 'unsealed'))];
  };

  test.each(COLUMNS)('an edit of audit.%s is told, and its undoing satisfies', async (column) => {
    const [row] = await bench.sql('select seq from audit where seq is not null and client_ip is not null order by seq limit 1 offset 2');
    const seq = Number(row?.seq);
    const value = column === 'at' ? 'at + 1' : column === 'details' || column === 'client' ? `'{"edited":true}'` : "'edited'";
    await bench.sql(`create table kept as select * from audit where seq = ${seq}`);
    await bench.sql(`update audit set ${column} = ${value} where seq = ${seq}`);
    const found = await verify();
    await bench.sql(`delete from audit where seq = ${seq}`);
    await bench.sql('insert into audit select * from kept');
    await bench.sql('drop table kept');
    expect({ ok: found[0], isTold: found.includes('edited'), undone: await verify() }).toEqual({ ok: false, isTold: true, undone: [true] });
  });

  test('a tail that was cut is told by the head of the store, with no anchor given', async () => {
    await sealAudit(bench.gateway.app.services);
    const [{ last } = { last: 0 }] = await bench.sql('select max(seq) as last from audit');
    await bench.sql(`create table kept as select * from audit where seq > ${Number(last) - 2}`);
    await bench.sql(`delete from audit where seq > ${Number(last) - 2}`);
    const cut = await verify();
    await bench.sql('insert into audit select * from kept');
    await bench.sql('drop table kept');
    expect({ ok: cut[0], isTold: cut.includes('truncated'), undone: await verify() }).toEqual({ ok: false, isTold: true, undone: [true] });
  });

  test('a version whose credentials were destroyed is none to go back to, whatever label it is given', async () => {
    const { gateway, clock, add, save, sql } = bench;
    const id = await add();
    await save(id, 'a secret of the second version');
    clock.advance(3 * HOUR);
    await runMaintenance(gateway.app.services);
    clock.advance(7 * DAY);
    await runMaintenance(gateway.app.services);
    const problems = async () =>
      (await gateway.graphql(EXAMINE)).data.storeExamination.findings.filter(
        (found: { connectionId: string }) => found.connectionId === id,
      );
    const before = await problems();
    const retired = codeOf(await gateway.graphql(ROLL_BACK, { id, version: 1 }));
    await sql(`update versions set label = 'PREVIOUS' where connection_id = '${id}' and version = 1`);
    const relabelled = codeOf(await gateway.graphql(ROLL_BACK, { id, version: 1 }));
    const found = await problems();
    await sql(`update versions set label = 'RETIRED' where connection_id = '${id}' and version = 1`);
    expect({ before, retired, isRestored: relabelled === 'ok', isTold: found.length > 0 }).toEqual({
      before: [],
      retired: 'BAD_REQUEST',
      isRestored: false,
      isTold: true,
    });
  });
});
