import { z } from 'zod';
import { isHeaderWord } from '../kits/fields.ts';
import type { HttpFailure, HttpSession } from '../kits/http/http-session.ts';
import type { SignedIn, SignInContext } from '../kits/http/sign-in.ts';
import { type Meaning, refusal, says } from '../kits/problems.ts';

/** A session of the pod that the organisation lives in. */
export interface InformaticaSession extends HttpSession {
  readonly who: { readonly id: string; readonly name: string | null; readonly orgId: string | null };
}

/** What is kept of the answer to a login, which may hold the answer to the user's security question, too. */
const LOGIN = z.object({
  icSessionId: z.string().refine(isHeaderWord),
  serverUrl: z.string(),
  id: z.string(),
  name: z.string().nullish(),
  orgId: z.string().nullish(),
});

/** Signs in at `login` or `loginOAuth` of version 2: the resources are at the server that the answer names. */
export async function signInToInformatica(
  { anonymous, open }: SignInContext,
  loginUrl: string,
  { path, body }: { readonly path: string; readonly body: object },
): Promise<SignedIn<InformaticaSession>> {
  const request = { path: `/ma/api/v2/user/${path}`, method: 'POST', body, about: 'login' } as const;
  const { icSessionId, serverUrl, id, name = null, orgId = null } = await anonymous.ask(request, LOGIN);
  requireOwnServer(serverUrl, loginUrl);
  return {
    session: { ...open({ icsessionid: icSessionId }, serverUrl), who: { id, name, orgId } },
    signOut: { path: '/api/v2/user/logout', method: 'POST' },
  };
}

const VENDOR = /(^|\.)informaticacloud\.com$/;

/** The session goes to the host that was signed in to, or to one of Informatica's own, and nowhere else that an answer may name. */
function requireOwnServer(serverUrl: string, loginUrl: string): void {
  if (URL.canParse(serverUrl)) {
    const [server, login] = [new URL(serverUrl), new URL(loginUrl)];
    if (server.origin === login.origin) return;
    if (server.protocol === 'https:' && VENDOR.test(server.hostname) && VENDOR.test(login.hostname)) return;
  }
  throw refusal(
    'PROTOCOL_ERROR',
    'the login named a server of another domain',
    'What answered the login sends its sessions elsewhere, which was not followed.',
    'Check baseUrl.',
  );
}

const REFUSED = says(
  'CREDENTIALS_REJECTED',
  'Informatica refused the login. It may say the same where the organisation lives in another pod.',
  'Check the credentials, that the user is not locked, and that baseUrl is the login address of its pod.',
);

/** Informatica says what is wrong by its codes, whatever the status. */
export function explainInformatica({ about, status, code }: HttpFailure): Meaning | null {
  if (/^(UI_10000|IDS_085)$/.test(code)) return REFUSED;
  return about === 'login' && (status === 401 || status === 403) ? REFUSED : null;
}
