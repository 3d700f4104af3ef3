import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { secretText, text } from '../../domain/connector/field-types.ts';
import { urlField, word } from '../kits/fields.ts';
import { verifySsl } from '../kits/http/verify-ssl.ts';
import { optionalName, optionalPassword, optionalUser } from '../kits/login-fields.ts';
import { exactlyOne, onlyWith, together } from '../kits/rules.ts';

export const fields = {
  serverName: urlField('Server', 'Host name of the Tableau server or pod, such as 10ax.online.tableau.com, or its https URL.'),
  siteName: setting(word(/^[^\s/?#]+$/, 'must be the part of the URL behind /site/, which has no blanks').optional(), {
    identity: true,
    title: 'Site',
    description:
      'The part of URLs behind /site/, not the name that is shown; the default site unless given. Tableau Cloud always needs one.',
  }),
  username: optionalUser('Name of the user, with a password or with a connected app.'),
  password: optionalPassword('Password of the user. Give this, tokenValue or secretValue.'),
  tokenName: optionalName('Token name', 'Name of a personal access token.'),
  tokenValue: secret(secretText().optional(), { title: 'Token', description: 'Secret of that token.' }),
  clientId: optionalName('Client id', 'Client id of a connected app.'),
  secretId: setting(text(255).optional(), { title: 'Secret id', description: "Id of the connected app's secret." }),
  secretValue: secret(secretText().optional(), { title: 'Secret', description: 'Value of that secret. It signs, and is never sent.' }),
  verifySsl: verifySsl(),
};

export type TableauDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<TableauDetails>[] = [
  exactlyOne('password', 'tokenValue', 'secretValue'),
  together('tokenName', 'tokenValue'),
  together('clientId', 'secretValue'),
  together('secretId', 'secretValue'),
  onlyWith('username', 'password', 'secretValue'),
  ({ username, tokenValue }) =>
    username === undefined && tokenValue === undefined
      ? { path: 'username', message: 'goes together with a password or a connected app' }
      : null,
];
