import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  addWebhook,
  type Receiver,
  SECRET,
  startGateway,
  startReceiver,
  type TestGateway,
  type TestToken,
} from '../../support/gateway/gateway.ts';
import { type Faults, type LossyGateway, startLossyGateway } from './lossy-gateway.ts';
import { startPythonJob } from './python-job.ts';

const { jobs } = inject('clients');
const JOB = new URL('job.py', import.meta.url).pathname;
const LEASES = 'query ($id: UUID!) { leases(connectionId: $id) { edges { node { id live job version expiresAt releasedAt } } } }';

describe('the Python client', () => {
  let gateway: TestGateway;
  let receiver: Receiver;
  let token: TestToken;
  let count = 0;
  const lossy: LossyGateway[] = [];
  beforeAll(async () => {
    gateway = await startGateway();
    receiver = await startReceiver();
    token = await gateway.token('job');
  });
  afterAll(async () => {
    for (const one of lossy) one.close();
    receiver?.close();
    await gateway?.close();
  });

  const add = () => {
    count += 1;
    return addWebhook(gateway, receiver, `python ${count}`);
  };
  const environment = (url = gateway.url) => ({ CHANGEOVER_URL: url, CHANGEOVER_TOKEN: token.secret });
  const start = (connection: string, what: string, url?: string) => startPythonJob(jobs.python, [JOB, connection, what], environment(url));
  const leases = async (connection: string) => {
    const { data } = await gateway.graphql(LEASES, { id: connection });
    return data.leases.edges.map(({ node }: { readonly node: object }) => node) as readonly {
      readonly id: string;
      readonly live: boolean;
      readonly job: string;
      readonly expiresAt: string;
      readonly releasedAt: string | null;
    }[];
  };
  const states = async (connection: string) =>
    (await leases(connection)).map(({ live, releasedAt }) => ({ live, released: releasedAt !== null }));
  const unreliable = async (faults: Faults) => {
    const one = await startLossyGateway(gateway.url, faults);
    lossy.push(one);
    return one;
  };

  test('gives a job its credentials, holds a lease while the block runs, and releases it at its end', async () => {
    const connection = await add();
    const job = start(connection, 'ends');
    const held = await job.said();
    const during = await leases(connection);
    job.goOn();
    const after = [await job.said(), await job.said()];
    const fields = { url: receiver.url, signingSecret: SECRET };
    expect({ held, during, after, code: (await job.ended).code, states: await states(connection) }).toMatchObject({
      held: { fields, kind: 'webhook', version: 1 },
      during: [{ live: true, job: 'nightly', version: 1 }],
      after: [
        { says: 'goes on', live: true, again: fields },
        { says: 'released', live: false },
      ],
      code: 0,
      states: [{ live: false, released: true }],
    });
  });

  test('releases when the job fails, and shows no secret in the traceback', async () => {
    const connection = await add();
    const job = start(connection, 'fails');
    const { shown, lease } = await job.said();
    job.goOn();
    const { code, output } = await job.ended;
    const traceback = output.slice(output.indexOf('Traceback'));
    expect({ code, states: await states(connection), fails: traceback.includes('the job failed with <Credentials kind=webhook') }).toEqual({
      code: 1,
      states: [{ live: false, released: true }],
      fails: true,
    });
    expect([traceback, shown, lease].filter((text) => String(text).includes(SECRET))).toEqual([]);
  });

  test.each([
    ['SIGTERM', { code: 143, signal: null }],
    ['SIGHUP', { code: 129, signal: null }],
    ['SIGINT', { code: null, signal: 'SIGINT' }],
  ] as const)('releases when %s ends the job', async (name, how) => {
    const connection = await add();
    const job = start(connection, 'waits');
    await job.said();
    job.signal(name);
    const { code, signal } = await job.ended;
    expect({ code, signal, states: await states(connection) }).toEqual({ ...how, states: [{ live: false, released: true }] });
  });

  test.each(['is left in a generator', 'is left without a reference'])('releases what a program has left open: it %s', async (how) => {
    const connection = await add();
    const job = start(connection, how);
    await job.said();
    expect({ code: (await job.ended).code, states: await states(connection) }).toEqual({
      code: 0,
      states: [{ live: false, released: true }],
    });
  });

  test('renews while the block runs', async () => {
    const connection = await add();
    const job = start(connection, 'renews');
    await job.said();
    const [first] = await leases(connection);
    await expect.poll(async () => (await leases(connection))[0]?.expiresAt !== first?.expiresAt).toBe(true);
    job.goOn();
    expect({ now: await job.said(), code: (await job.ended).code }).toMatchObject({ now: { live: true }, code: 0 });
  });

  test('goes on when an administrator ends its lease, and knows it', async () => {
    const connection = await add();
    const job = start(connection, 'renews');
    await job.said();
    const [held] = await leases(connection);
    await gateway.graphql('mutation ($id: UUID!) { endLease(leaseId: $id) { id } }', { id: held?.id });
    await expect.poll(() => job.printed().includes('the lease has ended before its job')).toBe(true);
    job.goOn();
    expect({ now: await job.said(), code: (await job.ended).code }).toMatchObject({ now: { live: false, again: null }, code: 0 });
  });

  test('takes one lease when the answer is lost, and tells a release whose answer is lost again', async () => {
    const connection = await add();
    const losing = await unreliable({ leases: ['lost', 'lost'], release: ['lost'] });
    const job = start(connection, 'ends', losing.url);
    await job.said();
    const during = await states(connection);
    job.goOn();
    const { code } = await job.ended;
    const acquired = losing.requests.filter(({ operation }) => operation === 'leases').map(({ id }) => id);
    expect({ code, during, after: await states(connection), times: acquired.length, ids: new Set(acquired).size }).toEqual({
      code: 0,
      during: [{ live: true, released: false }],
      after: [{ live: false, released: true }],
      times: 3,
      ids: 1,
    });
  });

  test('asks again while a change waits for the jobs of the connection, each time as a new request', async () => {
    const connection = await add();
    const busy = await unreliable({ leases: [{ code: 'CONNECTION_IN_USE' }, { code: 'CONNECTION_IN_USE' }] });
    const job = start(connection, 'ends', busy.url);
    await job.said();
    job.goOn();
    const { code } = await job.ended;
    const ids = busy.requests.filter(({ operation }) => operation === 'leases').map(({ id }) => id);
    expect({ code, ids: new Set(ids).size }).toEqual({ code: 0, ids: 3 });
  });

  test('says why there is no lease, at once where asking again is no use', async () => {
    const job = start('00000000-0000-4000-8000-000000000000', 'ends');
    const { code, output } = await job.ended;
    expect({ code, why: /ChangeoverError: NOT_FOUND: /.test(output) }).toEqual({ code: 1, why: true });
  });

  test('gives variables, for dbt with all text kept out of its logs', async () => {
    const job = start(await add(), 'variables');
    expect(await job.said()).toEqual({
      says: 'variables',
      plain: { W_URL: receiver.url, W_SIGNING_SECRET: SECRET },
      dbt: { DBT_ENV_SECRET_URL: receiver.url, DBT_ENV_SECRET_SIGNING_SECRET: SECRET },
    });
  });

  describe('changeover-run', () => {
    const SCRIPT =
      'import json, os, sys; print(json.dumps({"env": {k: v for k, v in os.environ.items() if "SECRET" in k or "TOKEN" in k}}), flush=True)';
    const run = (connection: string, script: string, ...options: readonly string[]) =>
      startPythonJob(jobs.run, ['--connection', connection, ...options, '--', jobs.python, '-c', script], environment());

    test('gives a program the credentials and not the token, and passes its exit code on', async () => {
      const connection = await add();
      const job = run(connection, `${SCRIPT}; sys.exit(7)`, '--dbt');
      expect({ said: await job.said(), code: (await job.ended).code, states: await states(connection) }).toEqual({
        said: { env: { DBT_ENV_SECRET_URL: receiver.url, DBT_ENV_SECRET_SIGNING_SECRET: SECRET } },
        code: 7,
        states: [{ live: false, released: true }],
      });
    });

    test('passes signals on, and holds the lease until the program has ended', async () => {
      const connection = await add();
      const job = run(
        connection,
        'import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(9)); print("{}", flush=True); signal.pause()',
      );
      await job.said();
      const during = await states(connection);
      job.signal('SIGTERM');
      expect({ during, code: (await job.ended).code, after: await states(connection) }).toEqual({
        during: [{ live: true, released: false }],
        code: 9,
        after: [{ live: false, released: true }],
      });
    });

    test('starts nothing without a lease', async () => {
      const { code, output } = await run('00000000-0000-4000-8000-000000000000', SCRIPT).ended;
      expect({ code, started: output.includes('"env"') }).toEqual({ code: 125, started: false });
    });
  });

  test('is clean to mypy --strict', () => {
    const { status, stdout } = spawnSync(jobs.python, ['-m', 'mypy', '--cache-dir', '/dev/null', 'src'], {
      cwd: jobs.source,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toMatchObject({ status: 0 });
  });
});
