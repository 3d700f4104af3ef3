import type { EgressSession } from '../../../domain/connector/egress.ts';
import { type AwsSigner, signAws } from '../aws/sign-aws.ts';
import type { Authorize } from './http-session.ts';
import { fetchAccessToken, type OAuthClient } from './oauth-token.ts';

/** How requests say who asks. */
export type HttpAuth =
  | { readonly bearer: string }
  | { readonly basic: { readonly user: string; readonly password: string } }
  /** Headers of whatever name. */
  | { readonly header: Readonly<Record<string, string>> }
  /** A token is fetched for each session. */
  | { readonly oauthClient: OAuthClient }
  | { readonly awsSigV4: AwsSigner };

export async function authorizeWith(auth: HttpAuth, egress: EgressSession): Promise<Authorize> {
  if ('awsSigV4' in auth) return signAws(auth.awsSigV4);
  const headers = await headersOf(auth, egress);
  return async () => headers;
}

async function headersOf(auth: Exclude<HttpAuth, { readonly awsSigV4: AwsSigner }>, egress: EgressSession) {
  if ('header' in auth) return auth.header;
  if ('bearer' in auth) return { authorization: `Bearer ${auth.bearer}` };
  if ('oauthClient' in auth) return { authorization: `Bearer ${await fetchAccessToken(auth.oauthClient, egress)}` };
  return basicAuthorization(auth.basic.user, auth.basic.password);
}

/** Servers read the pair as UTF-8, as RFC 7617 wants of those who say so, or as Latin-1, as its forerunner left them to. */
export function basicAuthorization(user: string, password: string, encoding: 'utf8' | 'latin1' = 'utf8') {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`, encoding).toString('base64')}` };
}
