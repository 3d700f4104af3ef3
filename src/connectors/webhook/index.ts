import { createHmac, randomUUID } from 'node:crypto';
import {
  type DetailsOf,
  defineConnector,
  httpUrl,
  ORIGIN,
  secret,
  secretText,
  setting,
  text,
  type ValidatorInput,
  type ValidatorReport,
  validator,
} from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { headerValue } from '../shared/header-secret.ts';

const fields = {
  url: setting(httpUrl(), { endpoint: ORIGIN, identity: true, title: 'URL', description: 'Where events are posted, http or https.' }),
  signingSecret: secret(secretText().min(24), {
    title: 'Signing secret',
    description: 'At least 24 characters; a `whsec_` prefix means that base64 follows. Signs every delivery.',
  }),
  headerName: setting(text(100).optional(), {
    title: 'Header name',
    description: 'Name of a further header that the receiver wants, such as Authorization.',
  }),
  headerValue: secret(headerValue().optional(), { title: 'Header value', description: 'Value of that header.' }),
};

type WebhookDetails = DetailsOf<typeof fields>;

/** Headers that decide how a request is framed or where it goes. */
const RESERVED =
  /^(host|content-length|content-type|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|webhook-.*)$/i;

export default defineConnector({
  kind: 'webhook',
  title: 'Webhook',
  category: 'notification',
  fields,
  rules: [
    ({ headerName, headerValue }) =>
      (headerName === undefined) === (headerValue === undefined)
        ? null
        : { path: 'headerName', message: 'headerName and headerValue come together' },
    ({ headerName }) =>
      headerName === undefined || (/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(headerName) && !RESERVED.test(headerName))
        ? null
        : { path: 'headerName', message: "must be a header name that is not one of the request's own" },
  ],
  validators: [
    validator<WebhookDetails>('validate_connection', {
      mandatory: true,
      periodic: true,
      description: 'Posts a signed ping and expects an answer of 2xx.',
      run: sendPing,
    }),
    validator<WebhookDetails>('validate_protection', {
      after: ['validate_connection'],
      description: 'Checks that deliveries are encrypted.',
      run: async ({ credentials }) => ({
        errors: [],
        warnings: credentials.url.startsWith('https:')
          ? []
          : [
              {
                code: 'NOT_PROTECTED',
                cause: 'http',
                friendlyMessage: 'Deliveries are signed, but anybody on the way can read them.',
                resolution: 'Use an https URL.',
              },
            ],
      }),
    }),
  ],
});

/** The Standard Webhooks form: id, time stamp and body are signed with HMAC-SHA256. */
async function sendPing({ credentials, egress }: ValidatorInput<WebhookDetails>): Promise<ValidatorReport> {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const body = JSON.stringify({ type: 'ping' });
  const { status } = await egress.fetchHttp(credentials.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${createHmac('sha256', signingKey(credentials.signingSecret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
      ...(credentials.headerName === undefined || credentials.headerValue === undefined
        ? {}
        : { [credentials.headerName]: credentials.headerValue }),
    },
    body,
    maxBytes: 65_536,
    timeoutMs: 5000,
  });
  const problem = problemOf(status);
  return { errors: problem === null ? [] : [problem], warnings: [], data: { returnedData: { status } } };
}

function signingKey(secretValue: string): Buffer {
  return secretValue.startsWith('whsec_') ? Buffer.from(secretValue.slice(6), 'base64') : Buffer.from(secretValue, 'utf8');
}

function problemOf(status: number): Problem | null {
  const cause = `the receiver answered ${status}`;
  if (status >= 200 && status < 300) return null;
  if (status === 401 || status === 403)
    return {
      code: 'CREDENTIALS_REJECTED',
      cause,
      friendlyMessage: 'The receiver refused the signature or the header.',
      resolution: 'Check that both sides hold the same signing secret and header value.',
    };
  if (status === 429)
    return { code: 'RATE_LIMITED', cause, friendlyMessage: 'The receiver asked to be called less often.', resolution: 'Try again later.' };
  if (status >= 500)
    return {
      code: 'PROVIDER_DOWN',
      cause,
      friendlyMessage: 'The receiver is not working at the moment.',
      resolution: 'Try again when it is.',
    };
  if (status >= 300 && status < 400)
    return {
      code: 'PROTOCOL_ERROR',
      cause,
      friendlyMessage: 'The receiver answered with a redirect, which is not followed.',
      resolution: 'Give the URL that it redirects to.',
    };
  return {
    code: 'PROTOCOL_ERROR',
    cause,
    friendlyMessage: 'The receiver does not take webhooks at this URL.',
    resolution: 'Check the path of the URL.',
  };
}
