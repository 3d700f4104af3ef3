import { createHmac, randomUUID } from 'node:crypto';
import { startFakeAirflow } from '../../support/fakes/fake-airflow.ts';
import { startFakeLooker } from '../../support/fakes/fake-looker.ts';
import { startFakePinecone } from '../../support/fakes/fake-pinecone.ts';
import { startFakeSalesforce } from '../../support/fakes/fake-salesforce.ts';
import { startFakeTableau } from '../../support/fakes/fake-tableau.ts';
import { refused, type SdkCase } from './ask-sdk.ts';

const tableau: SdkCase = {
  sdk: 'tableauserverclient',
  ask: 'tableau',
  kinds: ['tableau'],
  async start() {
    const app = { clientId: 'app', secretId: 'key', secret: 'the secret of the app' };
    const fake = await startFakeTableau({
      site: 'sales',
      users: [{ name: 'ada', password: 'pa<ss&word', siteRole: 'Viewer' }],
      tokens: [{ name: 'nightly', secret: 'pat-secret', user: 'ada' }],
      apps: [app],
    });
    const place = { url: fake.url, site: 'sales' };
    return {
      close: fake.close,
      logins: {
        password: { ...place, username: 'ada', password: 'pa<ss&word' },
        token: { ...place, token_name: 'nightly', personal_access_token: 'pat-secret' },
        app: { ...place, jwt: signTableauJwt(app, app.secret) },
        wrongPassword: { ...place, username: 'ada', password: 'another' },
        wrongToken: { ...place, token_name: 'nightly', personal_access_token: 'another' },
        wrongApp: { ...place, jwt: signTableauJwt(app, 'another') },
        otherSite: { ...place, site: 'hr', username: 'ada', password: 'pa<ss&word' },
      },
    };
  },
  outcomes: {
    password: { who: ['3.27', 'ada'] },
    token: { who: ['3.27', 'ada'] },
    app: { who: ['3.27', 'ada'] },
    wrongPassword: refused(/^FailedSignInError: .*401001: Signin Error/s),
    wrongToken: refused(/^FailedSignInError: .*401001: Signin Error/s),
    wrongApp: refused(/^FailedSignInError: .*10084: Signin Error.*errorCode=16/s),
    otherSite: refused(/^FailedSignInError: .*401001: Signin Error/s),
  },
};

function signTableauJwt({ clientId, secretId }: { readonly clientId: string; readonly secretId: string }, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 300;
  const claims = { iss: clientId, aud: 'tableau', sub: 'ada', jti: randomUUID(), exp, scp: ['tableau:content:read'] };
  const content = `${part({ alg: 'HS256', typ: 'JWT', iss: clientId, kid: secretId })}.${part(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

const looker: SdkCase = {
  sdk: 'looker-sdk',
  ask: 'looker',
  kinds: ['looker'],
  async start() {
    const fake = await startFakeLooker([{ id: 'key-id', secret: 'key-secret', userId: '7' }]);
    const place = { url: fake.url, client_id: 'key-id' };
    return {
      close: fake.close,
      logins: { key: { ...place, client_secret: 'key-secret' }, wrongSecret: { ...place, client_secret: 'another' } },
    };
  },
  outcomes: { key: { who: '7@example.com' }, wrongSecret: refused(/^SDKError: .*Not found/s) },
};

const airflow: SdkCase = {
  sdk: 'apache-airflow-client',
  ask: 'airflow',
  kinds: ['airflow'],
  async start() {
    const users = [
      { name: 'ada', password: 'good' },
      { name: 'blind', password: 'good', mayRead: false },
    ];
    const fake = await startFakeAirflow({ version: '3.3.2', users });
    const login = (username: string, password: string) => ({ url: fake.url, username, password });
    return {
      close: fake.close,
      logins: { user: login('ada', 'good'), mayNotRead: login('blind', 'good'), wrongPassword: login('ada', 'another') },
    };
  },
  outcomes: {
    user: { who: ['3.3.2', 0] },
    mayNotRead: refused(/^ForbiddenException: \(403\)/),
    wrongPassword: refused(/^HTTPError: HTTP Error 401/),
  },
};

const pinecone: SdkCase = {
  sdk: 'pinecone',
  ask: 'pinecone',
  kinds: ['pinecone'],
  async start() {
    const fake = await startFakePinecone([
      { key: 'pcsk_good', projectId: 'abc', indexes: ['docs'] },
      { key: 'pcsk_mute', projectId: 'abc', indexes: [], mayList: false },
    ]);
    const login = (api_key: string) => ({ url: fake.url, api_key });
    return { close: fake.close, logins: { key: login('pcsk_good'), mayNotList: login('pcsk_mute'), wrongKey: login('pcsk_other') } };
  },
  outcomes: {
    key: { who: ['docs'] },
    mayNotList: refused(/^ForbiddenError: \[403 PERMISSION_DENIED\]/),
    wrongKey: refused(/^UnauthorizedError: \[401\] Invalid API Key/),
  },
};

const salesforce: SdkCase = {
  sdk: 'simple-salesforce',
  ask: 'salesforce',
  kinds: ['salesforce-crm'],
  async start() {
    const fake = await startFakeSalesforce({
      users: [{ name: 'ada@example.com', password: 'pa<ss&word', token: 'tok' }],
      apps: [{ key: 'consumer', secret: 'consumer-secret' }],
    });
    const user = { url: fake.url, username: 'ada@example.com', security_token: 'tok', domain: 'acme.my' };
    const app = { url: fake.url, consumer_key: 'consumer', domain: 'acme.my' };
    return {
      close: fake.close,
      logins: {
        user: { ...user, password: 'pa<ss&word' },
        app: { ...app, consumer_secret: 'consumer-secret' },
        wrongPassword: { ...user, password: 'another' },
        wrongSecret: { ...app, consumer_secret: 'another' },
      },
    };
  },
  outcomes: {
    user: { who: 15000 },
    app: { who: 15000 },
    wrongPassword: refused(/^SalesforceAuthenticationFailed: .*INVALID_LOGIN/s),
    wrongSecret: refused(/^SalesforceAuthenticationFailed: .*invalid_client/s),
  },
};

const dataCloud: SdkCase = {
  sdk: 'salesforce-cdp-connector',
  ask: 'data_cloud',
  kinds: ['salesforce-data-cloud'],
  async start() {
    const fake = await startFakeSalesforce({
      apps: [
        { key: 'consumer', secret: 'consumer-secret' },
        { key: 'crm', secret: 'crm-secret', mayReadData: false },
      ],
      dataspaces: ['default', 'sales'],
      dataHost: 'acme.c360a.salesforce.com',
    });
    const app = { url: fake.url, client_id: 'consumer', client_secret: 'consumer-secret' };
    return {
      close: fake.close,
      logins: {
        app,
        dataspace: { ...app, dataspace: 'sales' },
        noDataspace: { ...app, dataspace: 'nowhere' },
        wrongSecret: { ...app, client_secret: 'another' },
        mayNotRead: { ...app, client_id: 'crm', client_secret: 'crm-secret' },
      },
    };
  },
  outcomes: {
    app: { who: 0 },
    dataspace: { who: 0 },
    noDataspace: refused(/^Error: CDP token retrieval failed with code 404/),
    wrongSecret: refused(/^Error: Core token retrieval failed with code 400/),
    mayNotRead: refused(/^Error: CDP token retrieval failed with code 403/),
  },
};

export const tools: readonly SdkCase[] = [tableau, looker, airflow, pinecone, salesforce, dataCloud];
