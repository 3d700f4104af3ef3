import { z } from 'zod';
import { setting } from '../../../domain/connector/field.ts';
import { defaultUrl, optionalUrl, word } from '../fields.ts';
import type { HttpFailure, HttpSession } from '../http/http-session.ts';
import { fetchAccessToken, type OAuthClient } from '../http/oauth-token.ts';
import type { SignedIn, SignInContext } from '../http/sign-in.ts';
import { type Meaning, says } from '../problems.ts';

const LOGIN_URL = 'https://login.microsoftonline.com';
const LOGIN_URL_IS = `Where Entra issues tokens, ${LOGIN_URL} unless given; sovereign clouds have others.`;

/** Where Microsoft Entra knows an application. */
export const entraFields = {
  tenantId: setting(tenantName(), {
    endpoint: true,
    title: 'Tenant',
    description: 'Id or domain of the Entra tenant: the secrets are sent there.',
  }),
  clientId: setting(word(/^[A-Za-z0-9-]+$/, 'must be the id of an application'), {
    identity: true,
    title: 'Client id',
    description: 'Id of the application that is registered in the tenant.',
  }),
  loginUrl: defaultUrl(LOGIN_URL, 'Login URL', LOGIN_URL_IS),
};

export function tenantName() {
  return word(/^[A-Za-z0-9.-]+$/, 'must be the id or domain of a tenant');
}

/** For kinds that use Entra in some of their ways to log in. */
export function optionalLoginUrl(title = 'Login URL') {
  return optionalUrl(title, LOGIN_URL_IS);
}

interface EntraApp {
  readonly tenantId: string;
  readonly clientId: string;
  readonly loginUrl?: string | undefined;
}

/** The client that asks for a token of that resource. Entra takes its id and secret in the form. */
export function entraClient(
  { tenantId, clientId, loginUrl = LOGIN_URL }: EntraApp,
  scope: string,
  more: Partial<OAuthClient>,
): OAuthClient {
  const accessTokenEndpoint = new URL(`/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`, loginUrl).href;
  return { accessTokenEndpoint, clientId, scope, inForm: true, ...more };
}

/** A session with what its token says of who it is: to be shown, and never to be relied on. */
export interface EntraSession extends HttpSession {
  readonly claims: z.output<typeof CLAIMS>;
}

export async function signInWithEntra({ egress, open }: SignInContext, client: OAuthClient): Promise<SignedIn<EntraSession>> {
  const token = await fetchAccessToken(client, egress);
  return { session: { ...open({ authorization: `Bearer ${token}` }), claims: claimsOf(token) } };
}

const CLAIMS = z.object({
  appid: z.string().optional(),
  oid: z.string().optional(),
  tid: z.string().optional(),
  upn: z.string().optional(),
});

function claimsOf(token: string): z.output<typeof CLAIMS> {
  try {
    return CLAIMS.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')));
  } catch {
    return {};
  }
}

const EXPIRED = says('CREDENTIALS_REJECTED', 'The secret or password has expired.', 'Make a new one in Entra and give that.');
const WRONG_PAIR = says('CREDENTIALS_REJECTED', 'Entra refused user name and password.', 'Check both.');
const NEEDS_A_PERSON = says(
  'ACCESS_DENIED',
  'Entra lets this user in only with a second factor, or from places that a policy names.',
  'Use a service principal, or a user whom no such policy concerns.',
);
const UNKNOWN_APP = says(
  'DATABASE_NOT_FOUND',
  'The tenant has no application of that id.',
  'Check clientId and tenantId, and that an administrator of the tenant has consented to the application.',
);

/** Of the codes that Entra writes into its texts; they may change, so `error` decides where none of them is known. */
const BY_NUMBER: Readonly<Record<string, Meaning>> = {
  7000215: says('CREDENTIALS_REJECTED', 'Entra refused the client secret.', "Give the secret's value, not its id."),
  7000222: EXPIRED,
  700016: UNKNOWN_APP,
  90002: says('DATABASE_NOT_FOUND', 'Entra has no such tenant.', 'Check tenantId.'),
  50126: WRONG_PAIR,
  50034: WRONG_PAIR,
  50055: EXPIRED,
  50057: says('CREDENTIALS_REJECTED', 'The user is disabled.', 'Enable it, or give another.'),
  50053: says('CREDENTIALS_REJECTED', 'Entra has locked the user after too many wrong passwords.', 'Wait, or unlock it.'),
  50076: NEEDS_A_PERSON,
  50079: NEEDS_A_PERSON,
  53003: NEEDS_A_PERSON,
  65001: says('ACCESS_DENIED', 'Nobody has consented to what the application asks for.', 'Have an administrator consent.'),
  7000218: says('ACCESS_DENIED', 'The application is a confidential one.', 'Allow public client flows for it, or use another.'),
  500011: says('ACCESS_DENIED', 'The tenant does not have the service that is asked for.', 'Check that it is turned on there.'),
};

const BY_ERROR: Readonly<Record<string, Meaning>> = {
  unauthorized_client: UNKNOWN_APP,
  interaction_required: NEEDS_A_PERSON,
};

/** What a refusal of Entra means; null for what somebody else refused. */
export function entraMeaning({ about, code, text }: HttpFailure): Meaning | null {
  if (about !== 'token') return null;
  return BY_NUMBER[/AADSTS(\d+)/.exec(text)?.[1] ?? ''] ?? BY_ERROR[code] ?? null;
}
