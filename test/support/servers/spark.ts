import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './embedded-postgres.ts';

/** Apache Spark's own Thrift server on loopback, three ways, with the table `sales.orders`. */
export interface TestSpark {
  /** Over TCP, where SASL asks for a password. */
  readonly sasl: number;
  /** Over TCP, where nobody logs in. */
  readonly open: number;
  /** Over HTTP, at /cliservice, with passwords. */
  readonly http: number;
  close(): Promise<void>;
}

/** What Spark asks of a Java that is newer than 8. */
const OPENED = ['lang', 'lang.invoke', 'lang.reflect', 'io', 'net', 'nio', 'util', 'util.concurrent', 'util.concurrent.atomic']
  .map((name) => `java.${name}`)
  .concat('sun.nio.ch', 'sun.nio.cs', 'sun.security.action', 'sun.util.calendar')
  .map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);

/** Users and their passwords are those of test/servers/spark/SparkThriftServers.java. `npm run test:servers` installs it and says where it is. */
export async function startSpark(): Promise<TestSpark> {
  const [sasl, open, http] = [await freePort(), await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'changeover-spark-'));
  const frugal = ['-Xmx600m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dfile.encoding=UTF-8', ...OPENED];
  const main = ['-cp', process.env.CHANGEOVER_TEST_SPARK ?? '', 'SparkThriftServers', folder];
  const server = spawn('java', [...frugal, ...main, ...[sasl, open, http].map(String)], {
    cwd: folder,
    env: { PATH: process.env.PATH, SPARK_LOCAL_IP: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const close = async () => {
    server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  let log = '';
  const ready = new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (chunk: Buffer) => {
      log = `${log}${chunk}`.slice(-20_000);
    });
    server.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('ready')) resolve();
    });
    server.once('error', reject);
    server.once('close', () => reject(new Error(`Spark ended before it was ready:\n${log}`)));
  });
  await ready.catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { sasl, open, http, close };
}
