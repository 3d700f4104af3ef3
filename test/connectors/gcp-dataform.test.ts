import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { makeServiceAccount, startFakeDataform } from '../support/fakes/fake-dataform.ts';

const loader = makeServiceAccount('loader@acme.iam.gserviceaccount.com');
const blind = makeServiceAccount('blind@acme.iam.gserviceaccount.com');
const gone = makeServiceAccount('gone@acme.iam.gserviceaccount.com');
const options = { projectId: 'acme-prod', locations: ['europe-west1', 'us-central1'], viewers: [loader.key.client_email] };
const fake = await startFakeDataform([loader, blind], options);
const disabled = await startFakeDataform([loader], { ...options, isDisabled: true });
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  disabled.close();
  await pool.close();
});

const details = {
  projectId: 'acme-prod',
  locations: ['europe-west1', 'us-central1'],
  serviceAccountInfo: JSON.stringify(loader.key),
  tokenUrl: `${fake.url}/token`,
  apiUrl: fake.url,
};
const as = (key: object) => ({ ...details, serviceAccountInfo: JSON.stringify(key) });

describeConnector('gcp-dataform', {
  good: () => details,
  at: (host, port) => ({ ...details, tokenUrl: `https://${host}:${port}/token`, apiUrl: `https://${host}:${port}` }),
  withSecret: (canary) => as({ ...loader.key, private_key_id: canary }),
});

describe('gcp-dataform', () => {
  const codes = async (given: Details) =>
    (await runValidator(pool, 'gcp-dataform', 'validate_connection', given)).errors.map(({ code }) => code);

  test('each way in which it fails has a code', async () => {
    expect({
      account: await codes(as(gone.key)),
      signature: await codes(as({ ...loader.key, private_key: blind.key.private_key })),
      key: await codes(as({ ...loader.key, private_key: 'no key' })),
      role: await codes(as(blind.key)),
      location: await codes({ ...details, locations: ['europe-west1', 'mars-1'] }),
      disabled: await codes({ ...details, tokenUrl: `${disabled.url}/token`, apiUrl: disabled.url }),
    }).toEqual({
      account: ['CREDENTIALS_REJECTED'],
      signature: ['CREDENTIALS_REJECTED'],
      key: ['CREDENTIALS_REJECTED'],
      role: ['PERMISSION_MISSING'],
      location: ['DATABASE_NOT_FOUND'],
      disabled: ['ACCESS_DENIED'],
    });
  });

  test('a key of another type than a service account is refused', () => {
    const connector = catalogue.find('gcp-dataform');
    if (connector === null) throw new Error('not registered');
    expect(() => parseDetails(connector, as({ ...loader.key, type: 'external_account' }))).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ path: 'serviceAccountInfo' }) }),
    );
  });
});
