// npm run bench: the lead API's listing of 60 connections in 20 integrations, from SQLite, with authentication on, at 32 connections, beside
// Mercurius with JIT, plain Yoga and a bare node:http server that run the same SQL behind the same authentication. Figures are the server's CPU
// microseconds a request, medians of interleaved rounds: wall time is noise on a shared machine. Ratios are what counts.
import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seed } from './seed.mjs';

const KINDS = ['bare', 'changeover', 'mercurius', 'yoga'];
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 3000);
const CONNECTIONS = 32;
const BODY = JSON.stringify({ query: '{ getPlatformServices { name uuid connections { name uuid connectionType } } }' });

const folder = mkdtempSync(join(tmpdir(), 'changeover-bench-'));
const servers = [];
try {
  const token = await seed(join(folder, 'seed'), { integrations: 20, connections: 60 });
  for (const kind of KINDS) servers.push(await start(kind, token));
  const answers = await Promise.all(servers.map((server) => ask(server, token)));
  for (const [index, answer] of answers.entries())
    if (answer !== answers[0])
      throw new Error(`${KINDS[index]} answers differently:\n${answer.slice(0, 300)}\n${answers[0].slice(0, 300)}`);
  process.stderr.write(`${answers[0].length} bytes an answer, the same from all; ${ROUNDS} rounds of ${REQUESTS} requests each\n`);
  for (const server of servers) await load(server, token);
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const server of servers) {
      const before = await usage(server);
      const started = performance.now();
      await load(server, token);
      const wall = (performance.now() - started) / 1000;
      const after = await usage(server);
      server.cpu.push((after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / REQUESTS);
      server.rate.push(REQUESTS / wall);
      server.rss = after.rss;
    }
    process.stderr.write(`round ${round} of ${ROUNDS}\n`);
  }
  report();
} finally {
  for (const { child } of servers) child.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function start(kind, token) {
  const dataDir = join(folder, kind);
  cpSync(join(folder, 'seed'), dataDir, { recursive: true });
  const child = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), [kind, dataDir], {
    execArgv: kind === 'changeover' ? ['--disable-proto=delete'] : [],
  });
  const { port } = await reply(child);
  return { kind, child, port, token, cpu: [], rate: [], rss: 0, agent: new Agent({ keepAlive: true, maxSockets: CONNECTIONS }) };
}

function reply(child) {
  return new Promise((resolve, reject) => {
    const onExit = (code) => reject(new Error(`a server ended (${code})`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

async function usage({ child }) {
  const answer = reply(child);
  child.send('usage');
  return await answer;
}

/** REQUESTS requests over CONNECTIONS keep-alive connections, each waiting for its answer before the next. */
async function load(server, token) {
  let left = REQUESTS;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left > 0) {
        left -= 1;
        await ask(server, token);
      }
    }),
  );
}

function ask({ port, agent }, token) {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        port,
        host: '127.0.0.1',
        agent,
        method: 'POST',
        path: '/graphql',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(BODY),
          'x-mcd-id': token.id,
          'x-mcd-token': token.secret,
        },
      },
      (incoming) => {
        const chunks = [];
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.on('end', () =>
          incoming.statusCode === 200
            ? resolve(Buffer.concat(chunks).toString('utf8'))
            : reject(new Error(`status ${incoming.statusCode}: ${Buffer.concat(chunks).toString('utf8').slice(0, 200)}`)),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(BODY);
  });
}

function report() {
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const bare = median(servers[0].cpu);
  const rows = servers.map(({ kind, cpu, rate, rss }) => ({
    kind,
    microseconds: median(cpu),
    ofBare: bare / median(cpu),
    perSecond: median(rate),
    rss,
  }));
  const own = rows.find(({ kind }) => kind === 'changeover');
  const times = (kind) => rows.find((row) => row.kind === kind).microseconds / own.microseconds;
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ rows, timesMercurius: times('mercurius'), timesYoga: times('yoga') }));
    return;
  }
  console.log('server       CPU us/request   of bare   requests/s   RSS MB');
  for (const row of rows)
    console.log(
      `${row.kind.padEnd(12)} ${row.microseconds.toFixed(0).padStart(14)}   ${row.ofBare.toFixed(2).padStart(7)}   ${row.perSecond.toFixed(0).padStart(10)}   ${(row.rss / 1e6).toFixed(0).padStart(6)}`,
    );
  console.log(
    `\nChangeover does ${times('mercurius').toFixed(2)} times the work of Mercurius with JIT, and ${times('yoga').toFixed(2)} times that of plain Yoga, for the same CPU time.`,
  );
}
