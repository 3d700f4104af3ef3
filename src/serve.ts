import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type App, createApp } from './app.ts';
import type { Config } from './config.ts';
import { StartupError } from './domain/errors/startup-error.ts';
import { inTime } from './domain/time/in-time.ts';
import { describePolicy } from './egress/address-policy.ts';
import { installLastResort, outliveAcceptErrors } from './last-resort.ts';
import { warnOfExposure } from './warn-of-exposure.ts';

/** For this long after SIGTERM it still listens and says that it is not ready, so that whoever sends requests here stops; milliseconds. */
const NOTICE_MS = 1000;
/** Requests that run when it stops listening have this long, milliseconds. */
const DRAIN_MS = 9000;
/** What goes on beside requests has this long after them, milliseconds: its transactions are whole or not there, as after a kill. */
const REST_MS = 3000;
/** Whatever hangs, the process is gone after this, milliseconds. */
const LAST_MS = 14_000;

/** Opens the gateway, listens, and drains on SIGTERM or SIGINT; a second signal ends it at once. Resolves when it listens. */
export async function serve(config: Config): Promise<void> {
  const app = await createApp(config);
  installLastResort(app.log);
  await writeOwnerToken(app);
  const server = await app.createServer();
  const address = await listen(server, { port: config.port, host: config.host });
  app.addOwnListener(address);
  const control = await listenOnSocket(app);
  const stopJobs = app.startJobs();
  const url = `${config.certificate === null ? 'http' : 'https'}://${address.address.includes(':') ? `[${address.address}]` : address.address}:${address.port}`;
  const servers = [server, ...(control === null ? [] : [control.server])];
  for (const one of servers) outliveAcceptErrors(one, app.log);
  // Without a certificate the signal keeps its meaning, which ends the process.
  if (config.certificate !== null) process.on('SIGHUP', () => app.renewCertificate(server));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (app.state.draining) process.exit(1);
      app.state.draining = true;
      const told = performance.now();
      app.log.write('stopping', { signal });
      setTimeout(() => process.exit(1), LAST_MS).unref();
      // Who types Ctrl-C has no load balancer to tell.
      void delay(signal === 'SIGTERM' ? NOTICE_MS : 0)
        .then(() => drain(app, servers, stopJobs, () => control?.remove()))
        .then(() => app.log.write('stopped', { ms: Math.round(performance.now() - told) }))
        .then(() => process.exit(0));
    });
  }
  app.log.write('started', {
    version: versionOf(),
    engine: app.services.store.engine,
    kinds: app.services.connectors.all().length,
  });
  for (const { name, nearest } of config.unknown) app.log.write('unknown setting', { setting: name, nearest });
  warnOfExposure(app.log, {
    address: address.address,
    isProxied: config.trustedProxies.length > 0,
    isEncrypted: config.certificate !== null,
    userId: process.getuid?.(),
  });
  // Whoever waits for this line may stop the gateway right after it.
  process.stdout.write(
    `Changeover is ready at ${url} (GraphQL at /graphql, explorer at /explorer/). Validators may dial ${describePolicy(app.policy)}.\n`,
  );
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return version;
}

async function drain(app: App, servers: readonly Server[], stopJobs: () => Promise<void>, removeSocket: () => void): Promise<void> {
  // Subscriptions would last for as long as their clients.
  app.services.eventFeed.close();
  const closed = Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections();
        }),
    ),
  );
  const deadline = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, DRAIN_MS);
  // A validator could take longer than that; who waits for one is told to come back.
  await app.services.runner.close();
  await closed;
  clearTimeout(deadline);
  removeSocket();
  const rest = stopJobs().then(() => app.close());
  // A database that is away does not keep the process.
  await inTime(rest, REST_MS, () => new Error('late')).catch(() => {});
}

async function listen(
  server: Server,
  where: { readonly port: number; readonly host: string } | { readonly path: string },
): Promise<{ readonly address: string; readonly port: number }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new StartupError(
          `Can't listen on ${'path' in where ? where.path : `${where.host}:${where.port}`} (${'code' in error ? String(error.code) : 'unknown'}). Choose another PORT or HOST.`,
          75,
        ),
      ),
    );
    server.listen(where, () => resolve());
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address : { address: '', port: 0 };
}

/** The CLI's way to a running gateway on the embedded store. The writer lock says that no other gateway can be listening there. */
async function listenOnSocket(app: App): Promise<{ readonly server: Server; remove(): void } | null> {
  if (app.config.databaseUrl !== null) return null;
  const path = join(app.config.dataDir, 'control.sock');
  rmSync(path, { force: true });
  const server = await app.createLocalServer();
  const mask = process.umask(0o177);
  try {
    await listen(server, { path });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
  return { server, remove: () => rmSync(path, { force: true }) };
}

/** The owner token of the first start, in a file that only the owner of the data directory reads. */
async function writeOwnerToken(app: App): Promise<void> {
  const file = join(app.config.dataDir, 'owner-token');
  const created = await app.createFirstOwner((owner) => {
    try {
      // With PostgreSQL, nothing else has needed the folder so far.
      app.makeDataDir();
      writeWhole(file, `${JSON.stringify(owner)}\n`);
    } catch (error) {
      if (error instanceof StartupError) throw error;
      throw new StartupError(
        `The owner token can't be written to ${file} (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}).`,
      );
    }
  });
  if (created !== null) process.stdout.write(`The first owner token is in ${file}; keep it safe and delete the file.\n`);
}

/** The file is there whole or not at all, whenever the process or the machine stops. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
