import type { AskManager, SignedIn } from '../../../domain/connection/reference/secret-manager.ts';
import type { IssuedAwsKey, IssuedToken, IssueToken } from '../../../domain/connector/token-issuer.ts';
import { SecretError } from '../../../domain/errors/secret-error.ts';

const moduleUrl = new URL(`./token-manager${import.meta.url.slice(-3)}`, import.meta.url).href;

/** What providers are asked by: the workers and the capacity that jobs' secrets are read with, since jobs wait for this, too. */
export function createTokenIssuer(ask: AskManager): IssueToken {
  return async (login, signal) => {
    try {
      // The module's own answer, as its type says it.
      const { session } = (await ask({ moduleUrl, step: 'signIn', login }, signal)) as SignedIn<IssuedToken | IssuedAwsKey>;
      return session;
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      return error.failure === 'signed-out' || error.failure === 'not-set-up' ? 'refused' : 'unreachable';
    }
  };
}
