import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, createApp } from '../../../src/app.ts';
import { keyId } from '../../../src/crypto/derive.ts';
import { loadMasterKey } from '../../../src/crypto/master-key.ts';
import type { Actor } from '../../../src/domain/token/actor.ts';
import { authenticate } from '../../../src/operations/access/authenticate.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { verifyAudit } from '../../../src/operations/audit/verify-audit.ts';
import { rotateMasterKey } from '../../../src/operations/keys/rotate-master-key.ts';
import { examineStore } from '../../../src/operations/upkeep/examine-store.ts';
import { runMaintenance } from '../../../src/operations/upkeep/maintenance-pass.ts';
import { addWebhook, type Receiver, startGateway, startReceiver, type TestGateway } from '../../support/gateway/gateway.ts';
import { SHARED } from '../../support/gateway/shared-parts.ts';
import { isWhole } from '../../support/run/sweep.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { createTestClock } from '../../support/store/services.ts';

const MINUTE = 60_000;
const REQUEST = { id: 'rekey', ip: null, client: {} };
const CHILD = fileURLToPath(new URL('../../support/protocol/rekey-child.mjs', import.meta.url));
/** The step after which a process is killed in `npm test`: the keys of some projects are of the new master key by then, and of others not yet. */
const KILLED = 3;
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** Rotations of the master key on the given engine: online, killable at every step. */
describeOnEachEngine('the rotation of the master key', ({ engine, databaseUrl }) => {
  // Processes of their own go by the real time.
  const clock = createTestClock(Date.now());
  const folder = mkdtempSync(join(tmpdir(), 'changeover-rekey-'));
  let receiver: Receiver;
  let names = 0;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());

  const newKey = () => {
    names += 1;
    const file = join(folder, `key-${names}`);
    writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
    return file;
  };
  const kidOf = (file: string) => keyId(loadMasterKey({ file, createIfAbsent: false }));
  /** A gateway with a connection in it and keys of two more projects. */
  async function start(): Promise<TestGateway> {
    names += 1;
    const url = await databaseUrl();
    const gateway = await startGateway({ clock, ...(url === null ? {} : { databaseUrl: url }) });
    await addWebhook(gateway, receiver, 'before the rotation');
    for (const project of ['one', 'two']) await gateway.app.services.vault.forProject(project);
    return gateway;
  }
  const open = (gateway: TestGateway, masterKeyFile: string) =>
    createApp({ ...gateway.app.config, masterKeyFile, createMasterKey: false }, { clock, ...SHARED });
  const actorOf = (app: App): Actor => localActor(app.projectId, 'test', REQUEST);
  const step = (app: App, file: string) => rotateMasterKey(app.services, actorOf(app), file);
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'ok',
      (error: { code?: string }) => error.code,
    );
  async function rotate(app: App, file: string): Promise<void> {
    while ((await step(app, file)).state !== 'FINISHED');
  }
  /** What a fresh process with this key can read. */
  async function readableWith(gateway: TestGateway, file: string) {
    const app = await open(gateway, file);
    try {
      const { ok, opened } = await examineStore(app.services, actorOf(app));
      const audit = await verifyAudit(app.services, actorOf(app), []);
      const { name } = await authenticate(app.services, { secret: gateway.owner.secret }, REQUEST);
      for (const project of ['one', 'two']) await app.services.vault.forProject(project);
      return { ok, opened, audit: audit.ok, name };
    } finally {
      await app.close();
    }
  }
  const run = (gateway: TestGateway, script: string, args: readonly string[], keyFile: string) =>
    new Promise<{ readonly signal: string | null; readonly output: string; readonly code: number | null }>((resolve) => {
      const { databaseUrl: url, dataDir } = gateway.app.config;
      const env = {
        ...process.env,
        CHANGEOVER_DATA_DIR: dataDir,
        CHANGEOVER_MASTER_KEY_FILE: keyFile,
        CHANGEOVER_LOG_LEVEL: 'silent',
        ...(url === null ? {} : { CHANGEOVER_DATABASE_URL: url }),
      };
      const child = execFile(process.execPath, [script, ...args], { env }, (_error, stdout, stderr) =>
        resolve({ signal: child.signalCode, code: child.exitCode, output: stdout + stderr }),
      );
    });
  async function stepAndDie(gateway: TestGateway, to: string, mine: string) {
    const { signal, output } = await run(gateway, CHILD, [to], mine);
    return { end: signal, state: output };
  }
  async function stepAndClose(gateway: TestGateway, to: string, mine: string) {
    const app = await open(gateway, mine);
    const { state } = await step(app, to);
    await app.close();
    return { end: 'closed', state };
  }
  const WHOLE = { ok: true, opened: 1, audit: true, name: 'first owner' };

  test('ended or killed after any of its steps, the store opens with the old key and with the new one, and the next run goes on', async () => {
    const gateway = await start();
    await gateway.close();
    const from = gateway.app.config.masterKeyFile;
    const to = newKey();
    const seen = [];
    for (let steps = 1; ; steps += 1) {
      // Whoever goes on may hold either key.
      const mine = steps % 2 === 0 ? to : from;
      const { end, state } = isWhole || steps === KILLED ? await stepAndDie(gateway, to, mine) : await stepAndClose(gateway, to, mine);
      seen.push({ end, old: await readableWith(gateway, from), new: await readableWith(gateway, to) });
      if (state === 'FINISHED') break;
    }
    const ends = Array.from({ length: 6 }, (_, index) => (isWhole || index + 1 === KILLED ? 'SIGKILL' : 'closed'));
    expect(seen).toEqual(ends.map((end) => ({ end, old: WHOLE, new: WHOLE })));
  });

  test('ten minutes after its end the old key opens nothing, and says which one does', async () => {
    const gateway = await start();
    const from = gateway.app.config.masterKeyFile;
    const to = newKey();
    await rotate(gateway.app, to);
    clock.advance(9 * MINUTE);
    const early = (await runMaintenance(gateway.app.services)).endedRotation;
    clock.advance(2 * MINUTE);
    const ended = (await runMaintenance(gateway.app.services)).endedRotation;
    await gateway.close();
    const refused = await open(gateway, from).catch((error: { message: string; exitCode: number }) => error);
    expect({
      early,
      ended,
      refused: 'exitCode' in refused && [refused.exitCode, refused.message],
      readable: await readableWith(gateway, to),
    }).toEqual({
      early: false,
      ended: true,
      refused: [78, expect.stringMatching(new RegExp(`given is ${kidOf(from)}, the store is sealed with ${kidOf(to)}`))],
      readable: WHOLE,
    });
  });

  test('while it is half done, a third key is refused and told both, and the examination says what to do', async () => {
    const gateway = await start();
    const from = gateway.app.config.masterKeyFile;
    const to = newKey();
    await step(gateway.app, to);
    await step(gateway.app, to);
    const { ok, rotation } = await examineStore(gateway.app.services, actorOf(gateway.app));
    await gateway.close();
    const refused = await open(gateway, newKey()).catch((error: { message: string }) => error);
    expect({ ok, rotation, refused: 'message' in refused && refused.message }).toEqual({
      ok: true,
      rotation: { fromKid: kidOf(from), toKid: kidOf(to), remaining: expect.any(Number) },
      refused: expect.stringMatching(new RegExp(`from ${kidOf(from)} to ${kidOf(to)} is half done`)),
    });
  });

  test('a second rotation is refused while the first is half done, and while its old key still opens the store', async () => {
    const gateway = await start();
    const [first, second] = [newKey(), newKey()];
    await step(gateway.app, first);
    const during = await codeOf(step(gateway.app, second));
    await rotate(gateway.app, first);
    const after = await codeOf(step(gateway.app, second));
    clock.advance(11 * MINUTE);
    await runMaintenance(gateway.app.services);
    await rotate(gateway.app, second);
    await gateway.close();
    expect({ during, after, readable: await readableWith(gateway, second) }).toEqual({
      during: 'REQUEST_IN_PROGRESS',
      after: 'REQUEST_IN_PROGRESS',
      readable: WHOLE,
    });
  });

  test('gateways that run meanwhile go on, and wrap what they make for the new key', async () => {
    const gateway = await start();
    const from = gateway.app.config.masterKeyFile;
    const replica = engine === 'SQLite' ? gateway.app : await open(gateway, from);
    const to = newKey();
    await step(gateway.app, to);
    // The replica has not looked since: it is told when it makes a key.
    await replica.services.vault.forProject('made meanwhile');
    await rotate(gateway.app, to);
    await replica.services.vault.forProject('made afterwards');
    const kids = await Promise.all(
      ['made meanwhile', 'made afterwards'].map((project) => replica.services.store.read.keys.find(project, 'dek')),
    );
    await addWebhook(gateway, receiver, 'after the rotation');
    const outside = await gateway.app.services.store.read.keys.countOutside(kidOf(to));
    const { ok } = await examineStore(replica.services, actorOf(replica));
    if (replica !== gateway.app) await replica.close();
    await gateway.close();
    expect({ flat: kids.flat().map(({ kid }) => kid), outside, ok, kid: replica.services.vault.kid }).toEqual({
      flat: [kidOf(to), kidOf(to)],
      outside: 0,
      ok: true,
      kid: kidOf(to),
    });
  });

  test('replicas that take its steps at once finish one rotation', async () => {
    const gateway = await start();
    const replica = engine === 'SQLite' ? gateway.app : await open(gateway, gateway.app.config.masterKeyFile);
    const to = newKey();
    await Promise.all([gateway.app, replica, gateway.app, replica].map((app) => rotate(app, to)));
    if (replica !== gateway.app) await replica.close();
    const steps = (await gateway.graphql('{ auditLog(filter: { actions: ["instance.rekey"] }, first: 10) { edges { node { details } } } }'))
      .data.auditLog.edges;
    await gateway.close();
    expect({
      steps: steps.map(({ node }: { node: { details: { step: string } } }) => node.details.step),
      readable: await readableWith(gateway, to),
    }).toEqual({ steps: ['finish', 'begin'], readable: WHOLE });
  });

  test('it is for the machine itself, and a key that others may read, or that is none, is refused', async () => {
    const gateway = await start();
    const bad = join(folder, 'bad');
    writeFileSync(bad, 'too short', { mode: 0o600 });
    const open = join(folder, 'open');
    writeFileSync(open, randomBytes(32).toString('hex'), { mode: 0o644 });
    const remote = await gateway.graphql('mutation ($f: String!) { rotateMasterKey(newKeyFile: $f) { state } }', { f: newKey() });
    const codes = await Promise.all([bad, open, join(folder, 'none')].map((file) => codeOf(step(gateway.app, file))));
    const same = await step(gateway.app, gateway.app.config.masterKeyFile);
    await gateway.close();
    expect({ code: remote.errors?.[0]?.extensions.code, codes, state: same.state }).toEqual({
      code: 'FORBIDDEN',
      codes: ['BAD_REQUEST', 'BAD_REQUEST', 'BAD_REQUEST'],
      state: 'FINISHED',
    });
  });

  test('the command does all of it, and prints no key', async () => {
    const gateway = await start();
    await gateway.close();
    const from = gateway.app.config.masterKeyFile;
    const to = newKey();
    const rekeyed = await run(gateway, MAIN, ['rekey', '--new-key-file', to], from);
    const doctor = await run(gateway, MAIN, ['doctor'], to);
    const keys = [from, to].map((file) => readFileSync(file, 'utf8').trim());
    expect({
      rekeyed: rekeyed.code,
      output: rekeyed.output.includes(kidOf(to)),
      keys: keys.some((key) => rekeyed.output.includes(key)),
      doctor: doctor.code,
    }).toEqual({ rekeyed: 0, output: true, keys: false, doctor: 0 });
  });
});
