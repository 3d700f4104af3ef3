import { describe } from 'vitest';
import { createTestDatabase } from './test-database.ts';

export interface TestedEngine {
  readonly engine: 'SQLite' | 'PostgreSQL';
  /** The URL of a database of its own for a gateway's store; null has the gateway make a file. */
  databaseUrl(): Promise<string | null>;
}

export const ENGINES: readonly TestedEngine[] = [
  { engine: 'SQLite', databaseUrl: async () => null },
  { engine: 'PostgreSQL', databaseUrl: createTestDatabase },
];

/** What has to hold on both engines. */
export function describeOnEachEngine(name: string, suite: (tested: TestedEngine) => void): void {
  for (const tested of ENGINES) describe(`${name} on ${tested.engine}`, () => suite(tested));
}
