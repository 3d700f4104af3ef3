import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { secret } from '../../domain/connector/field.ts';
import { secretText } from '../../domain/connector/field-types.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { isHeaderWord } from '../kits/fields.ts';
import { reachHost } from '../kits/http/reach-host.ts';
import { ofOneOrigin, secretUrlFields } from '../kits/http/secret-url.ts';
import { problem, says } from '../kits/problems.ts';

const REFUSED = says('CREDENTIALS_REJECTED', 'The receiver refused the message.', 'Check url, secret and headersTemplate.');

/** MongoDB Atlas' webhook: its URL is a secret, and its key only signs. The kind `webhook` is of our own and signs in the Standard Webhooks form. */
export default defineHttpConnector({
  kind: 'atlas-webhook',
  title: 'Webhook (MongoDB Atlas)',
  called: 'The receiver',
  category: 'notification',
  fields: {
    ...secretUrlFields(({ protocol }) => protocol === 'https:' || protocol === 'http:', {
      url: 'Where alerts are posted. Whoever knows it may post.',
      mustBe: 'must be an absolute http or https URL',
    }),
    secret: secret(secretText().optional(), { neverSent: true, title: 'Secret', description: 'Key that messages are signed with.' }),
    headersTemplate: secret(secretText().max(4096).optional(), {
      title: 'Headers template',
      description: 'A JSON object of further headers and their values, at most 4 KB. They are sent to the URL.',
    }),
    bodyTemplate: secret(secretText().max(16_384).optional(), {
      title: 'Body template',
      description: 'Template of the JSON that is posted, at most 16 KB.',
    }),
  },
  rules: [ofOneOrigin],
  speaks: "HTTP, signed as MongoDB Atlas' alerts are",
  leastPrivileges: ['Nothing is read: the receiver has to accept POST, and to check the signature.'],
  tested: { against: 'fake', what: 'a receiver that checks signatures', client: null },
  baseUrl: ({ url }) => url,
  async probe(_, { egress, credentials: { url } }) {
    const { warnings = [] } = await reachHost(egress, url, 'Nothing was posted, so nothing tells whether the receiver takes the messages.');
    return { warnings: url.startsWith('https:') ? warnings : [UNPROTECTED, ...warnings] };
  },
  checks: {
    validate_delivery: {
      description: 'Posts a signed test message, as an explicit act.',
      async run(session, { credentials: { secret: key, headersTemplate } }) {
        const body = JSON.stringify({ eventTypeName: 'CHANGEOVER_TEST', status: 'INFORMATIONAL' });
        const headers = {
          ...headersOf(headersTemplate),
          'content-type': 'application/json',
          'x-mms-event': 'alert.inform',
          ...(key === undefined ? {} : { 'x-mms-signature': createHmac('sha1', key).update(body).digest('base64') }),
        };
        await session.ask({ path: '', method: 'POST', headers, body, maxBytes: 65_536, timeoutMs: 5000 }, z.unknown());
        return {};
      },
    },
  },
  refusals: { 400: REFUSED, 401: REFUSED, 403: REFUSED, 404: REFUSED, 410: REFUSED },
  describes: { validate_connection: 'Reaches the host and checks its certificate; posts nothing.' },
});

/** Those of the template that can be sent as they are: what is rendered from an alert there is none of here. */
function headersOf(template: string | undefined): Readonly<Record<string, string>> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(jsonOf(template ?? '{}'));
  const fits = ([name, value]: readonly [string, unknown]) =>
    /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && !RESERVED.test(name) && typeof value === 'string' && value.split(' ').every(isHeaderWord);
  return Object.fromEntries(Object.entries(parsed.data ?? {}).filter(fits)) as Record<string, string>;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const RESERVED =
  /^(host|content-length|content-type|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|x-mms-.*)$/i;

const UNPROTECTED = problem('NOT_PROTECTED', 'http', 'Anybody on the way can read what is posted.', 'Use an https URL.');
