import { defineConfig } from 'drizzle-kit';

export default defineConfig({ dialect: 'sqlite', schema: './scripts/generate/drizzle-schema.sqlite.cjs', out: './migrations/sqlite' });
