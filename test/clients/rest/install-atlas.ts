import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, isThere, run } from '../../servers/install/programs.ts';
import { installed } from '../installed.ts';

const here = fileURLToPath(new URL('./atlas/', import.meta.url));

/** MongoDB's clients of the Atlas API, below node_modules: the Go one is built from the module proxy, the npm one comes from the registry. */
export function installAtlasClients(): { readonly go: string; readonly npm: string } {
  process.env.PATH = `${process.env.PATH}:/usr/local/go/bin`;
  const packages = [...(isThere('go') ? [] : ['golang-go', 'ca-certificates']), ...(isThere('curl') ? [] : ['curl'])];
  if (packages.length > 0) installPackages(packages);
  const go = installed('atlas-go', join(here, 'go/main.go'), (folder) => {
    // Go of Debian 12 knows no option for the folder.
    run('env', ['-C', join(here, 'go'), 'go', 'build', '-o', join(folder, 'atlas-client'), '.']);
  });
  const npm = installed('atlas-npm', join(here, 'npm/package-lock.json'), (folder) => {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(here, 'npm', name), join(folder, name));
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder]);
  });
  // It finds the packages beside itself.
  cpSync(join(here, 'npm/client.mjs'), join(npm, 'client.mjs'));
  return { go: join(go, 'atlas-client'), npm: join(npm, 'client.mjs') };
}
