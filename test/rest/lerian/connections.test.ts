import { afterAll, beforeAll, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { createConnection } from '../../../src/operations/connections/create-connection.ts';
import { MODES } from '../../../src/rest/lerian/rules/ssl.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { C, LEDGER, lerianClient, PASSWORD, PEM, told } from '../../support/gateway/lerian-client.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

describeOnEachEngine("Lerian's connections", ({ databaseUrl }) => {
  let gateway: TestGateway;
  let client: ReturnType<typeof lerianClient>;
  beforeAll(async () => {
    const url = await databaseUrl();
    gateway = await startGateway(url === null ? {} : { databaseUrl: url });
    client = lerianClient(gateway);
  });
  afterAll(() => gateway.close());

  const made = async (configName: string, changed: object = {}): Promise<string> => {
    const answer = await client.create({ configName, ...changed });
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body.id;
  };
  const versionsOf = async (id: string): Promise<number> => Number((await client.get(id)).headers.get('etag')?.replaceAll('"', ''));

  test('a new one is answered whole, without its password, and found again', async () => {
    const created = await client.create(
      { configName: 'whole', schema: 'core', ssl: { mode: 'verify-full', ca: PEM }, metadata: { team: 'finance' } },
      ' Billing ',
    );
    const found = await client.get(created.body.id);
    const { id, createdAt, updatedAt, ...rest } = created.body;
    expect({
      status: created.status,
      same: found.text === created.text,
      id,
      createdAt,
      updatedAt,
      rest,
      quotes: created.text.includes(PASSWORD),
    }).toEqual({
      status: 201,
      same: true,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updatedAt: createdAt,
      rest: {
        productName: 'billing',
        configName: 'whole',
        type: 'POSTGRESQL',
        host: '127.0.0.1',
        port: 1,
        databaseName: 'ledger',
        schema: 'core',
        userName: 'reader',
        ssl: { mode: 'verify-full' },
        metadata: { team: 'finance' },
      },
      quotes: false,
    });
  });

  test('a patch changes what it sends, in the version that GraphQL sees, and nothing else', async () => {
    const id = await made('patched', { metadata: { team: 'a', cost: 'b' } });
    const patched = await client.patch(id, {
      host: '127.0.0.2',
      password: 'another-password',
      username: 'writer',
      schema: '',
      metadata: { team: 'c' },
      typo: 1,
    });
    const seen = await gateway.graphql('query ($id: UUID!) { connection(id: $id) { name kind settings currentVersion { version } } }', {
      id,
    });
    expect({
      status: patched.status,
      ignored: patched.headers.get('x-changeover-ignored'),
      etag: patched.headers.get('etag'),
      body: patched.body,
      seen: seen.data ?? seen.errors,
    }).toMatchObject({
      status: 200,
      ignored: 'typo',
      etag: '"2"',
      body: { host: '127.0.0.2', userName: 'writer', schema: '', metadata: { team: 'c' }, databaseName: 'ledger', port: 1 },
      seen: {
        connection: {
          name: 'patched',
          kind: 'postgres',
          settings: { host: '127.0.0.2', user: 'writer' },
          currentVersion: { version: 2 },
        },
      },
    });
  });

  test('the same values again move updatedAt and make no version; a secret always does', async () => {
    const id = await made('same');
    const before = (await client.get(id)).body.updatedAt;
    const same = await client.patch(id, { host: LEDGER.host, port: LEDGER.port, configName: 'same' });
    const afterSame = await versionsOf(id);
    await client.patch(id, { password: PASSWORD });
    expect({ status: same.status, moved: same.body.updatedAt > before, afterSame, afterSecret: await versionsOf(id) }).toEqual({
      status: 200,
      moved: true,
      afterSame: 1,
      afterSecret: 2,
    });
  });

  test('another type makes a version of another kind, in which the stored mode of TLS has to be one', async () => {
    const id = await made('retyped', { ssl: { mode: 'disable' } });
    const refused = await client.patch(id, { type: 'MYSQL' });
    const moved = await client.patch(id, { type: 'ORACLE' });
    const history = await gateway.graphql('query ($id: UUID!) { connection(id: $id) { kind } }', { id });
    expect({
      refused: told(refused),
      moved: [moved.status, moved.body.type, moved.body.ssl],
      kind: history.data?.connection?.kind,
    }).toEqual({
      refused: { status: 400, code: 'FET-0001', fields: ['ssl.mode'] },
      moved: [200, 'ORACLE', { mode: 'disable' }],
      kind: 'oracle',
    });
  });

  test('the mode of TLS alone keeps the certificates, and with any of them the block is replaced', async () => {
    const id = await made('tls', { ssl: { mode: 'require', ca: PEM, key: 'CNRYlerian-key' } });
    const none = await made('no-tls');
    const outcomes = {
      stricter: await client.patch(id, { ssl: { mode: 'verify-full' } }),
      looser: await client.patch(id, { ssl: { mode: 'prefer' } }),
      looserWithPassword: await client.patch(id, { ssl: { mode: 'prefer', ca: PEM }, password: PASSWORD }),
      withoutCa: await client.patch(id, { ssl: { mode: 'require', cert: PEM } }),
      caAlone: await client.patch(id, { ssl: { ca: 'TUlJ' }, password: PASSWORD }),
      unknown: await client.patch(id, { ssl: { mode: 'true' } }),
      nothingStored: await client.patch(none, { ssl: { ca: PEM } }),
      modeAloneNothingStored: await client.patch(none, { ssl: { mode: 'require' } }),
      disable: await client.patch(none, { ssl: { mode: 'disable' }, password: PASSWORD }),
    };
    expect(
      Object.fromEntries(
        Object.entries(outcomes).map(([name, answer]) => [name, answer.status === 200 ? answer.body.ssl.mode : told(answer)]),
      ),
    ).toEqual({
      stricter: 'verify-full',
      looser: { status: 400, code: 'FET-0402', fields: ['password', 'ssl.key'] },
      looserWithPassword: 'prefer',
      withoutCa: { status: 400, code: 'FET-0402', fields: ['ssl.ca'] },
      caAlone: 'prefer',
      unknown: { status: 400, code: 'FET-0001', fields: ['ssl.mode'] },
      nothingStored: { status: 400, code: 'FET-0402', fields: ['ssl.mode'] },
      modeAloneNothingStored: { status: 400, code: 'FET-0402', fields: ['ssl.ca'] },
      disable: 'disable',
    });
  });

  test('every mode of every type is taken, and shown as it was given', async () => {
    const all = Object.entries(MODES).flatMap(([type, modes]) => Object.keys(modes).map((mode) => ({ type, mode })));
    const shown = [];
    for (const [index, { type, mode }] of all.entries()) {
      const { body } = await client.create({ configName: `mode-${index}`, type, ssl: { mode, ca: PEM, cert: 'TUlJ', key: 'a key' } });
      shown.push({ type: body.type, mode: body.ssl?.mode });
    }
    expect(shown).toEqual(all);
  });

  test('a stored password goes to no other host, port or less protected place (N6)', async () => {
    const id = await made('bound');
    const answers = [await client.patch(id, { host: '127.0.0.2' }), await client.patch(id, { port: 2 })];
    expect({ told: answers.map(told), host: (await client.get(id)).body.host }).toEqual({
      told: answers.map(() => ({ status: 400, code: 'FET-0402', fields: ['password'] })),
      host: LEDGER.host,
    });
  });

  test('names are unique among what is shown, whoever made it, and free again once removed', async () => {
    const first = await made('taken');
    const second = await made('other');
    const duplicate = await client.create({ configName: 'taken' });
    const renamed = await client.patch(second, { configName: 'taken' });
    const kept = await client.get(second);
    const otherCase = await client.patch(second, { configName: 'Taken' });
    const removed = [await client.remove(first), await client.remove(first), await client.get(first)];
    const again = await client.create({ configName: 'taken' });
    const old = await client.create({ configName: 'other' });
    expect({
      duplicate: told(duplicate),
      renamed: told(renamed),
      kept: kept.body.configName,
      otherCase: otherCase.body.configName,
      removed: removed.map(told),
      again: again.status,
      old: old.status,
    }).toEqual({
      duplicate: { status: 409, code: 'FET-1002' },
      renamed: { status: 409, code: 'FET-1002' },
      kept: 'other',
      otherCase: 'Taken',
      removed: [{ status: 204 }, { status: 404, code: 'FET-1001' }, { status: 404, code: 'FET-1001' }],
      again: 201,
      old: 201,
    });
  });

  test('If-Match names the version that is changed, and another one is a precondition that does not hold', async () => {
    const id = await made('matched');
    const right = await client.patch(id, { schema: 'core' }, { 'if-match': '"1"' });
    const wrong = await client.patch(id, { schema: 'other' }, { 'if-match': '"1"' });
    expect({ right: [right.status, right.headers.get('etag')], wrong: told(wrong) }).toEqual({
      right: [200, '"2"'],
      wrong: { status: 412, code: 'FET-0004' },
    });
  });

  test('of many patches at once each takes effect, and each has a version of its own', async () => {
    const id = await made('raced');
    const answers = await Promise.all(['a', 'b', 'c'].map((schema) => client.patch(id, { schema })));
    expect({ statuses: answers.map(({ status }) => status), version: await versionsOf(id) }).toEqual({
      statuses: [200, 200, 200],
      version: 4,
    });
  });

  test('one that another way in made is shown, belongs to no product until it is assigned, once, and is then changed like others', async () => {
    const actor = localActor(gateway.app.projectId, 'test', { id: 'test', ip: null, client: {} });
    const { configName: _name, databaseName: database, userName: user, type: _type, ...rest } = LEDGER;
    const { connectionId } = await createConnection(gateway.app.services, actor, {
      kind: 'postgres',
      details: { ...rest, database, user },
      integration: { name: 'from elsewhere' },
      isActive: false,
    });
    const shown = await client.get(connectionId);
    const unassigned = await client.send(`GET ${C}/unassigned`);
    const refused = await client.patch(connectionId, { schema: 'core' });
    const assign = (product: string) => client.send(`POST ${C}/${connectionId}/assign`, undefined, { 'x-product-name': product });
    const assigned = [await assign('Billing'), await assign('billing')];
    const named = await client.patch(connectionId, { schema: 'core' });
    const patched = await client.patch(connectionId, { schema: 'core', configName: 'from-elsewhere' });
    expect({
      shown: [shown.status, shown.body.configName, shown.body.productName],
      unassigned: unassigned.body.items.map(({ id }: { id: string }) => id),
      refused: told(refused),
      assigned: [assigned[0]?.body.productName, told(assigned[1] ?? shown)],
      named: told(named),
      patched: [patched.status, patched.body.configName, patched.body.schema],
    }).toEqual({
      shown: [200, 'from elsewhere', undefined],
      unassigned: [connectionId],
      refused: { status: 400, code: 'FET-0402', fields: ['product_name', 'config_name'] },
      assigned: ['billing', { status: 409, code: 'FET-1015' }],
      named: { status: 400, code: 'FET-0402', fields: ['config_name'] },
      patched: [200, 'from-elsewhere', 'core'],
    });
  });
});
