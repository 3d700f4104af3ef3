import { secret, setting } from '../../domain/connector/field.ts';
import { secretText, text } from '../../domain/connector/field-types.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { informatica, informaticaIdentity, loginField } from './define-informatica.ts';
import { signInToInformatica } from './sign-in.ts';

export default defineHttpConnector({
  ...informatica,
  kind: 'informatica',
  title: 'Informatica',
  fields: {
    username: setting(text(255), { identity: true, title: 'User', description: 'Name of the user.' }),
    password: secret(secretText(), { title: 'Password', description: 'Password of the user.' }),
    ...loginField,
  },
  lead: { tests: [{ field: 'testInformaticaCredentials' }] },
  baseUrl: ({ baseUrl }) => new URL(baseUrl).origin,
  signIn: (context, { username, password, baseUrl }) =>
    signInToInformatica(context, baseUrl, { path: 'login', body: { '@type': 'login', username, password } }),
  identity: informaticaIdentity,
  describes: { validate_connection: 'Signs in, and signs out.' },
});
