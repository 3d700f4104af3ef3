import { DomainError } from '../../domain/errors/errors.ts';
import { ACCESS_TOKEN } from '../../domain/posit/exchange.ts';
import { PositError } from '../../domain/posit/posit-error.ts';
import { exchangeCredentials } from '../../operations/posit/exchange-credentials.ts';
import type { ReceivedBody } from '../kit/http/received-body.ts';
import { PRIORITIES, type Route } from '../kit/route.ts';
import * as shapes from './shapes.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The only body that is a form. */
export const credentials: readonly Route[] = [
  {
    method: 'POST',
    url: '/__api__/v1/oauth/integrations/credentials',
    operation: 'exchangeOAuthCredentials',
    summary: 'An access token of a service account, for the session token of content (RFC 8693)',
    priority: PRIORITIES.dials,
    shapes: { body: shapes.exchange, consumes: [FORM_TYPE], answers: { 200: shapes.credentials } },
    async run({ services, actor, body, header, signal }) {
      const form = readForm(body, header('content-type') ?? FORM_TYPE);
      const { accessToken, expiresIn } = await exchangeCredentials(services, actor, form, signal);
      return {
        body: {
          access_token: accessToken,
          issued_token_type: ACCESS_TOKEN,
          token_type: 'Bearer',
          ...(expiresIn === null ? {} : { expires_in: Math.floor(expiresIn) }),
        },
      };
    },
  },
];

function readForm(body: ReceivedBody, type: string): ReadonlyMap<string, string> {
  if (body.isEmpty) throw new PositError(210, 'the form is missing');
  const unreadable = new PositError(211, 'the body is not a form in UTF-8 that gives each name once');
  if (type.split(';', 1)[0]?.trim().toLowerCase() !== FORM_TYPE) throw unreadable;
  try {
    return body.form();
  } catch (error) {
    throw error instanceof DomainError ? unreadable : error;
  }
}
