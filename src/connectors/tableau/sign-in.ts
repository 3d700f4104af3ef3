import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isHeaderWord } from '../kits/fields.ts';
import type { HttpSession } from '../kits/http/http-session.ts';
import type { SignedIn, SignInContext } from '../kits/http/sign-in.ts';
import type { TableauDetails } from './fields.ts';

/** A session, which belongs to one site. */
export interface TableauSession extends HttpSession {
  /** The path of the site, below which its resources are. */
  readonly site: string;
  readonly userId: string;
}

const SERVER = z.object({ serverInfo: z.object({ restApiVersion: z.string().regex(/^\d{1,3}\.\d{1,3}$/) }) });
const ID = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
const CREDENTIALS = z.object({
  credentials: z.object({
    token: z.string().refine(isHeaderWord),
    site: z.object({ id: ID }),
    user: z.object({ id: ID }),
  }),
});

/** https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm, in the version that the server says it has. */
export async function signInToTableau({ anonymous, open }: SignInContext, details: TableauDetails): Promise<SignedIn<TableauSession>> {
  const { serverInfo } = await anonymous.ask('/api/2.4/serverInfo', SERVER);
  const api = `/api/${serverInfo.restApiVersion}`;
  const body = { credentials: { ...credentialsOf(details), site: { contentUrl: details.siteName ?? '' } } };
  const { credentials } = await anonymous.ask({ path: `${api}/auth/signin`, method: 'POST', body, about: 'login' }, CREDENTIALS);
  const session = open({ 'x-tableau-auth': credentials.token });
  return {
    session: { ...session, site: `${api}/sites/${credentials.site.id}`, userId: credentials.user.id },
    signOut: { path: `${api}/auth/signout`, method: 'POST' },
  };
}

function credentialsOf({ username = '', password, tokenName, tokenValue, clientId = '', secretId = '', secretValue }: TableauDetails) {
  if (password !== undefined) return { name: username, password };
  if (tokenValue !== undefined) return { personalAccessTokenName: tokenName, personalAccessTokenSecret: tokenValue };
  return { jwt: signAppToken({ clientId, secretId, secretValue: secretValue ?? '', username }) };
}

interface App {
  readonly clientId: string;
  readonly secretId: string;
  readonly secretValue: string;
  readonly username: string;
}

/** The token of a connected app, good for one sign-in: https://help.tableau.com/current/online/en-us/connected_apps_direct.htm */
function signAppToken({ clientId, secretId, secretValue, username }: App): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg: 'HS256', typ: 'JWT', kid: secretId, iss: clientId };
  const claims = {
    iss: clientId,
    aud: 'tableau',
    sub: username,
    jti: randomUUID(),
    // Ten minutes are the most that Tableau takes.
    exp: Math.floor(Date.now() / 1000) + 300,
    scp: ['tableau:content:read', 'tableau:users:read'],
  };
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${createHmac('sha256', secretValue).update(content).digest('base64url')}`;
}
