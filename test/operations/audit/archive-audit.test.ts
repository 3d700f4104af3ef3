import { mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { createTestCommandLine } from '../../support/gateway/command-line.ts';
import { ACQUIRE, DAY, type ProtocolBench, RELEASE, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

/** So many that their rows are archived in more than one part. */
const LEASES = 110;
/** After what is archived has been cut. */
const LATER_LEASES = 10;

/** What `audit archive` writes and cuts, and what `audit verify` says of it. */
describeOnEachEngine('the archived audit', ({ databaseUrl }) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'changeover-archive-')), 'audit');
  let bench: ProtocolBench;
  let anchors = '';
  let outcome = '';
  const count = async (where: string) => Number((await bench.sql(`select count(*) as n from audit where ${where}`))[0]?.n);
  const commandLine = createTestCommandLine(() => bench.gateway);
  const changeover = async (...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
    const { code, stdout, stderr } = await commandLine.run([...args, '--json']);
    if (stdout === '') throw new Error(stderr);
    return { code, ...(JSON.parse(stdout) as Readonly<Record<string, unknown>>) };
  };
  const verify = async () => {
    const { code, findings } = (await changeover('audit', 'verify', '--archive', folder, '--anchors', anchors)) as unknown as {
      readonly code: number;
      readonly findings: readonly { readonly kind: string }[];
    };
    // Rows that wait for the sealer are no fault.
    return [code, ...new Set(findings.map(({ kind }) => kind).filter((kind) => kind !== 'unsealed'))];
  };
  const work = async (leases: number) => {
    const { gateway, job } = bench;
    const id = await bench.add();
    await bench.save(id, 'a secret of the second version');
    for (let count = 0; count < leases; count += 1) {
      const { data } = await gateway.graphql(ACQUIRE, { id }, job);
      await gateway.graphql(RELEASE, { key: data.acquireLease.key }, job);
    }
    await sealAudit(gateway.app.services);
  };
  const noteAnchor = async () => {
    const head = await bench.gateway.app.services.store.read.audit.head();
    writeFileSync(anchors, `${JSON.stringify({ seq: head?.seq, head: head?.chainHash.toString('hex') })}\n`, { flag: 'a' });
  };

  beforeAll(async () => {
    // The command line asks for what is old by the machine's clock.
    bench = await startProtocol(await databaseUrl(), Date.now() - 100 * DAY);
    anchors = join(mkdtempSync(join(tmpdir(), 'changeover-anchors-')), 'anchors');
    await work(LEASES);
    await noteAnchor();
    bench.clock.advance(3 * DAY);
    const archived = await changeover('audit', 'archive', '--to', folder, '--older-than', '2', '--cut');
    const left = await count("action like 'lease.%'");
    bench.clock.advance(DAY);
    await work(LATER_LEASES);
    await noteAnchor();
    outcome = JSON.stringify({ archived, left });
  });
  afterAll(async () => {
    await commandLine.close();
    await bench.close();
  });

  test('older rows are in files and out of the store, but for those that prove what is stored; the chain goes on', async () => {
    const { archived, left } = JSON.parse(outcome);
    const { data } = await bench.gateway.graphql('{ storeExamination { ok findings { problem } } }');
    expect({
      archived,
      left,
      commits: await count("action like 'connection.%'"),
      doctor: data.storeExamination,
      verify: await verify(),
    }).toEqual({
      archived: { code: 0, archived: archived.archived, through: archived.archived, cutThrough: archived.archived },
      left: 0,
      commits: 4,
      doctor: { ok: true, findings: [] },
      verify: [0],
    });
  });

  test('rows that were archived before are not archived again, and what is young stays in the store', async () => {
    const again = await changeover('audit', 'archive', '--to', folder, '--older-than', '101');
    const { data, errors } = await bench.gateway.graphql(
      'mutation ($through: Int!, $head: String!) { cutAudit(through: $through, head: $head) { finished } }',
      {
        through: (await bench.gateway.app.services.store.read.audit.head())?.seq,
        head: (await bench.gateway.app.services.store.read.audit.head())?.chainHash.toString('hex'),
      },
    );
    expect({ archived: again.archived, cut: data?.cutAudit ?? null, path: errors?.[0]?.extensions.path }).toEqual({
      archived: 0,
      cut: null,
      path: 'through',
    });
  });

  test.each([
    ['the record of the cut is taken away', ['delete from audit_archive'], 'missing'],
    ['the record of the cut tells of more', ['update audit_archive set seq = seq + 5'], 'forged-cut'],
    [
      'a row that had stayed is deleted',
      ["delete from audit where seq = (select min(seq) from audit where action = 'connection.create')"],
      'cut-altered',
    ],
    ['a row that had stayed is edited', ["update audit set actor_name = 'nobody' where seq = (select min(seq) from audit)"], 'edited'],
    ['further rows are deleted', ['delete from audit where seq = (select seq + 1 from audit_archive)'], 'missing'],
  ])('%s: told', async (_, edits, kind) => {
    for (const table of ['audit', 'audit_archive']) await bench.sql(`create table kept_${table} as select * from ${table}`);
    for (const edit of edits) await bench.sql(edit);
    const found = await verify();
    for (const table of ['audit', 'audit_archive']) {
      await bench.sql(`delete from ${table}`);
      await bench.sql(`insert into ${table} select * from kept_${table}`);
      await bench.sql(`drop table kept_${table}`);
    }
    expect({ isTold: found.includes(kind), code: found[0], undone: await verify() }).toEqual({ isTold: true, code: 1, undone: [0] });
  });

  test('what was cut without an archive of ours is told, whatever record is left of it', async () => {
    for (const table of ['audit', 'audit_archive']) await bench.sql(`create table kept_${table} as select * from ${table}`);
    // As somebody would who may write to the database: the chain begins behind what is to be forgotten.
    await bench.sql(
      'update audit_archive set seq = seq + 3, chain_hash = (select chain_hash from audit where seq = audit_archive.seq + 3)',
    );
    await bench.sql('delete from audit where seq > (select seq - 3 from audit_archive) and seq <= (select seq from audit_archive)');
    const found = await verify();
    for (const table of ['audit', 'audit_archive']) {
      await bench.sql(`delete from ${table}`);
      await bench.sql(`insert into ${table} select * from kept_${table}`);
      await bench.sql(`drop table kept_${table}`);
    }
    expect(found).toEqual(expect.arrayContaining([1, 'forged-cut', 'missing']));
  });

  test('an archive that was altered, cut, or lost in part is told', async () => {
    const [name = ''] = readdirSync(folder);
    const file = join(folder, name);
    const whole = readFileSync(file, 'utf8');
    const lines = whole.trimEnd().split('\n');
    const withText = async (changed: string) => {
      writeFileSync(file, changed);
      const found = await verify();
      writeFileSync(file, whole);
      return found;
    };
    const edited = await withText(whole.replace('nightly', 'another'));
    const cut = await withText(`${lines.slice(0, -1).join('\n')}\n`);
    const hole = await withText(`${lines.slice(1).join('\n')}\n`);
    renameSync(file, `${file}.away`);
    const lost = await verify();
    renameSync(`${file}.away`, file);
    expect({ several: lines.length > 1, edited, cut, hole, lost, whole: await verify() }).toEqual({
      several: true,
      edited: [1, 'edited'],
      cut: [1, 'truncated'],
      hole: expect.arrayContaining([1, 'missing']),
      lost: [1, 'truncated'],
      whole: [0],
    });
  });

  test('an archive of another chain does not fit the store', async () => {
    const known = readFileSync(anchors, 'utf8');
    const [first = ''] = known.split('\n');
    const { seq } = JSON.parse(first) as { readonly seq: number };
    writeFileSync(anchors, `${JSON.stringify({ seq: seq - 1, head: 'ab'.repeat(32) })}\n`);
    const found = await verify();
    writeFileSync(anchors, known);
    expect(found).toEqual([1, 'unanchored']);
  });
});
