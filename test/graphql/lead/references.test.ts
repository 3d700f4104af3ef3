import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formsOf } from '../../contracts/connector.ts';
import { COMMIT, startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { codeOf } from '../../support/protocol/protocol.ts';
import {
  addReferring,
  createSecretFolder,
  type Doorman,
  GRANT,
  REVOKE,
  STAGE_NEW,
  startDoorman,
  UPDATE_REFERENCE,
} from '../../support/protocol/references.ts';

const PASS = `CNRY${randomBytes(16).toString('hex')}`;
const SIGNING = `CNRY${randomBytes(24).toString('hex')}`;
const TEST_NEW =
  'mutation ($d: SelfHostedCredentialsConnectionDetails!) { testSelfHostedCredentialsV2(connectionDetails: $d, validationName: "validate_connection") { key validationResult { success errors { code cause friendlyMessage resolution } } } }';
const TEST_V1 =
  'mutation ($m: String, $k: String, $t: String, $r: String) { testSelfHostedCredentials(connectionType: $t, selfHostingMechanism: $m, selfHostingKey: $k, region: $r) { key success validations { type message } warnings { type message data { error } } } }';
const STAGE =
  'mutation ($d: JSONString!, $r: SecretReferenceInput) { stageConnection(connectionType: "webhook", details: $d, reference: $r) { key changedFields } }';
const ADD = 'mutation ($k: String!, $n: String!) { addConnection(connectionType: "webhook", key: $k, name: $n) { connection { uuid } } }';
const AUDIT = 'query ($a: [String!]) { auditLog(filter: { actions: $a }) { edges { node { action entity actorTokenId details } } } }';

let gateway: TestGateway;
let doorman: Doorman;
const secrets = createSecretFolder();
const content = (rest: object = {}) => ({ url: doorman.url, signing_secret: SIGNING, header_name: 'x-pass', header_value: PASS, ...rest });

beforeAll(async () => {
  doorman = await startDoorman(PASS);
  gateway = await startGateway({
    settings: {
      MCD_HOOK: JSON.stringify({ connect_args: content() }),
      MCD_OTHER_HOOK: 'never read',
      MCD_BARE: JSON.stringify({ signing_secret: SIGNING, header_name: 'x-pass', header_value: PASS }),
      MCD_MANY: JSON.stringify({ alerts: content(), text: JSON.stringify(content()), number: 1 }),
      MCD_PG: JSON.stringify({
        host: 'db.example.com',
        port: '5433',
        dbname: 'sales',
        user: 'loader',
        password: 'p',
        ssl_mode: 'verify-full',
      }),
    },
  });
  for (const name of ['MCD_HOOK', 'MCD_BARE', 'MCD_MANY', 'MCD_PG', 'MCD_NONE'])
    await gateway.graphql(GRANT, { provider: 'env', prefix: name });
  await gateway.graphql(GRANT, { provider: 'file', prefix: secrets.folder });
});
afterAll(async () => {
  doorman.close();
  await gateway.close();
});

const details = (envVarName: string, rest: object = {}) => ({
  connectionType: 'webhook',
  selfHostedCredentialsType: 'ENV_VAR',
  envVarName,
  ...rest,
});
const tested = async (d: object) => {
  const { data } = await gateway.graphql(TEST_NEW, { d });
  const { success, errors } = data.testSelfHostedCredentialsV2.validationResult;
  return success ? 'passed' : errors.map(({ code }: { code: string }) => code).join();
};

describe('self-hosted credentials in the words of the lead API', () => {
  test('a validator runs on what a variable holds, and stores nothing', async () => {
    const before = (await gateway.graphql('{ changes { edges { node { id } } } }')).data.changes.edges.length;
    doorman.sent.length = 0;
    const result = await tested(details('MCD_HOOK'));
    const after = (await gateway.graphql('{ changes { edges { node { id } } } }')).data.changes.edges.length;
    expect({ result, sent: doorman.sent, stored: after - before }).toEqual({ result: 'passed', sent: [PASS], stored: 0 });
  });

  test('save_credentials stages the reference, and reads and dials nothing', async () => {
    doorman.sent.length = 0;
    const staged = await gateway.graphql(STAGE_NEW, { d: details('MCD_NONE') });
    expect({ key: typeof staged.data.testSelfHostedCredentialsV2.key, sent: doorman.sent }).toEqual({ key: 'string', sent: [] });
  });

  test('the older form runs every validator, and gives a key for the one that passed alone', async () => {
    const good = (await gateway.graphql(TEST_V1, { t: 'webhook', m: 'env_var', k: 'MCD_HOOK' })).data.testSelfHostedCredentials;
    const bad = (await gateway.graphql(TEST_V1, { t: 'webhook', m: 'ENV-VAR', k: 'MCD_NONE' })).data.testSelfHostedCredentials;
    const added = await gateway.graphql(ADD, { k: good.key, n: 'of the older form' });
    expect({ good: good.success, added: codeOf(added), badKey: bad.key, bad: bad.success, message: bad.validations[0].message }).toEqual({
      good: true,
      added: 'ok',
      badKey: null,
      bad: false,
      message: 'validate_connection failed: The secret that env:MCD_NONE names does not exist.',
    });
  });

  test.each<[string, object, string, string | undefined]>([
    ['no variable named', { envVarName: null }, 'BAD_REQUEST', 'envVarName'],
    ["one of the gateway's own settings", { envVarName: 'CHANGEOVER_MASTER_KEY_FILE' }, 'BAD_REQUEST', 'envVarName'],
    ['any other variable', { envVarName: 'PATH' }, 'BAD_REQUEST', 'envVarName'],
    ['a prefix alone', { envVarName: 'MCD_' }, 'BAD_REQUEST', 'envVarName'],
    ['a variable that was not granted', { envVarName: 'MCD_OTHER_HOOK' }, 'FORBIDDEN', 'envVarName'],
    ['a path for a variable', { filePath: '/run/secrets/x' }, 'BAD_REQUEST', 'filePath'],
    ['a field of another manager', { awsSecret: 'arn:aws:x' }, 'BAD_REQUEST', 'awsSecret'],
    ['decryption without the key that decrypts', { decryptionServiceType: 'KMS' }, 'BAD_REQUEST', 'kmsKeyId'],
    ['a region for no key', { awsRegion: 'eu-west-1' }, 'BAD_REQUEST', 'awsRegion'],
    ['a setting that the kind does not have', { bqProjectId: 'p' }, 'UNKNOWN_OPTION', 'settings.bqProjectId'],
    ['an unknown kind', { connectionType: 'no-such-kind' }, 'BAD_REQUEST', 'connectionType'],
    ['a relative path', { selfHostedCredentialsType: 'FILE', envVarName: null, filePath: 'x.json' }, 'BAD_REQUEST', 'filePath'],
    [
      'a path with ..',
      { selfHostedCredentialsType: 'FILE', envVarName: null, filePath: `${secrets.folder}/../x` },
      'BAD_REQUEST',
      'filePath',
    ],
    [
      'a path outside of the grant',
      { selfHostedCredentialsType: 'FILE', envVarName: null, filePath: '/etc/passwd' },
      'FORBIDDEN',
      'filePath',
    ],
    [
      'the granted folder itself',
      { selfHostedCredentialsType: 'FILE', envVarName: null, filePath: secrets.folder },
      'FORBIDDEN',
      'filePath',
    ],
  ])('%s is refused by field, and stores nothing', async (_, given, code, path) => {
    const rows = async () => {
      const { data } = await gateway.graphql('{ changes { edges { node { id } } } auditLog { edges { node { id action } } } }');
      // That it was refused is audited; of all else the newest stays the newest.
      const told = data?.auditLog.edges.filter(({ node }: { node: { action: string } }) => node.action !== 'request.refuse');
      return JSON.stringify([data?.changes, told[0]]);
    };
    const before = await rows();
    const { errors } = await gateway.graphql(STAGE_NEW, { d: { ...details('MCD_HOOK'), ...given } });
    expect({ code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path, isUnchanged: (await rows()) === before }).toEqual({
      code,
      path,
      isUnchanged: true,
    });
  });

  test.each<[string, object, string]>([
    ['no ARN of a secret', { t: 'webhook', m: 'secretsmanager', k: 'arn:aws:x' }, 'selfHostingKey'],
    ['a mechanism that nobody has', { t: 'webhook', m: 'keychain', k: 'x' }, 'selfHostingMechanism'],
    ['no mechanism', { t: 'webhook', k: 'MCD_HOOK' }, 'selfHostingMechanism'],
    ['no key', { t: 'webhook', m: 'env_var' }, 'selfHostingKey'],
    ['no kind', { m: 'env_var', k: 'MCD_HOOK' }, 'connectionType'],
    ['a region', { t: 'webhook', m: 'env_var', k: 'MCD_HOOK', r: 'eu-west-1' }, 'region'],
    ['a property of every object as the mechanism', { t: 'webhook', m: 'constructor', k: 'x' }, 'selfHostingMechanism'],
  ])('the older form with %s is BAD_REQUEST by field', async (_, given, path) => {
    const { errors } = await gateway.graphql(TEST_V1, given);
    expect({ code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path }).toEqual({ code: 'BAD_REQUEST', path });
  });

  test('an update keeps what is left out, takes the place that alone is given, refuses one of another manager than it names, and replaces on demand', async () => {
    const id = await addReferring(gateway, secrets.write('kept.json', content()));
    const update = async (c: object, replace = false) => {
      const { data, errors } = await gateway.graphql(UPDATE_REFERENCE, { id, c, replace });
      return data?.updateSelfHostedCredentialsV2?.result?.key ?? errors?.[0]?.extensions.path;
    };
    const other = secrets.write('other.json', content());
    expect({
      foreign: await update({ selfHostedCredentialsType: 'FILE', envVarName: 'MCD_HOOK' }),
      both: await update({ envVarName: 'MCD_HOOK', accountSecret: 'hook' }),
      type: await update({ selfHostedCredentialsType: 'ENV_VAR' }),
      cleared: await update({}, true),
      file: codeOf(await gateway.graphql(COMMIT, { id, key: await update({ filePath: other }) })),
      variable: codeOf(await gateway.graphql(COMMIT, { id, key: await update({ envVarName: 'MCD_HOOK' }) })),
      reference: (await gateway.graphql('query ($id: UUID!) { connection(id: $id) { versions(first: 1) { reference } } }', { id })).data
        .connection.versions[0].reference,
    }).toEqual({
      foreign: 'envVarName',
      both: 'envVarName',
      type: 'envVarName',
      cleared: 'selfHostedCredentialsType',
      file: 'ok',
      variable: 'ok',
      reference: { provider: 'env', path: 'MCD_HOOK', key: null },
    });
  });
});

describe('what a secret may hold', () => {
  const stage = (path: string, key: string | null, settings: object = {}) =>
    gateway.graphql(STAGE, { d: JSON.stringify(settings), r: { provider: 'env', path, key } });
  const added = async (...given: Parameters<typeof stage>) => {
    const staged = await stage(...given);
    if (staged.errors !== undefined) return `${codeOf(staged)} ${String(staged.errors[0]?.extensions.path)}`;
    const answer = await gateway.graphql(ADD, { k: staged.data.stageConnection.key, n: `n${Math.random()}` });
    const [problem] = (answer.errors?.[0]?.extensions.problems ?? []) as readonly { code: string; friendlyMessage: string }[];
    return problem === undefined ? codeOf(answer) : `${problem.code} ${/\((.*)\)/.exec(problem.friendlyMessage)?.[1] ?? ''}`;
  };

  test('one member of it by its key, an object or the text of one', async () => {
    expect({
      member: await added('MCD_MANY', 'alerts'),
      text: await added('MCD_MANY', 'text'),
      number: await added('MCD_MANY', 'number'),
      none: await added('MCD_MANY', 'none'),
    }).toEqual({ member: 'ok', text: 'ok', number: 'SECRET_INVALID not JSON', none: 'SECRET_MISSING it has no member of that name' });
  });

  test('settings stand beside it, and say where it goes only where it does not say that itself', async () => {
    const elsewhere = { url: 'http://127.0.0.1:9/hook' };
    expect({
      withUrl: await added('MCD_BARE', null, { url: doorman.url }),
      withoutUrl: await added('MCD_BARE', null),
      same: await added('MCD_HOOK', null, { url: doorman.url }),
      elsewhere: await added('MCD_HOOK', null, elsewhere),
    }).toEqual({
      withUrl: 'ok',
      withoutUrl: 'SECRET_INVALID url: is required',
      same: 'ok',
      elsewhere: 'SECRET_INVALID the connection names another url',
    });
  });

  test('secrets never stand beside it', async () => {
    expect({
      signingSecret: await added('MCD_BARE', null, { url: doorman.url, signingSecret: SIGNING }),
      secretKey: await added('MCD_BARE', 'a key'),
    }).toEqual({ signingSecret: 'BAD_REQUEST settings.signingSecret', secretKey: 'BAD_REQUEST secretKey' });
  });

  test.each<[string, string, string]>([
    ['nothing', '', 'SECRET_INVALID'],
    ['text', 'password', 'SECRET_INVALID'],
    ['a list', '[]', 'SECRET_INVALID'],
    ['bytes that are no text', '\ud800', 'SECRET_INVALID'],
    ['a field of a wrong type', '{"url":1}', 'SECRET_INVALID'],
    ['__proto__', '{"__proto__":{"url":"http://127.0.0.1/"}}', 'SECRET_INVALID'],
    ['the mask that we show', JSON.stringify({ url: 'http://127.0.0.1:9/x', signing_secret: '********' }), 'SECRET_INVALID'],
  ])('%s is no secret', async (_, text, code) => {
    const filePath = secrets.write('wrong.json', text);
    await gateway.graphql(REVOKE, { provider: 'file', prefix: secrets.folder });
    await gateway.graphql(GRANT, { provider: 'file', prefix: secrets.folder });
    expect(await tested({ connectionType: 'webhook', selfHostedCredentialsType: 'FILE', filePath: `${filePath}` })).toBe(code);
  });
});

describe('grants', () => {
  const list = '{ secretGrants { provider prefix } }';
  const grants = async () => (await gateway.graphql(list)).data.secretGrants;

  test('are made once, audited with their maker, and taken back once', async () => {
    const named = { provider: 'file', prefix: '/run/secrets/of-this-test/' };
    const made = [codeOf(await gateway.graphql(GRANT, named)), codeOf(await gateway.graphql(GRANT, named))];
    const ended = [codeOf(await gateway.graphql(REVOKE, named)), codeOf(await gateway.graphql(REVOKE, named))];
    const rows = (await gateway.graphql(AUDIT, { a: ['secret-provider.grant', 'secret-provider.revoke'] })).data.auditLog.edges
      .map(({ node }: { node: { action: string; actorTokenId: string; details: object } }) => node)
      .filter(({ details: kept }: { details: { prefix?: string } }) => kept.prefix === '/run/secrets/of-this-test');
    expect({
      made,
      ended,
      rows: rows.map(({ action, actorTokenId }: { action: string; actorTokenId: string }) => [action, actorTokenId]),
    }).toEqual({
      made: ['ok', 'ok'],
      ended: ['ok', 'NOT_FOUND'],
      rows: [
        ['secret-provider.revoke', gateway.owner.id],
        ['secret-provider.grant', gateway.owner.id],
      ],
    });
  });

  test.each([
    ['env', 'CHANGEOVER_'],
    ['env', ''],
    ['env', 'PATH'],
    ['file', '/'],
    ['file', '/proc/self'],
    ['file', 'relative'],
    ['file', '/a/../b'],
  ])('of %s %j are BAD_REQUEST, and change nothing', async (provider, prefix) => {
    const before = await grants();
    const { errors } = await gateway.graphql(GRANT, { provider, prefix });
    expect({ code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path, grants: await grants() }).toEqual({
      code: 'BAD_REQUEST',
      path: 'prefix',
      grants: before,
    });
  });

  test('of a project that does not exist are NOT_FOUND', async () => {
    const answer = await gateway.graphql(
      'mutation { grantSecrets(provider: env, prefix: "MCD_X", projectId: "00000000-0000-7000-8000-000000000000") { prefix } }',
    );
    expect(codeOf(answer)).toBe('NOT_FOUND');
  });

  test('are for operators, and references for administrators, who see what they may refer to, whatever else a token may do', async () => {
    const codes: Record<string, readonly string[]> = {};
    for (const role of ['viewer', 'job', 'editor', 'admin', 'owner']) {
      const token = await gateway.token(role);
      codes[role] = [
        codeOf(await gateway.graphql(list, {}, token)),
        codeOf(await gateway.graphql(GRANT, { provider: 'env', prefix: 'MCD_ANY' }, token)),
        codeOf(await gateway.graphql(REVOKE, { provider: 'env', prefix: 'MCD_ANY' }, token)),
        codeOf(await gateway.graphql(STAGE_NEW, { d: details('MCD_HOOK') }, token)),
        codeOf(await gateway.graphql(TEST_NEW, { d: details('MCD_HOOK') }, token)),
      ];
    }
    const none = Array.from({ length: 5 }, () => 'FORBIDDEN');
    const noOperator = ['ok', 'FORBIDDEN', 'FORBIDDEN', 'ok', 'ok'];
    expect(codes).toEqual({ viewer: none, job: none, editor: none, admin: noOperator, owner: noOperator });
  });
});

describe('grants of another project', () => {
  test('are shown to operators alone', async () => {
    const admin = await gateway.token('admin');
    const other = 'query { secretGrants(projectId: "00000000-0000-7000-8000-000000000000") { prefix } }';
    expect({ admin: codeOf(await gateway.graphql(other, {}, admin)), owner: codeOf(await gateway.graphql(other)) }).toEqual({
      admin: 'FORBIDDEN',
      owner: 'ok',
    });
  });
});

test('what a secret holds is in no answer, error or audit row, and nowhere in the data directory (N5, N11)', async () => {
  const id = await addReferring(gateway, secrets.write('seen.json', content()));
  doorman.admits = 'another';
  const answers = [
    await gateway.graphql(
      'query ($id: UUID!) { connection(id: $id) { name connectionIdentifiers { key value } versions { settings reference } } }',
      { id },
    ),
    await gateway.graphql(
      'query ($id: UUID!) { testExistingConnection(connectionId: $id) { success validations { message data { error } } } }',
      { id },
    ),
    await gateway.graphql(TEST_NEW, { d: details('MCD_HOOK') }),
    await gateway.graphql(UPDATE_REFERENCE, { id, c: { filePath: '/etc/passwd' } }),
    await gateway.graphql(AUDIT, { a: null }),
    await gateway.graphql('{ storeExamination { ok findings { problem } } }'),
  ];
  doorman.admits = PASS;
  const forms = [PASS, SIGNING].flatMap(formsOf).filter((form) => form.length > 8);
  const stored = readdirSync(gateway.dataDir).filter((file) => {
    const bytes = readFileSync(join(gateway.dataDir, file));
    return forms.some((form) => bytes.includes(form) || bytes.includes(Buffer.from(form, 'utf16le')));
  });
  expect({ answers: answers.map(({ text }) => forms.some((form) => text.includes(form))), stored }).toEqual({
    answers: answers.map(() => false),
    stored: [],
  });
});
