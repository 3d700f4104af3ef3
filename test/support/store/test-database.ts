import { inject } from 'vitest';

/** The URL of a new, empty database on the PostgreSQL server that all suites of the run share. */
export async function createTestDatabase(): Promise<string> {
  const response = await fetch(inject('databases'), { method: 'POST' });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
