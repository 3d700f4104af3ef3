import { DomainError } from '../../domain/errors/errors.ts';
import { TOKEN_TYPES } from '../../domain/posit/exchange.ts';
import { PositError } from '../../domain/posit/posit-error.ts';
import { FORM_TYPE, readMediaType } from '../../http/media-types.ts';
import { type ExchangedCredentials, exchangeCredentials } from '../../operations/posit/exchange-credentials.ts';
import type { ReceivedBody } from '../kit/http/received-body.ts';
import { PRIORITIES, type Route } from '../kit/route.ts';
import { timeOf } from './render.ts';
import * as shapes from './shapes/answers.ts';
import * as requests from './shapes/requests.ts';

/** The only body that is a form. */
export const credentials: readonly Route[] = [
  {
    method: 'POST',
    url: '/__api__/v1/oauth/integrations/credentials',
    operation: 'exchangeOAuthCredentials',
    summary: 'An access token of a service account, or a key of its role in AWS, for the session token of content (RFC 8693)',
    priority: PRIORITIES.dials,
    shapes: { body: requests.exchange, consumes: [FORM_TYPE], answers: { 200: shapes.credentials } },
    async run({ services, actor, body, header, signal }) {
      const form = readForm(body, header('content-type') ?? FORM_TYPE);
      return { body: wireCredentials(await exchangeCredentials(services, actor, form, signal)) };
    },
  },
];

function readForm(body: ReceivedBody, type: string): ReadonlyMap<string, string> {
  if (body.isEmpty) throw new PositError(210, 'the form is missing');
  const unreadable = new PositError(211, 'the body is not a form in UTF-8 that gives each name once');
  if (readMediaType(type).type !== FORM_TYPE) throw unreadable;
  try {
    return body.form();
  } catch (error) {
    throw error instanceof DomainError ? unreadable : error;
  }
}

/** A key of AWS is a base64 of JSON, which posit-sdk takes apart again. */
function wireCredentials({ issued, issuedAt }: ExchangedCredentials) {
  if ('accessToken' in issued) {
    const { accessToken, expiresIn } = issued;
    const lasts = expiresIn === null ? {} : { expires_in: Math.floor(expiresIn) };
    return { access_token: accessToken, issued_token_type: TOKEN_TYPES['access-token'], token_type: 'Bearer', ...lasts };
  }
  const { awsKey, expiresIn } = issued;
  const text = JSON.stringify({ ...awsKey, expiration: timeOf(issuedAt + expiresIn * 1000) });
  return {
    access_token: Buffer.from(text, 'utf8').toString('base64'),
    issued_token_type: TOKEN_TYPES.aws,
    token_type: 'aws_credentials',
    expires_in: expiresIn,
  };
}
