import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_CERTIFICATE } from '../fakes/test-certificate.ts';
import { freePort } from './embedded-postgres.ts';

/** A real server of Apache Derby on loopback, which speaks DRDA as Db2 does, with one database. */
export interface TestDerby {
  readonly port: number;
  close(): Promise<void>;
}

interface Options {
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: boolean;
}

/** `npm run test:servers` installs it and says where it is. */
export async function startDerby({ database, user, password, tls }: Options): Promise<TestDerby> {
  const home = mkdtempSync(join(tmpdir(), 'changeover-derby-'));
  const settings = {
    'derby.connection.requireAuthentication': 'true',
    'derby.authentication.provider': 'BUILTIN',
    [`derby.user.${user}`]: password,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(home, 'derby.properties'), lines.join(''), 'latin1');
  writeFileSync(join(home, 'create.sql'), `connect 'jdbc:derby:${database};create=true' user '${user}' password '${password}';\n`);
  const java = ['-cp', process.env.CHANGEOVER_TEST_DERBY ?? '', `-Dderby.system.home=${home}`, '-Dderby.ui.codeset=UTF-8'];
  execFileSync('java', [...java, 'org.apache.derby.tools.ij', join(home, 'create.sql')], { stdio: 'pipe' });
  const port = await freePort();
  const start = ['org.apache.derby.drda.NetworkServerControl', 'start', '-h', '127.0.0.1', '-p', String(port), '-noSecurityManager'];
  const server = spawn('java', [...java, ...(tls ? keyStore(home) : []), ...start, ...(tls ? ['-ssl', 'basic'] : [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let log = '';
    const watch = (chunk: Buffer) => {
      log = `${log}${chunk}`.slice(-20_000);
      if (log.includes('ready to accept')) resolve();
    };
    server.stdout.on('data', watch);
    server.stderr.on('data', watch);
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`Derby ended before it was ready:\n${log}`)));
  });
  return {
    port,
    async close() {
      server.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The certificate of the tests, as Java takes one. */
function keyStore(home: string): readonly string[] {
  const file = join(home, 'keys.p12');
  const pem = `${TEST_CERTIFICATE.key}\n${TEST_CERTIFICATE.cert}`;
  execFileSync('openssl', ['pkcs12', '-export', '-out', file, '-passout', 'pass:of-the-tests'], { input: pem, stdio: 'pipe' });
  return [`-Djavax.net.ssl.keyStore=${file}`, '-Djavax.net.ssl.keyStorePassword=of-the-tests'];
}
