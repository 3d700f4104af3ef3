import { z } from 'zod';
import { isHeaderWord } from '../kits/fields.ts';
import { basicAuthorization } from '../kits/http/http-auth.ts';
import type { HttpSession } from '../kits/http/http-session.ts';
import { nullOn } from '../kits/http/null-on.ts';
import type { SignedIn, SignInContext } from '../kits/http/sign-in.ts';

export interface AirflowSession extends HttpSession {
  /** Version 3 has the second API alone, and version 2 the first. */
  readonly api: '/api/v1' | '/api/v2';
  readonly version: string;
}

const VERSION = z.object({ version: z.string().regex(/^[\w.+-]{1,64}$/) });
const TOKEN = z.object({ access_token: z.string().refine(isHeaderWord) });

export async function openAirflow(
  { anonymous, open }: SignInContext,
  { username, password = '' }: { readonly username?: string | undefined; readonly password?: string | undefined },
): Promise<SignedIn<AirflowSession>> {
  const { api, version } = await findVersion(anonymous);
  const headers =
    username === undefined
      ? {}
      : api === '/api/v1'
        ? basicAuthorization(username, password)
        : await fetchToken(anonymous, { username, password });
  return { session: { ...open(headers), api, version } };
}

async function findVersion(anonymous: HttpSession): Promise<Pick<AirflowSession, 'api' | 'version'>> {
  const second = await nullOn([404], anonymous.ask('/api/v2/version', VERSION));
  return second === null ? { api: '/api/v1', ...(await anonymous.ask('/api/v1/version', VERSION)) } : { api: '/api/v2', ...second };
}

async function fetchToken(anonymous: HttpSession, body: object) {
  const { access_token: token } = await anonymous.ask({ path: '/auth/token', method: 'POST', body, about: 'login' }, TOKEN);
  return { authorization: `Bearer ${token}` };
}
