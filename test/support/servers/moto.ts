import { spawn } from 'node:child_process';
import { AwsClient } from 'aws4fetch';
import { freePort } from './embedded-postgres.ts';

export interface TestAws {
  readonly url: string;
  /** An action of a query service, as the account's administrator. */
  call(service: string, parameters: Readonly<Record<string, string>>): Promise<string>;
  /** From now on every request needs the signature and the policies that AWS asks for. */
  enforce(): Promise<void>;
  close(): Promise<void>;
}

export const REGION = 'eu-west-1';

/** moto, which stands in for AWS: `npm run test:servers` installs it and says where it is. */
export async function startMoto(): Promise<TestAws> {
  const program = process.env.CHANGEOVER_TEST_MOTO_SERVER ?? 'moto_server';
  const port = await freePort();
  const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
    // It lets this many requests in before it asks for signatures; `enforce` ends that.
    env: { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: '1000' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let log = '';
    server.stderr.on('data', (chunk: Buffer) => {
      log = `${log}${chunk}`.slice(-20_000);
      if (log.includes('Running on')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`moto ended before it was ready:\n${log}`)));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async call(service, parameters) {
      const client = new AwsClient({ accessKeyId: 'admin', secretAccessKey: 'admin', service, region: REGION });
      const reply = await client.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(parameters).toString(),
      });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${service} ${parameters.Action}: ${reply.status} ${text}`);
      return text;
    },
    async enforce() {
      await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
    },
    async close() {
      server.kill('SIGTERM');
      await ended;
    },
  };
}
