import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { EgressSession } from '../../../domain/connector/egress.ts';
import { defaultUrl, isHeaderWord } from '../fields.ts';
import { type HttpFailure, openHttp } from '../http/http-session.ts';
import { signJwt } from '../http/rsa-key.ts';
import { type Meaning, refusal, says } from '../problems.ts';
import type { ServiceAccount } from './service-account.ts';

const GOOGLE = 'https://oauth2.googleapis.com/token';

/** Where tokens are issued. The key's own `token_uri` is not asked: whoever gives a key would say where it is used. */
export function tokenUrlField() {
  return defaultUrl(GOOGLE, 'Token URL', `Where Google issues tokens, ${GOOGLE} unless given.`);
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
export async function fetchGoogleToken(egress: EgressSession, tokenUrl: string, account: ServiceAccount): Promise<string> {
  const { client_email: iss, private_key: pem, private_key_id: id } = account;
  const claims = { iss, scope: 'https://www.googleapis.com/auth/cloud-platform', aud: GOOGLE };
  const assertion = signJwt({ key: readKey(pem), id }, claims, Date.now(), 3600);
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  return (await openHttp(egress, tokenUrl).ask({ path: '', method: 'POST', body, about: 'token' }, TOKEN)).access_token;
}

const TOKEN = z.object({ access_token: z.string().refine(isHeaderWord) });

function readKey(pem: string): KeyObject {
  try {
    // Pasting through a shell or a form doubles the backslashes of the file's line ends.
    const key = createPrivateKey(pem.replaceAll('\\n', '\n'));
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {}
  // The parser's own error could quote what it read.
  throw refusal(
    'CREDENTIALS_REJECTED',
    'the private key could not be read',
    'The key file holds no RSA key.',
    'Give the file as Google made it.',
  );
}

/** What a refusal of Google's token endpoint means; null for what somebody else refused. */
export function googleTokenMeaning({ about, code, text }: HttpFailure): Meaning | null {
  if (about !== 'token' || code !== 'invalid_grant') return null;
  if (/account not found/i.test(text))
    return says('CREDENTIALS_REJECTED', 'Google knows no such service account.', 'Check that it was not deleted, and make a new key.');
  if (/iat|exp|timeframe/i.test(text))
    return says('CREDENTIALS_REJECTED', 'Google did not accept the time of the login.', "Check this gateway's clock.");
  return says('CREDENTIALS_REJECTED', 'Google refused the key.', 'Check that the key was not deleted or disabled, and make a new one.');
}
