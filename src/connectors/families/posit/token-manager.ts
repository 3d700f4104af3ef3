import { z } from 'zod';
import type { Details } from '../../../domain/connection/details/details.ts';
import type { SecretManager } from '../../../domain/connection/reference/secret-manager.ts';
import type { EgressSession } from '../../../domain/connector/egress.ts';
import type { IssuedToken } from '../../../domain/connector/token-issuer.ts';
import { SecretError } from '../../../domain/errors/secret-error.ts';
import { templateOfKind } from '../../../domain/posit/templates.ts';
import { isHeaderWord } from '../../kits/fields.ts';
import { HttpFailure, openHttp } from '../../kits/http/http-session.ts';
import { clientGrant, tokenRequest, tokenUrlOf } from './token-request.ts';

/** Whose token is asked for. */
export interface TokenLogin {
  readonly kind: string;
  readonly details: Details;
}

const ANSWER = z.object({
  access_token: z.string().refine(isHeaderWord),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** Runs in a worker, as what reads secrets does: to sign in is to get a token, and it is given to whoever asked. */
export const manager: SecretManager<TokenLogin, IssuedToken, never> = {
  async signIn({ kind, details }, egress) {
    const session = await ask(kind, details, egress);
    return { session, seconds: session.expiresIn ?? 0 };
  },
  read: () => Promise.reject(new SecretError('unreadable')),
};

async function ask(kind: string, details: Details, egress: EgressSession): Promise<IssuedToken> {
  const template = templateOfKind(kind);
  const url = template === null ? null : tokenUrlOf(template, details);
  const request = template === null ? null : tokenRequest(template, details, clientGrant(template, details));
  if (url === null || request === null) throw new SecretError('not-set-up');
  try {
    const { access_token: accessToken, expires_in: expiresIn = null } = await openHttp(egress, url).ask(request, ANSWER);
    return { accessToken, expiresIn };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new SecretError(error.status === 429 || error.status >= 500 ? 'unreachable' : 'signed-out');
  }
}
