import { z } from 'zod';
import type { SecretManager } from '../../../domain/connection/reference/secret-manager.ts';
import type { AskedToken, IssuedAwsKey, IssuedToken } from '../../../domain/connector/token-issuer.ts';
import { SecretError } from '../../../domain/errors/secret-error.ts';
import { templateOfKind } from '../../../domain/posit/templates.ts';
import { SESSION_SECONDS } from '../../kits/aws/aws-action.ts';
import { isHeaderWord } from '../../kits/fields.ts';
import { HttpFailure, openHttp } from '../../kits/http/http-session.ts';
import { Refusal } from '../../kits/problems.ts';
import { assumeAccountRole, type RoleLogin, roleIn } from './account-role.ts';
import { clientGrant, tokenRequest, tokenUrlOf } from './token-request.ts';

const ANSWER = z.object({
  access_token: z.string().refine(isHeaderWord),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** Runs in a worker, as what reads secrets does: to sign in is to get a token, and it is given to whoever asked. */
export const manager: SecretManager<AskedToken, IssuedToken | IssuedAwsKey, never> = {
  async signIn({ kind, details, gatewayAws }, egress) {
    const template = templateOfKind(kind);
    if (template === null) throw new SecretError('not-set-up');
    const login = { template, details, egress, gatewayAws };
    const role = roleIn(template, details);
    const session = role === null ? await askForToken(login) : await askForKey(login, role);
    return { session, seconds: session.expiresIn ?? 0 };
  },
  read: () => Promise.reject(new SecretError('unreadable')),
};

async function askForToken({ template, details, egress }: RoleLogin): Promise<IssuedToken> {
  const [url, request] = [tokenUrlOf(template, details), tokenRequest(template, details, clientGrant(template, details))];
  if (url === null || request === null) throw new SecretError('not-set-up');
  try {
    const { access_token: accessToken, expires_in: expiresIn = null } = await openHttp(egress, url).ask(request, ANSWER);
    return { accessToken, expiresIn };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new SecretError(error.status === 429 || error.status >= 500 ? 'unreachable' : 'signed-out');
  }
}

async function askForKey(login: RoleLogin, role: string): Promise<IssuedAwsKey> {
  try {
    return { awsKey: await assumeAccountRole(login, role), expiresIn: SESSION_SECONDS };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new SecretError(UNDECIDED.has(error.problem.code) ? 'unreachable' : 'signed-out');
  }
}

/** What says nothing about the role. */
const UNDECIDED: ReadonlySet<string> = new Set(['PROVIDER_DOWN', 'RATE_LIMITED', 'PROTOCOL_ERROR']);
