// What a store that is whole allows after a crash: what waited is done, a change of keys goes on, and everything can be changed again.
import { UNGUARDED } from './dialects.mjs';
import { detailsOf } from './seed.mjs';
import { settle, stateAfterWait } from './workload.mjs';

/** A gateway on a busy machine puts off what can wait. */
const PATIENT = { tries: 20, pauseMs: 500 };

/** Whatever is refused now is a broken promise. Resolves to the answer's data. */
async function ask(url, world, say, verb, variables, id = null) {
  const reply = await settle(url, world, { id, verb, variables }, PATIENT);
  if (reply === null || reply.codes.length > 0) say(`afterwards, ${verb} is refused: ${reply?.codes.join() ?? 'no answer'}`);
  return reply?.answer.data ?? {};
}

/** Every version opens, and the audit is whole. */
export async function examine(url, world, say) {
  const { storeExamination: store, auditVerification: audit } = await ask(url, world, say, 'examine', {});
  if (store?.ok !== true) say(`the store does not open as it should: ${JSON.stringify(store)}`);
  if (audit?.ok !== true) say(`the audit is broken: ${JSON.stringify(audit)}`);
}

/** What waits is carried out, whole, once the jobs that it waits for have ended. */
export async function endWaits(url, world, state, say) {
  for (const { id } of state.leases.filter(
    (row) => [world.waiting, world.refusing].includes(row.connection_id) && row.released_at === null,
  ))
    await ask(url, world, say, 'endLease', { id }, `after-${id}`);
  for (const change of state.changes.filter((row) => row.state === 'PENDING')) {
    const end = await stateAfterWait(url, world, change.id);
    if (end !== 'COMMITTED') say(`the jobs have ended, and the change that waited for them is ${end}`);
  }
}

/** A change of keys that was interrupted goes on where it was, and nothing is left behind. */
export async function finishKeys(url, world, say) {
  const failure = await world.rekey?.();
  if (failure !== undefined && failure !== null) say(`afterwards, rekey fails: ${failure}`);
  const step = async () => (await ask(url, world, say, 'rekey', { file: world.newKeyFile })).rotateMasterKey?.state;
  if (world.rekey === undefined) for (let steps = 20; steps > 0 && (await step()) === 'ROTATING'; steps -= 1);
  await ask(url, world, say, 'rotate', {});
  const { resealConnections } = await ask(url, world, say, 'reseal', { after: null });
  if (resealConnections?.failures.length !== 0) say(`afterwards, resealing fails: ${JSON.stringify(resealConnections)}`);
}

/** No orphan lock: every connection can be changed and leased again. */
export async function goesOn(url, world, say) {
  for (const verb of Object.keys(UNGUARDED)) {
    const { shown } = (await ask(url, world, say, verb, { tag: 'after' }))[verb] ?? {};
    if (shown !== 'after') say(`afterwards, ${verb} shows ${shown}`);
  }
  const sealed = [...world.connections, world.waiting, world.refusing, world.native];
  for (const [index, connection] of sealed.entries()) {
    const staged = await ask(url, world, say, 'stage', { id: connection, c: detailsOf(`after-${index}`) });
    await changes(url, world, say, connection, staged.updateWebhookCredentialsV2, `after-${index}`);
  }
  const staged = await ask(url, world, say, 'refer', { id: world.referring, file: `${world.secrets}/kept/first.json` });
  await changes(url, world, say, world.referring, staged.updateSelfHostedCredentialsV2, 'first');
}

/** Commits what was staged, and leases it. */
async function changes(url, world, say, connection, staged, tag) {
  if (staged == null) return;
  const { key } = staged.result;
  // A busy machine may be too slow to dial in time.
  for (let left = 5; left > 0; left -= 1)
    if ((await ask(url, world, say, 'validate', { key })).testUpdatedCredentialsV2?.validationResult.success) break;
  await ask(url, world, say, 'commit', { id: connection, key });
  const { acquireLease } = await ask(url, world, say, 'acquire', { id: connection, job: 'after' });
  if (acquireLease?.credentials.headerName !== `x-${tag}`) say(`afterwards, a lease on ${connection} gives something else than was saved`);
}
