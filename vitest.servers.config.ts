import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The suites whose servers npm can't bring: `npm run test:servers` installs what they need, and runs them. */
export default defineConfig({ ...base, test: { ...base.test, include: ['test/servers/**/*.test.ts'], exclude: [] } });
