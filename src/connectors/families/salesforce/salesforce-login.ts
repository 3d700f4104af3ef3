import { z } from 'zod';
import { isHeaderWord } from '../../kits/fields.ts';
import type { HttpSession } from '../../kits/http/http-session.ts';
import type { SignInContext } from '../../kits/http/sign-in.ts';
import { problem, Refusal } from '../../kits/problems.ts';

/** The newest version that still has the SOAP login; REST has it, too. */
export const VERSION = '64.0';

/** A session of the instance that the organisation lives on. */
export interface SalesforceSession extends HttpSession {
  readonly token: string;
  readonly instance: string;
  /** Who signed in, as far as the login said so. */
  readonly who: { readonly userId: string; readonly organizationId: string } | null;
}

const TOKEN = z.object({ access_token: z.string().refine(isHeaderWord), instance_url: z.string() });

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm */
export async function loginAsApp(context: SignInContext, origin: string, client: { readonly id: string; readonly secret: string }) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret });
  const request = { path: '/services/oauth2/token', method: 'POST', body, about: 'token' } as const;
  const { access_token: token, instance_url: url } = await context.anonymous.ask(request, TOKEN);
  return sessionOf(context, { token, instance: ownInstance(url, origin), who: null });
}

interface SalesforceUser {
  readonly name: string;
  readonly password: string;
  /** The security token, which is written behind the password. */
  readonly token: string;
}

/** https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_login.htm */
export async function loginAsUser(context: SignInContext, origin: string, { name, password, token }: SalesforceUser) {
  const body = `<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body><n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>${escaped(name)}</n1:username><n1:password>${escaped(password + token)}</n1:password></n1:login></env:Body></env:Envelope>`;
  const headers = { 'content-type': 'text/xml; charset=UTF-8', soapaction: 'login', accept: 'text/xml' };
  const request = { path: `/services/Soap/u/${VERSION}`, method: 'POST', headers, body, about: 'login' } as const;
  const xml = await context.anonymous.ask(request, z.string().regex(/<sessionId>[^<]+<\/sessionId>/));
  const element = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1] ?? '';
  if (element('passwordExpired') === 'true') throw new Refusal(EXPIRED);
  const sessionId = element('sessionId');
  if (!isHeaderWord(sessionId)) throw new Refusal(FOREIGN);
  const who = { userId: element('userId'), organizationId: element('organizationId') };
  return sessionOf(context, { token: sessionId, instance: ownInstance(element('serverUrl'), origin), who });
}

/** A session is left to end by itself: logins of one user may share it, and a job's would end with ours. */
function sessionOf(
  { open }: SignInContext,
  more: Pick<SalesforceSession, 'token' | 'instance' | 'who'>,
): { readonly session: SalesforceSession } {
  return { session: { ...open({ authorization: `Bearer ${more.token}` }, more.instance), ...more } };
}

/** The origin of an address that an answer names, which has to be where the login was made, or Salesforce's own. */
export function ownInstance(url: string, origin: string): string {
  const whole = url.includes('://') ? url : `https://${url}`;
  const named = URL.canParse(whole) ? new URL(whole) : null;
  if (named !== null && named.origin === origin) return named.origin;
  if (named?.protocol === 'https:' && isVendors(named.hostname) && isVendors(new URL(origin).hostname)) return named.origin;
  throw new Refusal(FOREIGN);
}

function isVendors(host: string): boolean {
  return /(^|\.)salesforce\.com$/.test(host);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const EXPIRED = problem('CREDENTIALS_REJECTED', 'passwordExpired', 'The password of the user has expired.', 'Set a new one and give that.');

const FOREIGN = problem(
  'PROTOCOL_ERROR',
  'the login named an instance of another domain',
  'What answered the login sends its sessions elsewhere, which was not followed.',
  'Check domain.',
);
