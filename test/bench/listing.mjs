// The lead API's listing of 60 connections in 20 integrations, from SQLite, with authentication on, at 32 connections, beside Mercurius with
// JIT, plain Yoga and a bare node:http server that run the same SQL behind the same authentication. Figures are the server's CPU microseconds
// a request, medians of interleaved rounds over several starts: wall time is noise on a shared machine. Ratios are what counts.
import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, round } from './report/statistics.mjs';
import { seed } from './setup/seed.mjs';

const KINDS = ['bare', 'changeover', 'mercurius', 'yoga'];
const REQUESTS = 3000;
/** One process differs from the next by some percent, and keeps to it. */
const STARTS = 5;
const CONNECTIONS = 32;
const BODY = JSON.stringify({ query: '{ getPlatformServices { name uuid connections { name uuid connectionType } } }' });

export async function measureListing({ rounds, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-bench-'));
  const cpu = Object.fromEntries(KINDS.map((kind) => [kind, []]));
  const rss = {};
  try {
    const token = await seed(join(folder, 'seed'), { integrations: 20, connections: 60 });
    for (let turn = 1; turn <= STARTS; turn += 1) {
      for (const server of await measureStart(join(folder, String(turn)), join(folder, 'seed'), token, { rounds, say })) {
        cpu[server.kind].push(...server.cpu);
        rss[server.kind] = server.rss;
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return summary(KINDS.map((kind) => ({ kind, cpu: cpu[kind], rss: rss[kind] })));
}

/** All servers, started anew. */
async function measureStart(folder, seeded, token, { rounds, say }) {
  const servers = [];
  try {
    for (const kind of KINDS) servers.push(await start(kind, folder, seeded));
    const answers = await Promise.all(servers.map((server) => ask(server, token)));
    for (const [index, answer] of answers.entries())
      if (answer !== answers[0]) throw new Error(`${KINDS[index]} answers differently from ${KINDS[0]}`);
    for (const server of servers) await load(server, token);
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of servers) {
        const before = await usage(server);
        await load(server, token);
        const after = await usage(server);
        server.cpu.push((after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / REQUESTS);
        server.rss = after.rss;
      }
      say(`listing: round ${round} of ${rounds}`);
    }
  } finally {
    for (const { child } of servers) child.kill();
  }
  return servers;
}

function summary(servers) {
  const [bare] = servers;
  const rows = servers.map(({ kind, cpu, rss }) => ({
    name: kind,
    cpuMicroseconds: Math.round(median(cpu)),
    ofBare: round(median(bare.cpu) / median(cpu)),
    rssMegabytes: Math.round(rss / 1e6),
  }));
  const own = rows.find(({ name }) => name === 'changeover').cpuMicroseconds;
  const times = (other) => round(rows.find(({ name }) => name === other).cpuMicroseconds / own);
  return {
    rows,
    ratios: { 'work of Mercurius with JIT for the same CPU': times('mercurius'), 'work of plain Yoga for the same CPU': times('yoga') },
  };
}

async function start(kind, folder, seeded) {
  const dataDir = join(folder, kind);
  cpSync(seeded, dataDir, { recursive: true });
  const child = fork(fileURLToPath(new URL('setup/server.mjs', import.meta.url)), [kind, dataDir]);
  const { port } = await reply(child);
  return { kind, child, port, cpu: [], rss: 0, agent: new Agent({ keepAlive: true, maxSockets: CONNECTIONS }) };
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
