import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What is installed below it goes with node_modules. */
export const CACHE = `${root}node_modules/.cache`;

/** The longest that one download, or one installation, may take. */
const MOST_MS = 300_000;

/** As root, with apt-get; what can't be had fails the run. */
export function installPackages(packages: readonly string[]): void {
  if (process.getuid?.() !== 0 || !isThere('apt-get')) throw new Error(`Install these first: ${packages.join(' ')}`);
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

export function isThere(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((path) => existsSync(`${path}/${program}`));
}

export function run(program: string, args: readonly string[]): void {
  if (!succeeds(program, args)) throw new Error(`${program} ${args[0]} failed.`);
}

export function succeeds(program: string, args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], timeout: MOST_MS }).status === 0;
}
