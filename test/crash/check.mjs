// What must hold after any crash, once the gateway runs again: the store is whole, whatever was acknowledged is there, whatever was not is
// absent or complete, and sending a request again gives its first outcome. Each broken promise is one line of text.
import { detailsOf } from './seed.mjs';
import { send, settle } from './workload.mjs';

const EXAMINE = '{ storeExamination { ok findings { problem } } auditVerification { ok findings { kind } } }';
/** What a request leaves in the audit when it took effect, and may leave there once only. */
const EFFECTS = {
  stage: ['change.stage'],
  commit: ['connection.update'],
  update: ['change.stage', 'connection.update'],
  rollBack: ['change.stage', 'connection.rollback'],
  acquire: ['lease.acquire'],
  release: ['lease.release'],
  create: ['change.stage'],
  add: ['connection.create'],
  remove: ['connection.delete'],
  token: ['token.create'],
};

/** `rows` reads the store's tables beside the gateway. */
export async function check(url, world, journal, rows) {
  const broken = [];
  const say = (promise) => broken.push(promise);
  const before = await readState(rows);
  wholeness(before, say);
  for (const entry of journal.entries) if (entry.text !== null) acknowledged(entry, before, say);
  for (const entry of journal.entries) await sendAgain(url, world, entry, before, say);
  const after = await readState(rows);
  wholeness(after, say);
  for (const entry of journal.entries) once(entry, after, say);
  await goesOn(url, world, say);
  await examine(url, world, say);
  return broken;
}

export async function examine(url, world, say) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${world.owner}` },
    body: JSON.stringify({ query: EXAMINE }),
  });
  const { data, errors } = await response.json();
  if (data?.storeExamination?.ok !== true) say(`the store does not open as it should: ${JSON.stringify(errors ?? data.storeExamination)}`);
  if (data?.auditVerification?.ok !== true) say(`the audit is broken: ${JSON.stringify(errors ?? data.auditVerification)}`);
}

async function readState(rows) {
  const json = (value) => (typeof value === 'string' ? JSON.parse(value) : value);
  const number = (row, names) => ({
    ...row,
    ...Object.fromEntries(names.map((name) => [name, row[name] === null ? null : Number(row[name])])),
  });
  const connections = await rows('select id, current_version, deleted_at from connections');
  const versions = await rows('select connection_id, version, label, change_id, content_id, destroyed_at, restored_from from versions');
  const changes = await rows('select id, connection_id, state, committed_version from changes');
  return {
    connections: connections.map((row) => number(row, ['current_version', 'deleted_at'])),
    versions: versions.map((row) => number(row, ['version', 'destroyed_at', 'restored_from'])),
    changes: changes.map((row) => number(row, ['committed_version'])),
    contents: new Set((await rows('select id from sealed_contents where blob is not null')).map(({ id }) => id)),
    leases: await rows('select id, connection_id, version, released_at from leases'),
    tokens: new Set((await rows('select id from tokens')).map(({ id }) => id)),
    audit: (await rows('select action, entity_id, request_id, details from audit')).map((row) => ({ ...row, details: json(row.details) })),
    events: (await rows('select type, entity_id from events')).map(({ type, entity_id }) => `${type} ${entity_id}`),
  };
}

/** Nothing half-saved (N2, N4, N9): each fact is in every table that tells of it, or in none. */
function wholeness(state, say) {
  const recorded = (action, connection, version) =>
    state.audit.filter((row) => row.action === action && row.entity_id === connection && row.details.version === version).length;
  for (const { id, current_version, deleted_at } of state.connections) {
    const versions = state.versions.filter(({ connection_id }) => connection_id === id).sort((a, b) => a.version - b.version);
    if (versions.some(({ version }, index) => version !== index + 1)) say(`versions of ${id} have a gap`);
    if (versions.at(-1)?.version !== current_version) say(`the newest version of ${id} is not its current one`);
    const current = versions.filter(({ label }) => label === 'CURRENT').map(({ version }) => version);
    if (current.join() !== (deleted_at === null ? String(current_version) : '')) say(`CURRENT of ${id} is ${current.join()}`);
    for (const version of versions) {
      const change = state.changes.find((row) => row.id === version.change_id);
      if (change?.state !== 'COMMITTED' || change.committed_version !== version.version)
        say(`version ${version.version} of ${id} has no committed change`);
      if (version.destroyed_at === null && !state.contents.has(version.content_id))
        say(`version ${version.version} of ${id} has no content`);
      const action =
        version.version === 1 ? 'connection.create' : version.restored_from === null ? 'connection.update' : 'connection.rollback';
      if (recorded(action, id, version.version) !== 1) say(`version ${version.version} of ${id} is not in the audit once`);
      if (
        (version.label === 'RETIRED' && deleted_at === null ? 1 : 0) !== recorded('version.retire', id, version.version) &&
        deleted_at === null
      )
        say(`the retirement of version ${version.version} of ${id} is not in the audit once`);
    }
  }
  for (const change of state.changes) {
    const version = state.versions.find((row) => row.change_id === change.id);
    if ((change.state === 'COMMITTED') !== (version !== undefined))
      say(`change ${change.id} is ${change.state} ${version === undefined ? 'without' : 'with'} a version`);
    if (state.audit.filter(({ action, details }) => action === 'change.stage' && details.changeId === change.id).length !== 1)
      say(`change ${change.id} is not in the audit once`);
  }
  for (const lease of state.leases) {
    if (state.audit.filter(({ action, details }) => action === 'lease.acquire' && details.leaseId === lease.id).length !== 1)
      say(`lease ${lease.id} is not in the audit once`);
    if (
      (lease.released_at !== null) !==
      state.audit.some(({ action, details }) => action === 'lease.release' && details.leaseId === lease.id)
    )
      say(`the release of lease ${lease.id} is half-saved`);
  }
  if (
    state.audit
      .map(({ action, entity_id }) => `${action} ${entity_id ?? ''}`)
      .sort()
      .join() !== [...state.events].sort().join()
  )
    say('audit and events tell different stories');
}

/** An acknowledged request is there (N1). */
function acknowledged({ id, verb, connection, answer, variables }, state, say) {
  const { data } = answer;
  if (answer.errors !== undefined) return;
  const lost = () => say(`${id} was acknowledged and is lost`);
  const effects = EFFECTS[verb] ?? [];
  if (!effects.every((action) => state.audit.some((row) => row.request_id === id && row.action === action))) lost();
  const version = data.updateCredentialsV2?.version ?? data.updateCredentials?.version ?? data.rollBackConnection?.version;
  if (version !== undefined && !state.versions.some((row) => row.connection_id === connection && row.version === version)) lost();
  const lease = data.acquireLease?.lease.id ?? data.renewLease?.id ?? data.releaseLease?.id;
  if (lease !== undefined && !state.leases.some((row) => row.id === lease)) lost();
  if (verb === 'release' && state.leases.some((row) => row.id === lease && row.released_at === null)) lost();
  if (verb === 'add' && !state.connections.some((row) => row.id === data.addConnection.connection.uuid)) lost();
  if (verb === 'remove' && state.connections.some((row) => row.id === variables.id && row.deleted_at === null)) lost();
  if (verb === 'token' && !state.tokens.has(data.createToken.token.id)) lost();
  if (data.acquireLease !== undefined) mixture(id, data.acquireLease.credentials, say);
  if (data.readLease !== undefined) mixture(id, data.readLease.credentials, say);
}

/** A version's fields are all of one change (C5). */
function mixture(id, { signingSecret, headerName, headerValue }, say) {
  const whole = detailsOf(headerName.slice(2));
  if (whole.signingSecret !== signingSecret || whole.headerValue !== headerValue) say(`${id} was given a mixture of two versions`);
}

/** What was answered is answered the same again; what was not is done now, or was done and says what came of it (N3, C11). */
async function sendAgain(url, world, entry, before, say) {
  const { id, verb, connection } = entry;
  const reply = await settle(url, world, entry, { tries: 3, pauseMs: 100 });
  if (reply === null) {
    say(`${id} gets no answer after the restart: ${(entry.refusals ?? []).join(' ')}`);
    return;
  }
  if (entry.text !== null) {
    if (reply.text !== entry.text) say(`${id} is answered differently the second time:\n  ${entry.text}\n  ${reply.text}`);
    return;
  }
  const { data, errors } = reply.answer;
  const done = (action) => before.audit.find((row) => row.request_id === id && row.action === action)?.details;
  if (errors !== undefined) {
    // Of racing commits one wins.
    const expected = ['commit', 'update', 'rollBack'].includes(verb) ? 'VERSION_CONFLICT' : '';
    const took = (EFFECTS[verb] ?? []).every((action) => done(action) !== undefined) && EFFECTS[verb] !== undefined;
    if (reply.codes[0] !== expected || took)
      say(`${id} ${took ? 'was done' : 'was not done'}, and its repeat is refused: ${reply.codes.join()}`);
    return;
  }
  const version = data.updateCredentialsV2?.version ?? data.updateCredentials?.version ?? data.rollBackConnection?.version;
  const first = (done('connection.update') ?? done('connection.rollback'))?.version;
  if (first !== undefined && first !== version) say(`${id} made version ${first} of ${connection}, and its repeat says ${version}`);
  const lease = done('lease.acquire')?.leaseId;
  if (lease !== undefined && lease !== data.acquireLease.lease.id) say(`${id} took lease ${lease}, and its repeat another one`);
}

/** However often it was sent, a request took effect once (C10). */
function once({ id, verb }, state, say) {
  for (const action of EFFECTS[verb] ?? []) {
    const times = state.audit.filter((row) => row.request_id === id && row.action === action).length;
    if (times > 1) say(`${id} took effect ${times} times (${action})`);
  }
}

/** No orphan lock: every connection can be changed and leased again. */
async function goesOn(url, world, say) {
  for (const [index, connection] of world.connections.entries()) {
    const ask = async (verb, variables) => {
      const reply = await send(url, world, { id: `after-${index}-${verb}-${variables.key ?? ''}`, verb, variables });
      if (reply.codes.length > 0) say(`afterwards, ${verb} is refused: ${reply.codes.join()}`);
      return reply.answer.data;
    };
    const staged = await ask('stage', { id: connection, c: detailsOf(`after-${index}`) });
    if (staged?.updateWebhookCredentialsV2 == null) return;
    await ask('commit', { id: connection, key: staged.updateWebhookCredentialsV2.result.key });
    const leased = await ask('acquire', { id: connection, job: 'after' });
    if (leased?.acquireLease.credentials.headerName !== `x-after-${index}`)
      say(`afterwards, a lease on ${connection} gives something else than was saved`);
  }
}
