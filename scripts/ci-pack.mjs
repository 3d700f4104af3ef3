// Packs the product, installs the tarball in an empty folder as a user would, and runs what was installed: the version, then the whole flow.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.mjs';

const folder = mkdtempSync(join(tmpdir(), 'changeover-pack-'));
let passed = 0;
let failed = 0;
try {
  const [{ filename, files }] = JSON.parse(lastLines(npm(['pack', '--json', '--pack-destination', folder], root)));
  const paths = files.map(({ path }) => path);
  count('the package holds the product and nothing of its workshop', missing(paths).length === 0 && surplus(paths).length === 0, () =>
    [...missing(paths), ...surplus(paths)].join('\n'),
  );

  // npm 11 runs no install script that the project has not allowed; on Node 20 Changeover's own brings the SQLite driver.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { changeover: true } }));
  npm(['install', '--no-audit', '--no-fund', '--omit=dev', `./${filename}`], folder);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const bin = join(folder, 'node_modules/.bin/changeover');
  const shown = spawnSync(bin, ['--version'], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  count(
    'the installed command tells its version',
    shown.stdout?.trim() === version,
    () => `${shown.error ?? ''}${shown.stdout}${shown.stderr}`,
  );

  const connector = join(folder, 'connector');
  mkdirSync(connector);
  const guide = readFileSync(join(root, 'docs/guide/write-a-connector.md'), 'utf8');
  for (const [, name, text] of guide.matchAll(/^```(?:js|json) ([\w.]+)\n([\s\S]*?)^```$/gm)) writeFileSync(join(connector, name), text);
  npm(['install', '--no-audit', '--no-fund', '--omit=dev', './connector'], folder);
  const loader = pathToFileURL(join(folder, 'node_modules/changeover/dist/connectors/load-packages.js')).href;
  const script = `const { loadPackages } = await import('${loader}'); console.log((await loadPackages(['changeover-connector-metabase']))[0].connector.kind);`;
  const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  count("the guide's connector is installed beside the tarball, and loads", loaded.stdout?.trim() === 'metabase', () => loaded.stderr);

  const main = join(folder, 'node_modules/changeover/dist/cli/main.js');
  const flow = spawnSync(process.execPath, [join(root, 'scripts/ci-flow.mjs'), main, 'serve', '--', main], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
  });
  count('the installed gateway passes the flow', flow.status === 0, () => `${flow.stdout}${flow.stderr}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

function missing(paths) {
  const needed = [
    'dist/main.js',
    'dist/cli/main.js',
    'dist/egress/worker.js',
    'dist/connectors/connector-api.js',
    'dist/types/connectors/connector-api.d.ts',
    'dist/third-party-notices.txt',
    'schema/schema.graphql',
    'migrations/sqlite/meta/_journal.json',
    'migrations/postgres/meta/_journal.json',
    'scripts/node-20/install.mjs',
    'scripts/node-20/package.json',
    'scripts/node-20/package-lock.json',
    'README.md',
    'LICENSE',
  ];
  if (existsSync(join(root, 'src/explorer/vite.config.ts'))) needed.push('dist/explorer/index.html');
  return needed.filter((path) => !paths.includes(path)).map((path) => `missing: ${path}`);
}

function surplus(paths) {
  return paths
    .filter((path) => /^(src|test|scripts\/(?!node-20\/)|docs|data|\.ci)\/|(^|\/)\.(?!npmrc)|\.tsbuildinfo$/.test(path))
    .map((path) => `surplus: ${path}`);
}

function npm(args, cwd) {
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** What lifecycle scripts print comes before the answer. */
function lastLines(output) {
  return output.slice(Math.max(0, output.search(/^[[{]/m)));
}

function count(name, right, show) {
  if (right) passed += 1;
  else failed += 1;
  console.log(`${right ? 'ok    ' : 'FAILED'} ${name}${right ? '' : `\n${show()}`}`);
}
