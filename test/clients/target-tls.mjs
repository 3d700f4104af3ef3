import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { run } from './install.mjs';

/** Gives the database a certificate of an authority made for this run, and returns the file of that authority. */
export async function turnTlsOn({ folder, query }, { python }) {
  const certificates = join(folder, 'tls');
  mkdirSync(certificates);
  const { code, output } = await run(python, [join(import.meta.dirname, 'certificates.py'), certificates], { env: {}, input: '' });
  if (code !== 0) throw new Error(`no certificates: ${output}`);
  // The server runs as a user of its own when this runs as root, and wants its key to be nobody else's.
  const { uid, gid } = statSync(join(folder, 'pg'));
  for (const file of [certificates, join(certificates, 'server.pem'), join(certificates, 'server.key')]) chownSync(file, uid, gid);
  chmodSync(join(certificates, 'server.key'), 0o600);
  await query(`alter system set ssl_cert_file = '${join(certificates, 'server.pem')}'`);
  await query(`alter system set ssl_key_file = '${join(certificates, 'server.key')}'`);
  await query('alter system set ssl = on');
  await query('select pg_reload_conf()');
  for (let tries = 0; (await query('show ssl'))[0].ssl !== 'on'; tries += 1) {
    if (tries === 50) throw new Error('the database did not turn TLS on');
    await wait(100);
  }
  return join(certificates, 'ca.pem');
}
