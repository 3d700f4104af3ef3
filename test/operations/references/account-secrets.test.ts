import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACQUIRE, codeOf, type ProtocolBench, READ, startProtocol } from '../../support/protocol/protocol.ts';
import { GRANT, STAGE_NEW, UPDATE_REFERENCE } from '../../support/protocol/references.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const CREATE =
  'mutation ($n: String!, $v: String!, $s: String!) { createAccountSecret(name: $n, scope: $s, value: $v) { secret { name } } }';
const UPDATE = 'mutation ($n: String!, $v: String!) { updateAccountSecret(name: $n, scope: "global", value: $v) { secret { version } } }';
const ADD = 'mutation ($k: String!, $n: String!) { addConnection(connectionType: "webhook", key: $k, name: $n) { connection { uuid } } }';

/** Connections whose credentials stay in the project's own account secrets. */
describeOnEachEngine('references to account secrets', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());

  const content = (secret: string) => JSON.stringify({ url: bench.receiver.url, signing_secret: secret });
  const keep = (name: string, value: string, scope = 'global') => bench.gateway.graphql(CREATE, { n: name, v: value, s: scope });
  const stage = (kind: string, name: string) =>
    bench.gateway.graphql(STAGE_NEW, {
      d: { connectionType: kind, selfHostedCredentialsType: 'ACCOUNT_SECRET', accountSecret: name },
    });

  async function add(name: string): Promise<string> {
    const { data } = await stage('webhook', name);
    const added = await bench.gateway.graphql(ADD, { k: data.testSelfHostedCredentialsV2.key, n: `of ${name}` });
    return added.data?.addConnection?.connection?.uuid ?? codeOf(added);
  }

  test('a job is given what the secret says now, and nothing once the secret is deleted', async () => {
    const { gateway, job } = bench;
    await keep('hook', content('the first signing secret'));
    const id = await add('hook');
    const acquired = await gateway.graphql(ACQUIRE, { id }, job);
    await gateway.graphql(UPDATE, { n: 'hook', v: content('the second signing secret') });
    const { key } = acquired.data.acquireLease;
    const second = await gateway.graphql(READ, { key }, job);
    await gateway.graphql('mutation { deleteAccountSecret(name: "hook") { deleted } }');
    const gone = await gateway.graphql(READ, { key }, job);
    expect({
      first: acquired.data.acquireLease.credentials.signing_secret ?? acquired.data.acquireLease.credentials.signingSecret,
      second: second.data.readLease.credentials.signing_secret ?? second.data.readLease.credentials.signingSecret,
      gone: codeOf(gone),
    }).toEqual({ first: 'the first signing secret', second: 'the second signing secret', gone: '503' });
  });

  test('a connection whose credentials are stored here becomes self-hosted, and managed again, without being made anew', async () => {
    const { gateway, job } = bench;
    const id = await bench.add();
    await keep('moved', content('a signing secret that moved'));
    const staged = await gateway.graphql(UPDATE_REFERENCE, {
      id,
      c: { selfHostedCredentialsType: 'ACCOUNT_SECRET', accountSecret: 'moved' },
    });
    const committed = codeOf(await bench.commit(id, staged.data.updateSelfHostedCredentialsV2.result.key));
    const hosted = await gateway.graphql(ACQUIRE, { id }, job);
    const back = await gateway.graphql(
      'mutation ($id: UUID!, $c: JSONString!) { updateCredentials(connectionId: $id, changes: $c, shouldReplace: true) { success } }',
      { id, c: JSON.stringify({ url: bench.receiver.url, signing_secret: 'a signing secret of ours' }) },
    );
    const managed = await gateway.graphql(ACQUIRE, { id }, job);
    expect({
      committed,
      hosted: hosted.text.includes('a signing secret that moved'),
      back: codeOf(back),
      managed: managed.text.includes('a signing secret of ours'),
    }).toEqual({ committed: 'ok', hosted: true, back: 'ok', managed: true });
  });

  test('a secret for notifications serves kinds that notify, and no others', async () => {
    await keep('alarm', content('a signing secret of the alarm'), 'notifications');
    const kinds = [];
    for (const kind of ['webhook', 'postgres']) {
      const { data } = await bench.gateway.graphql(
        'mutation ($d: SelfHostedCredentialsConnectionDetails!) { testSelfHostedCredentialsV2(connectionDetails: $d, validationName: "validate_connection") { validationResult { success errors { cause } } } }',
        { d: { connectionType: kind, selfHostedCredentialsType: 'ACCOUNT_SECRET', accountSecret: 'alarm' } },
      );
      const { success, errors } = data.testSelfHostedCredentialsV2.validationResult;
      kinds.push([success, errors.map(({ cause }: { cause: string }) => cause)]);
    }
    expect(kinds).toEqual([
      [true, []],
      [false, ['account secret: not-granted']],
    ]);
  });

  test('it needs no grant, and none is given; who is limited to some integrations names none', async () => {
    const { gateway } = bench;
    const id = await bench.add();
    const [row] = await bench.sql(`select integration_id as id from connections where id = '${id}'`);
    const made = await gateway.graphql(
      'mutation ($i: [UUID!]) { createToken(name: "limited", roles: [admin], integrationIds: $i) { secret token { id } } }',
      { i: [row?.id] },
    );
    const limited = { id: made.data.createToken.token.id, secret: made.data.createToken.secret };
    await keep('limited', content('a signing secret of the project'));
    const change = { id, c: { selfHostedCredentialsType: 'ACCOUNT_SECRET', accountSecret: 'limited' } };
    expect({
      grant: codeOf(await gateway.graphql(GRANT, { provider: 'account', prefix: 'limited' })),
      limited: codeOf(await gateway.graphql(UPDATE_REFERENCE, change, limited)),
      owner: codeOf(await gateway.graphql(UPDATE_REFERENCE, change)),
      noName: codeOf(await gateway.graphql(UPDATE_REFERENCE, { ...change, c: { ...change.c, accountSecret: 'a b' } })),
    }).toEqual({ grant: 'BAD_REQUEST', limited: 'FORBIDDEN', owner: 'ok', noName: 'BAD_REQUEST' });
  });
});
