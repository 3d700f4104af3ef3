import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDerby } from './install/derby.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Programs, and the Debian packages that hold them. Only pgbouncer's starts a service of its own, where there is a service manager, on a port that no suite uses. */
const PROGRAMS: Readonly<Record<string, string>> = {
  java: 'default-jre-headless',
  mariadbd: 'mariadb-server-core',
  'mariadb-install-db': 'mariadb-server-core',
  my_print_defaults: 'mariadb-client-core',
  openssl: 'openssl',
  pgbouncer: 'pgbouncer',
};

/** moto stands in for AWS. It is a Python program, in an environment of its own that goes with node_modules. */
const MOTO = { packages: ['moto[server]==5.2.5'], folder: join(root, 'node_modules/.cache/changeover-moto') };

/** Installs what the suites of servers need and the machine lacks, where it can: as root, with apt-get. What can't be had fails the run; nothing is skipped. */
export default async function setUp(): Promise<void> {
  process.env.PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
  installPrograms();
  installMoto();
  await installDerby();
}

function installPrograms(): void {
  const missing = Object.entries(PROGRAMS).flatMap(([program, holder]) => (isThere(program) ? [] : [holder]));
  if (missing.length > 0) installPackages([...new Set(missing)]);
}

function installMoto(): void {
  const program = join(MOTO.folder, 'bin/moto_server');
  process.env.CHANGEOVER_TEST_MOTO_SERVER = program;
  if (existsSync(program)) return;
  const create = () => spawnSync('python3', ['-m', 'venv', '--clear', MOTO.folder], { stdio: 'inherit' }).status === 0;
  if (!create()) {
    installPackages(['python3', 'python3-venv']);
    if (!create()) throw new Error('There is no Python environment for moto.');
  }
  run(join(MOTO.folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...MOTO.packages]);
}

function installPackages(packages: readonly string[]): void {
  if (process.getuid?.() !== 0 || !isThere('apt-get')) throw new Error(`Install these first: ${packages.join(' ')}`);
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

function isThere(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((path) => existsSync(join(path, program)));
}

function run(program: string, args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${program} failed.`);
}
