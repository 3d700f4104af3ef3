// Servers that answer the same request from copies of the same store, in processes of their own. Figures are the server's CPU microseconds a
// request, medians of interleaved rounds over several starts: wall time is noise on a shared machine. Ratios are what counts.
import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, round } from '../report/statistics.mjs';
import { seed } from './seed.mjs';

/** One process differs from the next by some percent, and keeps to it. */
const STARTS = 5;

/**
 * Each of `kinds` (of server.mjs) answers `query`, of which the bare server knows the answer by its `name`, over a store of that size.
 * `requests` are sent to one over so many connections before the next one's turn.
 */
export async function compareServers({ name, query, kinds, store, connections, requests, rounds, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-bench-'));
  const cpu = Object.fromEntries(kinds.map((kind) => [kind, []]));
  const rss = {};
  try {
    const token = await seed(join(folder, 'seed'), store);
    const given = { name, kinds, token, connections, requests, rounds, say, body: JSON.stringify({ query }) };
    for (let turn = 1; turn <= STARTS; turn += 1) {
      for (const server of await measureStart(join(folder, String(turn)), join(folder, 'seed'), given)) {
        cpu[server.kind].push(...server.cpu);
        rss[server.kind] = server.rss;
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const bare = median(cpu.bare);
  return kinds.map((kind) => ({
    name: kind,
    cpuMicroseconds: Math.round(median(cpu[kind])),
    ofBare: round(bare / median(cpu[kind])),
    rssMegabytes: Math.round(rss[kind] / 1e6),
  }));
}

/** All servers, started anew. */
async function measureStart(folder, seeded, { name, kinds, rounds, say, ...given }) {
  const servers = [];
  try {
    for (const kind of kinds) servers.push(await start(kind, { folder, seeded, name }));
    const answers = await Promise.all(servers.map((server) => ask(server, given)));
    for (const [index, answer] of answers.entries())
      if (answer !== answers[0])
        throw new Error(`${kinds[index]} answers ${name} differently from ${kinds[0]}: ${differenceOf(answers[0], answer)}`);
    for (const server of servers) await load(server, given);
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of servers) {
        const before = await usage(server);
        await load(server, given);
        const after = await usage(server);
        server.cpu.push((after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / given.requests);
        server.rss = after.rss;
      }
      say(`${name}: round ${round} of ${rounds}`);
    }
  } finally {
    for (const { child } of servers) child.kill();
  }
  return servers;
}

async function start(kind, { folder, seeded, name }) {
  const dataDir = join(folder, kind);
  cpSync(seeded, dataDir, { recursive: true });
  const child = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), [kind, dataDir, name]);
  const { port } = await reply(child);
  return { kind, child, port, cpu: [], rss: 0 };
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

/** Requests over keep-alive connections, each waiting for its answer before the next. A server's turn may be longer than another keeps idle ones. */
async function load(server, given) {
  const agent = new Agent({ keepAlive: true, maxSockets: given.connections });
  let left = given.requests;
  await Promise.all(
    Array.from({ length: given.connections }, async () => {
      while (left > 0) {
        left -= 1;
        await ask(server, { ...given, agent });
      }
    }),
  );
  agent.destroy();
}

function ask({ port }, { token, body, agent }) {
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
          'content-length': Buffer.byteLength(body),
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
    outgoing.end(body);
  });
}

function differenceOf(expected, answer) {
  let at = 0;
  while (expected[at] === answer[at]) at += 1;
  return `${expected.slice(at, at + 80)} became ${answer.slice(at, at + 80)}`;
}
