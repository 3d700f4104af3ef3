import { readFileSync } from 'node:fs';
import { type Column, getTableColumns, getTableName, is, type Table } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkMasterKey } from '../../../src/crypto/key-check.ts';
import { createVault } from '../../../src/crypto/vault.ts';
import type { InstanceRow } from '../../../src/domain/ports/instance-store.ts';
import { createSession } from '../../../src/operations/access/manage-sessions.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { createSecret } from '../../../src/operations/account-secrets/create-secret.ts';
import { deleteSecret } from '../../../src/operations/account-secrets/delete-secret.ts';
import { updateSecret } from '../../../src/operations/account-secrets/update-secret.ts';
import { cutAudit } from '../../../src/operations/audit/archive-audit.ts';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { verifyAudit } from '../../../src/operations/audit/verify-audit.ts';
import { grantAwsRole, revokeAwsRole } from '../../../src/operations/aws/grant-role.ts';
import { createRecord, updateRecord } from '../../../src/operations/dialects/dialect-records.ts';
import { externalIdsOf } from '../../../src/operations/dialects/external-ids.ts';
import { grantSecrets, revokeSecrets } from '../../../src/operations/references/grant-secrets.ts';
import { addStreamingSystem } from '../../../src/operations/streaming/add-streaming-system.ts';
import { examineStore } from '../../../src/operations/upkeep/examine-store.ts';
import { writeAs } from '../../../src/operations/write-as.ts';
import { COVERAGE } from '../../../src/store/tables/coverage.ts';
import { postgresTables, sqliteTables } from '../../../src/store/tables/tables.ts';
import { ACQUIRE, DAY, POLICY, type ProtocolBench, RELEASE, startProtocol } from '../../support/protocol/protocol.ts';
import { sweep } from '../../support/run/sweep.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { otherValue } from '../../support/store/other-value.ts';

const REQUEST = { id: 'test', ip: null, client: {} };
const ENVIRONMENT = { dialect: 'matillion', entity: 'environment', what: 'environment', right: 'create' } as const;
const ROLE = 'arn:aws:iam::111122223333:role/';

type Entry = (typeof COVERAGE)[keyof typeof COVERAGE];

/**
 * For every table of the definitions: an edit of each column, a row that is deleted, one that is copied under another id, and older
 * copies that are put back are each told, on the given engine, or docs/reference/tampering.md says why that gains nothing.
 */
describeOnEachEngine('tables that are tampered with', ({ engine, databaseUrl }) => {
  const isSqlite = engine === 'SQLite';
  const tables: Readonly<Record<string, Table>> = isSqlite ? { ...sqliteTables } : { ...postgresTables };
  const entries = Object.entries<Entry>(COVERAGE).flatMap(([key, entry]) => {
    const table = tables[key];
    // PostgreSQL has a clock of its own.
    return table === undefined || (key === 'clock' && !isSqlite) ? [] : [{ name: getTableName(table), table, twin: twinOf(key), entry }];
  });

  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    const { gateway, job, clock } = bench;
    const { services, projectId } = gateway.app;
    const local = localActor(projectId, 'test', REQUEST);
    // Rows that are archived and cut.
    const id = await bench.add();
    const { data } = await gateway.graphql(ACQUIRE, { id }, job);
    await gateway.graphql(RELEASE, { key: data.acquireLease.key }, job);
    await sealAudit(services);
    const head = Number((await services.store.read.audit.head())?.seq);
    await bench.sql('create table old_audit as select * from audit');
    clock.advance(3 * DAY);
    await cutAudit(services, local, head - 2, await hashAt(head - 2));
    const viewer = await gateway.token('viewer');
    // What older copies are taken of.
    await bench.stage(id, 'a secret of the second version');
    await gateway.graphql(ACQUIRE, { id }, job);
    await createSession(services, { ...local, tokenId: gateway.owner.id });
    await addStreamingSystem(services, local, { name: 'a system', type: 'self-hosted', siteId: null });
    await externalIdsOf(services, { projectId }, { dialect: 'posit', entity: 'integration', make: ({ number }) => String(number) }, [id]);
    await createRecord(services, local, ENVIRONMENT, { key: 'prod', parentId: null, data: { size: 1 } });
    await grantSecrets(services, local, { provider: 'env', prefix: 'MCD_GRANTED_' });
    await grantAwsRole(services, local, { roleArn: `${ROLE}ended` });
    await writeAs(services, local, async (tx) => {
      const taken = { tokenId: 'a', key: 'k', requestHash: Buffer.alloc(32), answer: null, keyGeneration: null };
      await tx.idempotency.take({ ...taken, startedAt: 1, takenUntil: 9e12, expiresAt: 9e12 }, 1);
      const named = { projectId, provider: 'env', path: 'MCD_GRANTED_ONE', member: '' } as const;
      const destination = { parts: {}, boundTo: Buffer.alloc(32), createdAt: 1, createdBy: null };
      await tx.secretDestinations.insert({ ...named, id: services.newId(), ...destination });
      await tx.secretDestinations.insert({ ...named, path: 'MCD_GRANTED_TWO', id: services.newId(), ...destination });
      await tx.replayGuards.advance({ id: 'a nonce', used: 1, expiresAt: 9e12 });
    });
    const secret = { scope: 'global', value: 'a value of the first version', description: null, expiresAt: null };
    for (const name of ['changed', 'ended']) await createSecret(services, local, { ...secret, name });
    await sealAudit(services);
    for (const { name } of entries) if (name !== 'audit') await bench.sql(`create table old_${name} as select * from ${name}`);
    // What became of them since.
    await cutAudit(services, local, head - 1, await hashAt(head - 1));
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: viewer.id });
    await revokeSecrets(services, local, { provider: 'env', prefix: 'MCD_GRANTED_' });
    await revokeAwsRole(services, local, { roleArn: `${ROLE}ended` });
    await services.store.write((tx) => tx.secretDestinations.remove({ projectId, provider: 'env', path: 'MCD_GRANTED_ONE' }));
    await updateSecret(services, local, { name: 'changed', scope: 'global', value: 'a value of the second version' });
    await deleteSecret(services, local, 'ended');
    await updateRecord(services, local, ENVIRONMENT, { key: 'prod', data: { size: 2 } });
    await bench.save(id, 'a secret of the third version');
    await gateway.graphql(POLICY, { id, policy: { inFlight: 'OVERLAP' } });
    await gateway.graphql(ACQUIRE, { id }, job);
    await grantSecrets(services, local, { provider: 'env', prefix: 'MCD_LATER_' });
    await grantAwsRole(services, local, { roleArn: `${ROLE}later` });
    await sealAudit(services);
  });
  afterAll(() => bench.close());

  async function hashAt(seq: number): Promise<string> {
    return String((await bench.gateway.app.services.store.read.audit.atSeq(seq))?.chainHash?.toString('hex'));
  }

  /** What a start, `doctor` and `audit verify` say, the quickest first; null when nobody says anything. */
  async function tellerOf(name: string): Promise<string | null> {
    const { services, projectId, config } = bench.gateway.app;
    const { store } = services;
    const scanned = name === 'token_grants' ? 'tokens' : name;
    if ((await store.read.integrity.tables()).includes(scanned))
      if ((await store.read.integrity.scan(scanned, null, 1000)).found.length > 0) return 'doctor';
    const [row] = await bench.sql('select * from instance');
    const instance = { id: row?.id, kid: row?.kid, keyCheck: row?.key_check, createdAt: Number(row?.created_at) } as InstanceRow;
    const masterKey = Buffer.from(readFileSync(config.masterKeyFile, 'utf8').trim(), 'hex');
    try {
      checkMasterKey(masterKey, instance);
      const keyStore = { find: store.read.keys.find, insertIfAbsent: () => Promise.reject(new Error('a key is gone')) };
      const vault = await createVault({ masterKey, instanceId: instance.id, keyStore });
      await vault.forProject(projectId);
    } catch {
      return 'start';
    }
    const local = localActor(projectId, 'test', REQUEST);
    try {
      if (!(await examineStore(services, local)).ok) return 'doctor';
      return (await verifyAudit(services, local, [])).ok ? null : 'audit verify';
    } catch {
      return 'INTEGRITY';
    }
  }

  /** Makes the edit, asks who tells, and puts the table back as it was. A table that refuses the edit itself has seen to it. */
  async function toldOf(name: string, statements: readonly string[]): Promise<string | null> {
    await bench.sql(`create table kept as select * from ${name}`);
    try {
      for (const text of statements) await bench.sql(text);
      return await tellerOf(name);
    } catch (error) {
      if (error instanceof Error && /constraint/i.test(error.message)) return 'refused';
      throw error;
    } finally {
      await bench.sql(`delete from ${name}`);
      await bench.sql(`insert into ${name} select * from kept`);
      await bench.sql('drop table kept');
    }
  }

  test('nobody tells of anything while nothing was tampered with', async () => {
    const silent = await Promise.all(['instance', 'tokens'].map((name) => tellerOf(name)));
    expect(silent).toEqual([null, null]);
  });

  test.each(entries)('$name has a row to tamper with', async ({ name }) => {
    const [row] = await bench.sql(`select count(*) as n from ${name}`);
    expect(Number(row?.n)).toBeGreaterThan(0);
  });

  const cells = entries.flatMap(({ name, table, entry }) =>
    Object.entries(getTableColumns(table)).map(([key, column]) => ({ name, key, column, entry, cell: `${name}.${column.name}` })),
  );

  // The columns are the same on both engines, and so is who reads them.
  test.each(sweep(cells, isSqlite ? 1 : 8))('an edit of $cell', async ({ name, key, column, entry }) => {
    const told = await toldOf(name, [`update ${name} set ${column.name} = ${otherValue(column)}`]);
    const isListed = Object.hasOwn(entry.except, key);
    // What the MAC leaves out may be told by something else, as what is sealed is.
    expect({ told, isTold: told !== null || (isListed && entry.by === 'mac') }).toEqual({
      told,
      isTold: !isListed || entry.by === 'mac',
    });
  });

  const whole = entries.flatMap(({ name, twin, entry }) => [
    {
      name,
      what: 'deletion' as const,
      entry,
      statements: [`delete from ${name} where ${idOf(twin)} in (select ${columnsOf(twin)} from ${name} limit 1)`],
    },
    { name, what: 'copy' as const, entry, statements: [copyOf(name, twin)] },
    {
      name,
      what: 'replay' as const,
      entry,
      statements: [
        `delete from ${name} where ${idOf(twin)} in (select ${columnsOf(twin)} from old_${name})`,
        `insert into ${name} select * from old_${name}`,
      ],
    },
  ]);

  test.each(sweep(whole, isSqlite ? 1 : 4))('$what of rows of $name', async ({ name, what, entry, statements }) => {
    const told = await toldOf(name, statements);
    expect({ told, isTold: told !== null }).toEqual({ told, isTold: !Object.hasOwn(entry.rows, what) });
  });
});

function twinOf(key: string): SQLiteTable {
  const found = Object.entries(sqliteTables).find(([name]) => name === key)?.[1];
  if (!is(found, SQLiteTable)) throw new Error(`There is no table ${key}.`);
  return found;
}

/** The columns of the primary key. */
function keyOf(table: SQLiteTable): readonly Column[] {
  const { columns, primaryKeys } = getTableConfig(table);
  return [...columns.filter(({ primary }) => primary), ...primaryKeys.flatMap((key) => key.columns)];
}

function columnsOf(table: SQLiteTable): string {
  return keyOf(table)
    .map(({ name }) => name)
    .join(', ');
}

function idOf(table: SQLiteTable): string {
  return `(${columnsOf(table)})`;
}

/** Of one row, under an id that there is not. */
function copyOf(name: string, table: SQLiteTable): string {
  const last = keyOf(table).at(-1);
  const values = getTableConfig(table).columns.map((column) => {
    if (column.name !== last?.name) return column.name;
    return column.getSQLType() === 'integer' ? `${column.name} + 1000` : `${column.name} || '0'`;
  });
  return `insert into ${name} select ${values.join(', ')} from ${name} where ${idOf(table)} in (select ${columnsOf(table)} from ${name} limit 1)`;
}
