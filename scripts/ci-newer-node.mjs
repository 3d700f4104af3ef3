// The product on a Node that users run, newer than the oldest one that is supported: a clean clone is installed with it and with the npm that
// comes with it, without a compiler; then the flow runs against what was built, and with --test the whole of `npm test`.
//   node scripts/ci-newer-node.mjs 24.21.0 11.19.1 [--test]
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './root.mjs';

const [node, npm] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'changeover-node-'));
const tools = join(folder, 'tools');
const clone = join(folder, 'clone');
// As root, the database server of the tests runs as another user, who has to reach its program.
chmodSync(folder, 0o755);
let passed = 0;
let failed = 0;
try {
  mkdirSync(tools);
  writeFileSync(join(tools, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }));
  const ready =
    step(`Node ${node} and npm ${npm} from the registry`, ['npm', 'install', '--loglevel', 'error', `node@${node}`, `npm@${npm}`], tools) &&
    step('a clean clone', ['git', 'clone', '--quiet', root, clone], folder) &&
    install();
  if (ready) {
    const flow = run(['node', 'scripts/ci-flow.mjs'], clone, {}, ['pipe', 'inherit']);
    console.log(flow.stdout);
    const [, right, wrong] = /(\d+) passed, (\d+) failed\s*$/.exec(flow.stdout) ?? [null, 0, 1];
    add(Number(right), flow.status === 0 ? Number(wrong) : Math.max(1, Number(wrong)));
    if (process.argv.includes('--test')) test();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

function test() {
  const report = join(folder, 'tests.json');
  const { status } = run(['npm', 'test', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], clone);
  try {
    const { numPassedTests, numFailedTests, success } = JSON.parse(readFileSync(report, 'utf8'));
    add(numPassedTests, success && status === 0 ? numFailedTests : Math.max(1, numFailedTests));
  } catch {
    console.log('the tests left no report');
    add(0, 1);
  }
}

/** npm warns with EBADENGINE of a package that declares another Node. */
function install() {
  const { status, stderr } = run(['npm', 'ci'], clone, { CC: '/bin/false', CXX: '/bin/false' }, ['inherit', 'pipe']);
  process.stderr.write(stderr);
  const isInstalled = report('npm ci, without a compiler', status === 0);
  return report(`every package declares that it runs on Node ${node}`, !stderr.includes('EBADENGINE')) && isInstalled;
}

function step(name, command, cwd, environment) {
  return report(name, run(command, cwd, environment).status === 0);
}

function report(name, right) {
  add(right ? 1 : 0, right ? 0 : 1);
  console.log(`${right ? 'ok    ' : 'FAILED'} ${name}`);
  return right;
}

/** The first step runs with the tools that are here; what it installs comes first from then on. */
function run([command, ...args], cwd, environment = {}, output = ['inherit', 'inherit']) {
  const PATH = [join(tools, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  return spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', ...output],
    env: { ...process.env, ...environment, PATH },
  });
}

function add(right, wrong) {
  passed += right;
  failed += wrong;
}
