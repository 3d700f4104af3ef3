// `npm run test:clients`: the lead API's own clients, as PyPI has them, against the built gateway and a real database. Needs python3 and PyPI.
// A line for each case, and how many passed and failed as the last.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorld } from '../../scripts/flow/world.mjs';
import { cases } from './command-line.mjs';
import { installClients, run } from './install.mjs';
import { turnTlsOn } from './target-tls.mjs';

const here = import.meta.dirname;
const counted = { passed: 0, failed: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'changeover-clients-'));
const closers = [() => rmSync(scratch, { recursive: true, force: true })];
try {
  const clients = await installClients();
  const world = await openWorld();
  closers.push(world.close);
  const ca = await turnTlsOn(world.target, clients);
  const environment = environmentFor(world);
  await runCommandLine(clients, environment, { world, ca });
  await runSdk(clients, environment, world);
} catch (error) {
  report('the clients, the gateway and the database are there', false, error instanceof Error ? error.message : String(error));
} finally {
  for (const close of closers.reverse()) await close();
}
console.log(`${counted.passed} passed, ${counted.failed} failed`);
// Said by ending: hooks of the database server's package end a process that only sets its code with 0.
process.exit(counted.failed > 0 ? 1 : 0);

/** Nothing of the user's own profile or cloud account is read. */
function environmentFor({ gateway }) {
  const home = join(scratch, 'home');
  mkdirSync(home);
  return {
    PATH: process.env.PATH,
    HOME: home,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    MCD_API_ENDPOINT: `${gateway.url}/graphql`,
    MCD_DEFAULT_API_ID: gateway.owner.id,
    MCD_DEFAULT_API_TOKEN: gateway.owner.secret,
  };
}

async function runCommandLine({ montecarlo }, environment, { world, ca }) {
  let memory = {
    port: String(world.target.port),
    ca,
    scratch,
    ask: (query, variables) => ask(world, query, variables),
    oauth: {
      MCD_DEFAULT_OAUTH_CLIENT_ID: environment.MCD_DEFAULT_API_ID,
      MCD_DEFAULT_OAUTH_CLIENT_SECRET: environment.MCD_DEFAULT_API_TOKEN,
      MCD_DEFAULT_INSTANCE_ID: 'us1',
    },
    wrongOauth: {
      MCD_DEFAULT_OAUTH_CLIENT_ID: environment.MCD_DEFAULT_API_ID,
      MCD_DEFAULT_OAUTH_CLIENT_SECRET: 'wrong',
      MCD_DEFAULT_INSTANCE_ID: 'us1',
    },
    unknownToken: { MCD_DEFAULT_API_TOKEN: `chg_svc_${'0'.repeat(48)}` },
  };
  for (const { name, args, answers = '', as, exit = 0, prints = [], keep, holds } of cases) {
    const token = as === undefined ? {} : memory[as];
    const { code, output } = await run(montecarlo, args(memory), { env: { ...environment, ...token }, input: answers });
    const missing = prints.filter((pattern) => !pattern.test(output));
    const right = code === exit && missing.length === 0 && (holds === undefined || (await holds(memory)));
    report(
      `montecarlo ${args(memory).slice(0, 2).join(' ')}: ${name}`,
      right,
      `exit ${code}, not printed: ${missing.join(' ')}\n${output}`,
    );
    if (keep !== undefined) memory = { ...memory, ...(await keep(memory)) };
  }
}

async function runSdk({ python }, environment, { target }) {
  const { code, output } = await run(python, [join(here, 'sdk.py')], {
    env: { ...environment, TARGET_PORT: String(target.port) },
    input: '',
  });
  const lines = output.split('\n').flatMap((line) => /^(ok|FAILED) {2,}(.*)$/.exec(line)?.slice(1, 3).join(' ') ?? []);
  for (const line of lines) {
    const [verdict, ...name] = line.split(' ');
    report(`pycarlo ${name.join(' ')}`, verdict === 'ok', 'see below');
  }
  report('pycarlo: the script came to its end', code === 0 && lines.length > 0, output);
}

async function ask({ gateway }, query, variables) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.owner.secret}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(40_000),
  });
  const { data, errors } = await response.json();
  if (errors !== undefined) throw new Error(errors[0].message);
  return data;
}

function report(name, right, detail) {
  counted[right ? 'passed' : 'failed'] += 1;
  console.log(`${right ? 'ok    ' : 'FAILED'} ${name}${right ? '' : `\n       ${detail.trim().replaceAll('\n', '\n       ')}`}`);
}
