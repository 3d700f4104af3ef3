import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitWaiting } from '../../src/operations/commits/commit-waiting.ts';
import {
  addWebhook,
  type Receiver,
  SECRET,
  stageSecret,
  startGateway,
  startReceiver,
  type TestGateway,
  type TestToken,
} from '../support/gateway/gateway.ts';
import { createTestClock } from '../support/store/services.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const LEASES = 'query ($id: UUID!) { leases(connectionId: $id) { edges { node { id live releasedAt job } } } }';
const COMMIT_CHANGE = 'mutation ($id: UUID!, $key: String!) { commitChange(connectionId: $id, tempCredentialsKey: $key) { state } }';

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

describe('changeover run', () => {
  const clock = createTestClock();
  const folder = mkdtempSync(join(tmpdir(), 'changeover-run-test-'));
  let gateway: TestGateway;
  let receiver: Receiver;
  let job: TestToken;
  let files = 0;
  beforeAll(async () => {
    gateway = await startGateway({ clock });
    receiver = await startReceiver();
    job = await gateway.token('job');
  });
  afterAll(async () => {
    receiver.close();
    await gateway.close();
  });

  const fresh = () => {
    files += 1;
    return join(folder, String(files));
  };
  const add = () => addWebhook(gateway, receiver, `run ${fresh()}`);
  /** `changeover run` with a real process behind `--`: a script of Node. */
  function start(id: string, options: readonly string[], script: string, environment: Readonly<Record<string, string | undefined>> = {}) {
    return changeover(['run', '--connection', id, ...options, '--', process.execPath, '-e', script], environment);
  }
  function changeover(args: readonly string[], environment: Readonly<Record<string, string | undefined>> = {}) {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, CHANGEOVER_URL: gateway.url, CHANGEOVER_TOKEN: job.secret, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const listeners = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        for (const listener of listeners) listener();
      });
    const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, output })));
    const said = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => output.includes(text) && resolve();
        listeners.add(look);
        look();
      });
    return { child, ended, said };
  }
  const leases = async (id: string) => (await gateway.graphql(LEASES, { id })).data.leases.edges.map(({ node }: { node: object }) => node);
  /** The script says that it runs, and ends with 0 when the file appears. */
  const waiting = (finish: string) =>
    `console.log('job runs'); const t = setInterval(() => { if (fs.existsSync(${JSON.stringify(finish)})) clearInterval(t) }, 20)`;

  test('the job gets each field by environment, without the token; its exit code is passed on and its lease released', async () => {
    const id = await add();
    const out = fresh();
    const { code, output } = await start(
      id,
      ['--job', 'nightly load'],
      `fs.writeFileSync(${JSON.stringify(out)}, JSON.stringify(process.env)); process.exit(7)`,
    ).ended;
    const seen = JSON.parse(readFileSync(out, 'utf8'));
    expect({
      code,
      output,
      url: seen.CONNECTION_URL,
      signingSecret: seen.CONNECTION_SIGNING_SECRET,
      headerName: seen.CONNECTION_HEADER_NAME,
      token: seen.CHANGEOVER_TOKEN,
      leases: await leases(id),
    }).toEqual({
      code: 7,
      output: '',
      url: receiver.url,
      signingSecret: SECRET,
      headerName: undefined,
      token: undefined,
      leases: [expect.objectContaining({ live: false, releasedAt: expect.any(String), job: 'nightly load' })],
    });
  });

  test('a prefix of its own names the variables', async () => {
    const out = fresh();
    await start(await add(), ['--prefix', 'HOOK_'], `fs.writeFileSync(${JSON.stringify(out)}, process.env.HOOK_SIGNING_SECRET)`).ended;
    expect(readFileSync(out, 'utf8')).toBe(SECRET);
  });

  test('by file: JSON that only its owner reads, named in the variable, and gone when the job has ended', async () => {
    const out = fresh();
    const script = `const f = process.env.HOOK_FILE; fs.writeFileSync(${JSON.stringify(out)}, JSON.stringify({ f, mode: fs.statSync(f).mode & 0o777, held: JSON.parse(fs.readFileSync(f)), env: process.env.CONNECTION_SIGNING_SECRET ?? null }))`;
    const { code } = await start(await add(), ['--file', 'HOOK_FILE'], script).ended;
    const seen = JSON.parse(readFileSync(out, 'utf8'));
    expect({ code, mode: seen.mode, held: seen.held.signingSecret, env: seen.env, isLeft: existsSync(seen.f) }).toEqual({
      code: 0,
      mode: 0o600,
      held: SECRET,
      env: null,
      isLeft: false,
    });
  });

  test('a signal reaches the job, whose answer to it is the exit code', async () => {
    const id = await add();
    const running = start(id, [], `process.on('SIGTERM', () => process.exit(42)); console.log('job runs'); setInterval(() => {}, 1000)`);
    await running.said('job runs');
    running.child.kill('SIGTERM');
    const { code } = await running.ended;
    expect({ code, live: (await leases(id))[0].live }).toEqual({ code: 42, live: false });
  });

  test('any signal that would end the wrapper reaches the job instead: no file is left behind, and no lease lives on', async () => {
    const id = await add();
    const out = fresh();
    const script = `fs.writeFileSync(${JSON.stringify(out)}, process.env.HOOK_FILE); for (const s of ['SIGALRM', 'SIGXCPU', 'SIGIO']) process.on(s, () => process.exit(43)); console.log('job runs'); setInterval(() => {}, 1000)`;
    const ends: unknown[] = [];
    for (const signal of ['SIGALRM', 'SIGXCPU', 'SIGIO'] as const) {
      const running = start(id, ['--file', 'HOOK_FILE'], script);
      await running.said('job runs');
      running.child.kill(signal);
      const { code } = await running.ended;
      ends.push([code, existsSync(readFileSync(out, 'utf8')), (await leases(id))[0].live]);
    }
    expect(ends).toEqual(Array(3).fill([43, false, false]));
  });

  test('a warning that nobody reads any more does not end the wrapper: it cleans up all the same', async () => {
    const id = await add();
    const temporary = fresh();
    mkdirSync(temporary);
    const running = changeover(['run', '--connection', id, '--file', 'HOOK_FILE', '--', join(folder, 'no-such-command')], {
      TMPDIR: temporary,
    });
    running.child.stderr.destroy();
    const { code } = await running.ended;
    expect({ code, left: readdirSync(temporary), live: (await leases(id))[0].live }).toEqual({ code: 127, left: [], live: false });
  });

  test('a job that a signal ends gives 128 and its number, as in a shell', async () => {
    const id = await add();
    const { code } = await start(id, ['--file', 'HOOK_FILE'], "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)").ended;
    expect({ code, live: (await leases(id))[0].live }).toEqual({ code: 143, live: false });
  });

  test('the lease is renewed while the job runs', async () => {
    const id = await add();
    const finish = fresh();
    const running = start(id, ['--ttl', '1'], waiting(finish));
    await running.said('job runs');
    const renewals = async () =>
      (
        await gateway.graphql(
          'query ($id: UUID!) { auditLog(filter: { entityId: $id, actions: ["lease.renew"] }, first: 10) { edges { node { id } } } }',
          { id },
        )
      ).data.auditLog.edges.length;
    while ((await renewals()) < 2);
    writeFileSync(finish, '');
    expect({ code: (await running.ended).code, live: (await leases(id))[0].live }).toEqual({ code: 0, live: false });
  });

  test('a lease that somebody ended is warned of, and the job goes on', async () => {
    const id = await add();
    const finish = fresh();
    const running = start(id, ['--ttl', '1'], waiting(finish));
    await running.said('job runs');
    await gateway.graphql('mutation ($id: UUID!) { endLease(leaseId: $id) { id } }', { id: (await leases(id))[0].id });
    await running.said('has ended before its job');
    writeFileSync(finish, '');
    expect((await running.ended).code).toBe(0);
  });

  test('a renewal that is refused is warned of and tried again, and the job goes on to its own end', async () => {
    const id = await add();
    const mine = await gateway.token('job');
    const finish = fresh();
    const running = start(id, ['--ttl', '1'], waiting(finish), { CHANGEOVER_TOKEN: mine.secret });
    await running.said('job runs');
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: mine.id });
    await running.said('was not renewed (UNAUTHENTICATED)');
    writeFileSync(finish, '');
    const { code, output } = await running.ended;
    expect({
      code,
      saysWhy: output.includes('it ends by itself'),
      showsSecret: output.includes(SECRET),
      showsToken: output.includes(mine.secret),
    }).toEqual({ code: 0, saysWhy: true, showsSecret: false, showsToken: false });
  });

  test('when the wrapper is killed its lease ends by its time', async () => {
    const id = await add();
    const finish = fresh();
    const running = start(id, ['--ttl', '60'], waiting(finish));
    await running.said('job runs');
    running.child.kill('SIGKILL');
    writeFileSync(finish, '');
    await running.ended;
    const before = (await leases(id))[0].live;
    clock.advance(61_000);
    expect({ before, live: (await leases(id))[0].live }).toEqual({ before: true, live: false });
  });

  test('while a change waits it asks again, and starts with what the change brought', async () => {
    const id = await add();
    await gateway.graphql(
      'mutation ($id: UUID!) { setConnectionPolicy(connectionId: $id, policy: { inFlight: WAIT }) { connection { uuid } } }',
      { id },
    );
    const { key } = (await gateway.graphql('mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "other") { key } }', { id }, job))
      .data.acquireLease;
    await gateway.graphql(COMMIT_CHANGE, { id, key: await stageSecret(gateway, id, 'a secret of the second version') });
    const out = fresh();
    const running = start(id, [], `fs.writeFileSync(${JSON.stringify(out)}, process.env.CONNECTION_SIGNING_SECRET)`);
    await running.said('no lease yet');
    await gateway.graphql('mutation ($key: String!) { releaseLease(leaseKey: $key) { live } }', { key }, job);
    await commitWaiting(gateway.app.services);
    await running.ended;
    expect(readFileSync(out, 'utf8')).toBe('a secret of the second version');
  });

  test('what keeps the job from starting, a token that may not lease or a misspelt option, is 125; a job that does not exist is 127', async () => {
    const id = await add();
    const admin = await gateway.token('admin');
    const out = fresh();
    const script = `fs.writeFileSync(${JSON.stringify(out)}, '')`;
    const refused = await start(id, [], script, { CHANGEOVER_TOKEN: admin.secret }).ended;
    const local = await start(id, [], script, { CHANGEOVER_URL: undefined, CHANGEOVER_TOKEN: undefined }).ended;
    const missing = await changeover(['run', '--connection', id, '--', join(folder, 'no-such-command')]).ended;
    const misspelt = await changeover(['run', '--conection', id, '--', process.execPath, '-e', script]).ended;
    const help = await changeover(['run', '--help']).ended;
    expect({
      refused: refused.code,
      saysLease: refused.output.includes('"lease"'),
      local: local.code,
      saysUrl: local.output.includes('CHANGEOVER_URL'),
      isWritten: existsSync(out),
      missing: missing.code,
      misspelt: misspelt.code,
      help: help.code,
      live: (await leases(id))[0].live,
    }).toEqual({
      refused: 125,
      saysLease: true,
      local: 125,
      saysUrl: true,
      isWritten: false,
      missing: 127,
      misspelt: 125,
      help: 0,
      live: false,
    });
  });
});
