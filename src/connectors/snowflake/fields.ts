import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, setting } from '../../domain/connector/field.ts';
import { text } from '../../domain/connector/field-types.ts';
import { optionalUrl, word } from '../kits/fields.ts';
import { keyPairFields, keyPairRule } from '../kits/http/key-pair.ts';
import { oauth, oauthRule } from '../kits/http/oauth-field.ts';
import { optionalName, optionalPassword, optionalToken, optionalUser } from '../kits/login-fields.ts';
import { exactlyOne } from '../kits/rules.ts';

const ACCOUNT = /^(?!.*snowflakecomputing)[A-Za-z0-9][A-Za-z0-9_.-]*$/i;

export const fields = {
  account: setting(word(ACCOUNT, 'must be the account identifier, such as myorg-account, without .snowflakecomputing.com', 255), {
    endpoint: { part: (value) => value?.toLowerCase() ?? null },
    identity: true,
    title: 'Account',
    description: 'Account identifier, such as myorg-account or xy12345.eu-central-1.',
  }),
  url: optionalUrl(
    'URL',
    'Where the account is reached, such as a private endpoint; https://<account>.snowflakecomputing.com unless given.',
  ),
  user: optionalUser('Login name. OAuth may do without: its token names the user.'),
  warehouse: optionalName('Warehouse', "Virtual warehouse; the user's default unless given."),
  role: setting(text(255).optional(), { title: 'Role', description: "Role of the session; the user's default unless given." }),
  password: optionalPassword('Password of the user. Give this, privateKey, oauth or token.'),
  ...keyPairFields,
  oauth: oauth(),
  token: optionalToken('A programmatic access token of the user.'),
};

export type SnowflakeDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<SnowflakeDetails>[] = [
  exactlyOne('password', 'privateKey', 'oauth', 'token'),
  ({ user, oauth: client }) => (user === undefined && client === undefined ? { path: 'user', message: 'is required' } : null),
  keyPairRule,
  oauthRule,
];
