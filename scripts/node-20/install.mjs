// After `npm ci` and after the package was installed: gives Node 20 the SQLite driver that was made for it. Node 22 and later need nothing
// of this, since the newer driver's binaries travel inside its package. npm can't choose a package by the version of Node, so it is asked here.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

if (process.versions.node.startsWith('20.') && !opens()) {
  // npm's settings for the outer install, such as a global one, are not those of this folder.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_config_(global|prefix|local_prefix|workspaces?|omit|include|dry_run)$/i.test(name),
    ),
  );
  const npm = process.env.npm_execpath;
  const [command, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const { status } = spawnSync(command, [...first, 'ci'], { cwd: fileURLToPath(new URL('.', import.meta.url)), env, stdio: 'inherit' });
  if (status !== 0) {
    console.error('The SQLite driver for Node 20 could not be installed: see above. Node 22 and later need no compiler for theirs.');
    process.exitCode = 1;
  }
}

function opens() {
  try {
    // By its path: by its name Node would go on to the folder above, whose driver ends the process on Node 20.
    const Driver = createRequire(import.meta.url)('./node_modules/better-sqlite3');
    new Driver(':memory:').close();
    return true;
  } catch {
    return false;
  }
}
