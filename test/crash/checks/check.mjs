// What must hold after any crash, once the gateway runs again: the store is whole, whatever was acknowledged is there, whatever was not is
// absent or complete, and sending a request again gives its first outcome. Each broken promise is one line of text.
import { endWaits, examine, finishKeys, goesOn } from '../workload/afterwards.mjs';
import { UNGUARDED } from '../workload/dialects.mjs';
import { detailsOf } from '../workload/seed.mjs';
import { isExplained, settle } from '../workload/workload.mjs';
import { readState } from './state.mjs';
import { wholeness } from './wholeness.mjs';

/** What a request leaves in the audit when it took effect, and may leave there once only. */
const EFFECTS = {
  stage: ['change.stage'],
  refer: ['change.stage'],
  grant: ['secret-provider.grant'],
  revoke: ['secret-provider.revoke'],
  commit: ['connection.update'],
  update: ['change.stage', 'connection.update'],
  rollBack: ['change.stage', 'connection.rollback'],
  wait: ['change.wait'],
  force: ['connection.break-glass', 'connection.update'],
  restore: ['change.stage', 'change.wait'],
  discard: ['change.discard'],
  rotate: ['project.rekey'],
  retire: ['project.retire-key'],
  acquire: ['lease.acquire'],
  release: ['lease.release'],
  create: ['change.stage'],
  add: ['connection.create'],
  remove: ['connection.delete'],
  token: ['token.create'],
  restStage: ['change.stage'],
  restCommit: ['connection.update'],
  ...Object.fromEntries(Object.keys(UNGUARDED).map((verb) => [verb, ['change.stage', 'connection.update']])),
};

/** `snapshot` reads the store beside the gateway. */
export async function check(url, world, journal, snapshot) {
  const broken = [];
  const say = (promise) => broken.push(promise);
  const before = await readState(snapshot);
  wholeness(before, say);
  for (const entry of journal.entries) if (entry.text !== null) acknowledged(entry, before, say);
  const anew = [];
  for (const entry of journal.entries) await sendAgain(url, world, entry, { before, anew }, say);
  const after = await readState(snapshot);
  wholeness(after, say);
  for (const repeat of anew) revealedAnew(repeat, after, say);
  for (const entry of journal.entries) once(entry, after, say);
  await endWaits(url, world, after, say);
  await finishKeys(url, world, say);
  await goesOn(url, world, say);
  wholeness(await readState(snapshot), say);
  await examine(url, world, say);
  return broken;
}

/** An acknowledged request is there (N1). */
function acknowledged({ id, verb, connection, answer, variables }, state, say) {
  const { data } = answer;
  if (answer.errors !== undefined) return;
  const lost = (what = 'its row') => say(`${id} was acknowledged and is lost: ${what}, of ${JSON.stringify(data)}`);
  // A roll-back that another request had made leaves no rows of its own.
  const effects = data.rollBackConnection?.repeated === true ? [] : (EFFECTS[verb] ?? []);
  for (const action of effects) if (!state.audit.some((row) => row.request_id === id && row.action === action)) lost(action);
  const version = versionIn(data);
  if (version !== undefined && !state.versions.some((row) => row.connection_id === connection && row.version === version))
    lost(`version ${version}`);
  if (UNGUARDED[verb] !== undefined && !isStored(state, connection, variables.tag)) lost(`the version with ${variables.tag}`);
  const lease = data.acquireLease?.lease.id ?? data.renewLease?.id ?? data.releaseLease?.id;
  if (lease !== undefined && !state.leases.some((row) => row.id === lease)) lost();
  if (verb === 'release' && state.leases.some((row) => row.id === lease && row.released_at === null)) lost();
  if (verb === 'add' && !state.connections.some((row) => row.id === data.addConnection.connection.uuid)) lost();
  if (verb === 'remove' && state.connections.some((row) => row.id === variables.id && row.deleted_at === null)) lost();
  const waiting =
    verb === 'restore'
      ? data.rollBackConnection.change
      : verb === 'wait' || verb === 'discard'
        ? (data.commitChange ?? data.discardChange)
        : null;
  if (
    waiting !== null &&
    !state.changes.some((row) => row.id === waiting.id && (row.state === waiting.state || waiting.state === 'PENDING'))
  )
    lost();
  const keys = state.keys.filter(({ purpose }) => purpose === 'dek').map(({ generation }) => generation);
  if (verb === 'rotate' && !keys.includes(data.rotateDataKey.generation)) lost();
  if (verb === 'retire' && keys.includes(variables.generation)) lost();
  if (
    verb === 'rekey' &&
    !state.audit.some(({ action, details }) => action === 'instance.rekey' && details.toKid === data.rotateMasterKey.toKid)
  )
    lost();
  if (verb === 'rekey' && data.rotateMasterKey.state === 'FINISHED' && state.kid !== data.rotateMasterKey.toKid) lost();
  if (verb === 'token' && !state.tokens.has(data.createToken.token.id)) lost();
  revealed({ id, verb, connection }, data, state, say);
}

function isStored({ versions }, connection, tag) {
  return versions.some((row) => row.connection_id === connection && JSON.stringify(row.settings).includes(`"${tag}"`));
}

function versionIn({ updateCredentialsV2, updateCredentials, rollBackConnection, commitChange, restCommit }) {
  const version =
    updateCredentialsV2?.version ??
    updateCredentials?.version ??
    rollBackConnection?.version ??
    (commitChange ?? restCommit)?.committedVersion;
  return version ?? undefined;
}

/** A version's fields are all of one change (C5), or of the secret that it refers to; what may not be read is not shown. */
function revealed({ id, verb, connection }, { acquireLease, readLease }, { versions }, say) {
  const held = acquireLease ?? readLease;
  if (held === undefined) return;
  if (verb === 'readRevoked') say(`${id} was given a secret that was not granted any more`);
  const { signingSecret, headerName, headerValue } = held.credentials;
  const tag = headerName.slice(2);
  const whole = detailsOf(tag);
  if (whole.signingSecret !== signingSecret || whole.headerValue !== headerValue) say(`${id} was given a mixture of two versions`);
  const path = versions.find((row) => row.connection_id === connection && row.version === held.lease.version)?.reference?.path;
  if (path !== undefined && !path.endsWith(`/${tag}.json`)) say(`${id} was given another secret than the one that its version refers to`);
}

/** What was answered is answered the same again; what was not is done now, or was done and says what came of it (N3, C11). */
async function sendAgain(url, world, entry, { before, anew }, say) {
  const { id, verb, connection } = entry;
  const reply = await settle(url, world, entry, { tries: 3, pauseMs: 100 });
  if (reply === null) {
    say(`${id} gets no answer after the restart: ${(entry.refusals ?? []).join(' ')}`);
    return;
  }
  if (UNGUARDED[verb] !== undefined) {
    // It says what it made, whether it did so now or before, and there it is.
    const shown = reply.answer.data?.[verb].shown;
    if (shown !== entry.variables.tag) say(`${id} is sent again and shows ${shown}: ${reply.codes.join()}`);
    return;
  }
  if (entry.text !== null) {
    if (reply.text === entry.text) return;
    if (heldIn(entry.answer) === undefined) sayDiffers(entry, reply, say);
    else anew.push({ entry, reply });
    return;
  }
  const { data, errors } = reply.answer;
  const done = (action) => before.audit.find((row) => row.request_id === id && row.action === action)?.details;
  if (errors !== undefined) {
    const took = (EFFECTS[verb] ?? []).every((action) => done(action) !== undefined) && EFFECTS[verb] !== undefined;
    if (!isExplained(entry, reply, world) || took)
      say(`${id} ${took ? 'was done' : 'was not done'}, and its repeat is refused: ${reply.codes.join()}`);
    return;
  }
  revealed(entry, data, before, say);
  const version = versionIn(data);
  const first = (done('connection.update') ?? done('connection.rollback'))?.version;
  if (first !== undefined && first !== version) say(`${id} made version ${first} of ${connection}, and its repeat says ${version}`);
  const lease = done('lease.acquire')?.leaseId;
  if (lease !== undefined && lease !== data.acquireLease.lease.id) say(`${id} took lease ${lease}, and its repeat another one`);
}

function heldIn({ data }) {
  return data?.acquireLease ?? data?.readLease ?? undefined;
}

/** What reveals is looked at anew each time: it is refused once the lease has ended, and gives what a reference leads to by now. */
function revealedAnew({ entry, reply }, state, say) {
  const { lease } = heldIn(entry.answer);
  const row = state.leases.find(({ id }) => id === lease.id);
  const version = state.versions.find((one) => one.connection_id === row?.connection_id && one.version === row?.version);
  const isReference = (version?.reference ?? null) !== null;
  const held = heldIn(reply.answer);
  if (held === undefined) {
    const isEnded = row === undefined || row.released_at !== null || Number(row.expires_at) <= Date.now();
    if (!isReference && !(isEnded && reply.codes.join() === 'NOT_FOUND')) sayDiffers(entry, reply, say);
  } else if (isReference && held.lease.id === lease.id) revealed(entry, reply.answer.data, state, say);
  else sayDiffers(entry, reply, say);
}

function sayDiffers({ id, text }, reply, say) {
  say(`${id} is answered differently the second time:\n  ${text}\n  ${reply.text}`);
}

/** However often it was sent, a request with an idempotency id took effect once (C10). */
function once({ id, verb }, state, say) {
  if (UNGUARDED[verb] !== undefined) return;
  for (const action of EFFECTS[verb] ?? []) {
    const times = state.audit.filter((row) => row.request_id === id && row.action === action).length;
    if (times > 1) say(`${id} took effect ${times} times (${action})`);
  }
}
