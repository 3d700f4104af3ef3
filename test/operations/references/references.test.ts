import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commitWaiting } from '../../../src/operations/commits/commit-waiting.ts';
import { runMaintenance } from '../../../src/operations/upkeep/maintenance-pass.ts';
import { COMMIT } from '../../support/gateway/gateway.ts';
import {
  ACQUIRE,
  codeOf,
  DAY,
  HOUR,
  POLICY,
  type ProtocolBench,
  READ,
  RELEASE,
  ROLL_BACK,
  startProtocol,
} from '../../support/protocol/protocol.ts';
import {
  addReferring,
  createSecretFolder,
  type Doorman,
  GRANT,
  REVOKE,
  startDoorman,
  UPDATE_REFERENCE,
} from '../../support/protocol/references.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const FIVE_MINUTES = 5 * 60_000;
const SIGNING = 'a signing secret in a file';
const EXAMINE = '{ storeExamination { ok opened findings { connectionId version problem } } }';
const TEST_CURRENT =
  'query ($id: UUID!) { testExistingConnectionV2(connectionId: $id, validationName: "validate_connection") { success errors { code } } }';
const COMMIT_OR_WAIT =
  'mutation ($id: UUID!, $key: String!) { commitChange(connectionId: $id, tempCredentialsKey: $key, waitSeconds: 3600) { state } }';
const MISSING = 'query ($key: String!, $id: UUID!) { commitPreview(connectionId: $id, tempCredentialsKey: $key) { missingValidators } }';
const VALIDATE =
  'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success errors { code } } } }';
const ENABLE = 'mutation ($id: UUID!, $on: Boolean!) { toggleConnectionEnable(connectionId: $id, enable: $on) { success } }';
const VERSIONS = 'query ($id: UUID!) { connection(id: $id) { versions { version label reference settings proven } } }';
const UPDATE =
  'mutation ($id: UUID!, $c: JSONString!, $r: Boolean) { updateCredentials(connectionId: $id, changes: $c, shouldReplace: $r) { version } }';

/** Connections whose credentials stay in an outside manager: grants, proof, leases and the destination they are bound to. */
describeOnEachEngine('secret references', ({ engine, databaseUrl }) => {
  const secrets = createSecretFolder();
  let bench: ProtocolBench;
  let doorman: Doorman;
  let elsewhere: Doorman;
  let made = 0;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    [doorman, elsewhere] = await Promise.all([startDoorman('first'), startDoorman('first')]);
    await bench.gateway.graphql(GRANT, { provider: 'env', prefix: 'MCD_NOTHING_' });
    await bench.gateway.graphql(GRANT, { provider: 'file', prefix: secrets.folder });
  });
  afterAll(async () => {
    doorman.close();
    elsewhere.close();
    await bench.close();
  });

  const contentOf = (pass: string, at = doorman.url) => ({ url: at, signing_secret: SIGNING, header_name: 'x-pass', header_value: pass });
  /** Writes a secret of its own, and says where. */
  const keep = (pass: string, at = doorman.url) => {
    made += 1;
    return secrets.write(`${made}.json`, contentOf(pass, at));
  };
  const rewrite = (path: string, content: unknown) => void secrets.write(path.slice(secrets.folder.length + 1), content);
  const add = async (pass = 'first') => {
    const path = keep(pass);
    return { path, id: await addReferring(bench.gateway, path) };
  };
  const refer = async (id: string, filePath: string) =>
    (await bench.gateway.graphql(UPDATE_REFERENCE, { id, c: { selfHostedCredentialsType: 'FILE', filePath } })).data
      .updateSelfHostedCredentialsV2.result.key as string;
  const lease = (id: string) => bench.gateway.graphql(ACQUIRE, { id }, bench.job);
  const passOf = ({ data }: Awaited<ReturnType<typeof lease>>, field = 'acquireLease') => data[field].credentials.headerValue as string;
  const validated = async (key: string) => (await bench.gateway.graphql(VALIDATE, { key })).data.testUpdatedCredentialsV2.validationResult;
  const current = async (id: string) => (await bench.gateway.graphql(TEST_CURRENT, { id })).data.testExistingConnectionV2;
  const examine = async () => (await bench.gateway.graphql(EXAMINE)).data.storeExamination;
  const problemsOf = async (id: string) =>
    (await examine()).findings
      .filter((found: { connectionId: string }) => found.connectionId === id)
      .map(({ problem }: { problem: string }) => problem);

  test('a connection is proven and leased with what its reference leads to, and nothing of it is stored', async () => {
    const { id, path } = await add();
    const { versions } = (await bench.gateway.graphql(VERSIONS, { id })).data.connection;
    const sealed = await bench.sql(`select id from sealed_contents where connection_id = '${id}'`);
    expect({ versions, leased: passOf(await lease(id)), sealed }).toEqual({
      versions: [{ version: 1, label: 'CURRENT', reference: { provider: 'file', path, key: null }, settings: {}, proven: true }],
      leased: 'first',
      sealed: [],
    });
  });

  test('a lease pins the reference: after a commit of another one it still reads the old, and a new lease the new', async () => {
    const { id } = await add();
    const held = await lease(id);
    doorman.admits = 'second';
    const saved = codeOf(await bench.commit(id, await refer(id, keep('second'))));
    const again = await bench.gateway.graphql(READ, { key: held.data.acquireLease.key }, bench.job);
    doorman.admits = 'first';
    expect({ saved, held: passOf(again, 'readLease'), leased: passOf(await lease(id)), labels: await bench.labels(id) }).toEqual({
      saved: 'ok',
      held: 'first',
      leased: 'second',
      labels: ['2 CURRENT', '1 PREVIOUS'],
    });
  });

  test('a lease holds up a commit of another reference like any other under REFUSE', async () => {
    const { id } = await add();
    await bench.gateway.graphql(POLICY, { id, policy: { inFlight: 'REFUSE' } });
    await lease(id);
    expect({ refused: codeOf(await bench.commit(id, await refer(id, keep('first')))), labels: await bench.labels(id) }).toEqual({
      refused: 'CONNECTION_IN_USE',
      labels: ['1 CURRENT'],
    });
  });

  test('under WAIT a commit of another reference is carried out when the last lease has ended', async () => {
    const { gateway, clock, job, labels } = bench;
    const { id } = await add();
    await gateway.graphql(POLICY, { id, policy: { inFlight: 'WAIT' } });
    const { key } = (await lease(id)).data.acquireLease;
    const waiting = await gateway.graphql(COMMIT_OR_WAIT, { id, key: await refer(id, keep('first')) });
    await gateway.graphql(RELEASE, { key }, job);
    clock.advance(1000);
    await commitWaiting(gateway.app.services);
    expect({ state: waiting.data.commitChange.state, labels: await labels(id), leased: codeOf(await lease(id)) }).toEqual({
      state: 'PENDING',
      labels: ['2 CURRENT', '1 PREVIOUS'],
      leased: 'ok',
    });
  });

  test('a lease that is taken while references are committed is never refused, and holds the secret of the version that it pins', async () => {
    const { id } = await add();
    const passes = new Map([[1, 'first']]);
    const commits = async () => {
      for (const [version, pass] of [
        [2, 'second'],
        [3, 'first'],
        [4, 'second'],
        [5, 'first'],
      ] as const) {
        const key = await refer(id, keep(pass));
        doorman.admits = pass;
        passes.set(version, pass);
        await bench.commit(id, key);
      }
    };
    const leases = async () => {
      const taken: string[] = [];
      for (let at = 0; at < 12; at += 1) {
        const answer = await lease(id);
        const { lease: held } = answer.data?.acquireLease ?? { lease: { version: 0 } };
        taken.push(codeOf(answer) === 'ok' && passOf(answer) === passes.get(held.version) ? 'right' : codeOf(answer));
      }
      return taken;
    };
    const [, ...taken] = await Promise.all([commits(), leases(), leases(), leases()]);
    expect({ leased: new Set(taken.flat()), current: (await bench.labels(id))[0] }).toEqual({
      leased: new Set(['right']),
      current: '5 CURRENT',
    });
  });

  test('a repeat of a committed key gives the first outcome, though its secret is gone', async () => {
    const { id } = await add();
    const path = keep('first');
    const key = await refer(id, path);
    const first = await bench.commit(id, key);
    rmSync(path);
    bench.clock.advance(FIVE_MINUTES);
    const again = await bench.commit(id, key);
    expect({ first: codeOf(first), again: again.data, leased: codeOf(await lease(id)) }).toEqual({
      first: 'ok',
      again: first.data,
      leased: '503',
    });
  });

  test('a job whose login was refused reads its secret again at once', async () => {
    const { id, path } = await add();
    const { key } = (await lease(id)).data.acquireLease;
    rewrite(path, contentOf('second'));
    const kept = await bench.gateway.graphql(READ, { key }, bench.job);
    const fresh = await bench.gateway.graphql(
      'mutation ($key: String!) { readLease(leaseKey: $key, fresh: true) { credentials } }',
      { key },
      bench.job,
    );
    expect({ kept: passOf(kept, 'readLease'), fresh: passOf(fresh, 'readLease') }).toEqual({ kept: 'first', fresh: 'second' });
  });

  test('a secret that is changed at its manager reaches jobs within five minutes, without a commit', async () => {
    const { id, path } = await add();
    await lease(id);
    rewrite(path, contentOf('second'));
    const kept = passOf(await lease(id));
    bench.clock.advance(FIVE_MINUTES);
    expect({ early: kept, late: passOf(await lease(id)) }).toEqual({ early: 'first', late: 'second' });
  });

  test('a login that is refused with what was kept is tried once more with what the secret is now', async () => {
    const { id, path } = await add();
    rewrite(path, contentOf('second'));
    doorman.admits = 'second';
    doorman.sent.length = 0;
    const result = await current(id);
    const tries = [...doorman.sent];
    doorman.admits = 'neither';
    doorman.sent.length = 0;
    const failed = await current(id);
    doorman.admits = 'first';
    expect({ success: result.success, tries, errors: failed.errors, sent: doorman.sent }).toEqual({
      success: true,
      tries: ['first', 'second'],
      errors: [{ code: 'CREDENTIALS_REJECTED' }],
      sent: ['second'],
    });
  });

  test('proof ends with the value that was proven', async () => {
    const { id, path } = await add();
    const key = await refer(id, path);
    await validated(key);
    const missing = async () => (await bench.gateway.graphql(MISSING, { id, key })).data.commitPreview.missingValidators;
    const before = await missing();
    rewrite(path, contentOf('first-and-more'));
    bench.clock.advance(FIVE_MINUTES);
    expect({ before, missing: await missing(), saved: codeOf(await bench.commit(id, key)) }).toEqual({
      before: [],
      missing: ['validate_connection'],
      saved: 'VALIDATION_FAILED',
    });
  });

  test('a secret that leads somewhere else than it was proven to is sent nowhere, until it is committed anew', async () => {
    const { id, path } = await add();
    const held = (await lease(id)).data.acquireLease.key;
    rewrite(path, contentOf('first', elsewhere.url));
    bench.clock.advance(FIVE_MINUTES);
    const refused = [codeOf(await lease(id)), codeOf(await bench.gateway.graphql(READ, { key: held }, bench.job))];
    const result = await current(id);
    const sentBefore = elsewhere.sent.length;
    const saved = codeOf(await bench.commit(id, await refer(id, path)));
    expect({ refused, errors: result.errors, sentBefore, saved, leased: passOf(await lease(id)), sent: elsewhere.sent }).toEqual({
      refused: ['SECRET_REENTRY_REQUIRED', 'SECRET_REENTRY_REQUIRED'],
      errors: [{ code: 'SECRET_MOVED' }],
      sentBefore: 0,
      saved: 'ok',
      leased: 'first',
      sent: ['first'],
    });
    elsewhere.sent.length = 0;
  });

  test('a connection that was added inactive is bound when it is enabled, to where its secret leads then', async () => {
    const path = secrets.path('later.json');
    const id = await addReferring(bench.gateway, path, false);
    const missing = await bench.gateway.graphql(ENABLE, { id, on: true });
    rewrite(path, contentOf('first'));
    const enabled = codeOf(await bench.gateway.graphql(ENABLE, { id, on: true }));
    const leased = codeOf(await lease(id));
    rewrite(path, contentOf('first', elsewhere.url));
    bench.clock.advance(FIVE_MINUTES);
    expect({
      missing: codeOf(missing),
      saysWhy: missing.text.includes('SECRET_MISSING'),
      enabled,
      leased,
      moved: codeOf(await lease(id)),
      sent: elsewhere.sent,
    }).toEqual({ missing: 'VALIDATION_FAILED', saysWhy: true, enabled: 'ok', leased: 'ok', moved: 'SECRET_REENTRY_REQUIRED', sent: [] });
  });

  test.each(['ADVISORY', 'VALIDATED'])('a reference that leads nowhere is not put into use under %s', async (commitPolicy) => {
    const { id } = await add();
    await bench.gateway.graphql(POLICY, { id, policy: { commitPolicy } });
    const refused = await bench.commit(id, await refer(id, secrets.path('nowhere.json')));
    expect({ refused: codeOf(refused), labels: await bench.labels(id) }).toEqual({ refused: 'VALIDATION_FAILED', labels: ['1 CURRENT'] });
  });

  test('a grant that is taken back ends what was read by it at once, and a grant anew brings it back', async () => {
    const { id } = await add();
    await lease(id);
    await bench.gateway.graphql(REVOKE, { provider: 'file', prefix: secrets.folder });
    const revoked = [codeOf(await lease(id)), (await current(id)).errors];
    await bench.gateway.graphql(GRANT, { provider: 'file', prefix: secrets.folder });
    expect({ revoked, granted: codeOf(await lease(id)) }).toEqual({
      revoked: ['FORBIDDEN', [{ code: 'SECRET_NOT_GRANTED' }]],
      granted: 'ok',
    });
  });

  test('credentials that are stored here move to an outside manager and back, each way by a commit, and roll back across it', async () => {
    const { gateway, add: addSealed, labels } = bench;
    const id = await addSealed();
    const there = codeOf(await bench.commit(id, await refer(id, keep('first'))));
    const half = codeOf(await gateway.graphql(UPDATE, { id, c: JSON.stringify({ signing_secret: SIGNING }) }));
    const back = await gateway.graphql(UPDATE, { id, c: JSON.stringify(contentOf('first')), r: true });
    const restored = [
      codeOf(await gateway.graphql(ROLL_BACK, { id, version: 2 })),
      codeOf(await gateway.graphql(ROLL_BACK, { id, version: 1 })),
    ];
    expect({ there, half, back: codeOf(back), restored, current: (await labels(id))[0], problems: await problemsOf(id) }).toEqual({
      there: 'ok',
      half: 'BAD_REQUEST',
      back: 'ok',
      restored: ['ok', 'ok'],
      current: '5 CURRENT',
      problems: [],
    });
  });

  test('a one-shot update in the words of the lead API changes the reference', async () => {
    const { id } = await add();
    const path = keep('first');
    const saved = codeOf(await bench.gateway.graphql(UPDATE, { id, c: JSON.stringify({ file_path: path }) }));
    const { versions } = (await bench.gateway.graphql(VERSIONS, { id })).data.connection;
    expect({ saved, path: versions[0].reference.path }).toEqual({ saved: 'ok', path });
  });

  test.each([
    ['versions', 'reference', `replace(reference, '.json', '.jsn')`],
    ['versions', 'settings', `'{"headerName":"x-other"}'`],
    ['versions', 'candidate_hash', null],
  ])('an edit of %s.%s of a reference is INTEGRITY, and found by doctor', async (table, column, value) => {
    const { id } = await add();
    const bits = engine === 'SQLite' ? `randomblob(32)` : `set_byte(${column}, 20, get_byte(${column}, 20) # 1)`;
    await bench.sql(`update ${table} set ${column} = ${value ?? bits} where connection_id = '${id}'`);
    expect({ leased: codeOf(await lease(id)), isTold: (await problemsOf(id)).includes('does-not-open') }).toEqual({
      leased: 'INTEGRITY',
      isTold: true,
    });
  });

  test('a reference that was unbound, or bound to somewhere else, in the database is not leased, and the unbound one is found by doctor', async () => {
    const [one, two] = [await add(), await add()];
    await bench.sql(`update versions set bound_to = null where connection_id = '${one.id}'`);
    await bench.sql(
      `update versions set bound_to = (select bound_to from versions where connection_id = '${(await add()).id}') where connection_id = '${two.id}'`,
    );
    expect({ unbound: codeOf(await lease(one.id)), rebound: codeOf(await lease(two.id)), problems: await problemsOf(one.id) }).toEqual({
      unbound: 'INTEGRITY',
      rebound: 'INTEGRITY',
      problems: ['state-altered'],
    });
    await bench.sql(`delete from versions where connection_id in ('${one.id}', '${two.id}')`);
    await bench.sql(`delete from connections where id in ('${one.id}', '${two.id}')`);
  });

  test('the table takes sealed content or a reference, and never both or neither', async () => {
    const { id } = await add();
    const refused = async (set: string) =>
      await bench.sql(`update versions set ${set} where connection_id = '${id}'`).then(
        () => false,
        () => true,
      );
    expect({ both: await refused("content_id = 'x'"), neither: await refused('reference = null') }).toEqual({ both: true, neither: true });
  });

  test('maintenance retires a reference and keeps it: there is nothing to destroy, and it can be rolled back to', async () => {
    const { id } = await add();
    await bench.commit(id, await refer(id, keep('first')));
    bench.clock.advance(4 * HOUR);
    await runMaintenance(bench.gateway.app.services);
    bench.clock.advance(8 * DAY);
    await runMaintenance(bench.gateway.app.services);
    const kept = (await bench.versions(id)).map(({ version, label, destroyedAt }) => [version, label, destroyedAt]);
    const back = codeOf(await bench.gateway.graphql(ROLL_BACK, { id, version: 1 }));
    expect({ kept, back, problems: await problemsOf(id) }).toEqual({
      kept: [
        [2, 'CURRENT', null],
        [1, 'RETIRED', null],
      ],
      back: 'ok',
      problems: [],
    });
  });

  test('a staged reference that expires is dropped like any other change', async () => {
    const { id, path } = await add();
    const key = await refer(id, path);
    bench.clock.advance(2 * HOUR);
    await runMaintenance(bench.gateway.app.services);
    expect(codeOf(await bench.gateway.graphql(COMMIT, { id, key }))).toBe('CHANGE_EXPIRED');
  });

  test('its chain of versions is signed anew with a new data key', async () => {
    const { id } = await add();
    await bench.commit(id, await refer(id, keep('first')));
    const { gateway } = bench;
    await gateway.graphql('mutation { rotateDataKey { generation } }');
    const resealed = await gateway.graphql('mutation { resealConnections { resealed failures { connectionId code } } }');
    expect({
      resealed: codeOf(resealed),
      failures: resealed.data.resealConnections.failures.filter(({ connectionId }: { connectionId: string }) => connectionId === id),
      leased: codeOf(await lease(id)),
      problems: await problemsOf(id),
    }).toEqual({ resealed: 'ok', failures: [], leased: 'ok', problems: [] });
  });
});
