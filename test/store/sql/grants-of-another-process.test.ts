import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Store } from '../../../src/domain/ports/store.ts';
import { createStore } from '../../../src/store/create-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createSqliteEngine } from '../../../src/store/sqlite/sqlite.ts';
import { createTestClock, signed, verifyTestInstance } from '../../support/store/services.ts';
import { createTestDatabase } from '../../support/store/test-database.ts';

/** Two processes on one store: each has read the list of all grants, and keeps what it has read of it. */
const opened: Store[] = [];
afterAll(async () => {
  for (const store of opened) await store.close();
});
const open = async (where: Parameters<typeof openStore>[0]) => {
  const store = signed((await openStore(where, { clock: createTestClock(), verifyInstance: verifyTestInstance })).store);
  opened.push(store);
  return store;
};
const ENGINES: Readonly<Record<string, () => Promise<readonly [Store, Store]>>> = {
  async SQLite() {
    const dataDir = mkdtempSync(join(tmpdir(), 'changeover-'));
    const first = await open({ dataDir });
    const second = signed(createStore(createSqliteEngine(join(dataDir, 'changeover.db'), createTestClock())));
    opened.push(second);
    return [first, second];
  },
  async PostgreSQL() {
    const databaseUrl = await createTestDatabase();
    return [await open({ databaseUrl }), await open({ databaseUrl })];
  },
};

test.each(Object.keys(ENGINES))(
  'a grant holds from its commit on for whoever asks next, in any process, and so does its end, on %s',
  async (engine) => {
    const [here, there] = (await ENGINES[engine]?.()) ?? [];
    if (here === undefined || there === undefined) throw new Error(engine);
    const secrets = { projectId: 'p', provider: 'env', prefix: 'MCD_SALES', createdAt: 1, createdBy: null } as const;
    const role = { projectId: 'p', roleArn: 'arn:aws:iam::111122223333:role/reader', createdAt: 1, createdBy: null };
    const asked = async () => ({
      secrets: (await there.read.providerGrants.of('p')).map(({ prefix }) => prefix),
      roles: (await there.read.awsRoleGrants.of('p')).map(({ roleArn }) => roleArn),
    });
    await here.write(async (tx) => {
      await tx.projects.insert({ id: 'p', name: 'p', createdAt: 1 });
      await tx.providerGrants.insert({ ...secrets, prefix: 'MCD_FIRST' });
    });
    const before = await asked();
    await here.write((tx) => tx.providerGrants.insert(secrets));
    const granted = await asked();
    await here.write((tx) => tx.awsRoleGrants.insert(role));
    const withRole = await asked();
    await here.write(async (tx) => {
      await tx.providerGrants.remove(secrets);
      await tx.awsRoleGrants.remove(role);
    });
    expect({ before, granted, withRole, after: await asked() }).toEqual({
      before: { secrets: ['MCD_FIRST'], roles: [] },
      granted: { secrets: ['MCD_FIRST', 'MCD_SALES'], roles: [] },
      withRole: { secrets: ['MCD_FIRST', 'MCD_SALES'], roles: [role.roleArn] },
      after: { secrets: ['MCD_FIRST'], roles: [] },
    });
  },
);
