import { z } from 'zod';
import { group, secret, secretText, setting, text } from '../../domain/connector/connector.ts';
import type { EgressSession } from '../../domain/connector/egress.ts';
import { secureUrl } from './secure-url.ts';

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

/** What the token endpoint answered instead of a token. */
export class OAuthError extends Error {
  readonly status: number;

  constructor(status: number) {
    super('no token');
    this.status = status;
  }
}

/** Asks the token endpoint for an access token; the client authenticates as RFC 6749 has every server support it. */
export async function fetchAccessToken(given: OAuth, egress: EgressSession): Promise<string> {
  const { status, body } = await egress.fetchHttp(given.accessTokenEndpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${encodeURIComponent(given.clientId)}:${encodeURIComponent(given.clientSecret)}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: new URLSearchParams({
      grant_type: given.grantType,
      ...(given.scope === undefined ? {} : { scope: given.scope }),
      ...(given.username === undefined ? {} : { username: given.username }),
      ...(given.password === undefined ? {} : { password: given.password }),
    }).toString(),
  });
  const token = status === 200 ? readToken(body) : null;
  if (token === null) throw new OAuthError(status);
  return token;
}

function readToken(body: Uint8Array): string | null {
  try {
    const { access_token: token } = JSON.parse(Buffer.from(body).toString('utf8')) as { readonly access_token?: unknown };
    return typeof token === 'string' && token !== '' ? token : null;
  } catch {
    return null;
  }
}
