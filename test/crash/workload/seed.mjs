// A store with connections that were made four hours ago, so that their replaced versions are due to retire now. Everything is sealed
// with the project's first data key; the second is as old, so that the first may be destroyed once nothing needs it.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createApp } from '../../../build/app.js';
import { readConfig } from '../../../build/config.js';
import { SECRET_PROVIDERS } from '../../../build/domain/connection/reference/secret-reference.js';
import { createToken } from '../../../build/operations/access/create-token.js';
import { localActor } from '../../../build/operations/access/prepare-instance.js';
import { stageCreation } from '../../../build/operations/changes/stage-creation.js';
import { stageUpdate } from '../../../build/operations/changes/stage-update.js';
import { commitChange } from '../../../build/operations/commits/commit-change.js';
import { addConnection } from '../../../build/operations/connections/add-connection.js';
import { setConnectionPolicy } from '../../../build/operations/connections/alter/set-connection-policy.js';
import { rotateDataKey } from '../../../build/operations/keys/rotate-data-key.js';
import { grantSecrets } from '../../../build/operations/references/grant-secrets.js';
import { stageReferenceCreation, stageReferenceUpdate } from '../../../build/operations/references/stage-reference.js';
import { seedDialects } from './dialects.mjs';
import { snakeCase } from './workload.mjs';

const HOURS = 3_600_000;

/** What the connections' validator calls: says yes to everything. */
export async function startReceiver() {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/hook`, close: () => server.closeAllConnections() ?? server.close() };
}

/** The details of one version: every field tells which one it is, so that a mixture of two is seen. */
export function detailsOf(tag) {
  return { signingSecret: `secret of ${tag} `.padEnd(40, '.'), headerName: `x-${tag}`, headerValue: `value of ${tag}` };
}

/** A secret as a manager mounts it in a file: it is replaced as a whole. */
export function writeSecret(file, receiverUrl, tag) {
  writeFileSync(`${file}.new`, JSON.stringify({ url: receiverUrl, ...snakeCase(detailsOf(tag)) }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Fills the store that `environment` names: with connections, one more each whose policy is WAIT and REFUSE, one that the native REST changes, one whose secrets lie in files, and one of each dialect. */
export async function seed(environment, receiverUrl, connections) {
  const app = await createApp(readConfig({ CHANGEOVER_LOG_LEVEL: 'silent', CHANGEOVER_EGRESS_ALLOW: 'loopback', ...environment }), {
    clock: { now: () => Date.now() - 4 * HOURS },
  });
  const { services } = app;
  const owner = await app.createFirstOwner();
  const actor = localActor(app.projectId, 'seed', { id: 'seed', ip: null, client: {} });
  const job = await createToken(services, actor, { name: 'job', roles: ['job'] });
  const ids = [];
  for (let index = 0; index < connections + 3; index += 1) ids.push(await addTwice(services, actor, receiverUrl, index));
  const native = ids.pop();
  const refusing = ids.pop();
  const waiting = ids.pop();
  await setConnectionPolicy(services, actor, waiting, { inFlight: 'WAIT' });
  await setConnectionPolicy(services, actor, refusing, { inFlight: 'REFUSE' });
  const secrets = makeSecrets(`${environment.CHANGEOVER_DATA_DIR}-secrets`, receiverUrl);
  const referring = await referTwice(services, actor, secrets);
  const dialects = await seedDialects(services, actor, receiverUrl);
  await rotateDataKey(services, actor);
  await app.close();
  const { projectId } = app;
  return { projectId, owner: owner.secret, job: job.secret, connections: ids, waiting, refusing, referring, native, dialects, secrets };
}

/** A connection with two versions. */
async function addTwice(services, actor, receiverUrl, index) {
  const created = await stageCreation(services, actor, {
    kind: 'webhook',
    details: { url: receiverUrl, ...detailsOf(`seed-${index}-1`) },
  });
  const { connectionId } = await addConnection(services, actor, {
    key: created.key,
    kind: 'webhook',
    integration: { name: `Seed ${index}` },
  });
  const { key } = await stageUpdate(services, actor, { connectionId, changes: detailsOf(`seed-${index}-2`) });
  await commitChange(services, actor, { key, connectionId });
  return connectionId;
}

/** Two folders of secrets, `kept` and `brief`: each secret tells which one it is. */
function makeSecrets(folder, receiverUrl) {
  for (const name of ['kept/first', 'kept/second', 'kept/third', 'brief/brief']) {
    const [within, tag] = name.split('/');
    mkdirSync(join(folder, within), { recursive: true, mode: 0o700 });
    writeSecret(join(folder, `${name}.json`), receiverUrl, tag);
  }
  return folder;
}

/** A connection with two versions, which refer to files within `kept`. */
async function referTwice(services, actor, secrets) {
  await grantSecrets(services, actor, { provider: 'file', prefix: join(secrets, 'kept') });
  const connectionId = await addReferring(services, actor, join(secrets, 'kept/first.json'), 'Seed with references');
  const reference = referenceTo(join(secrets, 'kept/second.json'));
  const { key } = await stageReferenceUpdate(services, actor, { connectionId, reference, replace: false });
  await commitChange(services, actor, { key, connectionId });
  return connectionId;
}

/** A connection whose secret lies in a file that was granted. */
export async function addReferring(services, actor, file, name) {
  const { key } = await stageReferenceCreation(services, actor, { kind: 'webhook', reference: referenceTo(file) });
  return (await addConnection(services, actor, { key, kind: 'webhook', integration: { name } })).connectionId;
}

export function referenceTo(file) {
  return {
    provider: 'file',
    paths: Object.fromEntries(
      SECRET_PROVIDERS.map((provider) => [provider, { value: provider === 'file' ? file : null, field: 'filePath' }]),
    ),
    beside: {},
  };
}
