import { z } from 'zod';
import { group, secret, setting } from '../../../domain/connector/field.ts';
import { secretText, text } from '../../../domain/connector/field-types.ts';
import { secureUrl } from '../fields.ts';

const members = {
  clientId: setting(text(512), { description: 'Client that the authorization server knows.' }),
  clientSecret: secret(secretText(), { description: 'Secret of the client.' }),
  accessTokenEndpoint: setting(secureUrl(), { description: 'Token endpoint of the authorization server: the secrets are sent there.' }),
  grantType: setting(z.enum(['client_credentials', 'password']), {
    names: { leadType: 'OAuthGrantTypeEnum' },
    description: 'client_credentials, or password with username and password.',
  }),
  scope: setting(text(2048).optional(), { description: 'Scopes to ask for, separated by spaces.' }),
  username: setting(text(512).optional(), { description: 'User of the grant type password.' }),
  password: secret(secretText().optional(), { description: 'Password of that user.' }),
};

export type OAuth = z.output<z.ZodObject<typeof members>>;

/** The lead API's `oauth`: one field, replaced whole. A token is fetched at its endpoint for each login. */
export function oauth() {
  return group(members, {
    title: 'OAuth',
    names: { leadType: 'OAuthConfiguration' },
    description: 'A client of an authorization server that the system trusts.',
    endpoint: { part: (value) => (value === undefined ? null : new URL(value.accessTokenEndpoint).origin) },
  });
}

export function oauthRule({ oauth: given }: { readonly oauth?: OAuth | undefined }) {
  const isPassword = given?.grantType === 'password';
  const complete = given?.username !== undefined && given.password !== undefined;
  const absent = given?.username === undefined && given?.password === undefined;
  return given === undefined || (isPassword ? complete : absent)
    ? null
    : { path: 'oauth.grantType', message: 'username and password belong to the grant type password, and only to it' };
}
