import { z } from 'zod';
import type { EgressSession } from '../../../domain/connector/egress.ts';
import { isHeaderWord } from '../fields.ts';
import { openHttp } from './http-session.ts';

/** A client that an authorization server knows, and what it asks for. */
export interface OAuthClient {
  readonly accessTokenEndpoint: string;
  readonly clientId: string;
  /** Left out by a client that has none, and signs in a user. */
  readonly clientSecret?: string | undefined;
  /** In place of a secret: a token of somebody whom the server trusts to say who the client is (RFC 7523). */
  readonly clientAssertion?: string | undefined;
  readonly grantType?: 'client_credentials' | 'password';
  readonly scope?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Id and secret go into the form: for servers that do not take them as RFC 6749 has every server take them. */
  readonly inForm?: boolean;
}

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** It goes into a header. */
const ANSWER = z.object({ access_token: z.string().refine(isHeaderWord) });

/** Asks the token endpoint for an access token. Throws HttpFailure, about the token, where there is none. */
export async function fetchAccessToken(client: OAuthClient, egress: EgressSession): Promise<string> {
  const {
    accessTokenEndpoint,
    clientId,
    clientSecret,
    clientAssertion,
    grantType = 'client_credentials',
    scope,
    username,
    password,
    inForm,
  } = client;
  const form = {
    grant_type: grantType,
    scope,
    username,
    password,
    ...(clientAssertion === undefined ? {} : { client_assertion: clientAssertion, client_assertion_type: JWT_BEARER }),
    ...(inForm === true ? { client_id: clientId, client_secret: clientSecret } : {}),
  };
  const encoded = [clientId, clientSecret ?? ''].map(encodeURIComponent).join(':');
  const { access_token: token } = await openHttp(egress, accessTokenEndpoint).ask(
    {
      path: '',
      method: 'POST',
      headers: inForm === true ? {} : { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` },
      body: new URLSearchParams(Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)),
      about: 'token',
    },
    ANSWER,
  );
  return token;
}
