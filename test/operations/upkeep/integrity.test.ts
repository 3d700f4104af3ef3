import { afterAll, beforeAll, expect, test } from 'vitest';
import { runMaintenance } from '../../../src/operations/upkeep/maintenance-pass.ts';
import { formsOf } from '../../contracts/connector.ts';
import { SECRET } from '../../support/gateway/gateway.ts';
import { ACQUIRE, codeOf, DAY, HOUR, POLICY, type ProtocolBench, READ, ROLL_BACK, startProtocol } from '../../support/protocol/protocol.ts';
import { sweep } from '../../support/run/sweep.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const SECOND = 'a secret of the second version';
const EXAMINE = '{ storeExamination { ok findings { connectionId version problem } } }';

/** Columns whose every change `doctor` finds. Missing: when a version's overlap ends and when it retired, which move. */
const VERSION_COLUMNS = [
  'connection_id',
  'version',
  'kind',
  'settings',
  'facets',
  'reference',
  'content_id',
  'candidate_hash',
  'config_hash',
  'cipher_hash',
  'key_generation',
  'row_mac',
  'label',
  'origin',
  'restored_from',
  'change_id',
  'proven',
  'created_at',
  'created_by',
  'destroyed_at',
] as const;
const CONTENT_COLUMNS = ['id', 'project_id', 'connection_id', 'blob', 'cipher_hash'] as const;
const CHANGE_COLUMNS = ['project_id', 'connection_id', 'kind', 'settings', 'content_id', 'candidate_hash'] as const;

const CELLS = [
  ...VERSION_COLUMNS.map((column) => ['versions', column] as const),
  ...CONTENT_COLUMNS.map((column) => ['sealed_contents', column] as const),
  ...CHANGE_COLUMNS.map((column) => ['changes', column] as const),
];

/** What whoever edits the database can't do unseen, and what is written together or not at all. */
describeOnEachEngine('integrity', ({ engine, databaseUrl }) => {
  const isSqlite = engine === 'SQLite';
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());
  const examine = async () => (await bench.gateway.graphql(EXAMINE)).data.storeExamination;
  const problems = async () => [...new Set((await examine()).findings.map(({ problem }: { problem: string }) => problem))];
  const count = async (table: string) => Number((await bench.sql(`select count(*) as n from ${table}`))[0]?.n);

  /** Another value of the column's type: one more for a number, one bit for bytes, another word for text. */
  const altered = (table: string, column: string): string => {
    if (column === 'version' || column === 'created_at' || column === 'key_generation') return `${column} + 1`;
    if (column === 'restored_from' || column === 'destroyed_at') return '1';
    if (column === 'proven') return isSqlite ? '1 - proven' : 'not proven';
    if (column === 'label') return "'RETIRED'";
    if (['settings', 'facets', 'reference'].includes(column)) return `'{"url":"http://127.0.0.1:9/hook","headerName":"x-other"}'`;
    if (column === 'blob' || column.endsWith('_hash') || column === 'row_mac')
      return isSqlite ? `randomblob(length(${column}))` : `set_byte(${column}, 20, get_byte(${column}, 20) # 1)`;
    return column === 'kind' ? "'postgres'" : column === 'project_id' ? "'another'" : `'another ${table}'`;
  };

  // What is signed is the same on both engines: on the slower one a part of it, unless all are wanted.
  test.each(sweep(CELLS, isSqlite ? 1 : 4))(
    'an edit of %s.%s is found by doctor, and its undoing satisfies it (#103)',
    async (table, column) => {
      const id = await bench.add();
      if (table === 'changes') await bench.stage(id, SECOND);
      const [row] = await bench.sql(
        table === 'changes'
          ? `select id as key from changes where connection_id = '${id}' and state = 'OPEN'`
          : table === 'versions'
            ? `select content_id as key from versions where connection_id = '${id}'`
            : `select id as key from sealed_contents where connection_id = '${id}'`,
      );
      const movesContent = column === 'content_id' || column === 'reference';
      const key = `${table === 'versions' && !movesContent ? 'content_id' : table === 'versions' ? 'connection_id' : 'id'}`;
      const where = `${key} = '${key === 'connection_id' ? id : String(row?.key)}'`;
      await bench.sql(`create table kept as select * from ${table} where ${where}`);
      // The table takes a reference in the place of sealed content only.
      const beside = column === 'reference' ? ', content_id = null, cipher_hash = null' : '';
      await bench.sql(`update ${table} set ${column} = ${altered(table, column)}${beside} where ${where}`);
      const found = await problems();
      await bench.sql(`delete from ${table} where ${column === 'id' ? "id = 'another sealed_contents'" : where}`);
      await bench.sql(`insert into ${table} select * from kept`);
      await bench.sql('drop table kept');
      expect({ isTold: found.length > 0, undone: await problems() }).toEqual({ isTold: true, undone: [] });
    },
  );

  test('a chain that was cut at its end is whole in itself, and the audit tells of what it lacks', async () => {
    const id = await bench.add();
    await bench.save(id, SECOND);
    await bench.sql(`create table kept as select * from versions where connection_id = '${id}'`);
    await bench.sql(`delete from versions where connection_id = '${id}' and version = 2`);
    await bench.sql(`update versions set label = 'CURRENT', valid_until = null where connection_id = '${id}'`);
    await bench.sql(`update connections set current_version = 1 where id = '${id}'`);
    const found = (await examine()).findings.filter(({ problem }: { problem: string }) => problem !== 'row-altered');
    await bench.sql(`delete from versions where connection_id = '${id}'`);
    await bench.sql('insert into versions select * from kept');
    await bench.sql(`update connections set current_version = 2 where id = '${id}'`);
    await bench.sql('drop table kept');
    expect({ found, problems: await problems() }).toEqual({ found: [{ connectionId: id, version: 2, problem: 'lost' }], problems: [] });
  });

  test('a setting edited in the database, whichever, is INTEGRITY: it is neither leased nor committed (#58, N7)', async () => {
    const { gateway, job, add, stage, commit, sql } = bench;
    const id = await add();
    const key = await stage(id, SECOND);
    const edit = (table: string, from: string, to: string) =>
      sql(`update ${table} set settings = replace(settings, '${from}', '${to}') where connection_id = '${id}'`);
    await edit('versions', '/hook', '/other');
    await edit('changes', '/hook', '/other');
    const before = await count('leases');
    const refused = [codeOf(await gateway.graphql(ACQUIRE, { id }, job)), codeOf(await commit(id, key))];
    const granted = (await count('leases')) - before;
    await edit('versions', '/other', '/hook');
    await edit('changes', '/other', '/hook');
    expect({ refused, granted, leased: codeOf(await gateway.graphql(ACQUIRE, { id }, job)), saved: codeOf(await commit(id, key)) }).toEqual(
      { refused: ['INTEGRITY', 'INTEGRITY'], granted: 0, leased: 'ok', saved: 'ok' },
    );
  });

  test.each(['VALIDATED', 'ADVISORY'])(
    'a candidate edited in the database after it was validated is not committed under %s (T16, N7)',
    async (commitPolicy) => {
      const { gateway, add, stage, commit, sql, labels } = bench;
      const id = await add();
      await gateway.graphql(POLICY, { id, policy: { commitPolicy } });
      const key = await stage(id, SECOND);
      await gateway.graphql(
        'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success } } }',
        { key },
      );
      const edit = (from: string, to: string) =>
        sql(`update changes set settings = replace(settings, '${from}', '${to}') where connection_id = '${id}'`);
      await edit('/hook', '/other');
      const refused = codeOf(await commit(id, key));
      await edit('/other', '/hook');
      expect({ refused, labels: await labels(id) }).toEqual({ refused: 'INTEGRITY', labels: ['1 CURRENT'] });
    },
  );

  test.each(['VALIDATED', 'ADVISORY'])(
    'what a change sealed and is replaced while it is being committed under %s is not made CURRENT (N7)',
    async (commitPolicy) => {
      const { gateway, add, stage, commit, intrude, labels, sql } = bench;
      const id = await add();
      await gateway.graphql(POLICY, { id, policy: { commitPolicy } });
      const key = await stage(id, SECOND);
      await sql(`create table kept as select * from sealed_contents where connection_id = '${id}'`);
      const replaced = `update sealed_contents set blob = cipher_hash where connection_id = '${id}'`;
      const refused = codeOf(await intrude(id, () => commit(id, key), replaced));
      await sql(`delete from sealed_contents where connection_id = '${id}'`);
      await sql('insert into sealed_contents select * from kept');
      await sql('drop table kept');
      expect({ refused, labels: await labels(id) }).toEqual({ refused: 'INTEGRITY', labels: ['1 CURRENT'] });
    },
  );

  test.each(['audit', 'events'])('nothing is revealed, saved or leased while the %s can not be written (#102, N9)', async (table) => {
    const { gateway, job, add, stage, commit } = bench;
    const id = await add();
    const key = await stage(id, SECOND);
    const lease = (await gateway.graphql(ACQUIRE, { id }, job)).data.acquireLease;
    const rows = async () => [await count('versions'), await count('leases'), await count('changes'), await count('tokens')];
    const before = await rows();
    await refuseInserts(table);
    const answers = [
      await gateway.graphql(ACQUIRE, { id }, job),
      await gateway.graphql(READ, { key: lease.key }, job),
      await commit(id, key),
      await gateway.graphql('mutation { createToken(name: "x", roles: [viewer]) { secret } }'),
    ];
    await allowInserts(table);
    expect({
      areRefused: answers.every(({ errors, data }) => errors !== undefined && Object.values(data ?? {}).every((value) => value === null)),
      showsSecret: answers.some(({ text }) => text.includes(SECOND) || text.includes('signingSecret')),
      rows: await rows(),
      saved: codeOf(await commit(id, key)),
    }).toEqual({ areRefused: true, showsSecret: false, rows: before, saved: 'ok' });
  });

  test('every change of state has its audit row and its event, under one name and in one order', async () => {
    const { gateway, job, add, save, stage, clock } = bench;
    const id = await add();
    const run = async (query: string, variables: object = {}, token = gateway.owner) => {
      const answer = await gateway.graphql(query, variables, token);
      expect(answer.errors).toBeUndefined();
      return answer.data;
    };
    await run('mutation ($id: UUID!) { setConnectionName(connectionId: $id, name: "renamed") { connection { uuid } } }', { id });
    for (const on of [true, false])
      await run(
        'mutation ($id: UUID!, $on: Boolean!) { setConnectionDeletionProtection(connectionId: $id, enableDeletionProtection: $on) { success } }',
        { id, on },
      );
    for (const on of [false, true])
      await run('mutation ($id: UUID!, $on: Boolean!) { toggleConnectionEnable(connectionId: $id, enable: $on) { success } }', {
        id,
        on,
      });
    await save(id, SECOND);
    await run(ROLL_BACK, { id });
    const { key } = (await run(ACQUIRE, { id }, job)).acquireLease;
    await run(READ, { key }, job);
    await run('mutation ($key: String!) { renewLease(leaseKey: $key) { live } }', { key }, job);
    await run('mutation ($key: String!) { releaseLease(leaseKey: $key) { live } }', { key }, job);
    const other = (await run(ACQUIRE, { id }, job)).acquireLease.lease.id;
    await run('mutation ($id: UUID!) { endLease(leaseId: $id) { live } }', { id: other });
    await stage(id, 'a secret that is never saved...');
    clock.advance(4 * HOUR);
    await runMaintenance(gateway.app.services);
    const published = () => bench.sql('select id, type as action, entity_id as entity from events order by id');
    // They go after a week, and what is written is what is asked about.
    const early = await published();
    clock.advance(8 * DAY);
    await runMaintenance(gateway.app.services);
    const token = await gateway.token('viewer');
    await run('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: token.id });
    await run('mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }', { id });
    // What maintenance does meanwhile to the connections of others is theirs.
    const own = ({ entity }: Readonly<Record<string, unknown>>) => entity === id || entity === token.id;
    const audited = (await bench.sql('select action, entity_id as entity from audit order by id')).filter(own);
    const byId = new Map([...early, ...(await published())].map(({ id: eventId, ...event }) => [eventId, event]));
    const events = [...byId.values()].filter(own);
    const actions = new Set(
      (await bench.sql(`select action from audit where entity_id in ('${id}', '${token.id}')`)).map(({ action }) => action),
    );
    expect({ events, actions: [...actions].toSorted() }).toEqual({
      events: audited,
      actions: [
        'change.discard',
        'change.stage',
        'change.validate',
        'connection.create',
        'connection.delete',
        'connection.disable',
        'connection.enable',
        'connection.protect',
        'connection.rename',
        'connection.rollback',
        'connection.update',
        'lease.acquire',
        'lease.end',
        'lease.read',
        'lease.release',
        'lease.renew',
        'token.create',
        'token.revoke',
        'version.destroy',
        'version.retire',
      ],
    });
  });

  test('no table holds a secret or a key in any form (N11, #107)', async () => {
    const { gateway, job, add, stage } = bench;
    const id = await add();
    const secrets = [SECRET, SECOND, gateway.owner.secret, job.secret];
    secrets.push(await stage(id, SECOND), (await gateway.graphql(ACQUIRE, { id }, job)).data.acquireLease.key);
    const tables = await bench.sql(
      isSqlite
        ? "select name from sqlite_master where type = 'table'"
        : "select tablename as name from pg_tables where schemaname = 'public'",
    );
    const texts: string[] = [];
    for (const { name } of tables)
      for (const row of await bench.sql(`select * from ${String(name)}`))
        texts.push(...Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value))));
    const everything = texts.join('\n');
    // Keys begin with a prefix that says what they are, and that alone is no secret.
    const forms = secrets.flatMap((secret) => formsOf(secret.replace(/^chg_[a-z]+_/, '')));
    expect({
      hasTables: tables.length > 20,
      hasTexts: texts.length > 100,
      shown: forms.filter((form) => everything.includes(form)),
    }).toEqual({ hasTables: true, hasTexts: true, shown: [] });
  });

  async function refuseInserts(table: string): Promise<void> {
    if (isSqlite) {
      await bench.sql(`create trigger refuse before insert on ${table} begin select raise(abort, 'refused'); end`);
      return;
    }
    await bench.sql("create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$");
    await bench.sql(`create trigger refuse before insert on ${table} for each row execute function refuse()`);
  }

  async function allowInserts(table: string): Promise<void> {
    await bench.sql(isSqlite ? 'drop trigger refuse' : `drop trigger refuse on ${table}`);
  }
});
