import { type Memory, options, type Step } from './step.ts';

const OLD = { user: 'reader', password: 'winter-2025-reader' };
const NEW = { user: 'reader_2026', password: 'spring-2026-reader' };

/** What the database of this story holds: two logins that may do the same, and one that may do less. */
export const FIRST_DATABASE = `create table orders (id int primary key, total numeric); insert into orders values (1, 19.90), (2, 5.00);
  create role reader login password 'winter-2025-reader'; grant select on orders to reader;
  create role reader_2026 login password 'spring-2026-reader'; grant select on orders to reader_2026;
  create role newcomer login password 'autumn-2026-newcomer'`;

/** From the first key to the last removal: what a user does with one database. `port` and `ca` are known from the start. */
export const firstConnection: readonly Step[] = [
  { args: ['validate'], prints: [/Hi, first owner/, /All is well/] },
  { args: ['integrations', 'list'], prints: [/Integration/], holds: hasConnections(0) },
  { args: ['collectors', 'list', '--active-only'], prints: [/True/] },
  {
    args: ['platform', 'list'],
    prints: [/CLOUD_V2/],
    keeps: async ({ ask }) => ({ site: (await ask('{ getPlatformServices { uuid } }')).getPlatformServices[0].uuid }),
  },
  { args: ({ site = '' }) => ['collectors', 'ping', '--collector-id', site], prints: [/responded to ping/] },
  { args: ({ port = '' }) => ['collectors', 'test-tcp-open', ...options({ host: '127.0.0.1', port })], prints: [/is open/] },
  { args: ['collectors', 'test-tcp-open', ...options({ host: '127.0.0.1', port: '1' })], prints: [/nothing listens on that port/] },
  // A denied address looks like a closed port.
  { args: ['collectors', 'test-telnet', ...options({ host: '169.254.169.254', port: '80' })], prints: [/nothing listens on that port/] },

  // Nothing is added that was only tested, not agreed to, or refused.
  {
    args: (memory) => [...addPostgres(memory, OLD), '--validate-only'],
    prints: [/validate_connection/, /validate_permission_parity/, /Validations passed!/],
    holds: hasConnections(0),
  },
  { args: (memory) => addPostgres(memory, OLD), answers: 'n\n', exit: 1, holds: hasConnections(0) },
  {
    args: (memory) => addPostgres(memory, { ...OLD, password: 'wrong' }),
    answers: 'y\n',
    exit: 1,
    prints: [/password authentication failed/],
  },
  {
    args: (memory) => [...addPostgres(memory, { ...OLD, password: 'wrong' }), '--skip-validation'],
    answers: 'y\n',
    exit: 1,
    prints: [/refused the user and password/],
  },
  // Details that do not fit are a failed validation, with the field.
  {
    args: (memory) => [...addPostgres({ ...memory, port: '70000' }, OLD), '--validate-only'],
    exit: 1,
    prints: [/port: must be at most 65535/, /validate_connection: ✕/],
    holds: hasConnections(0),
  },
  {
    args: (memory) => [...addPostgres(memory, OLD), '--collector-id', memory.site ?? ''],
    answers: 'y\n',
    prints: [/Success! Added connection/],
    keeps: async ({ ask }) => ({ id: (await ask(CONNECTIONS)).connections.edges[0].node.uuid }),
  },
  { args: (memory) => addPostgres(memory, OLD), answers: 'y\n', exit: 1, prints: [/of that name exists already/] },
  {
    args: ['integrations', 'list'],
    prints: [/Transactional Database/, /host: 127\.0\.0\.1/, /dbName: first/, /user: reader/],
  },
  { args: ({ id = '' }) => ['integrations', 'test', '--connection-id', id], prints: [/"success": true/] },

  // Updates: with validation, without, of one field, of all.
  { args: update({ password: 'wrong' }), exit: 1, prints: [/refused the user and password/], holds: atVersion(1) },
  { args: update({ passwort: 'x' }), exit: 1, prints: [/changes\.passwort/], holds: atVersion(1) },
  {
    args: update({ user: 'newcomer', password: 'autumn-2026-newcomer' }),
    exit: 1,
    prints: [/SELECT on table "public".orders/, /GRANT SELECT ON TABLE "public".orders TO "newcomer";/],
    holds: atVersion(1),
  },
  { args: update(NEW), prints: [/Success! Updated/], holds: atVersion(2) },
  {
    args: (memory) => [...update({ host: '127.0.0.1', port: memory.port, db_name: 'first', ...OLD })(memory), '--replace-all'],
    prints: [/Success! Updated/],
    holds: atVersion(3),
  },
  {
    args: (memory) => [...update({})(memory), '--ssl-ca', memory.ca ?? ''],
    prints: [/Success! Updated/],
    holds: async (world, memory) => typeof (await settingsAt(4)(world, memory)).ssl.caData === 'string',
  },
  { args: (memory) => [...update({})(memory), '--remove-ssl-ca'], exit: 1, prints: [/give them again: password/] },
  {
    args: (memory) => [...update({ password: OLD.password })(memory), '--remove-ssl-ca'],
    prints: [/Success! Updated/],
    holds: async (world, memory) => (await settingsAt(5)(world, memory)).ssl === undefined,
    keeps: async ({ ask }) => {
      const { createToken: made } = await ask('mutation { createToken(name: "admin", roles: [admin]) { secret token { id } } }');
      return { adminId: made.token.id, adminSecret: made.secret };
    },
  },
  // The proof is skipped for an owner alone.
  {
    args: (memory) => [...update({ password: 'wrong' })(memory), '--skip-validation'],
    as: ({ adminId = '', adminSecret = '' }) => ({ MCD_DEFAULT_API_ID: adminId, MCD_DEFAULT_API_TOKEN: adminSecret }),
    exit: 1,
    prints: [/policy VALIDATED/],
    holds: atVersion(5),
  },
  {
    args: (memory) => [...update({ password: 'wrong' })(memory), '--skip-validation'],
    prints: [/Success! Updated/],
    holds: atVersion(6),
  },
  {
    args: ({ id = '' }) => ['integrations', 'test', '--connection-id', id],
    prints: [/"success": false/, /refused the user and password/],
  },
  { args: ['collectors', 'run-validations'], exit: 1, prints: [/validate_connection: ✕/, /validate_storage_access: ✓/] },

  // The command of another database stages and commits what fits this one as well, the port as text and the other name of the database included.
  {
    args: (memory) => [
      ...stagedUpdate('update-oracle', { ...NEW, port: memory.port ?? '', database: 'first' })(memory),
      '--skip-validation',
    ],
    prints: [/Connection updated successfully!/],
    holds: atVersion(7),
  },
  { args: ['collectors', 'run-validations'], prints: [/All validations passed/] },

  {
    args: ['integrations', 'set-warehouse-name', ...options({ 'current-name': 'warehouse', 'new-name': 'sales' })],
    prints: [/Success! Set Warehouse warehouse name to sales/],
  },
  { args: ({ id = '' }) => ['integrations', 'remove', '--connection-id', id], answers: 'n\n', exit: 1, holds: atVersion(7) },
  { args: ({ id = '' }) => ['integrations', 'remove', '--connection-id', id, '--no-prompt'], prints: [/Success! Removed/] },
  {
    args: ({ id = '' }) => ['integrations', 'remove', '--connection-id', id, '--no-prompt'],
    exit: 1,
    prints: [/No such connection/],
    holds: hasConnections(0),
  },
];

const CONNECTIONS = '{ connections { edges { node { uuid } } } }';

function hasConnections(count: number): NonNullable<Step['holds']> {
  return async ({ ask }) => (await ask(CONNECTIONS)).connections.edges.length === count;
}

function addPostgres({ port = '' }: Memory, { user, password }: typeof OLD): readonly string[] {
  return ['integrations', 'add-postgres', ...options({ name: 'warehouse', host: '127.0.0.1', port, user, password, database: 'first' })];
}

export function update(changes: object) {
  return ({ id = '' }: Memory) => ['integrations', 'update', ...options({ 'connection-id': id, changes: JSON.stringify(changes) })];
}

/** By a command of a kind's own, which stages, validates what it has staged, and commits it. */
export function stagedUpdate(command: string, changes: Readonly<Record<string, string>>) {
  return ({ id = '' }: Memory) => ['integrations', command, ...options({ 'connection-id': id, ...changes }), '--auto-yes'];
}

export function atVersion(version: number): NonNullable<Step['holds']> {
  return async ({ ask }, { id }) =>
    (await ask('query ($id: UUID!) { connection(id: $id) { currentVersion { version } } }', { id })).connection.currentVersion.version ===
    version;
}

function settingsAt(version: number) {
  return async (...[world, memory]: Parameters<NonNullable<Step['holds']>>) => {
    const { connection } = await world.ask('query ($id: UUID!) { connection(id: $id) { settings currentVersion { version } } }', memory);
    if (connection.currentVersion.version !== version) throw new Error(`at version ${connection.currentVersion.version}`);
    return connection.settings;
  };
}
