import { PositError } from './posit-error.ts';

/** The fields of a token exchange (RFC 8693) as they were sent. */
export type ExchangeForm = ReadonlyMap<string, string>;

export interface Exchange {
  readonly subject: 'user' | 'content';
  readonly token: string;
  /** Null where it is left to the integration, which issues tokens of one type alone. */
  readonly requested: TokenType | null;
  /** Guid of an integration; null where content has but one. */
  readonly audience: string | null;
}

export type TokenType = 'access-token' | 'aws' | 'api-key';

export const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** What the types are called on the wire. */
export const TOKEN_TYPES = {
  'access-token': 'urn:ietf:params:oauth:token-type:access_token',
  aws: 'urn:ietf:params:aws:token-type:credentials',
  'api-key': 'urn:posit:connect:api-key',
} as const satisfies Record<TokenType, string>;

export const SUBJECTS: Readonly<Record<string, Exchange['subject']>> = {
  'urn:posit:connect:user-session-token': 'user',
  'urn:posit:connect:content-session-token': 'content',
};

const REQUESTED: Readonly<Record<string, TokenType>> = Object.fromEntries(
  Object.entries(TOKEN_TYPES).map(([type, name]) => [name, type as TokenType]),
);

/** Throws PositError. A field without a value counts as left out. */
export function readExchange(form: ExchangeForm): Exchange {
  if (form.get('grant_type') !== GRANT) throw refuseExchange(213, `grant_type is ${GRANT}`, 'grant_type');
  const subject = oneOf(SUBJECTS, form.get('subject_token_type'));
  if (subject === null) throw refuseExchange(214, `subject_token_type is one of ${Object.keys(SUBJECTS).join(', ')}`, 'subject_token_type');
  const token = form.get('subject_token') ?? '';
  if (token === '') throw refuseExchange(215, 'subject_token is missing', 'subject_token');
  const named = form.get('requested_token_type') ?? '';
  const requested = oneOf(REQUESTED, named);
  if (requested === null && named !== '')
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
