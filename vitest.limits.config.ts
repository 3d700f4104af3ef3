import { defineConfig } from 'vitest/config';
import suite from './vitest.config.ts';

/** Bounds in milliseconds and megabytes: apart from the suites, since they hold on a quiet machine only. */
export default defineConfig({
  ...suite,
  test: { ...suite.test, include: ['test/limits/*.limits.ts'], maxWorkers: 1, testTimeout: 120_000 },
});
