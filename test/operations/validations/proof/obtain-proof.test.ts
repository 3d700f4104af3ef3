import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../support/outcomes/eventually.ts';
import { codeOf, POLICY, type ProtocolBench, startProtocol } from '../../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../../support/store/engines.ts';

const SECOND = 'a secret of the second version';
const VALIDATE =
  'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success } } }';
const MISSING = 'query ($key: String!, $id: UUID!) { commitPreview(connectionId: $id, tempCredentialsKey: $key) { missingValidators } }';
const SAVE_UNCHECKED =
  'mutation ($id: UUID!, $c: JSONString!) { updateCredentials(connectionId: $id, changes: $c, shouldValidate: false) { version } }';
const ENABLE = 'mutation ($id: UUID!, $on: Boolean!) { toggleConnectionEnable(connectionId: $id, enable: $on) { success } }';
const SAVED =
  'query ($id: UUID!) { auditLog(filter: { entityId: $id, actions: ["connection.update"] }) { edges { node { actorTokenId details } } } }';
const VALIDATED = 'query ($id: UUID!) { auditLog(filter: { entityId: $id, actions: ["change.validate"] }) { edges { node { details } } } }';

/** When proof is needed, how long it holds and what may do without, over HTTP. */
describeOnEachEngine('proof', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());
  const missing = async (id: string, key: string) =>
    (await bench.gateway.graphql(MISSING, { id, key })).data.commitPreview.missingValidators;
  const policy = (id: string, wanted: object) => bench.gateway.graphql(POLICY, { id, policy: wanted });
  /** Versions whose validate_connection was audited, failed or not. */
  const validatedVersions = async (id: string) =>
    (await bench.gateway.graphql(VALIDATED, { id })).data.auditLog.edges
      .map(({ node }: { node: { details: { version: number; validator: string; status: string } } }) => node.details)
      .filter(({ version, validator }: { version: number; validator: string }) => version !== null && validator === 'validate_connection')
      .map(({ version, status }: { version: number; status: string }) => `${version} ${status}`);

  test('proof holds for 15 minutes to the millisecond', async () => {
    const { gateway, clock, add, stage } = bench;
    const id = await add();
    const key = await stage(id, SECOND);
    await gateway.graphql(VALIDATE, { key });
    clock.advance(15 * 60_000);
    const held = await missing(id, key);
    clock.advance(1);
    expect({ held, missing: await missing(id, key) }).toEqual({ held: [], missing: ['validate_connection'] });
  });

  test('a later failure takes proof away, and a commit then asks the real system again', async () => {
    const { gateway, receiver, clock, add, stage, commit, labels } = bench;
    const id = await add();
    const key = await stage(id, SECOND);
    await gateway.graphql(VALIDATE, { key });
    clock.advance(1);
    receiver.status = 401;
    await gateway.graphql(VALIDATE, { key });
    const refused = codeOf(await commit(id, key));
    receiver.status = 204;
    expect({ refused, saved: codeOf(await commit(id, key)), labels: await labels(id) }).toEqual({
      refused: 'VALIDATION_FAILED',
      saved: 'ok',
      labels: ['2 CURRENT', '1 PREVIOUS'],
    });
  });

  test('an ADVISORY connection commits without proof, and is validated at once afterwards', async () => {
    const { receiver, add, save, versions } = bench;
    const id = await add();
    await policy(id, { commitPolicy: 'ADVISORY' });
    receiver.status = 401;
    const saved = codeOf(await save(id, SECOND));
    await eventually(async () => expect(await validatedVersions(id)).toEqual(['2 failed']));
    receiver.status = 204;
    expect({ saved, versions: (await versions(id)).map(({ version, proven }) => [version, proven]) }).toEqual({
      saved: 'ok',
      versions: [
        [2, false],
        [1, true],
      ],
    });
  });

  test('what an owner saves unproven is audited as that, and validated at once afterwards', async () => {
    const { gateway, receiver, add } = bench;
    const id = await add();
    receiver.status = 500;
    await gateway.graphql(SAVE_UNCHECKED, { id, c: JSON.stringify({ signing_secret: SECOND }) });
    await eventually(async () => expect(await validatedVersions(id)).toEqual(['2 failed']));
    receiver.status = 204;
    const { edges } = (await gateway.graphql(SAVED, { id })).data.auditLog;
    expect(edges.map(({ node }: { node: object }) => node)).toEqual([
      { actorTokenId: gateway.owner.id, details: expect.objectContaining({ version: 2, proven: false }) },
    ]);
  });

  test('a connection that is enabled under ADVISORY is validated afterwards, under VALIDATED before', async () => {
    const { gateway, receiver, add, save } = bench;
    const [advisory, validated] = [await add(), await add()];
    await policy(advisory, { commitPolicy: 'ADVISORY' });
    for (const id of [advisory, validated]) {
      await gateway.graphql(ENABLE, { id, on: false });
      await save(id, SECOND);
    }
    receiver.status = 401;
    const codes = [
      codeOf(await gateway.graphql(ENABLE, { id: advisory, on: true })),
      codeOf(await gateway.graphql(ENABLE, { id: validated, on: true })),
    ];
    await eventually(async () => expect(await validatedVersions(advisory)).toEqual(['2 failed']));
    receiver.status = 204;
    expect(codes).toEqual(['ok', 'VALIDATION_FAILED']);
  });

  test('a commit that needed no proof when it was begun, and does when it is written, is refused', async () => {
    const { gateway, add, stage, commit, intrude, labels } = bench;
    const id = await add();
    await gateway.graphql(ENABLE, { id, on: false });
    const key = await stage(id, SECOND);
    const answer = await intrude(id, () => commit(id, key), `update connections set is_active = true where id = '${id}'`);
    expect({ answer: codeOf(answer), labels: await labels(id) }).toEqual({ answer: 'VALIDATION_FAILED', labels: ['1 CURRENT'] });
  });

  test('a commit whose token is revoked while it is being proven changes nothing', async () => {
    const { gateway, add, stage, labels } = bench;
    const id = await add();
    const admin = await gateway.token('admin');
    const key = await stage(id, SECOND);
    const held = holdReceiver();
    const committing = gateway.graphql(
      'mutation ($key: String!, $id: UUID!) { updateCredentialsV2(connectionId: $id, tempCredentialsKey: $key) { version } }',
      { id, key },
      admin,
    );
    await held.called();
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: admin.id });
    held.release();
    expect({ committed: codeOf(await committing), labels: await labels(id) }).toEqual({
      committed: 'UNAUTHENTICATED',
      labels: ['1 CURRENT'],
    });
  });

  function holdReceiver() {
    const { receiver } = bench;
    const before = receiver.calls;
    let release = () => {};
    receiver.hold = new Promise((resolve) => {
      release = resolve;
    });
    return {
      called: () => eventually(() => expect(receiver.calls).toBeGreaterThan(before)),
      release: () => release(),
    };
  }
});
