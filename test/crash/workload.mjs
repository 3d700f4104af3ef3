// Eight clients at once, each with a list of requests, every one under an idempotency id that is its request id in the audit, too. What
// was answered is in a journal that outlives the gateway: a line is on disk before the next request goes out.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { detailsOf } from './seed.mjs';

export const CLIENTS = 8;
const CONTENT = '{ lease { id version } key credentials }';

export const DOCUMENTS = {
  stage:
    'mutation ($c: WebhookUpdateConnectionDetails!, $id: UUID!) { updateWebhookCredentialsV2(changes: $c, connectionId: $id) { result { key } } }',
  validate:
    'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success } } }',
  commit:
    'mutation ($key: String!, $id: UUID!) { updateCredentialsV2(connectionId: $id, tempCredentialsKey: $key) { success version updatedAt } }',
  update: 'mutation ($c: JSONString!, $id: UUID!) { updateCredentials(connectionId: $id, changes: $c) { success version updatedAt } }',
  rollBack: 'mutation ($id: UUID!) { rollBackConnection(connectionId: $id) { version committedAt } }',
  acquire: `mutation ($id: UUID!, $job: String!) { acquireLease(connectionId: $id, job: $job, ttlSeconds: 3600) ${CONTENT} }`,
  read: `mutation ($key: String!) { readLease(leaseKey: $key) ${CONTENT} }`,
  renew: 'mutation ($key: String!) { renewLease(leaseKey: $key, ttlSeconds: 7200) { id live expiresAt } }',
  release: 'mutation ($key: String!) { releaseLease(leaseKey: $key) { id live } }',
  create:
    'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }',
  add: 'mutation ($key: String!, $n: String!) { addConnection(connectionType: "webhook", key: $key, name: $n) { connection { uuid } } }',
  remove: 'mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }',
  token: 'mutation ($n: String!) { createToken(name: $n, roles: [viewer]) { secret token { id } } }',
};

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

/** Sends one request; resolves to its text and codes, or throws when no answer came. */
export async function send(url, world, { id, verb, variables }) {
  const as = ['acquire', 'read', 'renew', 'release'].includes(verb) ? world.job : world.owner;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${as}`, 'x-mcd-idempotent-id': id, 'x-mcd-trace-id': id },
    body: JSON.stringify({ query: DOCUMENTS[verb], variables }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const answer = JSON.parse(text);
  const codes = answer.errors?.map(({ extensions }) => extensions.code) ?? (response.status === 200 ? [] : [answer.code]);
  return { status: response.status, text, answer, codes };
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

/** Runs all clients to their end, or until the gateway answers no more. */
export async function runWorkload(url, world, journal, { rounds, tries = 3, pauseMs = 50 }) {
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => runClient(url, world, journal, client, { rounds, tries, pauseMs })));
}

class Unanswered extends Error {}

async function runClient(url, world, journal, client, { rounds, tries, pauseMs }) {
  const connection = world.connections[client % world.connections.length];
  let count = 0;
  const ask = async (verb, variables) => {
    count += 1;
    const entry = { id: `c${client}-${count}-${verb}`, verb, connection, variables, text: null, answer: null };
    journal.begin(entry);
    const reply = await settle(url, world, entry, { tries, pauseMs });
    if (reply === null) throw new Unanswered();
    journal.acknowledge(entry, reply.text);
    return reply.answer.data ?? {};
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      const details = detailsOf(`c${client}-r${round}`);
      const { key } = (await ask('stage', { id: connection, c: details })).updateWebhookCredentialsV2.result;
      await ask('validate', { key });
      const lease = (await ask('acquire', { id: connection, job: `c${client}-r${round}` })).acquireLease;
      await ask('commit', { id: connection, key });
      if (client % 2 === 0) await ask('rollBack', { id: connection });
      else await ask('update', { id: connection, c: JSON.stringify(snakeCase(detailsOf(`c${client}-u${round}`))) });
      await ask('renew', { key: lease.key });
      await ask('read', { key: lease.key });
      // The last lease stays, for what comes after the crash.
      if (round < rounds - 1) await ask('release', { key: lease.key });
      if (client === 6) await ask('token', { n: `token ${round}` });
      if (client === 7) await addAndRemove(ask, world, round);
    }
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
  }
}

async function addAndRemove(ask, world, round) {
  const { key } = (await ask('create', { d: { url: world.receiver, ...detailsOf(`new-${round}`) } })).testWebhookCredentialsV2;
  const { connection } = (await ask('add', { key, n: `Added ${round}` })).addConnection;
  await ask('remove', { id: connection.uuid });
}

export function snakeCase(details) {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}
