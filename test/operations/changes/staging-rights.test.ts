import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/token/actor.ts';
import { permissionsOf } from '../../../src/domain/token/roles.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { stageUpdate } from '../../../src/operations/changes/stage-update.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { addReferring, createSecretFolder, GRANT, startDoorman } from '../../support/protocol/references.ts';

let gateway: TestGateway;
let editor: Actor;
const secrets = createSecretFolder();
const doorman = await startDoorman('first');
beforeAll(async () => {
  gateway = await startGateway();
  const roles = ['editor'] as const;
  const request = { id: 'test', ip: null, client: {} };
  editor = { ...localActor(gateway.app.projectId, 'an editor', request), roles, permissions: permissionsOf(roles), operator: false };
});
afterAll(async () => {
  doorman.close();
  await gateway.close();
});

// No root field lets an editor get here: the one that replaces whole details commits at once, which is for administrators.
test('an editor does not end a reference by staging the whole details in its place', async () => {
  await gateway.graphql(GRANT, { provider: 'file', prefix: secrets.folder });
  const path = secrets.write('kept.json', { url: doorman.url, signing_secret: 'a signing secret that is kept in a file' });
  const connectionId = await addReferring(gateway, path, false);
  const changes = { url: doorman.url, signing_secret: 'a signing secret of an editor' };
  const refused = stageUpdate(gateway.app.services, editor, { connectionId, changes, replace: true });
  await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN', details: { permission: 'reference' } });
});
