// Nothing half-saved (N2, N4, N9): each fact is in every table that tells of it, or in none.

/** Says each thing that is only half there. */
export function wholeness(state, say) {
  for (const connection of state.connections) wholeConnection(state, connection, say);
  for (const change of state.changes) wholeChange(state, change, say);
  for (const lease of state.leases) wholeLease(state, lease, say);
  wholeGrants(state, say);
  wholeDataKeys(state, say);
  wholeMasterKey(state, say);
  const told = state.audit.map(({ action, entity_id }) => `${action} ${entity_id ?? ''}`).sort();
  if (told.join() !== [...state.events].sort().join()) say('audit and events tell different stories');
}

function wholeConnection(state, { id, current_version, deleted_at }, say) {
  const recorded = (action, version) =>
    state.audit.filter((row) => row.action === action && row.entity_id === id && row.details.version === version).length;
  const versions = state.versions.filter(({ connection_id }) => connection_id === id).sort((a, b) => a.version - b.version);
  if (versions.some(({ version }, index) => version !== index + 1)) say(`versions of ${id} have a gap`);
  if (versions.at(-1)?.version !== current_version) say(`the newest version of ${id} is not its current one`);
  const current = versions.filter(({ label }) => label === 'CURRENT').map(({ version }) => version);
  if (current.join() !== (deleted_at === null ? String(current_version) : '')) say(`CURRENT of ${id} is ${current.join()}`);
  for (const version of versions) {
    const change = state.changes.find((row) => row.id === version.change_id);
    if (change?.state !== 'COMMITTED' || change.committed_version !== version.version)
      say(`version ${version.version} of ${id} has no committed change`);
    wholeContent(state, version, change, say);
    const action =
      version.version === 1 ? 'connection.create' : version.restored_from === null ? 'connection.update' : 'connection.rollback';
    if (recorded(action, version.version) !== 1) say(`version ${version.version} of ${id} is not in the audit once`);
    if (deleted_at === null && (version.label === 'RETIRED' ? 1 : 0) !== recorded('version.retire', version.version))
      say(`the retirement of version ${version.version} of ${id} is not in the audit once`);
  }
  if (state.changes.filter(({ connection_id, state: at }) => connection_id === id && at === 'PENDING').length > 1)
    say(`more than one change of ${id} waits`);
}

/** Sealed here, or kept elsewhere: never both. A reference is the one that was staged, and bound to where its secret led. */
function wholeContent(state, { connection_id, version, content_id, destroyed_at, reference, is_bound }, change, say) {
  const its = `version ${version} of ${connection_id}`;
  if ((content_id === null) !== (reference !== null))
    say(`${its} has ${content_id === null ? 'neither content nor' : 'both content and'} a reference`);
  if (content_id !== null && destroyed_at === null && !state.contents.has(content_id)) say(`${its} has no content`);
  if (is_bound !== (reference !== null)) say(`${its} is ${is_bound ? '' : 'not '}bound to a destination`);
  if (placeOf(reference) !== placeOf(change?.reference)) say(`${its} refers to something else than was staged`);
}

function placeOf(reference) {
  return reference == null ? '' : JSON.stringify([reference.provider, reference.path, reference.key]);
}

function wholeChange(state, change, say) {
  const recorded = (...actions) => state.audit.filter(({ action, details }) => actions.includes(action) && details.changeId === change.id);
  const version = state.versions.find((row) => row.change_id === change.id);
  if ((change.state === 'COMMITTED') !== (version !== undefined))
    say(`change ${change.id} is ${change.state} ${version === undefined ? 'without' : 'with'} a version`);
  const staged = recorded('change.stage');
  if (staged.length !== 1) say(`change ${change.id} is not in the audit once`);
  if (staged.some(({ details }) => placeOf(details.reference) !== placeOf(change.reference)))
    say(`change ${change.id} refers to something else than the audit tells`);
  // A commit that waited either waits still or has happened whole.
  const waits = recorded('change.wait').length;
  if (waits > 1 || (waits === 1) !== (change.wait_until !== null)) say(`change ${change.id} began to wait ${waits} times`);
  if (change.state === 'PENDING' && waits !== 1) say(`change ${change.id} waits, and the audit does not say so`);
  for (const { details } of recorded('connection.update', 'connection.rollback'))
    if (details.waited !== (waits === 1)) say(`the commit of change ${change.id} does not tell whether it waited`);
  const isKept = state.contents.has(change.content_id);
  if ((change.state === 'OPEN' || change.state === 'PENDING') && !isKept && change.reference === null)
    say(`change ${change.id} is ${change.state} without content`);
  const ended = change.state === 'DISCARDED' ? [change.failure === null ? 'change.discard' : 'change.give-up'] : [];
  if (
    recorded('change.discard', 'change.give-up')
      .map(({ action }) => action)
      .join() !== ended.join()
  )
    say(`the end of change ${change.id} is not in the audit once`);
  const isUsed = state.versions.some(({ content_id }) => content_id === change.content_id);
  if (change.state === 'DISCARDED' && isKept && !isUsed) say(`change ${change.id} was discarded, and what it sealed is there`);
}

function wholeLease(state, lease, say) {
  const recorded = (...actions) =>
    state.audit.filter(({ action, details }) => actions.includes(action) && details.leaseId === lease.id).length;
  if (recorded('lease.acquire') !== 1) say(`lease ${lease.id} is not in the audit once`);
  if ((lease.released_at !== null ? 1 : 0) !== recorded('lease.release', 'lease.end')) say(`the end of lease ${lease.id} is half-saved`);
}

/** What was granted and not revoked since is there, and nothing else. */
function wholeGrants(state, say) {
  const nameOf = (project, { provider, prefix }) => `${provider}:${prefix} of ${project}`;
  const told = new Map();
  for (const [action, step] of [
    ['secret-provider.grant', 1],
    ['secret-provider.revoke', -1],
  ])
    for (const { entity_id, details } of state.audit.filter((row) => row.action === action))
      told.set(nameOf(entity_id, details), (told.get(nameOf(entity_id, details)) ?? 0) + step);
  const there = state.grants.map((grant) => nameOf(grant.project_id, grant)).sort();
  const expected = [...told].flatMap(([name, times]) => Array(Math.max(0, times)).fill(name)).sort();
  if (there.join() !== expected.join())
    say(`granted is ${there.join() || 'nothing'}, and the audit tells of ${expected.join() || 'nothing'}`);
}

/** What a data key has sealed is there only together with the key; each key was made and destroyed as the audit tells. */
function wholeDataKeys(state, say) {
  const owners = new Set(state.keys.filter(({ purpose }) => purpose === 'dek').map(({ owner }) => owner));
  for (const owner of owners) {
    const there = state.keys.filter((key) => key.purpose === 'dek' && key.owner === owner).map(({ generation }) => generation);
    const told = (wanted) =>
      state.audit.filter(({ action, entity_id }) => action === wanted && entity_id === owner).map(({ details }) => details.keyGeneration);
    const retired = told('project.retire-key');
    const expected = [1, ...told('project.rekey')].filter((generation) => !retired.includes(generation));
    if ([...there].sort().join() !== expected.sort().join())
      say(`data keys ${there.join()} are there, and the audit tells of ${expected.join()}`);
    for (const { project_id, key_generation } of [...state.versions, ...state.contents.values()])
      if (project_id === owner && !there.includes(key_generation)) say(`data key ${key_generation} is gone, and needed`);
  }
}

/** Not begun, half done or done: nothing else. */
function wholeMasterKey(state, say) {
  const upgrades = state.keys.filter(({ purpose }) => purpose === 'upgrade').map(({ generation }) => generation);
  const kids = new Set(state.keys.filter(({ purpose }) => purpose !== 'upgrade').map(({ kid }) => kid));
  const steps = state.audit.filter(({ action }) => action === 'instance.rekey').map(({ details }) => details);
  const begun = steps.find(({ step }) => step === 'begin');
  const finished = steps.find(({ step }) => step === 'finish');
  const known = [begun?.fromKid ?? state.kid, begun?.toKid ?? state.kid];
  if (steps.length !== (begun === undefined ? 0 : 1) + (finished === undefined ? 0 : 1))
    say('a step of the rotation is in the audit twice');
  if (upgrades.sort().join() !== (begun === undefined ? '' : finished === undefined ? '1,2' : '1'))
    say(`the records ${upgrades.join()} are there, ${finished === undefined ? 'before' : 'after'} the end of the rotation`);
  if (state.kid !== known[finished === undefined ? 0 : 1]) say('the key that counts is not the one that the audit tells of');
  if ([...kids].some((kid) => !known.includes(kid) || (finished !== undefined && kid !== state.kid)))
    say('a key is wrapped for a master key that is gone');
}
