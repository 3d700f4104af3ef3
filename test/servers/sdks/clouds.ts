import { startFakeDataFactory } from '../../support/fakes/fake-data-factory.ts';
import { fakeDataform } from '../../support/fakes/fake-dataform.ts';
import { createAccount, PROJECT, startFakeGoogle } from '../../support/fakes/fake-google.ts';
import { startFakePowerBi } from '../../support/fakes/fake-power-bi.ts';
import { authorityFile, refused, type SdkCase } from './ask-sdk.ts';

const TENANT = '0b1c2d3e-0000-4000-8000-000000000001';
const APP = { clientId: '0b1c2d3e-0000-4000-8000-000000000002', secret: 'good' };

/** The vendor's own library obtains the token. For the API behind it the vendor has no client in Python or Node, and people use SimplePBI. */
const powerBi: SdkCase = {
  sdk: 'msal',
  ask: 'power_bi',
  kinds: ['power-bi'],
  async start() {
    const stranger = { clientId: '0b1c2d3e-0000-4000-8000-000000000005', secret: 'good' };
    const fake = await startFakePowerBi({ tenant: TENANT, apps: [APP, stranger], permitted: [APP.clientId] }, { tls: true });
    const place = {
      url: `https://localhost:${fake.port}`,
      authority: `https://localhost:${fake.port}/${TENANT}`,
      ca: authorityFile(),
      client_id: APP.clientId,
      scope: 'https://analysis.windows.net/powerbi/api/.default',
    };
    return {
      close: fake.close,
      logins: {
        application: { ...place, client_secret: 'good' },
        wrongSecret: { ...place, client_secret: 'another' },
        otherApplication: { ...place, client_id: TENANT, client_secret: 'good' },
        notPermitted: { ...place, client_id: stranger.clientId, client_secret: 'good' },
        otherScope: { ...place, scope: 'https://management.azure.com/.default', client_secret: 'good' },
      },
    };
  },
  outcomes: {
    application: { who: ['Sales'] },
    wrongSecret: refused(/^PermissionError: invalid_client: AADSTS7000215/),
    otherApplication: refused(/^PermissionError: unauthorized_client: AADSTS700016/),
    notPermitted: refused(/^PermissionError: HTTP Error: +401 .*PowerBINotAuthorizedException/s),
    otherScope: refused(/^PermissionError: HTTP Error: +403 .*TokenInvalid/s),
  },
};

const dataFactory: SdkCase = {
  sdk: 'azure-mgmt-datafactory',
  ask: 'data_factory',
  kinds: ['azure-data-factory'],
  async start() {
    const blind = { clientId: '0b1c2d3e-0000-4000-8000-000000000003', secret: 'good' };
    const subscription = '0b1c2d3e-0000-4000-8000-000000000004';
    const fake = await startFakeDataFactory(
      { tenant: TENANT, apps: [APP, blind], subscription, resourceGroup: 'rg', factory: 'nightly', readers: [APP.clientId] },
      { tls: true },
    );
    const place = {
      url: `https://localhost:${fake.port}`,
      authority: `https://localhost:${fake.port}`,
      ca: authorityFile(),
      tenant: TENANT,
      subscription,
      group: 'rg',
      factory: 'nightly',
    };
    const login = ({ clientId, secret }: typeof APP) => ({ ...place, client_id: clientId, client_secret: secret });
    return {
      close: fake.close,
      logins: {
        application: login(APP),
        wrongSecret: login({ ...APP, secret: 'another' }),
        mayNotRead: login(blind),
        noFactory: { ...login(APP), factory: 'nowhere' },
      },
    };
  },
  outcomes: {
    application: { who: 'Succeeded' },
    wrongSecret: refused(/^ClientAuthenticationError: .*AADSTS7000215/s),
    mayNotRead: refused(/^HttpResponseError: \(AuthorizationFailed\)/),
    noFactory: refused(/^ResourceNotFoundError: \(ResourceNotFound\)/),
  },
};

const dataform: SdkCase = {
  sdk: 'google-cloud-dataform',
  ask: 'dataform',
  kinds: ['gcp-dataform'],
  async start() {
    const [viewer, blind] = [createAccount('viewer', ['dataform.repositories.list']), createAccount('blind', [])];
    const fake = await startFakeGoogle([viewer, blind], [fakeDataform({ locations: ['europe-west1'] })]);
    const place = { url: fake.url, project: PROJECT, location: 'europe-west1' };
    return {
      close: fake.close,
      logins: {
        key: { ...place, key: viewer.file },
        otherKey: { ...place, key: { ...viewer.file, private_key: blind.file.private_key } },
        mayNotList: { ...place, key: blind.file },
      },
    };
  },
  outcomes: {
    key: { who: 0 },
    otherKey: refused(/^RefreshError: \('invalid_grant: Invalid JWT Signature/),
    mayNotList: refused(/^Forbidden: 403 GET .*IAM_PERMISSION_DENIED/),
  },
};

export const clouds: readonly SdkCase[] = [powerBi, dataFactory, dataform];
