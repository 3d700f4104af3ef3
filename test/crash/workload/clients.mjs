// What each client of the workload asks for, in one round. `ask(verb, connection, variables)` gives the answer's data, `carriedOut(id)`
// resolves when a commit that waited is done.

import { UNGUARDED } from './dialects.mjs';
import { detailsOf } from './seed.mjs';
import { snakeCase } from './workload.mjs';

/** Those who change and lease connections, two to each; whoever waits for jobs, whoever does not, whoever looks after the keys, whoever keeps secrets elsewhere, and whoever speaks REST. */
export const EVERYBODY = [...Array.from({ length: 8 }, () => changing), waiting, forcing, keepingKeys, referring, speakingDialects];
/** Mostly the keys, so that a fault strikes them more often. */
export const KEEPERS = [keepingKeys, reading];

/** Stages, proves, commits and goes back, with a lease across it all. */
async function changing({ ask, world, index, round, isLast }) {
  const connection = world.connections[index % world.connections.length];
  const key = await stage(ask, connection, `c${index}-r${round}`);
  await ask('validate', connection, { key });
  const lease = await acquire(ask, connection, `c${index}-r${round}`);
  await ask('commit', connection, { id: connection, key });
  if (index % 2 === 0) await ask('rollBack', connection, { id: connection });
  else await ask('update', connection, { id: connection, c: JSON.stringify(snakeCase(detailsOf(`c${index}-u${round}`))) });
  await ask('renew', connection, { key: lease.key });
  await ask('read', connection, { key: lease.key });
  // The last lease stays, for what comes after the crash.
  if (!isLast) await ask('release', connection, { key: lease.key });
  if (index === 6) await ask('token', connection, { n: `token ${round}` });
  if (index === 7) await addAndRemove(ask, connection, world, round);
}

/** Commits while a job holds the connection, takes back a roll-back and a commit that wait; the last waits for as long as the run lasts. */
async function waiting({ ask, carriedOut, world: { waiting: connection }, round, isLast }) {
  const lease = await acquire(ask, connection, `before-${round}`);
  const key = await stage(ask, connection, `waited-${round}`);
  const { commitChange: change } = await ask('wait', connection, { id: connection, key });
  await ask('renew', connection, { key: lease.key });
  await ask('read', connection, { key: lease.key });
  if (isLast) return;
  await ask('release', connection, { key: lease.key });
  await carriedOut(change.id);
  const next = await acquire(ask, connection, `after-${round}`);
  const { rollBackConnection } = await ask('restore', connection, { id: connection });
  await ask('discard', connection, { id: rollBackConnection.change.id });
  const unwanted = await stage(ask, connection, `unwanted-${round}`);
  const dropped = await ask('wait', connection, { id: connection, key: unwanted });
  await ask('discard', connection, { id: dropped.commitChange.id });
  await ask('release', connection, { key: next.key });
}

/** Is refused while a job holds the connection, and commits all the same. */
async function forcing({ ask, world: { refusing: connection }, round, isLast }) {
  const lease = await acquire(ask, connection, `held-${round}`);
  const key = await stage(ask, connection, `forced-${round}`);
  await ask('commit', connection, { id: connection, key });
  await ask('force', connection, { id: connection, key });
  await ask('read', connection, { key: lease.key });
  if (!isLast) await ask('release', connection, { key: lease.key });
}

/** Names one secret after another, leases what they hold, and goes back; those of a folder whose grant is taken away are read no more. */
async function referring({ ask, world: { referring: connection, secrets }, round, isLast }) {
  const lease = await acquire(ask, connection, `kept-${round}`);
  const key = await refer(ask, connection, `${secrets}/kept/third.json`);
  await ask('validate', connection, { key });
  await ask('commit', connection, { id: connection, key });
  await ask('readAnew', connection, { key: lease.key });
  await ask('rollBack', connection, { id: connection });
  const brief = { prefix: `${secrets}/brief` };
  await ask('grant', connection, brief);
  const changes = { self_hosted_credentials_type: 'file', file_path: `${brief.prefix}/brief.json` };
  await ask('update', connection, { id: connection, c: JSON.stringify(changes) });
  const next = await acquire(ask, connection, `brief-${round}`);
  await ask('revoke', connection, brief);
  await ask('readRevoked', connection, { key: next.key });
  await ask('release', connection, { key: next.key });
  await ask('rollBack', connection, { id: connection });
  await ask('read', connection, { key: lease.key });
  if (!isLast) await ask('release', connection, { key: lease.key });
}

/** Changes a connection of each dialect, as that product's clients do, and one by the native REST. */
async function speakingDialects({ ask, world: { dialects, native }, round }) {
  for (const [verb, dialect] of Object.entries(UNGUARDED)) await ask(verb, dialects[dialect], { tag: `${dialect}-r${round}` });
  const { restStage } = await ask('restStage', native, { id: native, changes: detailsOf(`native-r${round}`) });
  await ask('restCommit', native, { id: native, key: restStage.key });
}

/** Seals everything with the newest data key, destroys the oldest, changes the master key, and makes another data key. */
async function keepingKeys({ ask, world, round }) {
  if (round > 0) return;
  await reseal(ask);
  await ask('retire', null, { generation: 1 });
  if (world.rekey !== undefined) await world.rekey();
  else while ((await ask('rekey', null, { file: world.newKeyFile })).rotateMasterKey?.state === 'ROTATING');
  await ask('rotate', null, {});
  await reseal(ask);
}

/** A connection that is changed meanwhile is left for the next time. */
async function reseal(ask) {
  for (let passes = 20; passes > 0; passes -= 1) {
    let left = 0;
    for (let after = null, isFirst = true; isFirst || after !== null; isFirst = false) {
      const { resealConnections } = await ask('reseal', null, { after });
      left += resealConnections.failures.length;
      after = resealConnections.next;
    }
    if (left === 0) return;
  }
}

/** A job that goes on whatever the keys. */
async function reading({ ask, world: { connections }, round }) {
  const [connection] = connections;
  const lease = await acquire(ask, connection, `reading-${round}`);
  for (let times = 0; times < 5; times += 1) await ask('read', connection, { key: lease.key });
}

async function stage(ask, connection, tag) {
  return (await ask('stage', connection, { id: connection, c: detailsOf(tag) })).updateWebhookCredentialsV2.result.key;
}

/** Stages a reference to the secret in a file. */
export async function refer(ask, connection, filePath) {
  const { updateSelfHostedCredentialsV2: staged } = await ask('refer', connection, { id: connection, file: filePath });
  return staged.result.key;
}

async function acquire(ask, connection, job) {
  return (await ask('acquire', connection, { id: connection, job })).acquireLease;
}

async function addAndRemove(ask, connection, world, round) {
  const { key } = (await ask('create', connection, { d: { url: world.receiver, ...detailsOf(`new-${round}`) } })).testWebhookCredentialsV2;
  const added = (await ask('add', connection, { key, n: `Added ${round}` })).addConnection.connection;
  await ask('remove', connection, { id: added.uuid });
}
