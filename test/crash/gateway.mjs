// The built gateway as a process of its own, as a user starts it; under strace where a fault is to be injected.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const HASTEN = new URL('hasten.mjs', import.meta.url).href;
const READY_MS = 30_000;

/**
 * `strace` holds its arguments. Resolves when the gateway listens, or with `url` null when it ended before. The process is a direct
 * child (-D), so that its end and its signals are its own.
 */
export async function startGateway({ dataDir, environment = {}, strace = null }) {
  const node = [process.execPath, '--import', HASTEN, MAIN];
  const [command, ...args] = strace === null ? node : ['strace', '-D', '-f', '-qq', ...strace, ...node];
  const child = spawn(command, args, {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      CHANGEOVER_DATA_DIR: dataDir,
      CHANGEOVER_EGRESS_ALLOW: 'loopback',
      CHANGEOVER_LOG_LEVEL: 'error',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const url = await new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), READY_MS);
    const done = (found) => {
      clearTimeout(late);
      resolve(found);
    };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const ready = /ready at (http:\/\/\S+)/.exec(output);
      if (ready !== null) done(ready[1]);
    });
    void exited.then(() => done(null));
  });
  return {
    url,
    exited,
    errors: () => errors,
    kill: async () => {
      child.kill('SIGKILL');
      return await exited;
    },
    stop: async () => {
      // As from a terminal: after SIGTERM it listens for another second, for load balancers to notice.
      child.kill('SIGINT');
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      const end = await exited;
      clearTimeout(late);
      return end;
    },
  };
}
