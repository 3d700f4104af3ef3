// Commands of the lead API's own command line, in the order in which a user comes to them. `args` gets what earlier cases kept; `exit` and
// `prints` say what has to come of it, `holds` what the gateway has to say of itself afterwards.

import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OLD = { user: 'loader', password: 'winter-2025-loader' };
const NEW = { user: 'loader_2026', password: 'spring-2026-loader' };

const CONNECTIONS = '{ connections { edges { node { uuid name settings currentVersion { version proven } } } } }';

export const cases = [
  { name: 'knows who is calling', args: () => ['validate'], prints: [/Hi, first owner/, /All is well/] },
  {
    name: 'refuses an unknown key',
    args: () => ['validate'],
    as: 'unknownToken',
    exit: 1,
    prints: [/401/],
  },
  { name: 'lists none at first', args: () => ['integrations', 'list'], prints: [/Integration/] },
  { name: 'lists the gateway itself', args: () => ['collectors', 'list'], prints: [/True/] },
  {
    name: 'lists the service',
    args: () => ['platform', 'list'],
    prints: [/CLOUD_V2/],
    keep: async ({ ask }) => ({ site: (await ask('{ getPlatformServices { uuid } }')).getPlatformServices[0].uuid }),
  },
  { name: 'lists no agents, since none is connected', args: () => ['agents', 'list'], prints: [/Agent ID/] },
  {
    name: 'says that there are no agents',
    args: () => ['agents', 'health', '--agent-id', randomUUID()],
    exit: 1,
    prints: [/No agents found/],
  },
  {
    name: 'makes a streaming system',
    args: () => [
      'integrations',
      'add-streaming-system',
      ...options({ 'streaming-system-type': 'self-hosted', 'streaming-system-name': 'own' }),
    ],
    prints: [/Successfully created the SELF_HOSTED streaming system own/],
  },
  {
    name: 'refuses the name of a streaming system that is taken',
    args: () => ['integrations', 'add-streaming-system', ...options({ 'streaming-system-type': 'msk', 'streaming-system-name': 'own' })],
    exit: 1,
    prints: [/A streaming system of that name exists already/],
  },
  { name: 'answers a ping', args: ({ site }) => ['collectors', 'ping', '--collector-id', site], prints: [/responded to ping/] },
  {
    name: 'sees an open port',
    args: ({ port }) => ['collectors', 'test-tcp-open', '--host', '127.0.0.1', '--port', port],
    prints: [/is open/],
  },
  {
    name: 'says why a port is closed',
    args: () => ['collectors', 'test-tcp-open', '--host', '127.0.0.1', '--port', '1'],
    prints: [/nothing listens on that port/],
  },
  {
    name: 'shows a denied address like a closed port',
    args: () => ['collectors', 'test-telnet', '--host', '169.254.169.254', '--port', '80'],
    prints: [/nothing listens on that port/],
  },
  {
    name: 'only tests when asked to',
    args: (memory) => [...addPostgres(memory, 'warehouse', OLD), '--validate-only'],
    prints: [/validate_connection/, /validate_permission_parity/, /Validations passed!/],
    holds: async ({ ask }) => (await ask(CONNECTIONS)).connections.edges.length === 0,
  },
  {
    name: 'adds nothing without consent',
    args: (memory) => addPostgres(memory, 'warehouse', OLD),
    answers: 'n\n',
    exit: 1,
    holds: async ({ ask }) => (await ask(CONNECTIONS)).connections.edges.length === 0,
  },
  {
    name: 'refuses a wrong password with its reason',
    args: (memory) => addPostgres(memory, 'warehouse', { ...OLD, password: 'wrong' }),
    answers: 'y\n',
    exit: 1,
    prints: [/password authentication failed/],
  },
  {
    name: 'refuses a wrong password with its reason, validation skipped',
    args: (memory) => [...addPostgres(memory, 'warehouse', { ...OLD, password: 'wrong' }), '--skip-validation'],
    answers: 'y\n',
    exit: 1,
    prints: [/refused the user and password/],
  },
  {
    name: 'adds what it has proved',
    args: (memory) => [...addPostgres(memory, 'warehouse', OLD), '--collector-id', memory.site],
    answers: 'y\n',
    prints: [/Success! Added connection/],
    keep: async ({ ask }) => ({ id: (await ask(CONNECTIONS)).connections.edges[0]?.node.uuid }),
  },
  {
    name: 'refuses a name that is taken',
    args: (memory) => addPostgres(memory, 'warehouse', OLD),
    answers: 'y\n',
    exit: 1,
    prints: [/of that name exists already/],
  },
  {
    name: 'shows its identifiers',
    args: () => ['integrations', 'list'],
    prints: [/Transactional Database/, /host: 127\.0\.0\.1/, /dbName: sales/, /user: loader/],
  },
  { name: 'tests it', args: ({ id }) => ['integrations', 'test', '--connection-id', id], prints: [/"success": true/] },
  {
    name: 'refuses a wrong password with its reason',
    args: update({ password: 'wrong' }),
    exit: 1,
    prints: [/refused the user and password/],
    holds: atVersion(1),
  },
  { name: 'names an unknown field', args: update({ passwort: 'x' }), exit: 1, prints: [/changes\.passwort/], holds: atVersion(1) },
  {
    name: 'refuses a login that may do less, with the grant that mends it',
    args: update({ user: 'newcomer', password: 'autumn-2026-newcomer' }),
    exit: 1,
    prints: [/SELECT on table "public".orders/, /GRANT SELECT ON TABLE "public".orders TO "newcomer";/],
    holds: atVersion(1),
  },
  { name: 'changes the credentials', args: update(NEW), prints: [/Success! Updated/], holds: atVersion(2) },
  {
    name: 'replaces all',
    args: (memory) => [...update({ host: '127.0.0.1', port: memory.port, db_name: 'sales', ...OLD })(memory), '--replace-all'],
    prints: [/Success! Updated/],
    holds: atVersion(3),
  },
  {
    name: 'pins an authority without asking for the password again',
    args: (memory) => [...update({})(memory), '--ssl-ca', memory.ca],
    prints: [/Success! Updated/],
    holds: async (memory) => (await atVersion(4)(memory)) && typeof (await settingsOf(memory)).ssl.caData === 'string',
  },
  {
    name: 'asks for the password before it lets the authority go',
    args: (memory) => [...update({})(memory), '--remove-ssl-ca'],
    exit: 1,
    prints: [/give them again: password/],
  },
  {
    name: 'lets the authority go',
    args: (memory) => [...update({ password: OLD.password })(memory), '--remove-ssl-ca'],
    prints: [/Success! Updated/],
    holds: async (memory) => (await atVersion(5)(memory)) && (await settingsOf(memory)).ssl === undefined,
    keep: async ({ ask }) => ({ admin: await adminToken(ask) }),
  },
  {
    name: 'skips the proof for an owner alone',
    args: (memory) => [...update({ password: 'wrong' })(memory), '--skip-validation'],
    as: 'admin',
    exit: 1,
    prints: [/policy VALIDATED/],
    holds: atVersion(5),
  },
  {
    name: 'skips the proof for an owner',
    args: (memory) => [...update({ password: 'wrong' })(memory), '--skip-validation'],
    prints: [/Success! Updated/],
    holds: atVersion(6),
  },
  {
    name: 'says what is wrong with it',
    args: ({ id }) => ['integrations', 'test', '--connection-id', id],
    prints: [/"success": false/, /refused the user and password/],
  },
  {
    name: 'ends with 1 when a validation fails',
    args: () => ['collectors', 'run-validations'],
    exit: 1,
    prints: [/validate_connection: ✕/, /validate_storage_access: ✓/],
  },
  {
    name: 'stages and commits, with a port as text and the other name of the database',
    args: ({ id, port }) => [
      'integrations',
      'update-oracle',
      '--connection-id',
      id,
      ...Object.entries({ ...NEW, port, database: 'sales' }).flatMap(([option, value]) => [`--${option}`, value]),
      '--skip-validation',
      '--auto-yes',
    ],
    prints: [/Connection updated successfully!/],
    holds: atVersion(7),
  },
  {
    name: 'passes once the credentials are right',
    args: () => ['collectors', 'run-validations'],
    prints: [/All validations passed/],
  },
  {
    name: 'renames it',
    args: () => ['integrations', 'set-warehouse-name', '--current-name', 'warehouse', '--new-name', 'sales'],
    prints: [/Success! Set Warehouse warehouse name to sales/],
  },
  {
    name: 'removes nothing without consent',
    args: ({ id }) => ['integrations', 'remove', '--connection-id', id],
    answers: 'n\n',
    exit: 1,
    holds: atVersion(7),
  },
  {
    name: 'removes it',
    args: ({ id }) => ['integrations', 'remove', '--connection-id', id, '--no-prompt'],
    prints: [/Success! Removed/],
  },
  {
    name: 'says that it is gone',
    args: ({ id }) => ['integrations', 'remove', '--connection-id', id, '--no-prompt'],
    exit: 1,
    prints: [/No such connection/],
    keep: async (memory) => ({ secret: await grantSecret(memory) }),
  },
  {
    name: 'adds what stays in a file, inactive and unproven',
    args: ({ secret }) => ['integrations', 'add-self-hosted-credentials-v2', ...options({ ...HOSTED, 'file-path': secret })],
    answers: 'y\n',
    prints: [/Success! Added connection/],
    keep: async ({ ask }) => ({ id: (await ask(CONNECTIONS)).connections.edges[0]?.node.uuid }),
  },
  {
    name: 'tests what stays in a file',
    args: ({ id }) => ['integrations', 'test', '--connection-id', id],
    prints: [/"success": true/],
  },
  {
    name: 'refers to another file',
    args: (memory) => update({ file_path: memory.secret.replace('.json', '-2.json') })(memory),
    prints: [/Success! Updated/],
    holds: atVersion(2),
  },
  {
    name: 'is told which managers are read',
    args: () => [
      'integrations',
      'add-self-hosted-credentials-v2',
      ...options({ ...HOSTED, 'self-hosted-credentials-type': 'AWS_SECRETS_MANAGER', 'aws-secret': 'x' }),
    ],
    answers: 'y\n',
    exit: 1,
    prints: [/ENV_VAR, FILE and ACCOUNT_SECRET are/],
  },
  {
    name: 'removes what refers',
    args: ({ id }) => ['integrations', 'remove', '--connection-id', id, '--no-prompt'],
    prints: [/Success! Removed/],
  },
  {
    name: 'makes a key',
    args: () => ['integrations', 'create-key', '--description', 'nightly', '--scope', 'CircuitBreaker'],
    prints: [/Key id: [0-9a-f-]{36}/, /Key secret: chg_svc_/],
    keep: async ({ ask }) => ({ key: (await ask('{ getIntegrationKeys { id } }')).getIntegrationKeys[0]?.id }),
  },
  {
    name: 'lists its keys, with who made them',
    args: () => ['integrations', 'list-keys'],
    prints: [/nightly/, /CircuitBreaker/, /first owner/],
  },
  { name: 'deletes a key', args: ({ key }) => ['integrations', 'delete-key', '--key-id', key], prints: [/Key has been deleted/] },
  {
    name: 'says that a key is gone',
    args: ({ key }) => ['integrations', 'delete-key', '--key-id', key],
    exit: 1,
    prints: [/No such/],
  },
  {
    name: 'keeps a secret',
    args: () => ['secrets', 'create', '--name', 'smtp', '--value', 'a value of the command', '--description', 'for mail'],
    prints: [/Created secret: 'smtp'/],
  },
  {
    name: 'refuses a name that is taken',
    args: () => ['secrets', 'create', '--name', 'smtp', '--value', 'another value'],
    exit: 1,
    prints: [/exists already/],
  },
  {
    name: 'lists secrets without their values',
    args: () => ['secrets', 'list'],
    prints: [/smtp/, /global/, /for mail/, /never/, /first owner/],
  },
  {
    name: 'shows a secret',
    args: () => ['secrets', 'get', '--name', 'smtp'],
    prints: [/Name: smtp/, /Scope: global/, /Created by: first owner/],
  },
  { name: 'reveals a secret', args: () => ['secrets', 'get', '--name', 'smtp', '--reveal'], prints: [/a value of the command/] },
  {
    name: 'reveals it to no other administrator',
    args: () => ['secrets', 'get', '--name', 'smtp', '--reveal'],
    as: 'admin',
    exit: 1,
    prints: [/reveal/],
  },
  { name: 'deletes a secret', args: () => ['secrets', 'delete', '--name', 'smtp'], prints: [/Deleted secret: 'smtp'/] },
  { name: 'says that a secret is not there', args: () => ['secrets', 'delete', '--name', 'smtp'], prints: [/Secret 'smtp' was not found/] },
  {
    name: 'signs in with client credentials',
    args: () => ['validate'],
    as: 'oauth',
    prints: [/Hi, first owner/, /All is well/],
  },
  {
    name: 'works with client credentials through the SDK, too',
    args: () => ['secrets', 'list'],
    as: 'oauth',
    prints: [/Name/],
  },
  {
    name: 'is told that client credentials are wrong',
    args: () => ['validate'],
    as: 'wrongOauth',
    exit: 1,
    prints: [/401/],
  },
];

const HOSTED = { 'connection-type': 'postgres', 'self-hosted-credentials-type': 'FILE', name: 'hosted' };

function options(named) {
  return Object.entries(named).flatMap(([option, value]) => [`--${option}`, value]);
}

/** A secret in a folder that the operator grants, of the database that is here. */
async function grantSecret({ ask, port, scratch }) {
  const folder = join(scratch, 'secrets');
  mkdirSync(folder, { mode: 0o700 });
  const { user, password } = OLD;
  const content = JSON.stringify({ connect_args: { host: '127.0.0.1', port, dbname: 'sales', user, password } });
  for (const name of ['sales.json', 'sales-2.json']) writeFileSync(join(folder, name), content, { mode: 0o600 });
  await ask('mutation ($prefix: String!) { grantSecrets(provider: file, prefix: $prefix) { prefix } }', { prefix: folder });
  return join(folder, 'sales.json');
}

function addPostgres({ port }, name, { user, password }) {
  const options = { name, host: '127.0.0.1', port, user, password, database: 'sales' };
  return ['integrations', 'add-postgres', ...Object.entries(options).flatMap(([option, value]) => [`--${option}`, value])];
}

function update(changes) {
  return ({ id }) => ['integrations', 'update', '--connection-id', id, '--changes', JSON.stringify(changes)];
}

function atVersion(version) {
  return async ({ ask, id }) => (await find(ask, id)).currentVersion.version === version;
}

async function settingsOf({ ask, id }) {
  return (await find(ask, id)).settings;
}

async function find(ask, id) {
  return (await ask('query ($id: UUID!) { connection(id: $id) { settings currentVersion { version } } }', { id })).connection;
}

async function adminToken(ask) {
  const { token, secret } = (await ask('mutation { createToken(name: "admin", roles: [admin]) { secret token { id } } }')).createToken;
  return { MCD_DEFAULT_API_ID: token.id, MCD_DEFAULT_API_TOKEN: secret };
}
