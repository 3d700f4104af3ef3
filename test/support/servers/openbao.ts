import { spawn } from 'node:child_process';
import { freePort } from './embedded-postgres.ts';

export interface TestBao {
  readonly url: string;
  /** A request of the root token, below /v1/; what is answered as data, auth or nothing. */
  ask(method: string, path: string, body?: object, namespace?: string): Promise<Answer>;
  close(): Promise<void>;
}

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly auth?: { readonly client_token: string } | null;
}

const ROOT = 'root-of-this-test';

/** A real OpenBao in memory, which speaks Vault's API: `npm run test:servers` installs it and says where it is. */
export async function startOpenBao(): Promise<TestBao> {
  const program = process.env.CHANGEOVER_TEST_BAO ?? 'bao';
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(
    program,
    ['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${ROOT}`, `-dev-listen-address=127.0.0.1:${port}`],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let log = '';
    const look = (chunk: Buffer) => {
      log = `${log}${chunk}`.slice(-20_000);
      // The last line of its greeting, once its first engine is mounted.
      if (log.includes('Development mode should NOT be used')) resolve();
    };
    server.stdout.on('data', look);
    server.stderr.on('data', look);
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`OpenBao ended before it was ready:\n${log}`)));
  });
  return {
    url,
    async ask(method, path, body, namespace) {
      const reply = await fetch(`${url}/v1/${path}`, {
        method,
        headers: { 'x-vault-token': ROOT, ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
      return text === '' ? {} : JSON.parse(text);
    },
    async close() {
      server.kill('SIGTERM');
      await ended;
    },
  };
}
