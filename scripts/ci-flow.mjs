// The flow against the built product, with real requests and a real database; then the command line on the gateway that is running.
//   node scripts/ci-flow.mjs [program of the gateway ...] [-- program of the command line ...]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { walk } from './flow/walk.mjs';
import { openWorld } from './flow/world.mjs';
import { root } from './root.mjs';

const [programs, commands] = split(process.argv.slice(2));
const world = await openWorld(programs.length === 0 ? {} : { main: programs });
let failed = 0;
let passed = 0;
try {
  await walk(world, ({ number, title, right, answer }) => count(`${number}. ${title}`, right, () => JSON.stringify(answer)));
  count('the gateway is alive and ready', (await statusOf('/livez')) === 200 && (await statusOf('/readyz')) === 200);
  for (const args of [
    ['audit', 'verify', '--json'],
    ['doctor', '--json'],
    ['connection', 'list', '--json'],
  ]) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...(commands.length === 0 ? [join(root, 'dist/cli/main.js')] : commands), ...args],
      { env: world.gateway.environment, encoding: 'utf8', timeout: 60_000 },
    );
    count(`changeover ${args.join(' ')}`, status === 0 && isJson(stdout), () => `${stdout}${stderr}`);
  }
} finally {
  await world.close();
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

function count(name, right, show = () => '') {
  if (right) passed += 1;
  else failed += 1;
  console.log(`${right ? 'ok    ' : 'FAILED'} ${name}${right ? '' : `\n       ${show()}`}`);
}

async function statusOf(path) {
  return (await fetch(world.gateway.url + path, { signal: AbortSignal.timeout(10_000) })).status;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function split(args) {
  const at = args.indexOf('--');
  return at === -1 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}
