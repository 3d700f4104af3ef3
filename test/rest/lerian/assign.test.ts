import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { createConnection } from '../../../src/operations/connections/create-connection.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { C, lerianClient, told } from '../../support/gateway/lerian-client.ts';
import { rest } from '../../support/gateway/rest-client.ts';

const NOBODY = '0197f6a2-0000-7000-8000-000000000000';
let gateway: TestGateway;
let client: ReturnType<typeof lerianClient>;

beforeAll(async () => {
  gateway = await startGateway();
  client = lerianClient(gateway);
});
afterAll(() => gateway.close());

let count = 0;
/** One that another way in has made belongs to no product. */
async function unassigned(inFlight: 'OVERLAP' | 'REFUSE' | 'WAIT' = 'OVERLAP'): Promise<string> {
  const actor = localActor(gateway.app.projectId, 'test', { id: 'test', ip: null, client: {} });
  const { connectionId } = await createConnection(gateway.app.services, actor, {
    kind: 'postgres',
    details: { host: '127.0.0.1', port: 1, database: 'ledger', user: 'reader', password: 'CNRYlerian-password-2' },
    integration: { name: `elsewhere-${count++}` },
    policy: { commitPolicy: 'ADVISORY', inFlight },
  });
  return connectionId;
}
const assign = (id: string, product = 'billing') =>
  client.send(`POST ${C}/${id}/assign`, undefined, product === '' ? {} : { 'x-product-name': product });

test('what has no product is listed by itself, and, asked for by a product, is of none', async () => {
  const id = await unassigned();
  const listed = async (headers: Readonly<Record<string, string>> = {}) => {
    const answer = await client.send(`GET ${C}/unassigned?limit=100`, undefined, headers);
    const { items, total } = answer.body;
    return answer.status === 200 ? { isListed: items.some((item: { readonly id: string }) => item.id === id), total } : told(answer);
  };
  expect({
    all: await listed(),
    ofProduct: await listed({ 'x-product-name': 'billing' }),
    badHeader: await listed({ 'x-product-name': 'bill ing' }),
  }).toEqual({
    all: { isListed: true, total: expect.any(Number) },
    ofProduct: { isListed: false, total: 0 },
    badHeader: { status: 400, code: 'FET-0403', fields: ['X-Product-Name'] },
  });
});

describe('a product', () => {
  test.each(['OVERLAP', 'REFUSE', 'WAIT'] as const)('is given under the policy %s while a job holds the connection', async (policy) => {
    const id = await unassigned(policy);
    const token = await gateway.token('job');
    await rest(gateway, `POST /api/v1/connections/${id}/leases`, { token, body: { job: 'nightly', ttlSeconds: 60 } });
    const assigned = await assign(id);
    const patched = await client.patch(id, { schema: 'core' });
    expect({ assigned: [assigned.status, assigned.body.productName], patched: told(patched) }).toEqual({
      assigned: [200, 'billing'],
      patched: { status: 409, code: 'FET-1021' },
    });
  });

  test('waits for a change that waits for jobs, which it tells, and for one that is being saved', async () => {
    const id = await unassigned('WAIT');
    const token = await gateway.token('job');
    const lease = await rest(gateway, `POST /api/v1/connections/${id}/leases`, { token, body: { job: 'nightly', ttlSeconds: 60 } });
    const staged = await rest(gateway, `POST /api/v1/connections/${id}/changes`, { body: { changes: { password: 'another password' } } });
    await rest(gateway, `POST /api/v1/connections/${id}/commit`, { body: { key: staged.body.key } });
    const answers = [await assign(id)];
    await rest(gateway, 'POST /api/v1/leases/release', { token, body: { key: lease.body.key } });
    answers.push(await assign(id));
    expect(answers.map(({ status, body, headers }) => [status, body.code, body.message, headers.get('retry-after')])).toEqual([
      [409, 'FET-1021', expect.stringContaining('1 running job'), expect.stringMatching(/^[0-9]+$/)],
      [409, 'FET-1021', 'A change is being saved. Try again in a moment.', '2'],
    ]);
  });

  test('is given once, of those that ask at once, too', async () => {
    const id = await unassigned();
    const both = await Promise.all([assign(id, 'billing'), assign(id, 'payments')]);
    const given = both.find(({ status }) => status === 200)?.body.productName;
    expect({
      answers: both.map(told).toSorted((one, other) => one.status - other.status),
      is: (await client.get(id)).body.productName === given,
    }).toEqual({ answers: [{ status: 200 }, { status: 409, code: 'FET-1015' }], is: true });
  });

  test.each([
    ['an id that is none', 'no-uuid', '', { status: 400, code: 'FET-0404', fields: ['id'] }],
    ['no header', NOBODY, '', { status: 400, code: 'FET-0403', fields: ['X-Product-Name'] }],
    ['nobody', NOBODY, 'billing', { status: 404, code: 'FET-1001' }],
  ])('is refused for %s', async (_, id, product, expected) => {
    expect(told(await assign(id, product))).toEqual(expected);
  });
});
