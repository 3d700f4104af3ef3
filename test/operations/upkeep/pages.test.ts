import { afterAll, beforeAll, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { record } from '../../../src/operations/audit/record.ts';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { verifyAudit } from '../../../src/operations/audit/verify-audit.ts';
import { examineStore } from '../../../src/operations/upkeep/examine-store.ts';
import { type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { rowsRead } from '../../support/store/count-statements.ts';

/** More than any statement may give at once. */
const ROWS = 2500;
const MOST_AT_ONCE = 200;

let bench: ProtocolBench;
const actor = () => localActor(bench.gateway.app.projectId, 'test', { id: 'test', ip: null, client: {} });
beforeAll(async () => {
  bench = await startProtocol(null);
  const { services, projectId } = bench.gateway.app;
  for (let round = 0; round < 2; round += 1) {
    await services.store.write(async (tx) => {
      for (let count = 0; count < ROWS; count += 1)
        await record(services, tx, actor(), { action: 'storage.check', entity: 'project', entityId: projectId, details: {} });
    });
    // The second half waits for the sealer.
    if (round === 0) await sealAudit(services);
  }
});
afterAll(() => bench.close());

test('an audit of any length is verified a page at a time', async () => {
  const { services } = bench.gateway.app;
  let verified: Awaited<ReturnType<typeof verifyAudit>> | undefined;
  const rows = await rowsRead(async () => {
    verified = await verifyAudit(services, actor(), []);
  });
  expect({ ok: verified?.ok, isWhole: (verified?.rows ?? 0) >= 2 * ROWS, isPaged: Math.max(...rows) <= MOST_AT_ONCE }).toEqual({
    ok: true,
    isWhole: true,
    isPaged: true,
  });
});

test('a store of any size is examined a page at a time, and each connection for itself', async () => {
  const { services } = bench.gateway.app;
  const ids = [await bench.add(), await bench.add()];
  for (const id of ids) await bench.save(id, 'a secret of the second version');
  await bench.stage(ids[0] ?? '', 'a secret that waits for its commit');
  // Copies under other ids: not one of them fits its MAC, and each has to be looked at to know that.
  const columns = Object.keys((await bench.sql('select * from versions limit 1'))[0] ?? {}).filter((name) => name !== 'connection_id');
  await bench.sql(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS}) insert into versions (connection_id, ${columns.join()}) select 'copy-' || n.i, ${columns.join()} from n, versions where version = 1 and connection_id = '${ids[0]}'`,
  );
  let examined: Awaited<ReturnType<typeof examineStore>> | undefined;
  const rows = await rowsRead(async () => {
    examined = await examineStore(services, actor());
  });
  expect({
    ok: examined?.ok,
    versions: examined?.versions,
    findings: examined?.findings.length,
    isPaged: Math.max(...rows) <= MOST_AT_ONCE,
  }).toEqual({ ok: false, versions: ROWS + 4, findings: 100, isPaged: true });
});
