import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/outcomes/eventually.ts';
import { ACQUIRE, codeOf, POLICY, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { addReferring, createSecretFolder, type Doorman, GRANT, startDoorman } from '../../support/protocol/references.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const FIVE_MINUTES = 5 * 60_000;
const STAGE = 'mutation ($id: UUID!, $r: SecretReferenceInput) { stageChange(connectionId: $id, changes: "{}", reference: $r) { key } }';
const STAGE_NEW =
  'mutation ($r: SecretReferenceInput) { stageConnection(connectionType: "webhook", details: "{}", reference: $r) { key } }';
const REFERENCE = 'query ($id: UUID!) { connection(id: $id) { versions { reference proven } } }';
const ADD = 'mutation ($k: String!, $n: String!) { addConnection(connectionType: "webhook", key: $k, name: $n) { connection { uuid } } }';
const MISSING = 'query ($key: String!, $id: UUID!) { commitPreview(connectionId: $id, tempCredentialsKey: $key) { missingValidators } }';
const VALIDATE =
  'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success } } }';
const VALIDATIONS =
  'query ($id: UUID!) { auditLog(filter: { entityId: $id, actions: ["change.validate"] }) { edges { node { details } } } }';
const ENABLE = 'mutation ($id: UUID!, $on: Boolean!) { toggleConnectionEnable(connectionId: $id, enable: $on) { success } }';

/** What is proven of a reference, bound to it and kept of it from one change to the next. */
describeOnEachEngine('references from one change to the next', ({ databaseUrl }) => {
  const secrets = createSecretFolder();
  let bench: ProtocolBench;
  let doorman: Doorman;
  let elsewhere: Doorman;
  let made = 0;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    [doorman, elsewhere] = await Promise.all([startDoorman('first'), startDoorman('first')]);
    await bench.gateway.graphql(GRANT, { provider: 'file', prefix: secrets.folder });
  });
  afterAll(async () => {
    doorman.close();
    elsewhere.close();
    await bench.close();
  });
  const contentOf = (pass: string, at = doorman.url) => ({
    url: at,
    signing_secret: 'a signing secret in a file',
    header_name: 'x-pass',
    header_value: pass,
  });
  const write = (name: string, content: unknown) => secrets.write(name, content);
  const nextName = () => {
    made += 1;
    return `${made}.json`;
  };
  const refer = async (id: string, reference: object) =>
    (await bench.gateway.graphql(STAGE, { id, r: { provider: 'file', ...reference } })).data.stageChange.key as string;
  const lease = (id: string) => bench.gateway.graphql(ACQUIRE, { id }, bench.job);
  const passOf = ({ data }: Awaited<ReturnType<typeof lease>>) => data?.acquireLease?.credentials.headerValue ?? null;
  const latest = async (id: string) => (await bench.gateway.graphql(REFERENCE, { id })).data.connection.versions[0];
  const add = async (pass = 'first') => {
    const name = nextName();
    return { name, id: await addReferring(bench.gateway, write(name, contentOf(pass))) };
  };
  const validated = (id: string) =>
    eventually(async () => expect((await bench.gateway.graphql(VALIDATIONS, { id })).data.auditLog.edges.length).toBeGreaterThan(1));

  test('under ADVISORY one is put into use without proof, bound to where it leads, and leased', async () => {
    const { id } = await add();
    await bench.gateway.graphql(POLICY, { id, policy: { commitPolicy: 'ADVISORY' } });
    const name = nextName();
    const saved = codeOf(await bench.commit(id, await refer(id, { path: write(name, contentOf('refused')) })));
    await validated(id);
    const leased = passOf(await lease(id));
    const { proven } = await latest(id);
    write(name, contentOf('refused', elsewhere.url));
    bench.clock.advance(FIVE_MINUTES);
    expect({ saved, leased, proven, moved: codeOf(await lease(id)), sent: elsewhere.sent }).toEqual({
      saved: 'ok',
      leased: 'refused',
      proven: false,
      moved: 'SECRET_REENTRY_REQUIRED',
      sent: [],
    });
  });

  test('under ADVISORY one that was saved while its connection was off is bound when that is enabled, and leased', async () => {
    const { id } = await add();
    await bench.gateway.graphql(POLICY, { id, policy: { commitPolicy: 'ADVISORY' } });
    await bench.gateway.graphql(ENABLE, { id, on: false });
    await bench.commit(id, await refer(id, { path: write(nextName(), contentOf('refused')) }));
    const enabled = codeOf(await bench.gateway.graphql(ENABLE, { id, on: true }));
    await validated(id);
    expect({ enabled, leased: passOf(await lease(id)) }).toEqual({ enabled: 'ok', leased: 'refused' });
  });

  test('proof is of the value that was tried, also when the secret is changed in between', async () => {
    const { id, name } = await add();
    const key = await refer(id, { path: secrets.path(name) });
    const missing = async () => (await bench.gateway.graphql(MISSING, { id, key })).data.commitPreview.missingValidators.length;
    await lease(id);
    // What was read is kept, and refused: the run goes on with what the secret is now.
    write(name, contentOf('second'));
    doorman.admits = 'second';
    const { success } = (await bench.gateway.graphql(VALIDATE, { key })).data.testUpdatedCredentialsV2.validationResult;
    const ofSecond = await missing();
    write(name, contentOf('third'));
    bench.clock.advance(FIVE_MINUTES);
    const ofThird = await missing();
    write(name, contentOf('second'));
    bench.clock.advance(FIVE_MINUTES);
    const again = await missing();
    doorman.admits = 'first';
    expect({ success, ofSecond, ofThird, again }).toEqual({ success: true, ofSecond: 0, ofThird: 1, again: 0 });
  });

  test('the member of a secret is kept for the same secret, and never carried to another path', async () => {
    const name = nextName();
    write(name, { sales: contentOf('first') });
    const staged = await bench.gateway.graphql(STAGE_NEW, { r: { provider: 'file', path: secrets.path(name), key: 'sales' } });
    const { data } = await bench.gateway.graphql(ADD, { k: staged.data.stageConnection.key, n: `member ${made}` });
    const id = data.addConnection.connection.uuid;
    const kept = codeOf(await bench.commit(id, await refer(id, {})));
    const afterwards = (await latest(id)).reference.key;
    const other = write(nextName(), contentOf('first'));
    const moved = codeOf(await bench.commit(id, await refer(id, { path: other })));
    expect({ kept, afterwards, moved, reference: (await latest(id)).reference }).toEqual({
      kept: 'ok',
      afterwards: 'sales',
      moved: 'ok',
      reference: { provider: 'file', path: other, key: null },
    });
  });

  test('the name of a member has 128 characters at most', async () => {
    const { id, name } = await add();
    const stage = async (key: string) =>
      codeOf(await bench.gateway.graphql(STAGE, { id, r: { provider: 'file', path: secrets.path(name), key } }));
    expect({
      longest: await stage('k'.repeat(128)),
      tooLong: await stage('k'.repeat(129)),
      spaced: await stage('a b'),
      empty: await stage(''),
    }).toEqual({ longest: 'ok', tooLong: 'BAD_REQUEST', spaced: 'BAD_REQUEST', empty: 'BAD_REQUEST' });
  });
});
