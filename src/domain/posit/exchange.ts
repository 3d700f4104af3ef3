import { PositError } from './posit-error.ts';

/** The fields of a token exchange (RFC 8693) as they were sent. */
export type ExchangeForm = ReadonlyMap<string, string>;

export interface Exchange {
  readonly subject: 'user' | 'content';
  readonly token: string;
  readonly requested: 'access-token' | 'aws' | 'api-key';
  /** Guid of an integration; null where content has but one. */
  readonly audience: string | null;
}

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const SUBJECTS: Readonly<Record<string, Exchange['subject']>> = {
  'urn:posit:connect:user-session-token': 'user',
  'urn:posit:connect:content-session-token': 'content',
};

const REQUESTED: Readonly<Record<string, Exchange['requested']>> = {
  [ACCESS_TOKEN]: 'access-token',
  'urn:ietf:params:aws:token-type:credentials': 'aws',
  'urn:posit:connect:api-key': 'api-key',
};

/** Throws PositError. A field without a value counts as left out. */
export function readExchange(form: ExchangeForm): Exchange {
  if (form.get('grant_type') !== GRANT) throw refuseExchange(213, `grant_type is ${GRANT}`, 'grant_type');
  const subject = oneOf(SUBJECTS, form.get('subject_token_type'));
  if (subject === null) throw refuseExchange(214, `subject_token_type is one of ${Object.keys(SUBJECTS).join(', ')}`, 'subject_token_type');
  const token = form.get('subject_token') ?? '';
  if (token === '') throw refuseExchange(215, 'subject_token is missing', 'subject_token');
  const requested = oneOf(REQUESTED, form.get('requested_token_type') || ACCESS_TOKEN);
  if (requested === null)
    throw refuseExchange(242, `requested_token_type is one of ${Object.keys(REQUESTED).join(', ')}`, 'requested_token_type');
  const audience = form.get('audience') ?? '';
  return { subject, token, requested, audience: audience === '' ? null : audience.toLowerCase() };
}

function oneOf<T>(known: Readonly<Record<string, T>>, given: string | undefined): T | null {
  return given !== undefined && Object.hasOwn(known, given) ? (known[given] ?? null) : null;
}

export function refuseExchange(code: number, message: string, path?: string): PositError {
  return new PositError(code, message, path === undefined ? {} : { path });
}
