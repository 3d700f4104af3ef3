import { ROLE_ARN } from '../aws/gateway-aws.ts';
import type { PositTemplate, TemplateKey, TemplateLogin } from './template.ts';
import {
  authMode,
  authorizationUri,
  authType,
  clientId,
  clientSecret,
  clientSecretIf,
  confidentialSecret,
  issuerUri,
  key,
  scopes,
  select,
  server,
  tenantId,
  text,
  tokenUri,
  VIEWER,
} from './template-keys.ts';

const POST = { authMethod: 'client_secret_post', scope: null, isAmbiguous: false } as const;
const BASIC = { authMethod: 'client_secret_basic', scope: null, isAmbiguous: false } as const;

const ENTRA: TemplateLogin = {
  ...POST,
  base: { url: 'https://login.microsoftonline.com' },
  paths: ['/{tenant_id}/oauth2/v2.0/token'],
  probe: 'client',
  scope: 'https://graph.microsoft.com/.default',
};
/** Scopes of OpenID Connect and of OAuth that ask for a refresh token; whichever the provider knows. */
const OFFLINE = ['offline_access'];
const REFRESH = ['refresh_token'];

const ENTRA_KEYS = [authMode, authType, tenantId, clientId, confidentialSecret, scopes];

const GOOGLE: TemplateLogin = { ...POST, base: { url: 'https://oauth2.googleapis.com' }, paths: ['/token'], probe: 'by-auth-type' };
const GOOGLE_KEYS = [clientId, clientSecret, scopes];

/** In the order in which they are listed. */
export const POSIT_TEMPLATES: readonly PositTemplate[] = [
  template('aws', 'AWS', {
    isOpen: true,
    keys: [
      authType,
      { ...clientId, visibility: VIEWER },
      clientSecretIf(VIEWER),
      authorizationUri(true, VIEWER),
      tokenUri(VIEWER),
      issuerUri(VIEWER),
      { ...scopes, visibility: VIEWER },
      key('role_arn', 'Role', "ARN of the role that is assumed: by users, or for a service account by the gateway's own identity.", {
        form: text(ROLE_ARN.source.slice(1, -1), 'the whole ARN of a role, as in arn:aws:iam::111122223333:role/reader'),
        required: true,
      }),
    ],
    roleKey: 'role_arn',
    refreshScopes: [...OFFLINE, ...REFRESH],
    login: { ...POST, base: { keys: ['token_uri'] }, paths: [''], probe: 'by-auth-type' },
  }),
  template('azure', 'Azure', { keys: ENTRA_KEYS, refreshScopes: OFFLINE, login: ENTRA }),
  template('azure-openai', 'Azure OpenAI', { keys: ENTRA_KEYS, refreshScopes: OFFLINE, login: ENTRA }),
  template('bigquery', 'BigQuery', { keys: GOOGLE_KEYS, login: GOOGLE }),
  template('connect', 'Posit Connect', {
    keys: [
      { ...authType, form: select('Visitor API Key'), default: 'Visitor API Key' },
      key('max_role', 'Highest role', 'The most that a key of a visitor may do.', { form: select('Viewer', 'Publisher', 'Admin') }),
      scopes,
    ],
    login: null,
  }),
  template('custom', 'Custom', {
    keys: [
      authMode,
      authType,
      authorizationUri(VIEWER),
      tokenUri(),
      key('token_endpoint_auth_method', 'Authentication of the client', 'How the token endpoint is shown id and secret.', {
        form: select('client_secret_post', 'client_secret_basic'),
        default: 'client_secret_post',
      }),
      clientId,
      confidentialSecret,
      scopes,
      key('use_pkce', 'PKCE', 'Sign users in with a proof key.', { form: { type: 'bool' }, default: false }),
    ],
    refreshScopes: [...OFFLINE, ...REFRESH],
    login: { ...POST, base: { keys: ['token_uri'] }, paths: [''], probe: 'by-auth-type' },
  }),
  template('databricks', 'Databricks', {
    isOpen: true,
    keys: [
      authMode,
      authType,
      server('host', 'Host', false),
      server('account_url', 'Account URL', false),
      clientId,
      confidentialSecret,
      scopes,
    ],
    oneOf: [['host', 'account_url']],
    refreshScopes: OFFLINE,
    login: {
      ...BASIC,
      base: { keys: ['account_url', 'host'] },
      paths: ['/oidc/accounts/{account_id}/v1/token', '/oidc/v1/token'],
      probe: 'by-auth-type',
      scope: 'all-apis',
    },
  }),
  template('drive', 'Google Drive', { keys: GOOGLE_KEYS, login: GOOGLE }),
  template('github', 'GitHub', {
    keys: GOOGLE_KEYS,
    login: { ...POST, base: { url: 'https://github.com' }, paths: ['/login/oauth/access_token'], probe: 'github' },
  }),
  template('google', 'Google', { isListed: false, keys: GOOGLE_KEYS, login: GOOGLE }),
  template('msgraph', 'Microsoft Graph', { keys: ENTRA_KEYS, refreshScopes: OFFLINE, login: ENTRA }),
  template('salesforce', 'Salesforce', {
    isOpen: true,
    keys: [authMode, clientId, confidentialSecret],
    login: {
      ...POST,
      base: { url: 'https://login.salesforce.com' },
      paths: ['/services/oauth2/token'],
      probe: 'by-auth-type',
      isAmbiguous: true,
    },
  }),
  template('sharepoint', 'SharePoint', { keys: ENTRA_KEYS, refreshScopes: OFFLINE, login: ENTRA }),
  template('sheets', 'Google Sheets', { keys: GOOGLE_KEYS, login: GOOGLE }),
  template('snowflake', 'Snowflake', {
    keys: [server('account_url', 'Account URL', true), authMode, authType, clientId, confidentialSecret, scopes],
    refreshScopes: REFRESH,
    login: { ...BASIC, base: { keys: ['account_url'] }, paths: ['/oauth/token-request'], probe: 'by-auth-type' },
  }),
  template('vertex-ai', 'Vertex AI', { keys: GOOGLE_KEYS, login: GOOGLE }),
];

function template(
  id: string,
  name: string,
  {
    isListed = true,
    isOpen = false,
    oneOf = [],
    roleKey = null,
    refreshScopes = [],
    keys,
    login,
  }: Partial<PositTemplate> & Pick<PositTemplate, 'login'> & Keys,
): PositTemplate {
  const description = `An integration with ${name}.`;
  return { id, name, description, isListed, isOpen, keys, oneOf, environmentVariables: [], roleKey, refreshScopes, login };
}

interface Keys {
  readonly keys: readonly TemplateKey[];
}

const KIND = 'posit-';

export function findTemplate(id: string): PositTemplate | null {
  return POSIT_TEMPLATES.find((one) => one.id === id) ?? null;
}

/** The kind of connections that a template makes. */
export function kindOfTemplate({ id }: Pick<PositTemplate, 'id'>): string {
  return `${KIND}${id}`;
}
/** The template of a kind; null for a kind that is none of Posit's. */
export function templateOfKind(kind: string): PositTemplate | null {
  return kind.startsWith(KIND) ? findTemplate(kind.slice(KIND.length)) : null;
}
