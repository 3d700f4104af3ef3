import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { httpUrl, ORIGIN, secretText, text } from '../../domain/connector/field-types.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { headerValue } from '../kits/fields.ts';
import { problem, says } from '../kits/problems.ts';
import { together } from '../kits/rules.ts';

/** Headers that decide how a request is framed or where it goes. */
const RESERVED =
  /^(host|content-length|content-type|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|webhook-.*)$/i;

const REFUSED = says(
  'CREDENTIALS_REJECTED',
  'The receiver refused the signature or the header.',
  'Check that both sides hold the same signing secret and header value.',
);

const NOT_TAKEN = says('PROTOCOL_ERROR', 'The receiver does not take webhooks at this URL.', 'Check the path of the URL.');

export default defineHttpConnector({
  kind: 'webhook',
  title: 'Webhook',
  called: 'The receiver',
  category: 'notification',
  fields: {
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
  },
  rules: [
    together('headerName', 'headerValue'),
    ({ headerName }) =>
      headerName === undefined || (/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(headerName) && !RESERVED.test(headerName))
        ? null
        : { path: 'headerName', message: "must be a header name that is not one of the request's own" },
  ],
  speaks: 'HTTP, signed as Standard Webhooks has it',
  leastPrivileges: ['Nothing is read: the receiver has to accept POST, and to check the signature.'],
  tested: { against: 'server', what: 'a receiver that checks signatures, and the library standardwebhooks', client: 'standardwebhooks' },
  baseUrl: ({ url }) => url,
  auth: ({ headerName, headerValue = '' }) => ({ header: headerName === undefined ? {} : { [headerName]: headerValue } }),
  async probe(session, { credentials: { signingSecret } }) {
    const body = JSON.stringify({ type: 'ping' });
    const headers = { 'content-type': 'application/json', ...signed(body, signingSecret) };
    await session.ask({ path: '', method: 'POST', headers, body, maxBytes: 65_536, timeoutMs: 5000 }, z.unknown());
    return {};
  },
  refusals: { 401: REFUSED, 403: REFUSED, 400: NOT_TAKEN, 404: NOT_TAKEN, 405: NOT_TAKEN, 410: NOT_TAKEN },
  checks: {
    validate_protection: {
      description: 'Checks that deliveries are encrypted.',
      run: async (_, { credentials: { url } }) => (url.startsWith('https:') ? {} : { warnings: [UNPROTECTED] }),
    },
  },
  describes: { validate_connection: 'Posts a signed ping and expects an answer of 2xx.' },
});

const UNPROTECTED = problem('NOT_PROTECTED', 'http', 'Deliveries are signed, but anybody on the way can read them.', 'Use an https URL.');

/** The Standard Webhooks form: id, time stamp and body are signed with HMAC-SHA256. */
function signed(body: string, secretValue: string) {
  const [id, timestamp] = [`msg_${randomUUID()}`, String(Math.floor(Date.now() / 1000))];
  const key = secretValue.startsWith('whsec_') ? Buffer.from(secretValue.slice(6), 'base64') : Buffer.from(secretValue, 'utf8');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
