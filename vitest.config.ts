import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql 16 would load twice, once as CommonJS and once as a module, and refuse its own types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    server: { deps: { inline: [/graphql/, /@pothos/] } },
  },
});
