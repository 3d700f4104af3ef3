import { z } from 'zod';
import { fetchGoogleToken } from '../../connectors/kits/google/google-token.ts';
import { readServiceAccount } from '../../connectors/kits/google/service-account.ts';
import { HttpFailure, openHttp } from '../../connectors/kits/http/http-session.ts';
import { Refusal } from '../../connectors/kits/problems.ts';
import type { SecretManager } from '../../domain/connection/reference/secret-manager.ts';
import type { EgressSession } from '../../domain/connector/egress.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';
import { secretErrorOf } from '../manager/http-failure.ts';

export interface GcpLogin {
  /** The JSON key of a service account. */
  readonly key: string;
  readonly tokenUrl: string;
}

export interface GcpQuestion {
  readonly url: string;
  /** `projects/P/secrets/S/versions/V`, with the location of a regional one. */
  readonly version: string;
}

/** Tokens last for an hour, and may be ended sooner. */
const TOKEN_SECONDS = 3300;

/** Google Secret Manager: https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access */
export const manager: SecretManager<GcpLogin, string, GcpQuestion> = {
  async signIn({ key, tokenUrl }, egress) {
    const account = readServiceAccount(key);
    if (account === null) throw new SecretError('not-set-up', 'the file of CHANGEOVER_GCP_KEY_FILE holds no key of a service account');
    return { session: await tokenOf(fetchGoogleToken(egress, tokenUrl, account)), seconds: TOKEN_SECONDS };
  },
  async read({ session, question: { url, version } }, egress) {
    const { payload } = await access(egress, session, `${url}/v1/${version}:access`);
    return Buffer.from(payload?.data ?? '', 'base64');
  },
};

const ANSWER = z.object({ name: z.string(), payload: z.object({ data: z.base64().optional() }).optional() });

async function access(egress: EgressSession, token: string, url: string): Promise<z.output<typeof ANSWER>> {
  try {
    return await openHttp(egress, url, async () => ({ authorization: `Bearer ${token}` })).ask('', ANSWER);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    // A version that was disabled or destroyed is refused like that.
    if (error.status === 400 && error.code === 'FAILED_PRECONDITION')
      throw new SecretError('missing', 'its version is disabled or destroyed');
    throw secretErrorOf(error);
  }
}

async function tokenOf(asking: Promise<string>): Promise<string> {
  try {
    return await asking;
  } catch (error) {
    // The file is one of a service account, and its key is none.
    if (error instanceof Refusal) throw new SecretError('not-set-up', 'the key in the file of CHANGEOVER_GCP_KEY_FILE cannot be read');
    throw error instanceof HttpFailure ? secretErrorOf(error) : error;
  }
}
