import { createTestDatabase } from './test-database.ts';

/** Both engines, for what has to hold on each: `describe.each(ENGINES)('... on $engine', ...)`. */
export const ENGINES: readonly {
  readonly engine: 'SQLite' | 'PostgreSQL';
  /** The URL of a database of its own for a gateway's store; null has the gateway make a file. */
  databaseUrl(): Promise<string | null>;
}[] = [
  { engine: 'SQLite', databaseUrl: async () => null },
  { engine: 'PostgreSQL', databaseUrl: createTestDatabase },
];
