import type { KeyForm, TemplateKey, Visibility } from './template.ts';

/** Keys that several templates have. */

const CONFIDENTIAL: Visibility = { name: 'auth_mode', value: 'Confidential' };
export const VIEWER: Visibility = { name: 'auth_type', value: 'Viewer' };

const PLAIN = { isSecret: false, required: false, visibility: null, default: null, isEndpoint: false } as const;
const NOT_EMPTY = text('.+', 'not empty');

export function key(name: string, label: string, description: string, more: Partial<TemplateKey> = {}): TemplateKey {
  return { ...PLAIN, name, label, description, form: NOT_EMPTY, ...more };
}

export function text(pattern: string, says: string, isUrl = false): KeyForm {
  return { type: 'text', pattern, says, isUrl };
}

export function select(...values: readonly string[]): KeyForm {
  return { type: 'select', values };
}

const URL_FORM = text('https?://[^\\s/].*', 'an http or https URL without credentials', true);
/** Plain http is taken for this machine alone, where trials run. */
const SECURE_URL = '(https://|http://(localhost|127\\.[0-9.]+|\\[::1\\])([:/]|$))[^\\s@?#]*';
const TOKEN_URL = text(SECURE_URL, 'an https URL without credentials, query or fragment', true);
const SERVER = text(`(${SECURE_URL}|[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?/?)`, 'the https URL of the account, or its host name', true);

export const authMode = key('auth_mode', 'Mode', 'Confidential for a client with a secret, Public for one without.', {
  form: select('Confidential', 'Public'),
  default: 'Confidential',
});

export const authType = key('auth_type', 'Type', 'Viewer signs in each user, Service Account signs in as itself.', {
  form: select('Viewer', 'Service Account'),
  default: 'Viewer',
});

export const clientId = key('client_id', 'Client id', 'Id of the client that the identity provider knows.', { required: true });

/** Of templates that say by `auth_mode` whether there is one. */
export const confidentialSecret = clientSecretIf(CONFIDENTIAL);
/** Of templates whose clients always have one. */
export const clientSecret = clientSecretIf(null);

export function clientSecretIf(visibility: Visibility | null): TemplateKey {
  return key('client_secret', 'Client secret', 'Secret of the client.', { isSecret: true, required: true, visibility });
}

export const scopes = key('scopes', 'Scopes', 'What is asked for, separated by spaces.');

export function authorizationUri(required: TemplateKey['required'], visibility: Visibility | null = null): TemplateKey {
  return key('authorization_uri', 'Authorization URL', 'Where users sign in.', { form: URL_FORM, required, visibility });
}

export function tokenUri(visibility: Visibility | null = null): TemplateKey {
  return key('token_uri', 'Token URL', 'Where tokens are issued: the secret is sent there.', {
    form: TOKEN_URL,
    required: true,
    visibility,
    isEndpoint: true,
  });
}

export function issuerUri(visibility: Visibility): TemplateKey {
  return key('issuer_uri', 'Issuer URL', 'Address of the identity provider.', { form: URL_FORM, required: true, visibility });
}

export const tenantId = key('tenant_id', 'Tenant', 'Id or domain of the Entra tenant: the secret is sent there.', {
  form: text('[A-Za-z0-9][A-Za-z0-9._-]*', 'the id or domain of a tenant'),
  required: true,
  isEndpoint: true,
});

/** `required` is false where another key may stand in its place. */
export function server(name: string, label: string, required: boolean): TemplateKey {
  return key(name, label, 'Address of the account: the secret is sent there.', { form: SERVER, required, isEndpoint: true });
}
