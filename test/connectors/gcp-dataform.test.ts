import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { fakeDataform } from '../support/fakes/fake-dataform.ts';
import { createAccount, fakeResourceManager, PROJECT, startFakeGoogle } from '../support/fakes/fake-google.ts';

const ALL = [
  'repositories.get',
  'repositories.list',
  'compilationResults.list',
  'compilationResults.query',
  'workflowInvocations.list',
  'workflowInvocations.query',
].map((permission) => `dataform.${permission}`);
const loader = createAccount('loader', ALL);
const lister = createAccount('lister', [
  'dataform.repositories.get',
  'dataform.repositories.list',
  'dataform.compilationResults.list',
  'dataform.compilationResults.query',
]);
const unknown = createAccount('unknown', [...ALL, 'test.noResourceManager']);
const blind = createAccount('blind', []);
const gone = createAccount('gone', ALL);
const locations = ['europe-west1', 'us-central1', 'far-away1'];
const accounts = [loader, lister, unknown, blind];
const google = await startFakeGoogle(accounts, [fakeDataform({ locations }), fakeResourceManager]);
const disabled = await startFakeGoogle(accounts, [fakeDataform({ locations, isDisabled: true }), fakeResourceManager]);
const pool = createTestPool();
afterAll(async () => {
  google.close();
  disabled.close();
  await pool.close();
});

const details = {
  projectId: PROJECT,
  locations: ['europe-west1', 'us-central1'],
  serviceAccountInfo: JSON.stringify(loader.file),
  tokenUrl: `${google.url}/token`,
  apiUrl: google.url,
};
const as = (file: object) => ({ ...details, serviceAccountInfo: JSON.stringify(file) });

describeConnector('gcp-dataform', {
  good: () => details,
  at: (host, port) => ({ ...details, tokenUrl: `https://${host}:${port}/token`, apiUrl: `https://${host}:${port}` }),
  withSecret: (canary) => as({ ...loader.file, private_key_id: canary }),
});

describe('gcp-dataform', () => {
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'gcp-dataform', validator, given, current);
  const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code }) => code);

  test('each way in which it fails has a code', async () => {
    expect({
      account: await codes(as(gone.file)),
      signature: await codes(as({ ...loader.file, private_key: blind.file.private_key })),
      key: await codes(as({ ...loader.file, private_key: 'no key' })),
      role: await codes(as(blind.file)),
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

  test('a location that Google can not reach at the moment is a warning', async () => {
    const { errors, warnings } = await run('validate_connection', { ...details, locations: ['europe-west1', 'far-away1'] });
    expect({ errors, warned: warnings.map(({ code }) => code) }).toEqual({ errors: [], warned: ['PROVIDER_DOWN'] });
  });

  test('says whose the key is, which is no secret, and shows neither the key nor its id', async () => {
    const { data } = await run('validate_identity', details);
    const { private_key_id: id, private_key: pem = '' } = loader.file;
    const shown = JSON.stringify(data);
    expect({ who: data?.returnedData, id: shown.includes(String(id)), key: shown.includes(pem.slice(40, 80)) }).toEqual({
      who: { clientEmail: loader.email, projectId: PROJECT },
      id: false,
      key: false,
    });
  });

  test('what is missing in the project, or held there by the account in use alone, is warned of with the role that gives it', async () => {
    const missing = await run('validate_permissions', as(lister.file));
    const lost = await run('validate_permission_parity', as(lister.file), details);
    const gained = await run('validate_permission_parity', details, as(lister.file));
    const silent = await run('validate_permission_parity', as(unknown.file), details);
    const mend = `Run: gcloud projects add-iam-policy-binding ${PROJECT} --member=serviceAccount:${lister.email} --role=roles/dataform.viewer`;
    const both = ['dataform.workflowInvocations.list', 'dataform.workflowInvocations.query'];
    const rows = ({ warnings }: typeof missing) => warnings.map(({ code, cause, resolution }) => [code, cause, resolution]);
    expect({ missing: rows(missing), lost: rows(lost), gained: gained.status, silent: silent.warnings.map(({ cause }) => cause) }).toEqual({
      missing: both.map((permission) => ['PERMISSION_MISSING', permission, mend]),
      lost: both.map((permission) => ['PERMISSION_LOST', permission, `${mend}, unless a role in its repositories gives it`]),
      gained: 'passed',
      silent: ['testIamPermissions was refused'],
    });
  });

  test('a key of another type than a service account is refused', () => {
    const connector = catalogue.find('gcp-dataform');
    if (connector === null) throw new Error('not registered');
    expect(() => parseDetails(connector, as({ ...loader.file, type: 'external_account' }))).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ path: 'serviceAccountInfo' }) }),
    );
  });
});
