// A store with connections that were made four hours ago, so that their replaced versions are due to retire now. Everything is sealed
// with the project's first data key; the second is as old, so that the first may be destroyed once nothing needs it.
import { createServer } from 'node:http';
import { createApp } from '../../dist/app.js';
import { readConfig } from '../../dist/config.js';
import { addConnection } from '../../dist/operations/add-connection.js';
import { commitChange } from '../../dist/operations/commit-change.js';
import { setConnectionPolicy } from '../../dist/operations/manage-connection.js';
import { createToken } from '../../dist/operations/manage-tokens.js';
import { localActor } from '../../dist/operations/prepare-instance.js';
import { rotateDataKey } from '../../dist/operations/rotate-data-key.js';
import { stageCreation, stageUpdate } from '../../dist/operations/stage-change.js';

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

/** Fills the store that `environment` names: with connections, and one more each whose policy is WAIT and REFUSE. */
export async function seed(environment, receiverUrl, connections) {
  const app = await createApp(readConfig({ CHANGEOVER_LOG_LEVEL: 'silent', CHANGEOVER_EGRESS_ALLOW: 'loopback', ...environment }), {
    clock: { now: () => Date.now() - 4 * HOURS },
  });
  const { services } = app;
  const owner = await app.createFirstOwner();
  const actor = localActor(app.projectId, 'seed', { id: 'seed', ip: null, client: {} });
  const job = await createToken(services, actor, { name: 'job', roles: ['job'] });
  const ids = [];
  for (let index = 0; index < connections + 2; index += 1) ids.push(await addTwice(services, actor, receiverUrl, index));
  const refusing = ids.pop();
  const waiting = ids.pop();
  await setConnectionPolicy(services, actor, waiting, { inFlight: 'WAIT' });
  await setConnectionPolicy(services, actor, refusing, { inFlight: 'REFUSE' });
  await rotateDataKey(services, actor);
  await app.close();
  return { owner: owner.secret, job: job.secret, connections: ids, waiting, refusing };
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
