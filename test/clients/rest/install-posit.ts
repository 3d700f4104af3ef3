import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, run, succeeds } from '../../servers/install/programs.ts';
import { installPython } from '../../servers/install/python.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Posit Connect's own clients from PyPI, and the integration tests of its SDK, which its source distribution brings. */
export function installPosit() {
  const packages = readFileSync(join(here, 'posit-requirements.txt'), 'utf8').trim().split('\n');
  const folder = installPython('posit', packages);
  const bin = (name: string) => join(folder, 'bin', name);
  const sdk = packages.find((one) => one.startsWith('posit-sdk==')) ?? '';
  const sources = join(folder, 'sources');
  const whole = join(sources, 'unpacked');
  if (!succeeds('curl', ['--version'])) installPackages(['curl']);
  if (!existsSync(whole)) {
    mkdirSync(sources, { recursive: true });
    run(bin('pip'), ['download', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-binary', ':all:', '--dest', sources, sdk]);
    run('tar', ['-xzf', join(sources, `${sdk.replace('posit-sdk==', 'posit_sdk-')}.tar.gz`), '-C', sources]);
    writeFileSync(whole, '');
  }
  return {
    python: bin('python'),
    rsconnect: bin('rsconnect'),
    sdkTests: join(sources, sdk.replace('posit-sdk==', 'posit_sdk-'), 'integration'),
  };
}
