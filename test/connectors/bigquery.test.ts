import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { readSelfHosted } from '../../src/domain/connection/reference/self-hosted.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { originOf } from '../support/fakes/aws/test-account.ts';
import { createAccount, fakeBigquery, fakeResourceManager, PROJECT, startFakeGoogle } from '../support/fakes/fake-google.ts';

const ALL = ['bigquery.jobs.create', 'bigquery.datasets.get', 'bigquery.tables.list', 'bigquery.tables.get', 'bigquery.tables.getData'];
const loader = createAccount('loader', ALL);
const loader2 = createAccount('loader2', ['bigquery.datasets.get', 'bigquery.tables.list']);
const blind = createAccount('blind', ['bigquery.jobs.create', 'test.noResourceManager']);
const disabled = createAccount('disabled', ALL, true);
const google = await startFakeGoogle(
  [loader, loader2, blind, disabled],
  [fakeBigquery({ sales: ['v_orders', 'orders'] }), fakeResourceManager],
);
const pool = createTestPool();
afterAll(async () => {
  google.close();
  await pool.close();
});

const of = ({ file }: typeof loader) => ({
  serviceJson: Buffer.from(JSON.stringify(file)).toString('base64'),
  apiUrl: google.url,
  tokenUrl: `${google.url}/token`,
});
const details = of(loader);
const changed = (file: object) => ({ ...details, serviceJson: JSON.stringify({ ...loader.file, ...file }) });

describeConnector('bigquery', {
  good: () => details,
  at: (host, port) => ({ ...details, apiUrl: originOf(host, port), tokenUrl: `${originOf(host, port)}/token` }),
  withSecret: (canary) => changed({ private_key_id: canary, private_key: loader2.file.private_key }),
});

describe('bigquery', () => {
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'bigquery', validator, given, current);
  const codes = async (given: Details) =>
    (await run('validate_connection', given)).errors.map(({ code, friendlyMessage }) => [code, friendlyMessage]);

  test('each way in which a key or a project fails has a code', async () => {
    expect({
      otherKey: await codes(changed({ private_key: loader2.file.private_key })),
      noKey: await codes(changed({ private_key: 'nothing' })),
      deleted: await codes(changed({ client_email: 'nobody@lake-of-tests.iam.gserviceaccount.com' })),
      disabled: await codes(of(disabled)),
      apiOff: await codes({ ...details, projectId: 'switched-off' }),
      busy: await codes({ ...details, projectId: 'busy-project' }),
      noProject: await codes({ ...details, projectId: 'another-project' }),
    }).toEqual({
      otherKey: [['CREDENTIALS_REJECTED', 'Google refused the key.']],
      noKey: [['CREDENTIALS_REJECTED', 'The key file holds no RSA key.']],
      deleted: [['CREDENTIALS_REJECTED', 'Google knows no such service account.']],
      disabled: [['CREDENTIALS_REJECTED', 'Google knows no such service account.']],
      apiOff: [['ACCESS_DENIED', 'The API is not enabled in the project, or there is no such project.']],
      busy: [['RATE_LIMITED', 'Google BigQuery asked to be called less often.']],
      noProject: [['DATABASE_NOT_FOUND', 'There is nothing of that name in the project.']],
    });
  });

  test('a key whose line ends were doubled by pasting works, and its token_uri is not obeyed', async () => {
    const { private_key: pem = '' } = loader.file;
    const pasted = changed({ private_key: pem.replaceAll('\n', '\\n') });
    expect((await run('validate_identity', pasted)).data?.returnedData).toEqual({ clientEmail: loader.email, projectId: PROJECT });
  });

  test('what jobs need is tried, and what is missing is named with the role that gives it', async () => {
    const whole = await run('validate_permissions', details);
    const partly = await run('validate_permissions', of(loader2));
    const nothing = await run('validate_permissions', of(blind));
    expect({
      whole: whole.data,
      partly: partly.errors.map(({ code, cause, resolution }) => [code, cause, resolution]),
      nothing: nothing.warnings.map(({ cause }) => cause),
    }).toEqual({
      whole: { projectsValidated: [PROJECT], datasetsValidated: ['sales'], tablesValidated: ['sales.orders'] },
      partly: [
        ['PERMISSION_MISSING', 'bigquery.jobs.create', `Run: ${binding('loader2', 'jobUser')}`],
        ['PERMISSION_MISSING', 'bigquery.tables.getData', `Run: ${binding('loader2', 'dataViewer')}`],
      ],
      nothing: ['no dataset is listed'],
    });
  });

  test('what only the account in use holds in the project is warned of, since a role in a dataset may give it', async () => {
    const lost = await run('validate_permission_parity', of(loader2), details);
    const unknown = await run('validate_permission_parity', of(blind), details);
    expect({
      lost: [lost.status, lost.warnings.map(({ code, cause }) => [code, cause])],
      unknown: [unknown.status, unknown.warnings.map(({ cause }) => cause)],
    }).toEqual({
      lost: [
        'warning',
        ['bigquery.jobs.create', 'bigquery.tables.get', 'bigquery.tables.getData'].map((permission) => ['PERMISSION_LOST', permission]),
      ],
      unknown: ['warning', ['testIamPermissions was refused']],
    });
  });

  test('the file stands for itself in a manager of secrets, flat or as the arguments of a driver', () => {
    const connector = catalogue.find('bigquery');
    if (connector === null) throw new Error('no kind bigquery');
    const read = (held: object) => readSelfHosted(connector, Buffer.from(JSON.stringify(held)), null, { projectId: 'other-project' });
    const serviceJson = JSON.stringify(loader.file);
    const details = { serviceJson, projectId: 'other-project' };
    expect({ flat: read(loader.file).details, ofDriver: read({ connect_args: loader.file }).details }).toMatchObject({
      flat: details,
      ofDriver: details,
    });
  });

  test.each([
    ['another type of key file', { serviceJson: JSON.stringify({ ...loader.file, type: 'external_account' }) }, 'serviceJson'],
    ['what is no file', { serviceJson: 'bm9uZQ==' }, 'serviceJson'],
    ['no project', { serviceJson: JSON.stringify({ ...loader.file, project_id: undefined }) }, 'bqProjectId'],
  ])('%s is refused by the name of a field', async (_, given, path) => {
    await expect(run('validate_connection', { ...details, ...given })).rejects.toMatchObject({ code: 'BAD_REQUEST', details: { path } });
  });
});

function binding(name: string, role: string): string {
  const member = `serviceAccount:${name}@${PROJECT}.iam.gserviceaccount.com`;
  return `gcloud projects add-iam-policy-binding ${PROJECT} --member=${member} --role=roles/bigquery.${role}`;
}
