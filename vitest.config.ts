import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql 16 would load twice, once as CommonJS and once as a module, and refuse its own types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/{bench,browser,crash,histories,servers}/**'],
    globalSetup: ['test/support/build.ts', 'test/support/temporary-folder.ts', 'test/support/shared-postgres.ts'],
    // Processes, since suites start servers, open native stores and read the environment that they are given.
    pool: 'forks',
    // Two cores are what the checks run on; more suites at once would only make each other late.
    maxWorkers: 2,
    // Guards against a hang, never a measure of speed: a busy machine may take its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    server: { deps: { inline: [/graphql/, /@pothos/] } },
  },
});
