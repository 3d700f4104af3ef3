// Clients at once, each with a list of requests, every one under an idempotency id that is its request id in the audit, too. What
// was answered is in a journal that outlives the gateway: a line is on disk before the next request goes out.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { request } from 'node:http';
import { overRest, REQUESTS, UNGUARDED } from './dialects.mjs';

const CONTENT = '{ lease { id version } key credentials }';

export const DOCUMENTS = {
  stage:
    'mutation ($c: WebhookUpdateConnectionDetails!, $id: UUID!) { updateWebhookCredentialsV2(changes: $c, connectionId: $id) { result { key } } }',
  refer:
    'mutation ($file: String!, $id: UUID!) { updateSelfHostedCredentialsV2(changes: { selfHostedCredentialsType: FILE, filePath: $file }, connectionId: $id) { result { key } } }',
  grant: 'mutation ($prefix: String!) { grantSecrets(provider: file, prefix: $prefix) { provider prefix } }',
  revoke: 'mutation ($prefix: String!) { revokeSecrets(provider: file, prefix: $prefix) { success } }',
  validate:
    'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success } } }',
  commit:
    'mutation ($key: String!, $id: UUID!) { updateCredentialsV2(connectionId: $id, tempCredentialsKey: $key) { success version updatedAt } }',
  update: 'mutation ($c: JSONString!, $id: UUID!) { updateCredentials(connectionId: $id, changes: $c) { success version updatedAt } }',
  rollBack: 'mutation ($id: UUID!) { rollBackConnection(connectionId: $id) { version committedAt repeated } }',
  wait: 'mutation ($key: String!, $id: UUID!) { commitChange(connectionId: $id, tempCredentialsKey: $key, waitSeconds: 3600) { id state committedVersion } }',
  force:
    'mutation ($key: String!, $id: UUID!) { commitChange(connectionId: $id, tempCredentialsKey: $key, breakGlassReason: "a drill") { id state committedVersion } }',
  restore: 'mutation ($id: UUID!) { rollBackConnection(connectionId: $id, waitSeconds: 3600) { version repeated change { id state } } }',
  discard: 'mutation ($id: UUID!) { discardChange(id: $id) { id state } }',
  change: 'query ($id: UUID!) { change(id: $id) { state failure committedVersion } }',
  acquire: `mutation ($id: UUID!, $job: String!) { acquireLease(connectionId: $id, job: $job, ttlSeconds: 3600) ${CONTENT} }`,
  read: `mutation ($key: String!) { readLease(leaseKey: $key) ${CONTENT} }`,
  readAnew: `mutation ($key: String!) { readLease(leaseKey: $key, fresh: true) ${CONTENT} }`,
  readRevoked: `mutation ($key: String!) { readLease(leaseKey: $key) ${CONTENT} }`,
  renew: 'mutation ($key: String!) { renewLease(leaseKey: $key, ttlSeconds: 7200) { id live expiresAt } }',
  release: 'mutation ($key: String!) { releaseLease(leaseKey: $key) { id live } }',
  create:
    'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }',
  add: 'mutation ($key: String!, $n: String!) { addConnection(connectionType: "webhook", key: $key, name: $n) { connection { uuid } } }',
  remove: 'mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }',
  examine: '{ storeExamination { ok findings { problem } } auditVerification { ok findings { kind } } }',
  endLease: 'mutation ($id: UUID!) { endLease(leaseId: $id) { live } }',
  rotate: 'mutation { rotateDataKey { generation } }',
  reseal: 'mutation ($after: UUID) { resealConnections(after: $after) { resealed failures { connectionId code } next } }',
  retire: 'mutation ($generation: Int!) { retireDataKey(generation: $generation) { success } }',
  rekey: 'mutation ($file: String!) { rotateMasterKey(newKeyFile: $file) { state toKid remaining } }',
  token: 'mutation ($n: String!) { createToken(name: $n, roles: [viewer]) { secret token { id } } }',
};

/** What jobs ask for. */
export const OF_JOBS = new Set(['acquire', 'read', 'readAnew', 'readRevoked', 'renew', 'release']);

/** Codes with which the same request may be sent again: nothing is known, or nothing was done. */
const AGAIN = new Set(['UNAVAILABLE', 'OUTCOME_UNKNOWN', 'STORAGE_FULL', 'REQUEST_IN_PROGRESS', 'RATE_LIMITED', 'REQUEST_TIMEOUT']);

export function createJournal(file) {
  const descriptor = openSync(file, 'w', 0o600);
  const entries = [];
  const write = (line) => {
    writeSync(descriptor, `${JSON.stringify(line)}\n`);
    fsyncSync(descriptor);
  };
  return {
    entries,
    begin(entry) {
      entries.push(entry);
      write({ begin: entry.id, verb: entry.verb });
    },
    acknowledge(entry, text) {
      entry.text = text;
      entry.answer = JSON.parse(text);
      write({ acknowledged: entry.id, text });
    },
    close: () => closeSync(descriptor),
  };
}

/** Sends one request; resolves to its text and codes, or throws when no answer came. What only the machine itself may do goes by the control socket. */
export async function send(url, world, { id, verb, variables }) {
  const traced = id === null ? {} : { 'x-mcd-trace-id': id };
  const guarded = id === null || UNGUARDED[verb] !== undefined ? traced : { ...traced, 'x-mcd-idempotent-id': id };
  const headers = { 'content-type': 'application/json', ...guarded };
  if (REQUESTS[verb] !== undefined) {
    const reply = await overRest(url, world, { verb, variables }, { ...headers, authorization: `Bearer ${world.owner}` });
    return { ...reply, text: JSON.stringify(reply.answer), codes: codesOf(reply.answer) };
  }
  const as = OF_JOBS.has(verb) ? world.job : world.owner;
  const body = JSON.stringify({ query: DOCUMENTS[verb], variables });
  const { status, text } =
    verb === 'rekey'
      ? await overSocket(world.control, headers, body)
      : await overHttp(url, { ...headers, authorization: `Bearer ${as}` }, body);
  const answer = JSON.parse(text);
  return { status, text, answer, codes: status === 200 || answer.errors !== undefined ? codesOf(answer) : [answer.code] };
}

function codesOf({ errors = [] }) {
  return errors.map(({ extensions }) => extensions.code);
}

async function overHttp(url, headers, body) {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) });
  return { status: response.status, text: await response.text() };
}

async function overSocket(socketPath, headers, body) {
  const answer = await new Promise((resolve, reject) => {
    const options = {
      socketPath,
      path: '/graphql',
      method: 'POST',
      headers: { host: 'localhost', ...headers },
      signal: AbortSignal.timeout(20_000),
    };
    request(options, resolve).on('error', reject).end(body);
  });
  return { status: answer.statusCode, text: Buffer.concat(await answer.toArray()).toString('utf8') };
}

/** Sends until there is an answer that is one. Null when the gateway is gone, or goes on saying that it can't. */
export async function settle(url, world, entry, { tries, pauseMs }) {
  for (let left = tries; left > 0; left -= 1) {
    let reply;
    try {
      reply = await send(url, world, entry);
    } catch {
      return null;
    }
    if (!reply.codes.some((code) => AGAIN.has(code))) return reply;
    entry.refusals = [...(entry.refusals ?? []), ...reply.codes];
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return null;
}

/** Runs the clients to their end, or until the gateway answers no more. `clients` are those of clients.mjs. */
export async function runWorkload(url, world, journal, clients, { rounds, tries = 10, pauseMs = 100 }) {
  await Promise.all(clients.map((client, index) => runClient(url, world, journal, client, index, { rounds, tries, pauseMs })));
}

class Unanswered extends Error {}

/** Of racing commits one wins, a job has its say, and what was revoked is not to be had. */
const REFUSALS = { commit: ['VERSION_CONFLICT'], update: ['VERSION_CONFLICT'], rollBack: ['VERSION_CONFLICT'], readRevoked: ['FORBIDDEN'] };

/** Whether a refusal is one that has to be reckoned with. */
export function isExplained({ verb, connection }, { codes, text }, world) {
  if (isTooSlow({ codes, text })) return true;
  const known = verb === 'commit' && connection === world.refusing ? ['CONNECTION_IN_USE'] : (REFUSALS[verb] ?? []);
  return codes.every((code) => known.includes(code));
}

/** A machine that is too slow to dial in time proves nothing. Whether it is lies with whatever else runs on it, so this comes and goes. */
function isTooSlow({ codes, text }) {
  return codes.includes('VALIDATION_FAILED') && text.includes('"TIMEOUT"');
}

async function runClient(url, world, journal, client, index, { rounds, tries, pauseMs }) {
  let count = 0;
  const ask = async (verb, connection, variables) => {
    count += 1;
    const entry = { id: `c${index}-${count}-${verb}`, verb, connection, variables, text: null, answer: null };
    journal.begin(entry);
    const reply = await settle(url, world, entry, { tries, pauseMs });
    if (reply === null) throw new Unanswered();
    journal.acknowledge(entry, reply.text);
    // Nor does the rest of this client's requests, which build on it.
    if (isTooSlow(reply)) throw new Unanswered();
    if (!isExplained(entry, reply, world)) throw new Error(`${entry.id} was refused: ${reply.text.slice(0, 500)}`);
    return reply.answer.data ?? {};
  };
  const carriedOut = async (change) => {
    if ((await stateAfterWait(url, world, change)) === 'PENDING') throw new Unanswered();
  };
  try {
    for (let round = 0; round < rounds; round += 1) await client({ ask, carriedOut, world, index, round, isLast: round === rounds - 1 });
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
  }
}

/** The state of a change that waited for leases which have ended; PENDING when nobody carries it out. */
export async function stateAfterWait(url, world, change) {
  let state = 'PENDING';
  for (let left = 100; left > 0 && state === 'PENDING'; left -= 1) {
    if (left < 100) await new Promise((resolve) => setTimeout(resolve, 50));
    const reply = await send(url, world, { id: null, verb: 'change', variables: { id: change } }).catch(() => null);
    state = reply === null ? state : (reply.answer.data?.change?.state ?? state);
    if (reply === null) break;
  }
  return state;
}

export function snakeCase(details) {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}
