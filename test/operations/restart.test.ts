import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Actor } from '../../src/domain/token/actor.ts';
import { authenticate } from '../../src/operations/access/authenticate.ts';
import { createToken } from '../../src/operations/access/create-token.ts';
import { localActor } from '../../src/operations/access/prepare-instance.ts';
import { stageCreation } from '../../src/operations/changes/stage-creation.ts';
import { stageUpdate } from '../../src/operations/changes/stage-update.ts';
import { commitChange } from '../../src/operations/commits/commit-change.ts';
import { addConnection } from '../../src/operations/connections/add-connection.ts';
import { acquireLease } from '../../src/operations/leases/acquire-lease.ts';
import { readLease } from '../../src/operations/leases/read-lease.ts';
import { createTestClock } from '../support/store/services.ts';

const REQUEST = { id: 'test', ip: null, client: {} };
const FIRST = 'a secret of the first version';

test('after a restart a lease still serves its version, a committed key its outcome, and a clock set back revives nothing (#61, #62)', async () => {
  const environment = { CHANGEOVER_DATA_DIR: mkdtempSync(join(tmpdir(), 'changeover-restart-')), CHANGEOVER_LOG_LEVEL: 'silent' };
  const clock = createTestClock();
  const open = async () => {
    const app = await createApp(readConfig(environment), { clock });
    return { app, services: app.services, owner: localActor(app.projectId, 'test', REQUEST) };
  };
  const before = await open();
  const creation = await stageCreation(before.services, before.owner, {
    kind: 'webhook',
    details: { url: 'https://hooks.invalid/', signingSecret: FIRST },
  });
  const { connectionId } = await addConnection(before.services, before.owner, {
    key: creation.key,
    kind: 'webhook',
    integration: { name: 'hooks' },
    policy: { commitPolicy: 'ADVISORY' },
  });
  const { secret } = await createToken(before.services, before.owner, { name: 'job', roles: ['job'] });
  const job = (services: typeof before.services): Promise<Actor> => authenticate(services, { secret }, REQUEST);
  const held = await acquireLease(before.services, await job(before.services), { connectionId, job: 'nightly' });
  const update = await stageUpdate(before.services, before.owner, {
    connectionId,
    changes: { signingSecret: 'a secret of the second version' },
  });
  const committed = await commitChange(before.services, before.owner, { key: update.key, connectionId });
  await before.app.close();

  const after = await open();
  const read = await readLease(after.services, await job(after.services), held.key);
  const repeated = await commitChange(after.services, after.owner, { key: update.key, connectionId });
  clock.advance(3_600_000);
  await after.services.store.now();
  await after.app.close();
  clock.advance(-2 * 3_600_000);

  const later = await open();
  const ended = await readLease(later.services, await job(later.services), held.key).catch(({ code }: { code?: string }) => code);
  await later.app.close();
  expect({ signingSecret: read.credentials.signingSecret, version: read.lease.version, repeated, ended }).toEqual({
    signingSecret: FIRST,
    version: 1,
    repeated: committed,
    ended: 'NOT_FOUND',
  });
});
