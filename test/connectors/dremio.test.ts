import { afterAll, describe, expect, test } from 'vitest';
import { restUrlOf } from '../../src/connectors/dremio/fields.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeDremio } from '../support/fakes/fake-dremio.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';
import { freePort } from '../support/servers/embedded-postgres.ts';

const users = [
  { name: 'ada', token: 'token-of-ada', reads: ['lake.sales/orders', 'lake.sales/lines'] },
  { name: 'bob', token: 'token-of-bob', reads: ['lake.sales/orders'] },
  { name: 'eve', token: 'token-of-eve', reads: [] },
];
const tables = ['lake.sales/orders', 'lake.sales/lines'];
const plain = await startFakeDremio({ users, tables });
const secure = await startFakeDremio({ users, tables, tls: true });
const cloud = await startFakeDremio({ users, tables, projects: ['p-1', 'p-2'] });
const pool = createTestPool();
afterAll(async () => {
  for (const server of [plain, secure, cloud]) server.close();
  await pool.close();
});

/** The port of Arrow Flight is dialled and not spoken to, so that of the REST API stands in for it. */
const at = ({ port }: { readonly port: number }, url: string) => ({ host: '127.0.0.1', port, token: 'token-of-ada', restUrl: url });
const details = at(plain, `${plain.url}/api/v3`);

describeConnector('dremio', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port, tls: false, restUrl: `http://${host}:${port}/api/v3` }),
  withSecret: (canary) => ({ ...details, token: canary }),
});

describe('dremio', () => {
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'dremio', validator, given, current);
  const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code }) => code);

  test('each way in which a check fails has a code', async () => {
    const overTls = { ...at(secure, `${secure.url}/api/v3`), ssl: { caData: TEST_AUTHORITY } };
    expect({
      tls: await codes(overTls),
      distrust: await codes({ ...overTls, ssl: undefined }),
      path: await codes({ ...details, restUrl: `${plain.url}/api/v2` }),
      flight: await codes({ ...details, port: await freePort() }),
      rest: await codes({ ...details, restUrl: `http://127.0.0.1:${await freePort()}/api/v3` }),
    }).toEqual({ tls: [], distrust: ['TLS_UNTRUSTED'], path: ['PROTOCOL_ERROR'], flight: ['PORT_CLOSED'], rest: ['PORT_CLOSED'] });
  });

  test('of Dremio Cloud the project of the URL is asked, and the first one of the token where none is named', async () => {
    const asked = async (url: string) => {
      cloud.requests.length = 0;
      const errors = await codes(at(cloud, url));
      return { errors, paths: [...new Set(cloud.requests.map(({ url: { pathname } }) => pathname.replace(/\/job\/.*$/, '/job')))] };
    };
    expect({ named: await asked(`${cloud.url}/v0/projects/p-2`), unnamed: await asked(`${cloud.url}/v0/`) }).toEqual({
      named: { errors: [], paths: ['/v0/projects/p-2/sql', '/v0/projects/p-2/job'] },
      unnamed: { errors: [], paths: ['/v0/projects', '/v0/projects/p-1/sql', '/v0/projects/p-1/job'] },
    });
  });

  test('the REST API is where the edition has it, and over TLS unless that is turned off or the machine is this one', () => {
    expect({
      server: restUrlOf({ host: 'dremio.example.com' }),
      plain: restUrlOf({ host: 'dremio.example.com', tls: false }),
      here: restUrlOf({ host: '127.0.0.1' }),
      cloud: restUrlOf({ host: 'data.dremio.cloud' }),
      europe: restUrlOf({ host: 'data.eu.dremio.cloud' }),
      given: restUrlOf({ host: 'data.dremio.cloud', restUrl: 'https://api.dremio.cloud/v0/projects/p/' }),
    }).toEqual({
      server: 'https://dremio.example.com:9047/api/v3',
      plain: 'http://dremio.example.com:9047/api/v3',
      here: 'http://127.0.0.1:9047/api/v3',
      cloud: 'https://api.dremio.cloud/v0',
      europe: 'https://api.eu.dremio.cloud/v0',
      given: 'https://api.dremio.cloud/v0/projects/p',
    });
  });

  test('a token is not sent over http to another machine unless tls is false', () => {
    const connector = catalogue.find('dremio');
    if (connector === null) throw new Error('no kind dremio');
    const given = { ...details, restUrl: 'http://dremio.example.com/api/v3' };
    expect(() => parseDetails(connector, given)).toThrow('restUrl');
    expect(parseDetails(connector, { ...given, tls: false })).toMatchObject({ tls: false });
  });

  test('says whose the token is, what he may not read, and what of the token in use is lost, with the grants that mend it', async () => {
    const second = { ...details, token: 'token-of-bob' };
    const identity = await run('validate_identity', second);
    const permissions = await run('validate_permissions', second);
    const none = await run('validate_permissions', { ...details, token: 'token-of-eve' });
    const parity = await run('validate_permission_parity', second, details);
    const renewed = await run('validate_permission_parity', details, second);
    expect({
      who: identity.data?.returnedData,
      unreadable: permissions.warnings.map(({ resolution }) => resolution),
      none: none.errors.map(({ code }) => code),
      lost: parity.errors.map(({ resolution }) => resolution),
      renewed: renewed.errors,
    }).toEqual({
      who: { user: 'bob' },
      unreadable: ['If its jobs need it, run: GRANT SELECT ON TABLE "lake.sales"."lines" TO USER "bob";'],
      none: ['PERMISSION_MISSING'],
      lost: ['Run: GRANT SELECT ON TABLE "lake.sales"."lines" TO USER "bob";'],
      renewed: [],
    });
  });
});
