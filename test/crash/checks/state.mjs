// The store's tables, read beside the gateway.

/** `snapshot` gives its work a function that runs a statement, all on the same state of the store: the gateway goes on meanwhile. */
export function readState(snapshot) {
  return snapshot(readTables);
}

async function readTables(rows) {
  const json = (value) => (typeof value === 'string' ? JSON.parse(value) : value);
  const number = (row, names) => ({
    ...row,
    ...Object.fromEntries(names.map((name) => [name, row[name] === null ? null : Number(row[name])])),
  });
  const connections = await rows('select id, current_version, deleted_at from connections');
  const versions = await rows(
    'select connection_id, version, label, change_id, content_id, destroyed_at, restored_from, project_id, key_generation, reference, settings, bound_to is not null as is_bound from versions',
  );
  const changes = await rows('select id, connection_id, state, committed_version, content_id, failure, wait_until, reference from changes');
  const keys = await rows('select owner, purpose, generation, kid from data_keys');
  const contents = await rows('select id, project_id, key_generation from sealed_contents where blob is not null');
  return {
    connections: connections.map((row) => number(row, ['current_version', 'deleted_at'])),
    versions: versions.map((row) => ({
      ...number(row, ['version', 'destroyed_at', 'restored_from', 'key_generation']),
      reference: json(row.reference),
      settings: json(row.settings),
      is_bound: Boolean(row.is_bound),
    })),
    changes: changes.map((row) => ({ ...number(row, ['committed_version', 'wait_until']), reference: json(row.reference) })),
    grants: await rows('select project_id, provider, prefix from provider_grants'),
    contents: new Map(contents.map((row) => [row.id, number(row, ['key_generation'])])),
    keys: keys.map((row) => number(row, ['generation'])),
    kid: (await rows('select kid from instance'))[0]?.kid,
    leases: await rows('select id, connection_id, version, released_at, expires_at from leases'),
    tokens: new Set((await rows('select id from tokens')).map(({ id }) => id)),
    audit: (await rows('select action, entity_id, request_id, details from audit')).map((row) => ({ ...row, details: json(row.details) })),
    events: (await rows('select type, entity_id from events')).map(({ type, entity_id }) => `${type} ${entity_id}`),
  };
}
