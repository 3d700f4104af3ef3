import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Change what the rest of their process goes by: its clock, its environment, the prototypes of its drivers. */
const ALONE = [
  'test/admission/deadline.test.ts',
  'test/server/store-failures/store-away.test.ts',
  'test/store/postgres/postgres-engine.test.ts',
];
/** Have projects of their own, since they need what npm does not bring. */
const APART = ['test/browser/**', 'test/servers/**'];

/** Go through a part of their cases in `npm test`, and through all of them in `npm run test:exhaustive`: see `sweep`. */
const SWEEPS = [
  'test/graphql/canary.test.ts',
  'test/operations/access/every-operation-postgres.test.ts',
  'test/operations/interleavings.test.ts',
  'test/operations/keys/rotate-master-key.test.ts',
  'test/operations/upkeep/integrity.test.ts',
  'test/operations/upkeep/tampered-tables.test.ts',
  'test/operations/upkeep/tampering.test.ts',
  'test/server/store-failures/lost-after-commit.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: ['test/support/run/build.ts', 'test/support/run/temporary-folder.ts', 'test/support/run/shared-postgres.ts'],
    // Two cores are what the checks run on; more suites at once would only make each other late.
    maxWorkers: 2,
    projects: [
      // What keeps nothing outside of the gateways and stores that it makes: the files share a process, which has loaded and warmed up the product.
      project('shared', {
        include: ['test/**/*.test.ts'],
        exclude: [...ALONE, ...APART],
        isolate: false,
      }),
      // What changes the process that it runs in: a process for each file.
      project('isolated', { include: ALONE, sequence: { groupOrder: 1 } }),
      // What takes minutes and sees little that is not seen in `shared`, too.
      project('exhaustive', {
        include: ['test/**/*.exhaustive.ts', ...SWEEPS],
        isolate: false,
        provide: { wholeSweeps: true },
        sequence: { groupOrder: 5 },
      }),
      // Bounds in milliseconds and megabytes: apart from the suites, since they hold on a quiet machine only.
      project('limits', { include: ['test/limits/*.limits.ts'], maxWorkers: 1, sequence: { groupOrder: 2 } }),
      // The suites whose servers npm can't bring.
      project('servers', {
        include: ['test/servers/**/*.test.ts'],
        globalSetup: ['test/servers/install-servers.ts'],
        sequence: { groupOrder: 3 },
      }),
      // The lead API's own clients, from PyPI and npm.
      project('clients', {
        include: ['test/clients/**/*.clients.ts'],
        globalSetup: ['test/clients/install-clients.ts'],
        maxWorkers: 1,
        sequence: { groupOrder: 6 },
      }),
      // The explorer in a real Chromium.
      project('browser', { include: ['test/browser/**/*.test.ts'], maxWorkers: 1, testTimeout: 60_000, sequence: { groupOrder: 4 } }),
    ],
  },
});

function project(name: string, options: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  return {
    // graphql 16 would load twice, once as CommonJS and once as a module, and refuse its own types.
    resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
    test: {
      name,
      // Processes, since suites start servers, open native stores and read the environment that they are given.
      pool: 'forks',
      // Guards against a hang, never a measure of speed: a busy machine may take its time.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      expect: { poll: { timeout: 60_000 } },
      provide: { wholeSweeps: false },
      ...options,
    },
  };
}
