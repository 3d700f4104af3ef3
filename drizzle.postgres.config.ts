import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './scripts/generate/drizzle-schema.postgres.cjs',
  out: './migrations/postgres',
});
