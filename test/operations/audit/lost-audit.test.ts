import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { cutAudit } from '../../../src/operations/audit/archive-audit.ts';
import { record } from '../../../src/operations/audit/record.ts';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { type AuditWatch, createAuditWatch } from '../../../src/operations/audit/watch-audit.ts';
import type { Services } from '../../../src/operations/services.ts';
import { ACQUIRE, DAY, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const VERIFY = '{ auditVerification { ok findings { kind rowId } } }';
const DOCTOR = '{ storeExamination { ok findings { table rowId problem } } }';
const REQUEST = { id: 'test', ip: null, client: {} };

/** Audit rows that are deleted past the gateway before they are sealed are told, and nothing else is. */
describeOnEachEngine('audit rows that are lost', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  let watch: AuditWatch;
  let services: Services;
  let told: { lost: string[]; unwatched: number };
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  beforeEach(async () => {
    await sealAudit(bench.gateway.app.services);
    // The bench's own gateway watches, too, and tells.
    await bench.gateway.app.watchAudit();
    await sealAudit(bench.gateway.app.services);
    watching(createAuditWatch());
  });
  afterAll(() => bench.close());

  function watching(one: AuditWatch): void {
    watch = one;
    services = { ...bench.gateway.app.services, store: one.watching(bench.gateway.app.services.store) };
    told = { lost: [], unwatched: 0 };
  }

  const look = async () => {
    await watch.look(services, {
      lost: (rows) => told.lost.push(...rows.map(({ id }) => id)),
      unwatched: (rows) => {
        told.unwatched += rows;
      },
    });
    return told;
  };
  const local = () => localActor(bench.gateway.app.projectId, 'test', REQUEST);
  const entry = { action: 'storage.check', entity: 'project', entityId: null, details: {} } as const;
  /** Writes an audit row, and says which. */
  const audited = async (fails: Error | null = null): Promise<string> => {
    const id = services.newId();
    await services.store.write(async (tx) => {
      await record(services, tx, local(), { ...entry, id });
      if (fails !== null) throw fails;
    });
    return id;
  };
  const remove = (id: string) => bench.sql(`delete from audit where id = '${id}'`);

  test('a deleted row is told once: at once, in the audit, and by whoever verifies or examines it from then on', async () => {
    const [kept, gone] = [await audited(), await audited()];
    await remove(gone);
    await sealAudit(services);
    const first = (await look()).lost.join();
    await sealAudit(services);
    await look();
    // Other tests delete rows of their own.
    const ofThese = (findings: readonly { readonly rowId: string }[]) => findings.filter(({ rowId }) => [kept, gone].includes(rowId));
    const { auditVerification: verified } = (await bench.gateway.graphql(VERIFY)).data;
    const { storeExamination: examined } = (await bench.gateway.graphql(DOCTOR)).data;
    expect({
      first,
      all: told.lost,
      verified: { ...verified, findings: ofThese(verified.findings) },
      examined: { ...examined, findings: ofThese(examined.findings) },
    }).toEqual({
      first: gone,
      all: [gone],
      verified: { ok: false, findings: [{ kind: 'lost', rowId: gone }] },
      examined: { ok: false, findings: [{ table: 'audit', rowId: gone, problem: 'row-lost' }] },
    });
  });

  test('a row waits for a sealer that is behind, and is told when it is deleted meanwhile', async () => {
    const id = await audited();
    const waiting = [...(await look()).lost];
    await remove(id);
    expect({ waiting, after: (await look()).lost }).toEqual({ waiting: [], after: [id] });
  });

  test('a row that another process has sealed is not looked for again', async () => {
    const id = await audited();
    await sealAudit(bench.gateway.app.services);
    await look();
    // Behind the seal it is the chain that tells.
    await bench.sql(`create table kept_row as select * from audit where id = '${id}'`);
    await remove(id);
    const { lost } = await look();
    await bench.sql('insert into audit select * from kept_row');
    await bench.sql('drop table kept_row');
    expect(lost).toEqual([]);
  });

  test('a number that is not the sealer’s does not pass for a seal', async () => {
    const id = await audited();
    await bench.sql(`update audit set seq = 999999 where id = '${id}'`);
    const numbered = [...(await look()).lost];
    await remove(id);
    expect({ numbered, after: (await look()).lost }).toEqual({ numbered: [], after: [id] });
  });

  test('when the row that tells is deleted as well, that is told', async () => {
    await remove(await audited());
    await look();
    const [telling] = await bench.sql(`select id from audit where seq is null and action = 'audit.lost'`);
    await remove(String(telling?.id));
    expect((await look()).lost.at(-1)).toBe(telling?.id);
  });

  test('a transaction that was taken back, or of which nobody knows, has lost nothing', async () => {
    await expect(audited(new Error('taken back'))).rejects.toThrow('taken back');
    const { store } = bench.gateway.app.services;
    const unsure = watch.watching({
      ...store,
      async write(work) {
        await store.write(work);
        throw new Error('unknown');
      },
    });
    const id = services.newId();
    await expect(unsure.write((tx) => record(services, tx, local(), { ...entry, id }))).rejects.toThrow('unknown');
    await remove(id);
    expect(await look()).toEqual({ lost: [], unwatched: 0 });
  });

  test('rows that were archived and cut before anybody looked are not lost, and younger ones are', async () => {
    const id = await audited();
    await sealAudit(services);
    bench.clock.advance(3 * DAY);
    const young = await audited();
    const head = await services.store.read.audit.head();
    await cutAudit(services, local(), Number(head?.seq), String(head?.chainHash.toString('hex')));
    await remove(young);
    const [left] = await bench.sql(`select count(*) as n from audit where id = '${id}'`);
    expect({ left: Number(left?.n), lost: (await look()).lost }).toEqual({ left: 0, lost: [young] });
  });

  test('while the store does not answer, nothing is forgotten', async () => {
    const id = await audited();
    await remove(id);
    const { store } = services;
    const audit = { ...store.read.audit, sequenceNumbers: () => Promise.reject(new Error('away')) };
    services = { ...services, store: { ...store, read: { ...store.read, audit } } };
    await expect(look()).rejects.toThrow('away');
    services = { ...services, store };
    expect((await look()).lost).toEqual([id]);
  });

  test('what could be found and not be written is written by a later pass', async () => {
    const id = await audited();
    await remove(id);
    const { store } = services;
    services = { ...services, store: { ...store, write: () => Promise.reject(new Error('full')) } };
    await expect(look()).rejects.toThrow('full');
    services = { ...services, store };
    await look();
    const rows = await bench.sql(`select details from audit where action = 'audit.lost'`);
    expect({ lost: told.lost, told: rows.filter(({ details }) => JSON.stringify(details).includes(id)).length }).toEqual({
      lost: [id],
      told: 1,
    });
  });

  test('what there is no room for is counted', async () => {
    watching(createAuditWatch(1));
    const [first] = [await audited(), await audited(), await audited()];
    await remove(first);
    expect(await look()).toEqual({ lost: [first], unwatched: 2 });
  });

  test('a gateway looks as it stops', async () => {
    const { app, graphql } = bench.gateway;
    const id = await bench.add();
    await graphql(ACQUIRE, { id }, bench.job);
    const [row] = await bench.sql(`select id from audit where seq is null and action = 'lease.acquire'`);
    await remove(String(row?.id));
    await app.startJobs()();
    const rows = await bench.sql(`select details from audit where action = 'audit.lost'`);
    expect(rows.filter(({ details }) => JSON.stringify(details).includes(String(row?.id))).length).toBe(1);
  });
});
