// Builds the product into dist: tsc compiles the sources into build, from which what runs is bundled, and Vite makes the explorer's page.
// What is up to date is not done again.
//   --clean         starts from an empty dist, as a package must
//   --if-possible   leaves with a note where the tools are not installed (npm ci --omit=dev)
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.mjs';

const SHARED_INPUTS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
const PAGES = ['explorer', 'console'];

/** Builds what changed since the last build. Throws when a tool fails; its own output says why. */
export function build({ clean = false } = {}) {
  if (clean) for (const folder of ['build', 'dist']) rmSync(join(root, folder), { recursive: true, force: true });
  compile();
  step('dist/bundled', [...inputsBelow('src', PAGES), 'scripts/bundle.mjs', 'scripts/third-party-notices.mjs'], () =>
    run('scripts/bundle.mjs', []),
  );
  for (const page of PAGES) {
    const config = `src/${page}/vite.config.ts`;
    if (existsSync(join(root, config)))
      step(`dist/${page}`, inputsBelow(`src/${page}`, []), () =>
        run('node_modules/vite/bin/vite.js', ['build', '--config', config, '--logLevel', 'error']),
      );
  }
  chmodSync(join(root, 'dist/cli/main.js'), 0o755);
}

/** The first step alone: enough for what asks the compiled sources. */
export function compile() {
  step('build/compiled', inputsBelow('src', PAGES), () => run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']));
}

/** Runs a step unless its inputs hash to what they did when it last succeeded. */
function step(name, inputs, work) {
  const stamp = join(root, dirname(name), `.${basename(name)}.sha256`);
  const hash = createHash('sha256');
  for (const path of [...SHARED_INPUTS, ...inputs])
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  const now = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  rmSync(stamp, { force: true });
  work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

function inputsBelow(folder, without) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !without.includes(name))
    .flatMap((entry) => (entry.isDirectory() ? inputsBelow(`${folder}/${entry.name}`, []) : [`${folder}/${entry.name}`]))
    .sort();
}

function run(tool, args) {
  const { status } = spawnSync(process.execPath, [join(root, tool), ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${tool.split('/').at(-1)} failed`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--if-possible') && !existsSync(join(root, 'node_modules/typescript'))) {
    console.error('Nothing was built, since the build tools are not installed. To build: npm ci && npm run build');
  } else {
    try {
      build({ clean: process.argv.includes('--clean') });
    } catch (error) {
      console.error(`The build stopped: ${error.message}.`);
      process.exitCode = 1;
    }
  }
}
