/**
 * Who may import whom, once; `test/house/layers.test.ts` holds every import of src against this table, type imports included.
 * A layer lists what it may have; everything that is not listed is refused.
 */

/** @typedef {'network' | 'server' | 'files' | 'workers' | 'processes' | 'postgres' | 'mysql' | 'aws' | 'sqlite' | 'sql' | 'graphql' | 'http' | 'browser'} Power */
/**
 * @typedef {object} Layer
 * @property {string} folder below src
 * @property {string} is what it is, as the message says it
 * @property {readonly string[]} layers folders that it may import from
 * @property {readonly string[]} [files] files directly below src that it may import
 * @property {readonly Power[]} powers modules that not everybody may import
 * @property {boolean} [console] it may write to the terminal
 */

/** Modules that give a power, with the sentence that says whose it is. `/*` stands for a package's subpaths. */
export const powers = {
  network: {
    modules: [
      'node:net',
      'node:tls',
      'node:http',
      'node:https',
      'node:http2',
      'node:dns',
      'node:dns/promises',
      'node:dgram',
      'undici',
      'undici/*',
    ],
    message: 'Only src/egress opens outward connections; take an EgressSession instead.',
  },
  server: {
    modules: ['node:net', 'node:tls', 'node:http', 'node:https'],
    message: 'Only src/egress opens outward connections; only src/server listens.',
  },
  files: {
    modules: ['node:fs', 'node:fs/promises'],
    message: 'This layer neither reads nor writes files; take the content as an argument.',
  },
  workers: {
    modules: ['node:worker_threads', 'node:cluster'],
    message: 'Only src/egress starts workers.',
  },
  processes: {
    modules: ['node:child_process', 'node:inspector', 'node:inspector/promises', 'node:vm'],
    message: 'The gateway starts no processes, opens no inspector and runs no text as code.',
  },
  postgres: {
    modules: ['pg', 'pg/*'],
    message: 'Only the store and the connectors, whose validators run in egress workers, use the PostgreSQL driver.',
  },
  mysql: {
    modules: ['mysql2', 'mysql2/*'],
    message: 'Only the connectors, whose validators run in egress workers, use the MySQL driver.',
  },
  aws: {
    modules: ['aws4fetch'],
    message: 'Only the connectors sign for AWS, and they send through their EgressSession.',
  },
  sqlite: {
    modules: ['better-sqlite3', 'better-sqlite3/*'],
    message: 'Only the store opens SQLite.',
  },
  sql: {
    modules: ['drizzle-orm', 'drizzle-orm/*'],
    message: 'SQL is written in src/store; call a verb of the Store port.',
  },
  graphql: {
    modules: ['graphql', 'graphql/*', 'graphql-yoga', '@envelop/*', '@pothos/*', '@escape.tech/*', 'dataloader'],
    message: 'GraphQL stays in src/graphql and in the server that carries it.',
  },
  http: {
    modules: ['fastify', '@fastify/*'],
    message: 'Only src/server, the REST dialects that it carries, and what both share in src/http, speak HTTP.',
  },
  browser: {
    modules: ['react', 'react/*', 'react-dom', 'react-dom/*', 'graphiql', 'graphiql/*', '@graphiql/*'],
    message: 'Only the pages that run in a browser use browser libraries.',
  },
};

/** @type {readonly Layer[]} */
const parts = [
  { folder: 'domain', is: 'rules without I/O', layers: [], powers: [] },
  { folder: 'operations', is: 'one use case a file, over the ports of the domain', layers: ['domain'], powers: [] },

  // Implementations of ports that the domain declares. None knows another.
  { folder: 'store', is: 'the Store port', layers: ['domain'], powers: ['files', 'postgres', 'sqlite', 'sql'] },
  { folder: 'crypto', is: 'the Vault port', layers: ['domain'], powers: ['files'] },
  { folder: 'connectors', is: 'kinds', layers: ['domain'], powers: ['postgres', 'mysql', 'aws'] },
  { folder: 'egress', is: 'the guarded way out', layers: ['domain'], powers: ['network', 'workers', 'files'] },
  { folder: 'secrets', is: 'outside secret managers', layers: ['domain'], powers: ['files'] },

  // Ways in. Each turns its wire into the input of an operation.
  { folder: 'admission', is: 'who gets to run now', layers: ['domain'], powers: [] },
  {
    folder: 'http',
    is: 'what all ways in over HTTP share: headers, bodies, who is calling, how a failure is told',
    layers: ['domain', 'operations', 'admission'],
    powers: ['http'],
  },
  { folder: 'graphql', is: 'the GraphQL API', layers: ['domain', 'operations', 'admission'], powers: ['graphql'] },
  { folder: 'rest', is: 'REST dialects', layers: ['domain', 'operations', 'admission', 'http'], powers: ['http'] },
  { folder: 'jobs', is: 'periodic work', layers: ['domain', 'operations'], powers: [] },
  {
    folder: 'server',
    is: 'the HTTP server',
    layers: ['domain', 'operations', 'admission', 'http', 'graphql', 'rest'],
    powers: ['server', 'http', 'files', 'graphql'],
  },
  { folder: 'cli', is: 'the command line', layers: ['domain', 'operations'], files: ['config.ts'], powers: ['files'], console: true },
];

const partFolders = parts.map(({ folder }) => folder);

/** @type {readonly Layer[]} */
export const layers = [
  ...parts,

  { folder: 'config', is: 'what the environment says, setting by setting', layers: ['domain', 'egress', 'secrets'], powers: [] },
  {
    folder: 'app',
    is: 'how the parts are put together',
    layers: [...partFolders, 'config'],
    files: ['config.ts', 'log.ts', 'log-stream.ts'],
    powers: ['files', 'server'],
  },

  // Pages for a browser: they know the published schema and nothing of the server.
  { folder: 'explorer', is: 'a page in the browser', layers: [], powers: ['browser'] },
  { folder: 'console', is: 'a page in the browser', layers: [], powers: ['browser'] },
];

/**
 * Single files that may do more than their folder, each with its reason.
 *
 * @type {readonly { readonly file: string, readonly why: string, readonly layers?: readonly string[], readonly files?: readonly string[], readonly powers?: readonly Power[] }[]}
 */
export const exceptions = [
  {
    file: 'cli/gateway/local-gateway.ts',
    why: 'with no gateway running, the command line opens the store itself',
    layers: ['graphql'],
    files: ['app.ts'],
  },
  { file: 'cli/commands/process.ts', why: 'it runs the gateway, or its migrations, in this process', files: ['app.ts', 'serve.ts'] },
  {
    file: 'secrets/aws/ask-for-secret.ts',
    why: 'a manager is asked over HTTP as kinds are, with what the kits sign and read answers by',
    layers: ['connectors'],
  },
  {
    file: 'secrets/aws/manager.ts',
    why: 'a manager is asked over HTTP as kinds are, with what the kits sign and read answers by',
    layers: ['connectors'],
  },
  {
    file: 'secrets/aws/sign-in.ts',
    why: 'a manager is asked over HTTP as kinds are, with what the kits sign and read answers by',
    layers: ['connectors'],
  },
  {
    file: 'secrets/azure/manager.ts',
    why: 'a manager is asked over HTTP as kinds are, with what the kits sign and read answers by',
    layers: ['connectors'],
  },
  {
    file: 'secrets/env/manager.ts',
    why: 'a manager is asked over HTTP as kinds are, with what the kits sign and read answers by',
    layers: ['connectors'],
  },
  {
    file: 'secrets/gcp/manager.ts',
    why: 'a manager is asked over HTTP as kinds are, with what the kits sign and read answers by',
    layers: ['connectors'],
  },
  {
    file: 'secrets/manager/http-failure.ts',
    why: 'a manager is asked over HTTP as kinds are, with what the kits sign and read answers by',
    layers: ['connectors'],
  },
  {
    file: 'secrets/vault/manager.ts',
    why: 'a manager is asked over HTTP as kinds are, with what the kits sign and read answers by',
    layers: ['connectors'],
  },
  { file: 'egress/guard.ts', why: 'it closes the ways out that these modules are', powers: ['processes'] },
  { file: 'cli/main.ts', why: 'it starts a process', files: ['harden-process.ts'] },
  { file: 'egress/worker.ts', why: 'it starts a thread', files: ['harden-process.ts'] },
  { file: 'cli/run/run-child.ts', why: '`changeover run` starts the job that it holds a lease for', powers: ['processes'] },
  {
    file: 'cli/gateway/transport.ts',
    why: 'a gateway is reached at its URL, or through its socket in the data directory',
    powers: ['server'],
  },
];

/**
 * Files directly below src: the composition root, and what starts the process.
 *
 * @type {readonly { readonly file: string, readonly layers: readonly string[], readonly files: readonly string[], readonly powers: readonly Power[], readonly environment?: boolean, readonly console?: boolean }[]}
 */
export const roots = [
  { file: 'config.ts', layers: ['domain', 'secrets', 'config'], files: [], powers: ['files'], environment: true },
  { file: 'log.ts', layers: ['store'], files: ['log-events.ts', 'log-stream.ts'], powers: [] },
  { file: 'log-events.ts', layers: [], files: [], powers: [] },
  // A pipe is a socket to node: the only kind of handle that never waits for its reader.
  { file: 'log-stream.ts', layers: [], files: [], powers: ['files', 'server'] },
  { file: 'observe.ts', layers: ['domain', 'server'], files: ['log.ts'], powers: [] },
  { file: 'harden-process.ts', layers: [], files: [], powers: [] },
  { file: 'last-resort.ts', layers: [], files: ['log.ts'], powers: [] },
  { file: 'warn-of-exposure.ts', layers: [], files: ['log.ts'], powers: [] },
  { file: 'app.ts', layers: [...partFolders, 'app'], files: ['config.ts', 'log.ts', 'observe.ts'], powers: [] },
  {
    file: 'serve.ts',
    layers: ['domain', 'egress'],
    files: ['app.ts', 'config.ts', 'last-resort.ts', 'warn-of-exposure.ts'],
    powers: ['files', 'server'],
  },
  { file: 'main.ts', layers: ['domain'], files: ['config.ts', 'harden-process.ts', 'log.ts', 'serve.ts'], powers: [] },
];
