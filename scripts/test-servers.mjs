// `npm run test:servers [-- vitest's arguments]`: the suites whose servers npm can't bring. Installs what is missing where it can (as root, with
// apt-get), starts everything on loopback, and ends with "N passed, N failed". What can't be had fails; nothing is skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.mjs';

process.env.PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

/** Programs, and the Debian packages that hold them. Only pgbouncer's starts a service of its own, where there is a service manager, on a port that no suite uses. */
const PROGRAMS = {
  mariadbd: 'mariadb-server-core',
  'mariadb-install-db': 'mariadb-server-core',
  my_print_defaults: 'mariadb-client-core',
  openssl: 'openssl',
  pgbouncer: 'pgbouncer',
};

/** moto stands in for AWS. It is a Python program, in an environment of its own that goes with node_modules. */
const MOTO = { packages: ['moto[server]==5.2.5'], folder: join(root, 'node_modules/.cache/changeover-moto') };

const folder = mkdtempSync(join(tmpdir(), 'changeover-servers-'));
try {
  if (installPrograms() && installMoto()) runSuites();
  else fail('the servers could not be installed');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function installPrograms() {
  const missing = [...new Set(Object.entries(PROGRAMS).flatMap(([program, holder]) => (isThere(program) ? [] : [holder])))];
  return missing.length === 0 || installPackages(missing);
}

function installMoto() {
  const program = join(MOTO.folder, 'bin/moto_server');
  process.env.CHANGEOVER_TEST_MOTO_SERVER = program;
  if (existsSync(program)) return true;
  const create = () => run('python3', ['-m', 'venv', '--clear', MOTO.folder]);
  if (!create() && !(installPackages(['python3', 'python3-venv']) && create())) return false;
  return run(join(MOTO.folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...MOTO.packages]);
}

function installPackages(packages) {
  if (process.getuid?.() !== 0 || !isThere('apt-get')) {
    console.error(`Install these first: ${packages.join(' ')}`);
    return false;
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return run('apt-get', ['update', '-qq'], env) && run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], env);
}

function isThere(program) {
  return (process.env.PATH ?? '').split(':').some((path) => existsSync(join(path, program)));
}

function run(program, args, env = process.env) {
  return spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function runSuites() {
  const report = join(folder, 'report.json');
  const passed = run(process.execPath, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config=vitest.servers.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ]);
  if (!existsSync(report)) return fail('the tests left no report');
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  // A suite whose server did not start fails without a failed case.
  const failed = passed ? numFailedTests : Math.max(1, numFailedTests);
  console.log(`${numPassedTests} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

function fail(why) {
  console.error(why);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
