import { afterAll, beforeAll, expect, test } from 'vitest';
import { addWebhook, type Receiver, startGateway, startReceiver, type TestGateway } from '../../support/gateway/gateway.ts';
import { type RestAnswer, rest } from '../../support/gateway/rest-client.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

describeOnEachEngine('a rotation over REST', ({ databaseUrl }) => {
  let gateway: TestGateway;
  let receiver: Receiver;
  let count = 0;
  beforeAll(async () => {
    const url = await databaseUrl();
    receiver = await startReceiver();
    gateway = await startGateway(url === null ? {} : { databaseUrl: url });
  });
  afterAll(async () => {
    await gateway.close();
    receiver.close();
  });

  const add = () => {
    count += 1;
    return addWebhook(gateway, receiver, `rotated ${count}`);
  };
  const post = (path: string, body?: object, headers: Readonly<Record<string, string>> = {}) =>
    rest(gateway, `POST /api/v1${path}`, { headers, ...(body === undefined ? {} : { body }) });
  const stage = (id: string, secret: string, headers: Readonly<Record<string, string>> = {}) =>
    post(`/connections/${id}/changes`, { changes: { signingSecret: secret } }, headers);
  const commit = async (id: string, secret: string) => await post(`/connections/${id}/commit`, { key: (await stage(id, secret)).body.key });
  const etagOf = async (id: string) => (await rest(gateway, `GET /api/v1/connections/${id}`)).headers.get('etag');
  const openChanges = async (id: string) => {
    const query = 'query ($id: UUID!) { changes(connectionId: $id, state: OPEN) { edges { node { id } } } }';
    const { data, errors } = await gateway.graphql(query, { id });
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data.changes.edges.length;
  };
  const told = ({ status, body, headers }: RestAnswer) => ({
    status,
    inBody: body.status,
    code: body.code,
    type: headers.get('content-type'),
  });
  const FAILED = { status: 412, inBody: 412, code: 'VERSION_CONFLICT', type: 'application/problem+json; charset=utf-8' };

  test('is staged, proven, committed and taken back, each with the version as its entity tag', async () => {
    const id = await add();
    const staged = await stage(id, 'a signing secret of the second version', { 'if-match': '"1"' });
    const { key } = staged.body;
    const validated = await post('/changes/validate', { key });
    const committed = await post(`/connections/${id}/commit`, { key });
    const after = await etagOf(id);
    const back = await post(`/connections/${id}/roll-back`, undefined, { 'if-match': '"2"' });
    expect({
      staged: [staged.status, staged.headers.get('etag'), staged.body.change.changedFields],
      validated: validated.body.validations.map(({ status }: { readonly status: string }) => status),
      committed: [committed.status, committed.headers.get('etag'), committed.body.state],
      after,
      back: [back.status, back.headers.get('etag'), back.body.purpose],
    }).toEqual({
      staged: [201, '"1"', ['signingSecret']],
      validated: ['passed', 'warning'],
      committed: [200, '"2"', 'COMMITTED'],
      after: '"2"',
      back: [200, '"3"', 'roll-back'],
    });
  });

  test.each(['"1"', '"3"', 'W/"2"', '"two"', '2'])(
    'is not begun on If-Match: %s while version 2 is CURRENT, and nothing was changed',
    async (tag) => {
      const id = await add();
      await commit(id, 'a signing secret of the second version');
      const staged = await stage(id, 'a signing secret that nobody gets', { 'if-match': tag });
      const back = await post(`/connections/${id}/roll-back`, {}, { 'if-match': tag });
      expect({ staged: told(staged), back: told(back), etag: await etagOf(id), open: await openChanges(id) }).toEqual({
        staged: FAILED,
        back: FAILED,
        etag: '"2"',
        open: 0,
      });
    },
  );

  test('takes whichever version is CURRENT for *, and one alone', async () => {
    const id = await add();
    const any = await stage(id, 'a signing secret of the second version', { 'if-match': '*' });
    const list = await stage(id, 'a signing secret of the second version', { 'if-match': '"1", "2"' });
    expect({ any: any.status, list: [list.status, list.body.code, list.body.path] }).toEqual({
      any: 201,
      list: [400, 'BAD_REQUEST', 'if-match'],
    });
  });

  test('that another one has overtaken is a conflict where no version was asked for', async () => {
    const id = await add();
    const { key } = (await stage(id, 'a signing secret that came too late')).body;
    await commit(id, 'a signing secret of the second version');
    const late = await post(`/connections/${id}/commit`, { key });
    expect({ late: { status: late.status, code: late.body.code }, etag: await etagOf(id) }).toEqual({
      late: { status: 409, code: 'VERSION_CONFLICT' },
      etag: '"2"',
    });
  });

  test('is answered once under an idempotency id, with the same status, entity tag and body, whether it was done or refused', async () => {
    const id = await add();
    const headers = { 'x-mcd-idempotent-id': `rotation-of-${id}` };
    const both = [
      await stage(id, 'a signing secret of the second version', headers),
      await stage(id, 'a signing secret of the second version', headers),
    ];
    const refused = { 'x-mcd-idempotent-id': `refusal-of-${id}`, 'if-match': '"7"' };
    const failed = [
      await stage(id, 'a signing secret that nobody gets', refused),
      await stage(id, 'a signing secret that nobody gets', refused),
    ];
    const seen = ({ status, headers: answered, text }: RestAnswer) => ({
      status,
      etag: answered.get('etag'),
      type: answered.get('content-type'),
      text,
    });
    const [first, second] = both.map(seen);
    const [refusal, repeated] = failed.map(seen);
    expect({ second, repeated, statuses: [first?.status, refusal?.status], open: await openChanges(id) }).toEqual({
      second: first,
      repeated: refusal,
      statuses: [201, 412],
      open: 1,
    });
  });
});
