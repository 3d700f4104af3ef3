import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadMasterKey } from '../../../src/crypto/master-key.ts';
import { createVault } from '../../../src/crypto/vault.ts';
import type { AuditRow } from '../../../src/domain/audit/audit.ts';
import type { AuditWriters } from '../../../src/domain/audit/audit-store.ts';
import { DomainError } from '../../../src/domain/errors/errors.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { record } from '../../../src/operations/audit/record.ts';
import { stageCreation } from '../../../src/operations/changes/stage-creation.ts';
import { stageRollBack } from '../../../src/operations/changes/stage-roll-back.ts';
import { stageUpdate } from '../../../src/operations/changes/stage-update.ts';
import { commitChange } from '../../../src/operations/commits/commit-change.ts';
import { resealContent } from '../../../src/operations/connections/sealed-details.ts';
import { idempotentReplay } from '../../../src/operations/idempotency/idempotent-replay.ts';
import { resealChain } from '../../../src/operations/keys/reseal-chain.ts';
import { listDataKeys, retireDataKey, rotateDataKey } from '../../../src/operations/keys/rotate-data-key.ts';
import type { Services } from '../../../src/operations/services.ts';
import { COMMIT, type Receiver, SECRET, stageSecret, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { growChain } from '../../support/protocol/long-chain.ts';
import { codeOf, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { keptText } from '../../support/store/kept-text.ts';
import { membersOf } from '../../support/store/members-of.mjs';
import type { TestClock } from '../../support/store/services.ts';

const MINUTE = 60_000;
const ROTATE = 'mutation { rotateDataKey { generation } }';
const RESEAL = 'mutation ($after: UUID) { resealConnections(after: $after) { resealed failures { connectionId code } next } }';
const RETIRE = 'mutation ($generation: Int!) { retireDataKey(generation: $generation) { success } }';
const DOCTOR = '{ storeExamination { ok findings { connectionId version problem } } }';
const ACQUIRE = 'mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "nightly") { credentials } }';

/** Generations of a project's data key. */
describeOnEachEngine('data keys', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  let clock: TestClock;
  let gateway: TestGateway;
  let receiver: Receiver;
  let job: TestToken;
  beforeEach(async () => {
    bench = await startProtocol(await databaseUrl());
    ({ clock, gateway, receiver, job } = bench);
  });
  afterEach(() => bench.close());

  const add = () => bench.add();
  const secretOf = async (id: string) => (await gateway.graphql(ACQUIRE, { id }, job)).data.acquireLease.credentials.signingSecret;
  const doctor = async () => (await gateway.graphql(DOCTOR)).data.storeExamination;
  const needed = (generation: number) => gateway.app.services.store.write((tx) => tx.keys.neededBy(gateway.app.projectId, generation));
  async function reseal() {
    let resealed = 0;
    const failures = [];
    for (let after: string | null = null; ; ) {
      const { data } = await gateway.graphql(RESEAL, { after });
      resealed += data.resealConnections.resealed;
      failures.push(...data.resealConnections.failures);
      after = data.resealConnections.next;
      if (after === null) return { resealed, failures };
    }
  }

  test('a new one seals at once; resealing moves every row to it, and the old one is then destroyed without loss', async () => {
    const [changed, untouched] = [await add(), await add()];
    await gateway.graphql(COMMIT, { id: changed, key: await stageSecret(gateway, changed, 'a secret of the second version') });
    const staged = await stageSecret(gateway, untouched, 'a secret that was staged before');
    const { generation } = (await gateway.graphql(ROTATE)).data.rotateDataKey;
    const mixed = await add();
    const between = await doctor();
    const done = await reseal();
    const after = await doctor();
    clock.advance(11 * MINUTE);
    const retired = await gateway.graphql(RETIRE, { generation: 1 });
    await gateway.restart();
    await gateway.graphql(COMMIT, { id: untouched, key: staged });
    await gateway.graphql('mutation ($id: UUID!) { rollBackConnection(connectionId: $id) { version } }', { id: changed });
    const secrets = [await secretOf(changed), await secretOf(untouched), await secretOf(mixed)];
    const last = await doctor();
    const audit = (await gateway.graphql('{ auditVerification { ok } }')).data.auditVerification;
    expect({ generation, between, done, after, retired: codeOf(retired), secrets, last, audit }).toEqual({
      generation: 2,
      between: { ok: true, findings: [] },
      done: { resealed: 2, failures: [] },
      after: { ok: true, findings: [] },
      retired: 'ok',
      secrets: [SECRET, 'a secret that was staged before', SECRET],
      last: { ok: true, findings: [] },
      audit: { ok: true },
    });
  });

  test('a chain of more versions than one piece has is sealed anew in pieces, each of which leaves it whole, and the old key is then destroyed', async () => {
    const id = await add();
    await growChain(gateway, id, 350, clock);
    await gateway.graphql(ROTATE);
    await gateway.graphql(COMMIT, { id, key: await stageSecret(gateway, id, 'a secret that the new key seals at once') });
    const { services, projectId } = gateway.app;
    const actor = localActor(projectId, 'test', { id: 'killed', ip: null, client: {} });
    const keys = await services.vault.forProject(projectId);
    // As after a kill: one piece is done.
    const finished = await resealChain(services, actor, { keys, connectionId: id, until: 0 });
    const halfway = { ...(await needed(1)), doctor: await doctor() };
    const done = await reseal();
    const after = await doctor();
    clock.advance(11 * MINUTE);
    const retired = codeOf(await gateway.graphql(RETIRE, { generation: 1 }));
    const last = await doctor();
    expect({
      finished,
      isHalfway: halfway.versions > 0 && halfway.versions < 350,
      doctor: halfway.doctor,
      done,
      after,
      retired,
      last,
    }).toEqual({
      finished: false,
      isHalfway: true,
      doctor: { ok: true, findings: [] },
      done: { resealed: 1, failures: [] },
      after: { ok: true, findings: [] },
      retired: 'ok',
      last: { ok: true, findings: [] },
    });
  });

  test('a resealing that ended before the first version of the new key is made good by the next one, with the key after that', async () => {
    const id = await add();
    await growChain(gateway, id, 3, clock);
    await gateway.graphql(ROTATE);
    await gateway.graphql(COMMIT, { id, key: await stageSecret(gateway, id, 'a secret that the second key seals at once') });
    const { services, projectId } = gateway.app;
    const actor = localActor(projectId, 'test', { id: 'ended', ip: null, client: {} });
    // As after an end at this very place: no version needs the first key any more, and the fourth is linked to what the third was then.
    const write: Services['store']['write'] = (work, options) =>
      services.store.write((tx) => {
        const chain: typeof tx.versions.chain = async (...asked) =>
          (await tx.versions.chain(...asked)).filter(({ version }) => version <= 3);
        return work({ ...membersOf(tx), versions: { ...tx.versions, chain } });
      }, options);
    const keys = await services.vault.forProject(projectId);
    await resealChain({ ...services, store: { ...services.store, write } }, actor, { keys, connectionId: id, until: Number.MAX_VALUE });
    const halfway = { needed: (await needed(1)).versions, doctor: await doctor() };
    await reseal();
    await gateway.graphql(ROTATE);
    const done = await reseal();
    const after = await doctor();
    expect({ halfway, done, after }).toEqual({
      halfway: { needed: 0, doctor: { ok: true, findings: [] } },
      done: { resealed: 1, failures: [] },
      after: { ok: true, findings: [] },
    });
  });

  test('a chain that an earlier release broke, which sealed its first versions alone and said that it was done, is mended by sealing it anew', async () => {
    const id = await add();
    await growChain(gateway, id, 30, clock);
    await gateway.graphql(ROTATE);
    const { services, projectId } = gateway.app;
    const actor = localActor(projectId, 'test', { id: 'earlier', ip: null, client: {} });
    const keys = await services.vault.forProject(projectId);
    // As that release did it: all that is sealed, the first versions, and one audit row, which named no versions.
    await services.store.write(async (tx) => {
      const all = await tx.versions.chain(id);
      for (const version of all) {
        const content = version.contentId === null ? null : await tx.contents.find({ projectId }, version.contentId);
        if (content?.blob == null || content.keyGeneration === keys.keyGeneration) continue;
        await tx.contents.reseal(content.id, content.cipherHash, await resealContent(services, version, content.id, content.blob));
      }
      let previousMac: Buffer = Buffer.alloc(0);
      const rowMacs: string[][] = [];
      for (const version of all.slice(0, 20)) {
        const content = version.contentId === null ? null : await tx.contents.find({ projectId }, version.contentId);
        const cipherHash = content?.cipherHash ?? version.cipherHash;
        const rowMac = keys.versionMac({ ...version, cipherHash, previousMac });
        await tx.versions.relink({ ...version, cipherHash, keyGeneration: keys.keyGeneration, rowMac });
        rowMacs.push([version.rowMac.toString('hex'), rowMac.toString('hex')]);
        previousMac = rowMac;
      }
      const details = { keyGeneration: keys.keyGeneration, rowMacs };
      await record(services, tx, actor, { action: 'connection.reseal', entity: 'connection', entityId: id, details });
    });
    const broken = await needed(1);
    const done = await reseal();
    clock.advance(11 * MINUTE);
    const retired = codeOf(await gateway.graphql(RETIRE, { generation: 1 }));
    expect({ isBroken: broken.versions > 0 && broken.contents === 0, done, retired, doctor: await doctor() }).toEqual({
      isBroken: true,
      done: { resealed: 1, failures: [] },
      retired: 'ok',
      doctor: { ok: true, findings: [] },
    });
  });

  test('going on with a long chain reads the audit of its last piece alone, however long it is: others wait to write meanwhile', async () => {
    const { services, projectId } = gateway.app;
    const actor = localActor(projectId, 'test', { id: 'reads', ip: null, client: {} });
    const connectionId = await add();
    await growChain(gateway, connectionId, 250, clock);
    await gateway.graphql(ROTATE);
    const keys = await services.vault.forProject(projectId);
    const read: AuditRow[] = [];
    const write: Services['store']['write'] = (work, options) =>
      services.store.write((tx) => work({ ...membersOf(tx), audit: noting(tx.audit, read) }), options);
    const resealPiece = () => resealChain({ ...services, store: { ...services.store, write } }, actor, { keys, connectionId, until: 0 });
    await resealPiece();
    read.length = 0;
    await resealPiece();
    expect(read.map(({ action }) => action)).toEqual(['connection.reseal']);
  });

  test('a version that was altered in a long chain is not signed anew, nor what is behind it, and doctor names it alone', async () => {
    const id = await add();
    await growChain(gateway, id, 250, clock);
    const { store } = gateway.app.services;
    const altered = (await store.read.versions.chain(id, 149, 1))[0];
    if (altered !== undefined) await store.write((tx) => tx.versions.relink({ ...altered, rowMac: randomBytes(32) }));
    await gateway.graphql(ROTATE);
    const done = await reseal();
    const rows = await store.read.versions.chain(id, 0, 1000);
    const found = (await doctor()).findings.map(({ version }: { version: number }) => version);
    expect({ done, signedAnew: rows.filter(({ keyGeneration }) => keyGeneration === 2).length, found: [...new Set(found)] }).toEqual({
      done: { resealed: 0, failures: [{ connectionId: id, code: 'INTEGRITY' }] },
      signedAnew: expect.toSatisfy((count: number) => count < 150),
      found: [150, 151],
    });
  });

  test('what a removed connection left is sealed anew, too, and is not counted as a connection', async () => {
    const [removed] = [await add(), await add()];
    await gateway.graphql('mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }', { id: removed });
    await gateway.graphql(ROTATE);
    const { data } = await gateway.graphql('mutation { resealConnections { resealed remains next } }');
    expect(data.resealConnections).toEqual({ resealed: 1, remains: 1, next: null });
  });

  test('a connection is sealed anew once more for a change that came with the old key, and is found whole then', async () => {
    const connectionId = await add();
    const { services, projectId } = gateway.app;
    const old = await services.vault.forProject(projectId);
    await gateway.graphql(ROTATE);
    await reseal();
    const forProject: Services['vault']['forProject'] = async (id, needs) =>
      needs === undefined ? old : await services.vault.forProject(id, needs);
    const unaware = { ...services, vault: { ...services.vault, forProject } };
    const actor = localActor(projectId, 'test', { id: 'test', ip: null, client: {} });
    await stageUpdate(unaware, actor, { connectionId, changes: { signingSecret: 'a secret that was on its way meanwhile' } });
    const again = await reseal();
    const found = await doctor();
    expect({ again, found }).toEqual({ again: { resealed: 1, failures: [] }, found: { ok: true, findings: [] } });
  });

  test('an old one stays while a row needs it: a version, a staged change, an answer that may be repeated', async () => {
    const id = await add();
    const answered = { 'x-mcd-idempotent-id': 'once' };
    await gateway.graphql('{ getUser { email } }', {}, gateway.owner, answered);
    await gateway.graphql(ROTATE);
    const young = codeOf(await gateway.graphql(RETIRE, { generation: 1 }));
    clock.advance(11 * MINUTE);
    const current = codeOf(await gateway.graphql(RETIRE, { generation: 2 }));
    const unknown = codeOf(await gateway.graphql(RETIRE, { generation: 7 }));
    const rows = (await gateway.graphql(RETIRE, { generation: 1 })).errors?.[0]?.extensions;
    await reseal();
    const answer = (await gateway.graphql(RETIRE, { generation: 1 })).errors?.[0]?.extensions;
    const replay = await gateway.graphql('{ getUser { email } }', {}, gateway.owner, answered);
    clock.advance(24 * 60 * MINUTE);
    await gateway.app.services.store.write(async (tx) => tx.idempotency.prune(await tx.now(), 1000));
    const retired = codeOf(await gateway.graphql(RETIRE, { generation: 1 }));
    const secret = await secretOf(id);
    expect({ young, current, unknown, rows, answer, replay: codeOf(replay), retired, secret }).toEqual({
      young: 'BAD_REQUEST',
      current: 'BAD_REQUEST',
      unknown: 'NOT_FOUND',
      rows: expect.objectContaining({ code: 'BAD_REQUEST', versions: 1, contents: 1, answers: 1 }),
      answer: expect.objectContaining({ code: 'BAD_REQUEST', versions: 0, contents: 0, answers: 1 }),
      replay: 'ok',
      retired: 'ok',
      secret: SECRET,
    });
  });

  test('a chain that was edited is not signed anew, and its neighbours are', async () => {
    const [edited, whole] = [await add(), await add()];
    const { store } = gateway.app.services;
    const [version] = await store.read.versions.chain(edited);
    if (version !== undefined) await store.write((tx) => tx.versions.relink({ ...version, rowMac: randomBytes(32) }));
    await gateway.graphql(ROTATE);
    const done = await reseal();
    const generations = await Promise.all([edited, whole].map(async (id) => (await store.read.versions.chain(id))[0]?.keyGeneration));
    const { findings } = await doctor();
    expect({
      done,
      generations,
      findings: findings.map(({ connectionId, problem }: { connectionId: string; problem: string }) => [connectionId, problem]),
    }).toEqual({
      done: { resealed: 1, failures: [{ connectionId: edited, code: 'INTEGRITY' }] },
      generations: [1, 2],
      findings: [
        [edited, 'mac-broken'],
        [edited, 'not-in-audit'],
      ],
    });
  });

  test('of racing rotations each makes a key of its own or is told of the other, and no generation is left out', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => gateway.graphql(ROTATE)));
    const made = answers.filter(({ errors }) => errors === undefined).length;
    const keys = (await gateway.graphql('{ dataKeys { generation } }')).data.dataKeys.map(
      ({ generation }: { generation: number }) => generation,
    );
    expect({
      answers: answers.filter(({ errors }) => errors !== undefined).every((answer) => codeOf(answer) === 'REQUEST_IN_PROGRESS'),
      keys,
    }).toEqual({ answers: true, keys: Array.from({ length: made + 1 }, (_, at) => at + 1) });
  });

  test('a gateway that has not learned of it reads what the new one sealed, and stores nothing under a key that is gone', async () => {
    const id = await add();
    const behind = await servicesOfAnother(gateway);
    await behind.vault.forProject(gateway.app.projectId);
    const actor = localActor(gateway.app.projectId, 'test', { id: 'behind', ip: null, client: {} });
    await gateway.graphql(ROTATE);
    await reseal();
    const codeOfWork = (work: Promise<unknown>) =>
      work.then(
        () => 'ok',
        (error: { code?: string }) => error.code,
      );
    clock.advance(11 * MINUTE);
    await gateway.graphql(RETIRE, { generation: 1 });
    // Nothing has told it yet, and it seals with what it has.
    const creation = { kind: 'webhook', details: { url: receiver.url, signingSecret: SECRET } };
    const refused = await codeOfWork(stageCreation(behind, actor, creation));
    // What it opens here names a key that it has not got.
    const read = await codeOfWork(
      stageUpdate(behind, actor, { connectionId: id, changes: { signingSecret: 'a secret that comes too late' } }),
    );
    const again = await codeOfWork(stageCreation(behind, actor, creation));
    const needs = await needed(1);
    expect({ refused, read, again, needs }).toEqual({
      refused: 'UNAVAILABLE',
      read: 'ok',
      again: 'ok',
      needs: { versions: 0, contents: 0, answers: 0, secrets: 0 },
    });
  });

  test('a roll-back that is staged while everything is sealed anew restores what is stored then', async () => {
    const id = await add();
    await gateway.graphql(COMMIT, { id, key: await stageSecret(gateway, id, 'a secret of the second version') });
    await gateway.graphql(ROTATE);
    const { services, projectId } = gateway.app;
    const actor = localActor(projectId, 'test', { id: 'race', ip: null, client: {} });
    const write: Services['store']['write'] = async (work) => {
      await reseal();
      return await services.store.write(work);
    };
    const { key } = await stageRollBack({ ...services, store: { ...services.store, write } }, actor, id, null);
    await commitChange(services, actor, { connectionId: id, key });
    const [found, secret] = [await doctor(), await secretOf(id)];
    expect({ found, secret }).toEqual({ found: { ok: true, findings: [] }, secret: SECRET });
  });

  test('a request whose first answer was lost makes no second key, and finds the key destroyed that it destroyed', async () => {
    const { services, projectId } = gateway.app;
    const actor = localActor(projectId, 'test', { id: 'repeat', ip: null, client: {} });
    const twice = async (id: string, run: (bound: Services) => Promise<string>): Promise<readonly string[]> => {
      const outcomes: string[] = [];
      const once = (lost: boolean) =>
        idempotentReplay(services, actor, { id, request: id }, async (bound) => {
          outcomes.push(await run(bound));
          if (lost) throw new DomainError('OUTCOME_UNKNOWN', 'lost');
          return keptText('');
        });
      await once(true).catch(() => {});
      await once(false);
      return outcomes;
    };
    const rotated = await twice('rotate', async (bound) => String((await rotateDataKey(bound, actor)).generation));
    clock.advance(11 * MINUTE);
    const destroyed = await twice('retire', (bound) => retireDataKey(bound, actor, 1).then(() => 'gone'));
    const keys = await listDataKeys(services, actor);
    expect({ rotated, destroyed, keys: keys.map(({ generation }) => generation) }).toEqual({
      rotated: ['2', '2'],
      destroyed: ['gone', 'gone'],
      keys: [2],
    });
  });

  test('only whoever runs the instance does any of it', async () => {
    const { data } = await gateway.graphql('mutation { createToken(name: "plain owner", roles: [owner]) { secret token { id } } }');
    const owner = { id: data.createToken.token.id, secret: data.createToken.secret };
    const codes = [];
    for (const [query, variables] of [
      [ROTATE, {}],
      [RESEAL, {}],
      [RETIRE, { generation: 1 }],
      ['{ dataKeys { generation } }', {}],
    ] as const)
      codes.push(codeOf(await gateway.graphql(query, variables, owner)));
    expect(codes).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
  });
});

/** As another process has them that runs on the same store, with keys that it loaded by itself. */
async function servicesOfAnother({ app: { services, config, instance } }: TestGateway): Promise<Services> {
  const vault = await createVault({
    masterKey: loadMasterKey({ file: config.masterKeyFile, createIfAbsent: false }),
    instanceId: instance.id,
    keyStore: { find: services.store.read.keys.find, insertIfAbsent: (key) => services.store.write((tx) => tx.keys.insertIfAbsent(key)) },
  });
  return { ...services, vault };
}

/** The same audit, with all rows noted that are read of it. */
function noting(audit: AuditWriters, read: AuditRow[]): AuditWriters {
  const readers = (['page', 'commitsOf', 'resealsOf', 'scanCommits', 'sealed'] as const).map((name) => {
    const all = audit[name] as (...values: unknown[]) => Promise<readonly AuditRow[]>;
    const noted = async (...values: unknown[]) => {
      const rows = await all(...values);
      read.push(...rows);
      return rows;
    };
    return [name, noted] as const;
  });
  return { ...audit, ...Object.fromEntries(readers) };
}
