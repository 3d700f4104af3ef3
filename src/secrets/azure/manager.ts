import { z } from 'zod';
import { entraClient } from '../../connectors/kits/azure/entra.ts';
import { HttpFailure, openHttp } from '../../connectors/kits/http/http-session.ts';
import { fetchAccessToken } from '../../connectors/kits/http/oauth-token.ts';
import type { SecretManager } from '../../domain/connection/reference/secret-manager.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';
import { secretErrorOf } from '../manager/http-failure.ts';

export interface AzureLogin {
  readonly tenantId: string;
  readonly clientId: string;
  readonly loginUrl: string;
  /** The API that the token is for, one of each cloud. */
  readonly scope: string;
  readonly by: 'secret' | 'federated';
  readonly proof: string;
}

export interface AzureQuestion {
  /** The secret's identifier, with or without a version. */
  readonly id: string;
}

/** Tokens last for an hour at least unless a policy of the tenant says less, and may be ended sooner. */
const TOKEN_SECONDS = 3300;
const API_VERSION = '7.4';

/** Azure Key Vault: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret */
export const manager: SecretManager<AzureLogin, string, AzureQuestion> = {
  async signIn({ scope, by, proof, ...app }, egress) {
    const client = entraClient(app, scope, by === 'secret' ? { clientSecret: proof } : { clientAssertion: proof });
    return { session: await orSecretError(fetchAccessToken(client, egress)), seconds: TOKEN_SECONDS };
  },
  async read({ session, question: { id } }, egress) {
    const vault = openHttp(egress, `${id}?api-version=${API_VERSION}`, async () => ({ authorization: `Bearer ${session}` }));
    return Buffer.from((await orSecretError(vault.ask('', ANSWER))).value, 'utf8');
  },
};

const ANSWER = z.object({ id: z.string(), value: z.string() });

async function orSecretError<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    // Its status and code also mean that one may not; only the text tells.
    if (error.status === 403 && /not allowed on an? \w+( \w+)? secret/i.test(error.text))
      throw new SecretError('missing', 'it is disabled, or outside of its dates');
    throw secretErrorOf(error);
  }
}
