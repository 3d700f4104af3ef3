import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const VERIFY = 'query ($anchors: [AuditAnchorInput!]) { auditVerification(anchors: $anchors) { ok headSeq headHash findings { kind } } }';

/** What `audit verify` says of a log that somebody edited in the database. */
describeOnEachEngine('the audit', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  let anchor: { readonly seq: number; readonly head: string };
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    for (let count = 0; count < 3; count += 1) await bench.add();
    await sealAudit(bench.gateway.app.services);
    const { data } = await bench.gateway.graphql(VERIFY);
    anchor = { seq: data.auditVerification.headSeq, head: data.auditVerification.headHash };
  });
  afterAll(() => bench.close());
  const found = async (anchors: readonly object[] = [anchor]) => {
    const { ok, findings } = (await bench.gateway.graphql(VERIFY, { anchors })).data.auditVerification;
    return [ok, ...new Set(findings.map(({ kind }: { kind: string }) => kind))];
  };
  /** Runs the edits on a copy that is put back. */
  const editedBy = async (edits: readonly string[], anchors?: readonly object[]) => {
    await bench.sql('create table kept as select * from audit');
    await bench.sql('create table kept_head as select * from audit_head');
    for (const text of edits) await bench.sql(text);
    const result = await found(anchors);
    for (const [table, copy] of [
      ['audit', 'kept'],
      ['audit_head', 'kept_head'],
    ]) {
      await bench.sql(`delete from ${table}`);
      await bench.sql(`insert into ${table} select * from ${copy}`);
      await bench.sql(`drop table ${copy}`);
    }
    return result;
  };

  test('a whole audit is whole, and its anchor lies on it', async () => {
    expect(await found()).toEqual([true]);
  });

  test('edited, missing, reordered, truncated and unanchored rows are told apart (#105, O7)', async () => {
    const last = anchor.seq;
    const swap = (column: string) =>
      `update audit set ${column} = case seq when 3 then (select ${column} from kept where seq = 4) else (select ${column} from kept where seq = 3) end where seq in (3, 4)`;
    expect({
      edited: await editedBy(["update audit set actor_name = 'nobody' where seq = 3"]),
      missing: await editedBy(['delete from audit where seq = 3']),
      reordered: await editedBy([
        'update audit set seq = 1000003 where seq = 3',
        'update audit set seq = 3 where seq = 4',
        'update audit set seq = 4 where seq = 1000003',
      ]),
      swappedText: (await editedBy([swap('details')]))[0],
      truncated: await editedBy([
        `delete from audit where seq > ${last - 2}`,
        `update audit_head set seq = ${last - 2}, chain_hash = (select chain_hash from kept where seq = ${last - 2})`,
      ]),
      wiped: await editedBy(['delete from audit', 'delete from audit_head']),
      wipedWithoutAnchors: await editedBy(['delete from audit', 'delete from audit_head'], []),
      headless: await editedBy(['delete from audit_head'], []),
      cutWithItsHead: await editedBy(
        [
          `delete from audit where seq > ${last - 2}`,
          `update audit_head set seq = ${last - 2}, chain_hash = (select chain_hash from kept where seq = ${last - 2})`,
        ],
        [],
      ),
      unanchored: await editedBy([], [{ seq: 3, head: 'ab'.repeat(32) }]),
    }).toEqual({
      edited: [false, 'edited'],
      missing: [false, 'missing'],
      reordered: [false, 'reordered'],
      swappedText: false,
      truncated: [false, 'truncated'],
      wiped: [false, 'truncated'],
      wipedWithoutAnchors: [false, 'truncated'],
      headless: [false, 'truncated'],
      cutWithItsHead: [false, 'truncated'],
      unanchored: [false, 'unanchored'],
    });
    expect(await found()).toEqual([true]);
  });
});
