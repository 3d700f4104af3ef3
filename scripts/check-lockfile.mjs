// Refuses a lockfile that installs from elsewhere, runs an install script nobody approved, or leaves a package's content open.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const REGISTRY = 'https://registry.npmjs.org/';

/**
 * The faults of a package-lock.json (version 2 or 3), one line each. `allowScripts` is the field of package.json: `true` runs a
 * package's install script, `false` is a reviewed refusal. A package without `resolved` comes from the registry that npm is set to, and its integrity pins the content.
 */
export function lockfileFaults(lockfile, allowScripts) {
  if (![2, 3].includes(lockfile.lockfileVersion)) return [`lockfileVersion ${lockfile.lockfileVersion} is not one that is read here`];
  return Object.entries(lockfile.packages).flatMap(([path, entry]) => (path === '' ? [] : faultsOf(path, entry, allowScripts)));
}

function faultsOf(path, { resolved, integrity, hasInstallScript = false, link = false, inBundle = false, version }, allowScripts) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const faults = [];
  if (link || !path.startsWith('node_modules/')) faults.push(`${path}: is a folder, not a package of the registry`);
  if (resolved !== undefined && !resolved.startsWith(REGISTRY))
    faults.push(`${path}: comes from ${hostOf(resolved)}, not from ${new URL(REGISTRY).host}`);
  // A bundled package travels inside the one that bundles it, whose integrity covers both.
  if (!inBundle && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')) faults.push(`${path}: has no sha512 integrity`);
  if (hasInstallScript && typeof allowScripts[name] !== 'boolean')
    faults.push(`${path}@${version}: runs an install script that "allowScripts" in package.json neither allows nor refuses`);
  return faults;
}

function hostOf(resolved) {
  return URL.canParse(resolved) ? new URL(resolved).host || new URL(resolved).protocol : 'an address that is no URL';
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const read = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
  const faults = ['', 'scripts/node-20/'].flatMap((folder) =>
    lockfileFaults(read(`${folder}package-lock.json`), read(`${folder}package.json`).allowScripts),
  );
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
