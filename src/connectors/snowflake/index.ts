import { type DetailsOf, defineConnector, ORIGIN, secret, secretText, setting, text, validator } from '../../domain/connector/connector.ts';
import { headerSecret } from '../shared/header-secret.ts';
import { oauth, oauthRule } from '../shared/oauth.ts';
import { secureUrl } from '../shared/secure-url.ts';
import { isPrivateKey } from './key-pair.ts';

const fields = {
  account: setting(
    text(255).refine(
      (value) => /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(value) && !/snowflakecomputing/i.test(value),
      'must be the account identifier, such as myorg-account, without .snowflakecomputing.com',
    ),
    {
      endpoint: { part: (value) => value?.toLowerCase() ?? null },
      identity: true,
      title: 'Account',
      description: 'Account identifier, such as myorg-account or xy12345.eu-central-1.',
    },
  ),
  url: setting(secureUrl().optional(), {
    endpoint: ORIGIN,
    title: 'URL',
    description: 'Where the account is reached, such as a private endpoint; https://<account>.snowflakecomputing.com unless given.',
  }),
  user: setting(text(255).optional(), {
    identity: true,
    title: 'User',
    description: 'Login name. OAuth may do without: its token names the user.',
  }),
  warehouse: setting(text(255).optional(), {
    identity: true,
    title: 'Warehouse',
    description: "Virtual warehouse; the user's default unless given.",
  }),
  role: setting(text(255).optional(), { title: 'Role', description: "Role of the session; the user's default unless given." }),
  password: secret(secretText().optional(), {
    title: 'Password',
    description: 'Password of the user. Give this, privateKey, oauth or token.',
  }),
  privateKey: secret(secretText().refine(isPrivateKey, 'must be base64 of the PEM of a private key').optional(), {
    names: { selfHosted: { private_key_pem: (pem) => (typeof pem === 'string' ? Buffer.from(pem, 'utf8').toString('base64') : pem) } },
    title: 'Private key',
    description: 'RSA key of key-pair authentication: base64 of its PEM file, which may be encrypted.',
  }),
  privateKeyPassphrase: secret(secretText().optional(), { title: 'Passphrase', description: 'Passphrase of an encrypted private key.' }),
  oauth: oauth(),
  token: secret(headerSecret().optional(), { title: 'Token', description: 'A programmatic access token of the user.' }),
};

export type SnowflakeDetails = DetailsOf<typeof fields>;

export default defineConnector({
  kind: 'snowflake',
  title: 'Snowflake',
  category: 'warehouse',
  fields,
  rules: [
    ({ password, privateKey, oauth: client, token }) =>
      [password, privateKey, client, token].filter((way) => way !== undefined).length === 1
        ? null
        : { path: 'password', message: 'give exactly one of password, privateKey, oauth and token, and clear the one in use with null' },
    ({ user, oauth: client }) => (user === undefined && client === undefined ? { path: 'user', message: 'is required' } : null),
    ({ privateKey, privateKeyPassphrase }) =>
      privateKey === undefined && privateKeyPassphrase !== undefined
        ? { path: 'privateKeyPassphrase', message: 'belongs to a private key; clear it with null' }
        : null,
    oauthRule,
  ],
  validators: [
    validator<SnowflakeDetails>('validate_connection', {
      mandatory: true,
      periodic: true,
      description:
        'Obtains a token where OAuth is used, logs in as a job does, and runs SELECT 1, which needs no warehouse; says which of these failed.',
      run: async (input) => (await import('./validate.ts')).validateConnection(input),
    }),
    validator<SnowflakeDetails>('validate_identity', {
      after: ['validate_connection'],
      description: 'Asks Snowflake who the login is and which role it has.',
      run: async (input) => (await import('./validate.ts')).validateIdentity(input),
    }),
    validator<SnowflakeDetails>('validate_warehouse', {
      after: ['validate_connection'],
      description: 'Checks that the login may use the warehouse, and that it runs or resumes by itself. Starts nothing.',
      run: async (input) => (await import('./validate.ts')).validateWarehouse(input),
    }),
    validator<SnowflakeDetails>('validate_permissions', {
      after: ['validate_connection'],
      description:
        'Reads the grants of the roles of the login: tables that it may read, and schemas and databases above them that it may not use.',
      run: async (input) => (await import('./permissions.ts')).validatePermissions(input),
    }),
    validator<SnowflakeDetails>('validate_permission_parity', {
      after: ['validate_connection'],
      description:
        'Compares with the login in use by SHOW GRANTS: lists what it may do that the new one may not, with the GRANT statements that mend it.',
      run: async (input) => (await import('./permissions.ts')).validateParity(input),
    }),
  ],
});
