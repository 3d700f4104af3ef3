import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startPostgres, type TestPostgres } from '../servers/embedded-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers each POST with the URL of a new, empty database. */
    databases: string;
  }
}

/** One PostgreSQL server for all suites of the run, which each take databases of their own. It is started for the first that asks. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  let server: Promise<TestPostgres> | null = null;
  const names: string[] = [];
  const create = async () => {
    server ??= startPostgres();
    const name = `changeover_${process.pid}_${names.length}`;
    names.push(name);
    return await (await server).createDatabase(name);
  };
  const service = createServer((_, response) => {
    create().then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  provide('databases', `http://127.0.0.1:${(service.address() as AddressInfo).port}`);
  return async () => {
    service.closeAllConnections();
    service.close();
    const started = await server;
    // The server may be one that stays.
    for (const name of started === null ? [] : names) await started?.query(`drop database if exists "${name}" with (force)`);
    await started?.close();
  };
}
