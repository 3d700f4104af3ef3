import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { CACHE, installPackages, run, succeeds } from './programs.ts';

/** A Python environment that holds exactly these packages, below node_modules; its folder is named after them, so that another list makes another. */
export function installPython(name: string, packages: readonly string[]): string {
  const digest = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 12);
  const folder = `${CACHE}/changeover-${name}-${digest}`;
  const done = `${folder}/installed`;
  if (existsSync(done)) return folder;
  const create = () => succeeds('python3', ['-m', 'venv', '--clear', folder]);
  if (!create()) {
    installPackages(['python3', 'python3-venv']);
    if (!create()) throw new Error(`There is no Python environment for ${name}.`);
  }
  run(`${folder}/bin/pip`, ['install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:', ...packages]);
  run('touch', [done]);
  return folder;
}
