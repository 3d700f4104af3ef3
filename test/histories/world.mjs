// The store that histories are made on, the ways into it, and what is stored at the end.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApp } from '../../build/app.js';
import { socketGateway } from '../../build/cli/gateway/transport.js';
import { readConfig } from '../../build/config.js';
import { OperationRequest } from '../../build/graphql/operation-request.js';
import { authenticate } from '../../build/operations/access/authenticate.js';
import { localActor } from '../../build/operations/access/prepare-instance.js';
import { stageCreation } from '../../build/operations/changes/stage-creation.js';
import { stageUpdate } from '../../build/operations/changes/stage-update.js';
import { commitChange } from '../../build/operations/commits/commit-change.js';
import { addConnection } from '../../build/operations/connections/add-connection.js';
import { setConnectionPolicy } from '../../build/operations/connections/alter/set-connection-policy.js';
import { grantSecrets } from '../../build/operations/references/grant-secrets.js';
import { stageReferenceUpdate } from '../../build/operations/references/stage-reference.js';
import { validateChange } from '../../build/operations/validations/validate-change.js';
import { openDatabase } from '../../build/store/sqlite/sqlite-driver.js';
import { addReferring, detailsOf, referenceTo, seed } from '../crash/workload/seed.mjs';
import { DOCUMENTS as CRASH_DOCUMENTS, OF_JOBS } from '../crash/workload/workload.mjs';
import { tagsOf } from './clients.mjs';
import { createSecrets, tagOfVersion } from './secrets.mjs';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const DOCUMENTS = {
  ...CRASH_DOCUMENTS,
  show: 'query ($id: UUID!) { connection(id: $id) { currentVersion { version settings reference } } }',
  list: '{ getPlatformServices { connections { name } } }',
  removePair: 'mutation ($id: UUID!) { deleteIntegration(integrationId: $id) { success } }',
};
const QUERIES = new Set(['show', 'list', 'change']);

/** Connections whose contents are all proven, some whose secrets lie in files, one of them where the operator's grant comes and goes, pairs of connections that are removed together, and connections that are removed while leased. */
export async function prepareWorld(environment, receiverUrl, { connections, pairs, removable }) {
  const seeded = await seed(environment, receiverUrl, connections);
  const app = await openApp(environment);
  const { services } = app;
  const actor = localActor(app.projectId, 'seed', { id: 'seed', ip: null, client: {} });
  for (const connectionId of [...seeded.connections, seeded.waiting, seeded.refusing]) {
    let key = '';
    for (const tag of tagsOf(connectionId)) {
      ({ key } = await stageUpdate(services, actor, { connectionId, changes: detailsOf(tag) }));
      await validateChange(services, actor, { key, validator: 'validate_connection' });
    }
    await commitChange(services, actor, { key, connectionId });
  }
  const ids = [];
  for (let index = 0; index < pairs; index += 1) {
    const halves = { details: detailsOf(`pair-${index}`), isActive: false };
    const first = await add(services, actor, receiverUrl, { ...halves, integration: { name: `Pair ${index}` }, name: `pair ${index} a` });
    const { integrationId } = await services.store.read.connections.find({ projectId: app.projectId, integrationIds: null }, first);
    await add(services, actor, receiverUrl, { ...halves, integration: { id: integrationId }, name: `pair ${index} b` });
    ids.push(integrationId);
  }
  const removed = [];
  for (let index = 0; index < removable; index += 1)
    removed.push(
      await add(services, actor, receiverUrl, {
        details: detailsOf(`brief-${index}`),
        integration: { name: `Brief ${index}` },
        name: `brief ${index}`,
      }),
    );
  const secrets = createSecrets(join(seeded.secrets, 'kept'), receiverUrl);
  const referring = [seeded.referring];
  while (referring.length < connections / 4)
    referring.push(await addReferring(services, actor, join(seeded.secrets, 'kept/first.json'), `Referring ${referring.length}`));
  const waits = [seeded.waiting, await addReferring(services, actor, join(seeded.secrets, 'kept/first.json'), 'Referring and waiting')];
  await setConnectionPolicy(services, actor, waits[1], { inFlight: 'WAIT' });
  for (const connectionId of [...referring, waits[1]]) {
    for (const tag of tagsOf(connectionId)) secrets.put(tag);
    // There is a version to go back to from the start.
    const reference = referenceTo(secrets.pathOf(tagsOf(connectionId)[0]));
    const { key } = await stageReferenceUpdate(services, actor, { connectionId, reference, replace: false });
    await commitChange(services, actor, { key, connectionId });
  }
  await grantSecrets(services, actor, { provider: 'file', prefix: join(seeded.secrets, 'brief') });
  const brief = await addReferring(services, actor, join(seeded.secrets, 'brief/brief.json'), 'Referring briefly');
  await app.close();
  return {
    ...seeded,
    connections: [...seeded.connections, ...referring],
    referring: [...referring, waits[1]],
    waits,
    secrets,
    brief,
    briefly: join(seeded.secrets, 'brief'),
    pairs: ids,
    removable: removed,
    receiver: receiverUrl,
  };
}

async function add(services, actor, receiverUrl, { details, ...where }) {
  const { key } = await stageCreation(services, actor, { kind: 'webhook', details: { url: receiverUrl, ...details } });
  return (await addConnection(services, actor, { key, kind: 'webhook', ...where })).connectionId;
}

export async function openApp(environment) {
  return await createApp(readConfig({ CHANGEOVER_LOG_LEVEL: 'silent', CHANGEOVER_EGRESS_ALLOW: 'loopback', ...environment }));
}

export function wayOverHttp(url, world) {
  return {
    mayLease: true,
    repeats: true,
    async ask(verb, variables, id, trace) {
      const token = OF_JOBS.has(verb) ? world.job : world.owner;
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          ...(QUERIES.has(verb) || id === null ? {} : { 'x-mcd-idempotent-id': id }),
          ...(trace == null ? {} : { 'x-mcd-trace-id': trace }),
        },
        body: JSON.stringify({ query: DOCUMENTS[verb], variables }),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      const { data, errors, code } = JSON.parse(text);
      return { data, text, code: errors?.[0]?.extensions.code ?? (response.status === 200 ? null : code) };
    },
  };
}

/** As the command line does it: a roll-back by a process of its own, the rest over the control socket. */
export function wayOfCommandLine(dataDir) {
  const gateway = socketGateway(join(dataDir, 'control.sock'));
  return {
    mayLease: false,
    repeats: false,
    async ask(verb, variables) {
      if (verb === 'rollBack') return await runCommand(dataDir, ['connection', 'roll-back', variables.id, '--json']);
      try {
        return { data: await gateway.run(DOCUMENTS[verb], variables), code: null, text: '' };
      } catch (error) {
        return { data: null, code: error.code ?? 'UNAVAILABLE', text: '' };
      }
    },
  };
}

async function runCommand(dataDir, args) {
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH: process.env.PATH, CHANGEOVER_DATA_DIR: dataDir } });
  const read = async (stream) => Buffer.concat(await stream.toArray()).toString('utf8');
  const [out, errors] = await Promise.all([read(child.stdout), read(child.stderr)]);
  return errors === ''
    ? {
        data: { rollBackConnection: { version: JSON.parse(out).committedVersion, repeated: JSON.parse(out).repeated } },
        code: null,
        text: out,
      }
    : { data: null, code: JSON.parse(errors).error.code, text: errors };
}

/** In this process, on the services given: where a store can be put that is wrong. */
export async function wayInProcess(app, services, world) {
  const request = { id: 'histories', ip: null, client: {} };
  const actors = {
    owner: await authenticate(app.services, { secret: world.owner }, request),
    job: await authenticate(app.services, { secret: world.job }, request),
  };
  return {
    mayLease: true,
    repeats: true,
    async ask(verb, variables, id, trace) {
      const known = OF_JOBS.has(verb) ? actors.job : actors.owner;
      const actor = { ...known, request: { ...request, id: trace ?? request.id } };
      const params = { query: DOCUMENTS[verb], variables };
      const idempotency = QUERIES.has(verb) || id === null ? null : { id, request: JSON.stringify(params) };
      const { text } = await app.graphql.run(new OperationRequest({ services, actor, params, idempotency }));
      const { data, errors } = JSON.parse(text);
      return { data, text, code: errors?.[0]?.extensions.code ?? null };
    },
  };
}

/** The tables that a checker compares a history with. Connections of other products' clients are seeded, too, and no history has them. */
export async function readStored(rows) {
  const versions = await rows(
    "select v.connection_id, v.version, v.settings, v.reference, v.change_id, v.restored_from, c.base_version from versions v join changes c on c.id = v.change_id where v.kind = 'webhook' order by v.connection_id, v.version",
  );
  const audit = await rows('select action, request_id from audit');
  const parsed = (value) => (typeof value === 'string' ? JSON.parse(value) : value);
  const number = (value) => (value === null ? null : Number(value));
  return {
    versions: versions.map((row) => ({
      connection: row.connection_id,
      version: Number(row.version),
      tag: tagOfVersion({ settings: parsed(row.settings), reference: parsed(row.reference) }),
      change: row.change_id,
      base: number(row.base_version),
      restoredFrom: number(row.restored_from),
    })),
    // What the seed wrote was asked by nobody of the history.
    audit: audit.map(({ action, request_id }) => ({ action, request: request_id })),
  };
}

export async function withSqlite(dataDir, work) {
  const handle = openDatabase(join(dataDir, 'changeover.db'), { readonly: true });
  try {
    handle.exec('BEGIN');
    return await work(async (text) => handle.prepare(text).all());
  } finally {
    handle.close();
  }
}

/** One statement past the gateway that runs on it. */
export async function changeSqlite(dataDir, text) {
  const handle = openDatabase(join(dataDir, 'changeover.db'), { timeout: 5000 });
  try {
    const statement = handle.prepare(text);
    return statement.reader ? statement.all() : statement.run();
  } finally {
    handle.close();
  }
}
