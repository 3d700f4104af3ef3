import { getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSession, endSession } from '../../../src/operations/access/manage-sessions.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { createSecret } from '../../../src/operations/account-secrets/create-secret.ts';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { grantAwsRole } from '../../../src/operations/aws/grant-role.ts';
import { createRecord } from '../../../src/operations/dialects/dialect-records.ts';
import { externalIdsOf } from '../../../src/operations/dialects/external-ids.ts';
import { grantSecrets, revokeSecrets } from '../../../src/operations/references/grant-secrets.ts';
import { addStreamingSystem } from '../../../src/operations/streaming/add-streaming-system.ts';
import { writeAs } from '../../../src/operations/write-as.ts';
import { COVERAGE } from '../../../src/store/tables/coverage.ts';
import { postgresTables, sqliteTables } from '../../../src/store/tables/tables.ts';
import { edited as editedPast } from '../../support/protocol/edited.ts';
import { ACQUIRE, codeOf, POLICY, type ProtocolBench, READ, RELEASE, startProtocol } from '../../support/protocol/protocol.ts';
import { sweep } from '../../support/run/sweep.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { otherValue } from '../../support/store/other-value.ts';

const SECOND = 'a secret of the second version';
const VERIFY = '{ auditVerification { ok } }';
const DOCTOR = '{ storeExamination { ok findings { table rowId problem } } }';
const REQUEST = { id: 'test', ip: null, client: {} };

/** Tables whose rows have no id of their own. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  provider_grants: ['project_id', 'provider', 'prefix'],
  aws_role_grants: ['project_id', 'role_arn'],
};

/** What somebody who writes to the database, without the master key, gains by it: nothing. */
describeOnEachEngine('tampering', ({ engine, databaseUrl }) => {
  const isSqlite = engine === 'SQLite';
  const tables: Readonly<Record<string, Table>> = isSqlite ? { ...sqliteTables } : { ...postgresTables };
  let bench: ProtocolBench;
  let id = '';
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    const { gateway } = bench;
    const { services, projectId } = gateway.app;
    id = await bench.add();
    await bench.save(id, SECOND);
    await bench.stage(id, 'a secret of the third version');
    await gateway.graphql(ACQUIRE, { id }, bench.job);
    const local = localActor(projectId, 'test', REQUEST);
    await createSession(services, { ...local, tokenId: gateway.owner.id });
    await addStreamingSystem(services, local, { name: 'a system', type: 'self-hosted', siteId: null });
    await grantSecrets(services, local, { provider: 'env', prefix: 'MCD_GRANTED_' });
    for (const name of ['reader', 'writer']) await grantAwsRole(services, local, { roleArn: `arn:aws:iam::111122223333:role/${name}` });
    await createSecret(
      services,
      { ...local, tokenId: gateway.owner.id },
      { name: 'kept', scope: 'global', value: SECOND, description: 'd', expiresAt: null },
    );
    await externalIdsOf(services, { projectId }, { dialect: 'posit', entity: 'integration', make: ({ number }) => String(number) }, [id]);
    await createRecord(
      services,
      local,
      { dialect: 'matillion', entity: 'environment', what: 'environment', right: 'create' },
      { key: 'prod', parentId: null, data: { size: 1 } },
    );
    await sealAudit(services);
    await services.store.write(async (tx) => {
      const taken = { tokenId: 'a', key: 'k', requestHash: Buffer.alloc(32), answer: null, keyGeneration: null };
      await tx.idempotency.take({ ...taken, startedAt: 1, takenUntil: 9e12, expiresAt: 9e12 }, 1);
      const named = { projectId, provider: 'env', path: 'MCD_GRANTED_ONE', member: '' } as const;
      await tx.replayGuards.advance({ id: 'a nonce', used: 1, expiresAt: 9e12 });
      await tx.secretDestinations.insert({
        ...named,
        id: services.newId(),
        parts: {},
        boundTo: Buffer.alloc(32),
        createdAt: 1,
        createdBy: null,
      });
    });
  });
  afterAll(() => bench.close());

  const scan = async (table: string) => (await bench.gateway.app.services.store.read.integrity.scan(table, null, 1000)).found;
  const doctor = async () => (await bench.gateway.graphql(DOCTOR)).data.storeExamination;
  const isAuditWhole = async () => (await bench.gateway.graphql(VERIFY)).data.auditVerification.ok;

  const edited = <T>(table: string, statements: readonly string[], look: () => Promise<T>) => editedPast(bench, table, statements, look);

  const cells = Object.entries(COVERAGE).flatMap(([key, entry]) => {
    const table = tables[key];
    if (entry.by !== 'mac' || table === undefined) return [];
    return Object.entries(getTableColumns(table))
      .filter(([name]) => !Object.hasOwn(entry.except, name))
      .map(([, column]) => [getTableName(table), column.name, column] as const);
  });

  // The columns are the same on both engines, and so is who reads them.
  test.each(sweep(cells, isSqlite ? 1 : 8))('an edit of %s.%s is told', async (table, name, column) => {
    const found = await edited(table, [`update ${table} set ${name} = ${otherValue(column)}`], () => scan(table));
    expect(found === 'refused' || found.length > 0).toBe(true);
  });

  test('every table is covered, or says why it need not be', () => {
    const reasons = Object.values(COVERAGE).flatMap((entry) => (entry.by === 'other' ? [entry.how] : Object.values(entry.except)));
    expect({
      tables: Object.keys(COVERAGE).toSorted(),
      short: reasons.filter((reason: string) => reason.length < 15),
      cells: cells.length > 100,
    }).toEqual({ tables: Object.keys(tables).toSorted(), short: [], cells: true });
  });

  test.each(Object.values(getTableColumns(sqliteTables.audit)).map(({ name }) => name))('an edit of audit.%s is told', async (name) => {
    const column = Object.values(getTableColumns(tables.audit as Table)).find((one) => one.name === name);
    if (column === undefined) throw new Error(name);
    const one = `(select max(id) from audit)`;
    const whole = await edited('audit', [`update audit set ${name} = ${otherValue(column)} where id = ${one}`], isAuditWhole);
    expect(whole === 'refused' || !whole || name === 'seq' || name === 'chain_hash').toBe(true);
  });

  test.each(['project_id', 'roles', 'token_id'])('an edit of token_grants.%s is told by its token', async (name) => {
    expect(await edited('token_grants', [`update token_grants set ${name} = '["owner","job"]'`], () => scan('tokens'))).not.toEqual([]);
  });

  test('a token that was made wider in the database is nobody', async () => {
    const { gateway } = bench;
    const viewer = await gateway.token('viewer');
    const asks = async () => codeOf(await gateway.graphql(ACQUIRE, { id }, viewer));
    const before = await asks();
    const codes = [];
    for (const [table, text] of [
      ['token_grants', `update token_grants set roles = '["owner","job"]' where token_id = '${viewer.id}'`],
      ['token_grants', `delete from token_grants where token_id = '${viewer.id}'`],
      ['token_grants', `insert into token_grants (token_id, project_id, roles) values ('${viewer.id}', 'another', '["job"]')`],
      ['tokens', `update tokens set operator = ${isSqlite ? 1 : true} where id = '${viewer.id}'`],
      ['tokens', `update tokens set hash = (select hash from tokens where id = '${bench.job.id}') where id = 'none'`],
      ['tokens', `update tokens set expires_at = 9000000000000 where id = '${viewer.id}'`],
    ] as const)
      codes.push(await edited(table, [text], asks));
    expect({ before, codes, asks: await asks() }).toEqual({
      before: 'FORBIDDEN',
      codes: ['INTEGRITY', 'INTEGRITY', 'INTEGRITY', 'INTEGRITY', 'FORBIDDEN', 'INTEGRITY'],
      asks: 'FORBIDDEN',
    });
  });

  test('an old copy of a token that was revoked, or of a grant that was taken away, is not believed when it is put back', async () => {
    const { gateway } = bench;
    const { services, projectId } = gateway.app;
    const viewer = await gateway.token('viewer');
    const local = localActor(projectId, 'test', REQUEST);
    await grantSecrets(services, local, { provider: 'env', prefix: 'MCD_TAKEN_' });
    await bench.sql(`create table old_tokens as select * from tokens where id = '${viewer.id}'`);
    await bench.sql(`create table old_grants as select * from provider_grants where prefix = 'MCD_TAKEN_'`);
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: viewer.id });
    await revokeSecrets(services, local, { provider: 'env', prefix: 'MCD_TAKEN_' });
    const ended = codeOf(await gateway.graphql('{ getUser { email } }', {}, viewer));
    await bench.sql(`delete from tokens where id = '${viewer.id}'`);
    await bench.sql('insert into tokens select * from old_tokens');
    await bench.sql('insert into provider_grants select * from old_grants');
    const found = [await scan('tokens'), await scan('provider_grants')].flat().map(({ problem }) => problem);
    const back = codeOf(await gateway.graphql('{ getUser { email } }', {}, viewer));
    const grants = await services.store.read.providerGrants.of(projectId).then(
      () => 'believed',
      (error: { code: string }) => error.code,
    );
    await bench.sql(`delete from provider_grants where prefix = 'MCD_TAKEN_'`);
    await bench.sql(`delete from tokens where id = '${viewer.id}'`);
    await bench.sql('drop table old_tokens');
    await bench.sql('drop table old_grants');
    expect({ ended, back, grants, found }).toEqual({
      ended: 'UNAUTHENTICATED',
      back: 'INTEGRITY',
      grants: 'INTEGRITY',
      found: ['row-stale', 'row-stale'],
    });
  });

  test.each(['tokens', 'provider_grants', 'aws_role_grants', 'secret_destinations', 'account_secrets'])(
    'rows deleted from %s are each named, in pages',
    async (table) => {
      const { integrity } = bench.gateway.app.services.store.read;
      const lost = async () => {
        const rows: string[] = [];
        for (let after: string | null = null; ; ) {
          const { found, next } = await integrity.lost(after, 2);
          rows.push(...found.map((row) => `${row.problem} ${row.table} ${row.rowId}`));
          if (next === null) return rows.sort();
          after = next;
        }
      };
      const ids = KEYS[table] ?? ['id'];
      const stored = await bench.sql(`select ${ids.map((id) => `${id} as "${id}"`).join(', ')} from ${table}`);
      const before = await lost();
      const deleted = stored.map((row) => `row-lost ${table} ${ids.map((id) => row[id]).join('/')}`);
      const found = await edited(table, [`delete from ${table}`], lost);
      expect({ some: deleted.length > 0, found, after: await lost() }).toEqual({
        some: true,
        found: [...before, ...deleted].sort(),
        after: before,
      });
    },
  );

  test('an ended lease that is put back as it was is named by doctor', async () => {
    const { gateway, job } = bench;
    const own = await bench.add();
    const { key, lease } = (await gateway.graphql(ACQUIRE, { id: own }, job)).data.acquireLease;
    await bench.sql(`create table old_lease as select * from leases where id = '${lease.id}'`);
    await gateway.graphql(RELEASE, { key }, job);
    const named = async () => (await doctor()).findings.filter(({ rowId }: { rowId: string | null }) => rowId === lease.id);
    const ended = await named();
    const back = await edited(
      'leases',
      [`delete from leases where id = '${lease.id}'`, 'insert into leases select * from old_lease'],
      named,
    );
    await bench.sql('drop table old_lease');
    expect({ ended, back }).toEqual({ ended: [], back: [{ table: 'leases', rowId: lease.id, problem: 'row-stale' }] });
  });

  test.each([
    ['policy', 'mutation ($id: UUID!) { setConnectionPolicy(connectionId: $id, policy: { inFlight: REFUSE }) { __typename } }'],
    ['name', 'mutation ($id: UUID!) { setConnectionName(connectionId: $id, name: "later") { __typename } }'],
    [
      'protection',
      'mutation ($id: UUID!) { setConnectionDeletionProtection(connectionId: $id, enableDeletionProtection: true) { __typename } }',
    ],
    ['state', 'mutation ($id: UUID!) { toggleConnectionEnable(connectionId: $id, enable: false) { __typename } }'],
    ['existence', 'mutation ($id: UUID!) { removeConnection(connectionId: $id) { __typename } }'],
  ])('a connection that is put back with its %s of before is named by doctor', async (_, mutation) => {
    const { gateway } = bench;
    const own = await bench.add();
    await bench.sql(`create table old_connection as select * from connections where id = '${own}'`);
    const { errors } = await gateway.graphql(mutation, { id: own });
    const named = async () => (await doctor()).findings.filter(({ rowId }: { rowId: string | null }) => rowId === own);
    const changed = await named();
    const back = await edited(
      'connections',
      [`delete from connections where id = '${own}'`, 'insert into connections select * from old_connection'],
      named,
    );
    await bench.sql('drop table old_connection');
    expect({ errors, changed, back }).toEqual({
      errors: undefined,
      changed: [],
      back: [{ table: 'connections', rowId: own, problem: 'row-stale' }],
    });
  });

  test('a discarded change that is put back as it was is named by doctor', async () => {
    const { gateway } = bench;
    const own = await bench.add();
    await bench.stage(own, 'a later secret of 24 characters');
    const [{ id: change = '' } = {}] = (await bench.sql(`select id from changes where connection_id = '${own}' and state = 'OPEN'`)) as {
      id: string;
    }[];
    await bench.sql(`create table old_change as select * from changes where id = '${change}'`);
    await gateway.graphql('mutation ($id: UUID!) { discardChange(id: $id) { id } }', { id: change });
    const named = async () => (await doctor()).findings.filter(({ rowId }: { rowId: string | null }) => rowId === change);
    const ended = await named();
    const back = await edited(
      'changes',
      [`delete from changes where id = '${change}'`, 'insert into changes select * from old_change'],
      named,
    );
    await bench.sql('drop table old_change');
    expect({ ended, back }).toEqual({ ended: [], back: [{ table: 'changes', rowId: change, problem: 'row-stale' }] });
  });

  test('a session that was ended is named by doctor when it is put back as it was', async () => {
    const { services, projectId } = bench.gateway.app;
    const local = { ...localActor(projectId, 'test', REQUEST), tokenId: bench.gateway.owner.id };
    const { session, secret } = await createSession(services, local);
    await bench.sql(`create table old_session as select * from sessions where id = '${session.id}'`);
    await endSession(services, local, secret);
    const named = async () => (await doctor()).findings.filter(({ rowId }: { rowId: string | null }) => rowId === session.id);
    const ended = await named();
    const back = await edited(
      'sessions',
      [`delete from sessions where id = '${session.id}'`, 'insert into sessions select * from old_session'],
      named,
    );
    await bench.sql('drop table old_session');
    expect({ ended, back }).toEqual({ ended: [], back: [{ table: 'sessions', rowId: session.id, problem: 'row-stale' }] });
  });

  test('a validation that failed, and took proof away, is missed by doctor when it is deleted, and one that passed is not', async () => {
    const { commit, stage, add, receiver } = bench;
    const own = await add();
    receiver.status = 401;
    const refused = codeOf(await commit(own, await stage(own, SECOND)));
    receiver.status = 204;
    const stored = await bench.sql(`select id, status from validations where connection_id = '${own}'`);
    const [failed = ''] = stored.filter(({ status }) => status === 'failed').map((row) => String(row.id));
    const named = async () => (await doctor()).findings.filter(({ table }: { table: string | null }) => table === 'validations');
    const whole = await named();
    const passedGone = await edited('validations', [`delete from validations where connection_id = '${own}' and status = 'passed'`], named);
    const failedGone = await edited('validations', [`delete from validations where id = '${failed}'`], named);
    expect({ refused, passed: stored.length > 1, whole, passedGone, failedGone }).toEqual({
      refused: 'VALIDATION_FAILED',
      passed: true,
      whole: [],
      passedGone: [],
      failedGone: [{ table: 'validations', rowId: failed, problem: 'row-lost' }],
    });
  });

  test('forged proof, a moved lease, an edited policy and an edited pointer are INTEGRITY', async () => {
    const { gateway, job, commit, stage, add, receiver } = bench;
    const [own, other] = [await add(), await add()];
    const { key: lease } = (await gateway.graphql(ACQUIRE, { id: own }, job)).data.acquireLease;
    receiver.status = 401;
    const key = await stage(own, SECOND);
    const refused = codeOf(await commit(own, key));
    receiver.status = 204;
    const forged = await edited(
      'validations',
      [`update validations set status = 'passed', errors = '[]' where connection_id = '${own}'`],
      () => commit(own, key),
    );
    const read = (query: string, variables: object) => async () => codeOf(await gateway.graphql(query, variables, job));
    const moved = await edited(
      'leases',
      [`update leases set connection_id = '${other}' where connection_id = '${own}'`],
      read(READ, { key: lease }),
    );
    const longer = await edited(
      'leases',
      [`update leases set ends_by = ends_by + 9, expires_at = expires_at + 9`],
      read(READ, { key: lease }),
    );
    const policy = await edited('connections', [`update connections set commit_policy = 'ADVISORY' where id = '${own}'`], async () =>
      codeOf(await commit(own, key)),
    );
    const pointed = await edited(
      'connections',
      [`update connections set current_version = 7 where id = '${own}'`],
      read(ACQUIRE, { id: own }),
    );
    expect({ refused, forged: forged === 'refused' ? forged : codeOf(forged), moved, longer, policy, pointed }).toEqual({
      refused: 'VALIDATION_FAILED',
      forged: 'INTEGRITY',
      moved: 'INTEGRITY',
      longer: 'INTEGRITY',
      policy: 'INTEGRITY',
      pointed: 'INTEGRITY',
    });
    await gateway.graphql(POLICY, { id: own, policy: { inFlight: 'OVERLAP' } });
  });

  test('what takes audit rows away as they are written gets no credentials out, and doctor and verify name it', async () => {
    const { gateway, job } = bench;
    await bench.sql(
      isSqlite
        ? 'create trigger t_quiet after insert on audit begin delete from audit where id = new.id; end'
        : 'create function quiet() returns trigger language plpgsql as $$ begin delete from audit where id = new.id; return null; end $$',
    );
    if (!isSqlite)
      await bench.sql(
        'create constraint trigger t_quiet after insert on audit deferrable initially deferred for each row execute function quiet()',
      );
    const answer = await gateway.graphql(ACQUIRE, { id }, job);
    const { findings } = await doctor();
    const verified = (await gateway.graphql('{ auditVerification { ok findings { kind rowId } } }')).data.auditVerification;
    await bench.sql(isSqlite ? 'drop trigger t_quiet' : 'drop trigger t_quiet on audit');
    if (!isSqlite) await bench.sql('drop function quiet()');
    const item = isSqlite ? 'trigger t_quiet' : 'constraint t_quiet';
    const isTrigger = ({ problem }: { problem: string }) => problem === 'schema-altered';
    const undone = (await doctor()).findings.filter(isTrigger);
    expect({
      answer: codeOf(answer),
      showsSecret: answer.text.includes(SECOND),
      doctor: findings.filter(isTrigger),
      undone,
      verified,
    }).toEqual({
      answer: 'INTEGRITY',
      showsSecret: false,
      doctor: [{ table: 'audit', rowId: item, problem: 'schema-altered' }],
      undone: [],
      verified: { ok: false, findings: expect.arrayContaining([{ kind: 'schema-altered', rowId: `${item} of audit` }]) },
    });
  });

  test('what takes audit rows away as they are written has the whole operation undone', async () => {
    const { gateway, job } = bench;
    const counts = async () =>
      await Promise.all(['leases', 'tokens'].map(async (table) => Number((await bench.sql(`select count(*) as n from ${table}`))[0]?.n)));
    // The use of its token is noted once a minute.
    await gateway.graphql(ACQUIRE, { id }, job);
    const before = await counts();
    if (!isSqlite)
      await bench.sql(
        'create function quiet() returns trigger language plpgsql as $$ begin delete from audit where id = new.id; return null; end $$',
      );
    await bench.sql(
      isSqlite
        ? 'create trigger t_quiet after insert on audit begin delete from audit where id = new.id; end'
        : 'create trigger t_quiet after insert on audit for each row execute function quiet()',
    );
    const refused = [
      await gateway.graphql(ACQUIRE, { id }, job),
      await gateway.graphql('mutation { createToken(name: "unheard", roles: [viewer]) { secret } }'),
    ];
    await bench.sql(isSqlite ? 'drop trigger t_quiet' : 'drop trigger t_quiet on audit');
    if (!isSqlite) await bench.sql('drop function quiet()');
    expect({ refused: refused.map(codeOf), after: await counts() }).toEqual({ refused: ['INTEGRITY', 'INTEGRITY'], after: before });
  });

  test('what is no JSON, null, or of another type is INTEGRITY with its row, and doctor names it and goes on', async () => {
    const { gateway, job, add } = bench;
    const own = await add();
    const seen = [];
    for (const value of ['null', '{broken', '[]', '7']) {
      const told = await edited('versions', [`update versions set settings = '${value}' where connection_id = '${own}'`], async () => {
        const { errors } = await gateway.graphql(ACQUIRE, { id: own }, job);
        const { ok, findings } = await doctor();
        const named = findings.some(({ table, rowId }: { table: string; rowId: string }) => table === 'versions' && rowId === `${own}/1`);
        return [errors?.[0]?.extensions.code, errors?.[0]?.extensions.rowId, ok, named];
      });
      seen.push(told);
    }
    expect(seen).toEqual(seen.map(() => ['INTEGRITY', `${own}/1`, false, true]));
  });

  test('an altered row fails for itself in a listing, and the others are served', async () => {
    const { gateway, job } = bench;
    await gateway.graphql(ACQUIRE, { id }, job);
    await gateway.graphql(ACQUIRE, { id }, job);
    const list = '{ leases(first: 50) { edges { node { id expiresAt job } } } }';
    const { data, errors } = (await edited('leases', [`update leases set job = 'another' where id = (select max(id) from leases)`], () =>
      gateway.graphql(list),
    )) as Awaited<ReturnType<typeof gateway.graphql>>;
    const codes = [...new Set(errors?.map(({ extensions }) => extensions.code))];
    const whole = (await gateway.graphql(list)).data.leases.edges.length;
    const served = data?.leases?.edges?.filter((edge: { node: { job: string } | null } | null) => edge?.node != null).length ?? 0;
    expect({ codes, served }).toEqual({ codes: ['INTEGRITY'], served: whole - 1 });
  });

  test.each(['isActive jobLimits', 'isActive', 'deletionProtection jobTypes', 'name isActive policy { overlapSeconds }'])(
    'an altered row fails for itself whatever is asked of it, in a query that is compiled, too: %s',
    async (members) => {
      const { gateway, add } = bench;
      const own = await add();
      const list = `{ connections(first: 50) { edges { node { uuid ${members} } } } }`;
      const whole = (await gateway.graphql(list)).data.connections.edges.length;
      const seen = await edited('connections', [`update connections set job_types = '["x"]' where id = '${own}'`], async () => {
        const answers = [];
        for (let use = 0; use < 5; use += 1) answers.push(await gateway.graphql(list));
        return answers.map(({ data, errors }) => ({
          codes: [...new Set(errors?.map(({ extensions }) => extensions.code))],
          served: data?.connections?.edges.filter((edge: { node: object | null }) => edge.node !== null).length,
        }));
      });
      expect(seen).toEqual(Array.from({ length: 5 }, () => ({ codes: ['INTEGRITY'], served: whole - 1 })));
    },
  );

  test('an altered token fails for itself in the lists of tokens and of integration keys', async () => {
    const { gateway } = bench;
    const made = await gateway.graphql('mutation { createToken(name: "altered", roles: [viewer]) { token { id } } }');
    const own = made.data.createToken.token.id;
    const lists = [
      '{ tokens { id name } }',
      '{ getTokenMetadata(index: account) { id comment } }',
      '{ getIntegrationKeys { id description } }',
    ];
    const answers = (await edited('tokens', [`update tokens set integration_ids = '{broken' where id = '${own}'`], () =>
      Promise.all(lists.map((list) => gateway.graphql(list))),
    )) as readonly Awaited<ReturnType<typeof gateway.graphql>>[];
    expect(
      answers.map(({ data, errors }) => ({
        codes: errors?.map(({ extensions }) => [extensions.code, extensions.rowId]),
        isServed: Object.values(data ?? { none: null }).every((list) => Array.isArray(list)),
      })),
    ).toEqual(lists.map(() => ({ codes: [['INTEGRITY', own]], isServed: true })));
  });

  test('a transaction whose work was taken back leaves no trace of what it would have changed', async () => {
    const { services, projectId } = bench.gateway.app;
    const local = localActor(projectId, 'test', REQUEST);
    const failing = writeAs(services, local, async (tx) => {
      await tx.providerGrants.insert({ projectId, provider: 'env', prefix: 'MCD_UNDONE_', createdAt: 1, createdBy: null });
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    expect((await services.store.read.providerGrants.of(projectId)).map(({ prefix }) => prefix)).toEqual(['MCD_GRANTED_']);
  });
});
